#!/bin/sh
# Builds what is compared and prints a table: `run.sh` the servers side by side
# (needs Go, openssl, taskset and wrk; about five minutes), `run.sh peers` what hundreds
# of hostile peers do to an honest caller (two and a half minutes).
# Everything listens on 127.0.0.1 and ends with the script.
set -eu
cd "$(dirname "$0")/../.."

need() {
    command -v "$1" >/dev/null || {
        echo "benches/compare/run.sh: $1 is missing; install $2" >&2
        exit 1
    }
}
need openssl "OpenSSL 3"

cargo build --release --locked --bin stickler
# `cargo bench` puts a program of another profile in its place.
mkdir -p target/compare
cp target/release/stickler target/compare/stickler
cargo build --release --locked --manifest-path benches/compare/Cargo.toml --target-dir target/compare
if [ "${1-}" = peers ]; then
    exec target/compare/release/peers
fi

need taskset util-linux
need wrk "wrk (apt-get install wrk)"
need go "Go 1.26 or newer (https://go.dev/dl)"
(cd benches/compare/controller-runtime && go build -trimpath -ldflags='-s -w' -o ../../../target/compare/controller-runtime .)
exec target/compare/release/compare
