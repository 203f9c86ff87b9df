#!/bin/sh
# Builds the image and tries it, without a container engine: buildah works in a
# chroot, and the builder's base image is put together from Debian packages and
# this machine's Rust toolchain and crates.
#
#   tests/image.sh        needs root, buildah, debootstrap, rustc and cargo
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "tests/image.sh: $*" >&2
    exit 1
}

for tool in buildah debootstrap rustc cargo; do
    command -v "$tool" >/dev/null || fail "$tool is missing; install it (apt-get install buildah debootstrap, https://rustup.rs)"
done
[ "$(id -u)" = 0 ] || fail "must be root, for chroot"

work=$(mktemp -d)
root=${BUILDER_ROOT:-$work/builder}
image=localhost/stickler:test
builder=localhost/stickler-builder
buildah() {
    # Everything stays below $work, and goes with it.
    command buildah --storage-driver vfs --root "$work/storage" --runroot "$work/run" "$@"
}
trap 'rm -rf "$work"' EXIT

# What rust:slim is: a small Debian with a C compiler, cargo and rustc.
stand_in() {
    [ -d "$root" ] || debootstrap --variant=minbase --include=gcc,libc6-dev bookworm "$root"
    cargo fetch --locked
    crates=${CARGO_HOME:-$HOME/.cargo}
    base=$(buildah from scratch)
    buildah copy -q "$base" "$root" / >/dev/null
    for part in bin lib; do
        buildah copy -q "$base" "$(rustc --print sysroot)/$part" "/usr/local/$part" >/dev/null
    done
    buildah copy -q "$base" "$crates/registry" /root/.cargo/registry >/dev/null
    buildah config --env HOME=/root "$base"
    buildah commit -q --rm "$base" "$builder" >/dev/null
}

# The program in a container of the image, as its user.
run() {
    buildah run --isolation chroot --user 65532:65532 "$container" -- /stickler "$@"
}

stand_in
buildah bud --isolation chroot --build-arg "BUILDER=$builder" --build-arg CARGO_NET_OFFLINE=true -t "$image" .
container=$(buildah from "$image")
mounted=$(buildah mount "$container")

user=$(buildah inspect --type image --format '{{.OCIv1.Config.User}}' "$image")
[ "$user" = 65532:65532 ] || fail "runs as '$user'"
files=$(find "$mounted" -type f)
[ "$files" = "$mounted/stickler" ] || fail "holds more than the program: $files"
run --help
run review <tests/corpus/reviews/create-apply.json | grep -q '"allowed":true' || fail "refuses the documented example"
echo "image: $(du -k "$mounted/stickler" | cut -f1) KiB, one file, user $user"
