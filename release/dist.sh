#!/bin/sh
# Makes the files of a release below target/dist. Needs Rust; `chart` needs Go
# (for helm), `wheel` needs Python. Other tools are installed below target/tools.
#
#   release/dist.sh                    everything for this platform, and SHA256SUMS
#   release/dist.sh archive wheel      what depends on the platform
#   release/dist.sh chart kustomize sbom notices
#   release/dist.sh sums               SHA256SUMS of what is there
#
# IMAGE=REPOSITORY[:TAG][@DIGEST] is the image that chart and kustomize name.
set -eu
cd "$(dirname "$0")/.."

# Pinned: a release is the same whoever makes it.
HELM=helm.sh/helm/v4/cmd/helm@v4.3.1
ABOUT=cargo-about@0.9.3
CYCLONEDX=cargo-cyclonedx@0.5.9
MATURIN=maturin==1.16.0

out=$PWD/target/dist
tools=$PWD/target/tools
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
target=$(rustc -vV | sed -n 's/^host: //p')
# Dates in archives are the commit's, so that two runs make the same bytes.
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct 2>/dev/null || echo 0)}"
export SOURCE_DATE_EPOCH
umask 022

fail() {
    echo "release/dist.sh: $*" >&2
    exit 1
}

need() {
    command -v "$1" >/dev/null || fail "$1 is missing; install it ($2)"
}

# A tool of cargo, installed on first use.
cargo_tool() {
    [ -x "$tools/bin/${1%@*}" ] || cargo install --quiet --locked --root "$tools" "$1" ${2+--features "$2"}
}

# A static program, without this machine's paths in it.
build_flags() {
    case $target in
    *-linux-gnu) static='-C target-feature=+crt-static -C link-arg=-Wl,-z,pack-relative-relocs' ;;
    *) static= ;;
    esac
    echo "$static --remap-path-prefix=$PWD=/stickler --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
}

program() {
    RUSTFLAGS=$(build_flags) cargo build --quiet --release --locked --bin stickler --target "$target"
    bin=$PWD/target/$target/release/stickler
}

# pack FOLDER FILE: a tar.gz whose bytes depend on the content alone.
pack() {
    tar --version 2>/dev/null | grep -q GNU || { tar -C "$(dirname "$1")" -czf "$2" "$(basename "$1")"; return; }
    tar -C "$(dirname "$1")" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" \
        -cf - "$(basename "$1")" | gzip -9n >"$2"
}

notices() {
    cargo_tool "$ABOUT" cli
    PATH="$tools/bin:$PATH" cargo about generate --locked --fail -c release/about.toml -o "$out/THIRD-PARTY-NOTICES.txt" release/notices.hbs
}

sbom() {
    cargo_tool "$CYCLONEDX"
    PATH="$tools/bin:$PATH" cargo cyclonedx --quiet --format json --describe binaries --no-build-deps --spec-version 1.5
    mv stickler_bin.cdx.json "$out/stickler-$version.cdx.json"
}

archive() {
    program
    [ -f "$out/THIRD-PARTY-NOTICES.txt" ] || notices
    name=stickler-$version-$target
    folder=$(mktemp -d)
    mkdir -p "$folder/$name/completions" "$folder/$name/man"
    cp "$bin" LICENSE README.md CHANGELOG.md "$out/THIRD-PARTY-NOTICES.txt" "$folder/$name"
    "$bin" completions bash >"$folder/$name/completions/stickler.bash"
    "$bin" completions fish >"$folder/$name/completions/stickler.fish"
    "$bin" completions zsh >"$folder/$name/completions/_stickler"
    "$bin" man --dir "$folder/$name/man"
    pack "$folder/$name" "$out/$name.tar.gz"
    rm -r "$folder"
}

wheel() {
    need python3 https://www.python.org
    [ -x "$tools/venv/bin/maturin" ] || {
        python3 -m venv "$tools/venv"
        "$tools/venv/bin/pip" install --quiet "$MATURIN"
    }
    RUSTFLAGS=$(build_flags) "$tools/venv/bin/maturin" build --quiet --release --locked \
        --target "$target" --compatibility pypi --out "$out"
}

chart() {
    need go https://go.dev/dl
    [ -x "$tools/bin/helm" ] || GOBIN="$tools/bin" go install "$HELM"
    folder=$(mktemp -d)
    cp -R deploy/chart "$folder/stickler"
    if [ -n "${IMAGE-}" ]; then release/image.sh chart "$folder/stickler/values.yaml" "$IMAGE"; fi
    "$tools/bin/helm" package "$folder/stickler" --version "$version" --app-version "$version" --destination "$out" >/dev/null
    rm -r "$folder"
}

kustomize() {
    name=stickler-kustomize-$version
    folder=$(mktemp -d)
    cp -R deploy/kustomize "$folder/$name"
    if [ -n "${IMAGE-}" ]; then release/image.sh kustomize "$folder/$name" "$IMAGE"; fi
    pack "$folder/$name" "$out/$name.tar.gz"
    rm -r "$folder"
}

sums() {
    (cd "$out" && rm -f SHA256SUMS && sha256sum -- * >SHA256SUMS)
}

mkdir -p "$out" "$tools"
[ $# -gt 0 ] || { rm -rf "$out" && mkdir -p "$out" && set -- notices archive wheel chart kustomize sbom sums; }
for part in "$@"; do
    case $part in
    notices | archive | wheel | chart | kustomize | sbom | sums) "$part" ;;
    *) fail "unknown part '$part'; known are notices, archive, wheel, chart, kustomize, sbom and sums" ;;
    esac
done
ls -l "$out"
