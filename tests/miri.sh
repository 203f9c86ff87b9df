#!/bin/sh
# Runs the unit tests of src/lint in Miri: `tests/miri.sh [FILTER]`. It needs
# `rustup +nightly component add miri rust-src`.
#
# The middle needs five crates of the forty: it is laid out as a package of its
# own, so that Miri does not look at a TLS stack first. MIRIFLAGS are the
# caller's to add to; without isolation proptest finds its own folder.
set -eu
cd "$(dirname "$0")/.."

package=target/miri/core
rm -rf "$package"
mkdir -p "$package/src"
cp -r src/lint src/lint.rs "$package/src/"
echo 'pub mod lint;' >"$package/src/lib.rs"
cp -r docs "$package/"
cp Cargo.lock "$package/"
{
    sed -n '/^\[package\]/,/^edition/p' Cargo.toml
    printf '[workspace]\n[dependencies]\n'
    grep -E '^(globset|idna|psl|serde|strsim) = ' Cargo.toml
    printf '[dev-dependencies]\n'
    grep -E '^proptest = ' Cargo.toml
} >"$package/Cargo.toml"

export CARGO_TARGET_DIR="$PWD/target/miri/build"
export MIRIFLAGS="-Zmiri-disable-isolation ${MIRIFLAGS-}"
cd "$package"
exec cargo +nightly miri test --lib -- "$@"
