#!/bin/sh
# Builds the program as the image has it (release profile, static) and asks it
# what a user would: a review, a check, a page.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "tests/release.sh: $*" >&2
    exit 1
}

target=$(rustc -vV | sed -n 's/^host: //p')
case $target in
*-linux-gnu) flags='-C target-feature=+crt-static -C link-arg=-Wl,-z,pack-relative-relocs' ;;
*) flags= ;;
esac
RUSTFLAGS=$flags cargo build --release --locked --bin stickler --target "$target"
bin=${CARGO_TARGET_DIR:-target}/$target/release/stickler

"$bin" --version | grep -q '^stickler [0-9]' || fail "--version"
"$bin" review <tests/corpus/reviews/create-apply.json | grep -q '"allowed":true' || fail "refuses the documented example"
"$bin" explain unknown-parameter | grep -q 'unknown-parameter' || fail "no page"
code=0
printf '%s\n' 'apiVersion: networking.k8s.io/v1' 'kind: Ingress' 'metadata:' '  name: cafe' '  annotations:' \
    '    nginx.org/sticky-cookie-services: "serviceName=tea srv_id expire=1h"' | "$bin" check - >/dev/null 2>&1 || code=$?
[ "$code" = 1 ] || [ "$code" = 2 ] || fail "check: exit code $code"

# The server, with the line that it prints for trying it.
log=$(mktemp)
"$bin" serve --dev --listen 127.0.0.1:0 --admin 127.0.0.1:0 >"$log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null; rm -f "$log"' EXIT
for _ in $(seq 100); do
    line=$(sed -n 's/^ *\(curl .*\)/\1/p' "$log")
    [ -n "$line" ] && break
    kill -0 "$server" 2>/dev/null || fail "serve --dev ended: $(cat "$log")"
    sleep 0.1
done
sh -c "$line --silent --max-time 10" | grep -q '"allowed":false' || fail "no denial from: $line"
kill -TERM "$server"
wait "$server" || fail "SIGTERM: exit code $?"
trap 'rm -f "$log"' EXIT
echo "release: $(du -k "$bin" | cut -f1) KiB"
