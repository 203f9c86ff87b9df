#!/bin/sh
# Installs and runs what release/dist.sh made, each in an empty environment:
# the archive by itself, the wheel in a venv and under pre-commit, the chart by
# helm. Needs Python, git and the files below target/dist.
set -eu
cd "$(dirname "$0")/.."

dist=$PWD/target/dist
tools=$PWD/target/tools
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
    echo "release/try.sh: $*" >&2
    exit 1
}

# is TEXT WANTED: the first line of a text.
is() {
    [ "$(printf '%s\n' "$1" | head -n 1)" = "$2" ] || fail "expected '$2', found '$1'"
}

# A manifest with one mistake, and the exit code that it must give.
# shellcheck disable=SC2016 # backticks of Markdown
manifest() {
    sed -n '/^```yaml$/,/^```$/p' README.md | sed -n '/^apiVersion/,/^```$/{/^```$/q;p;}' >"$1/cafe.yaml"
    grep -q 'expire=1h' "$1/cafe.yaml" || fail "the README's manifest has changed: adapt this script"
}
finds() { # finds COMMAND…: exit code 1 and the finding
    code=0
    found=$("$@" 2>&1) || code=$?
    [ "$code" = 1 ] || fail "$*: exit code $code: $found"
    case $found in *unknown-parameter*) ;; *) fail "$*: $found" ;; esac
}

(cd "$dist" && sha256sum --quiet -c SHA256SUMS)

for archive in "$dist"/stickler-"$version"-*-*.tar.gz; do
    tar -xzf "$archive" -C "$work"
    folder=$work/$(basename "$archive" .tar.gz)
    manifest "$folder"
    # Nothing of this environment: no PATH, no HOME.
    is "$(cd / && env -i "$folder/stickler" --version)" "stickler $version"
    (cd "$folder" && finds env -i ./stickler check cafe.yaml)
    for file in man/stickler-check.1 completions/stickler.bash; do
        [ -s "$folder/$file" ] || fail "$archive: $file is missing"
    done
    grep -q 'Mozilla Public License 2.0' "$folder/THIRD-PARTY-NOTICES.txt" || fail "$archive: no notice of the public suffix list"
    echo "archive: $(basename "$archive")"
done

for wheel in "$dist"/stickler-"$version"-*.whl; do
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet --no-index "$wheel"
    is "$(env -i "$work/venv/bin/stickler" --version)" "stickler $version"
    mkdir "$work/repository"
    manifest "$work/repository"
    "$work/venv/bin/pip" install --quiet pre-commit
    cat >"$work/repository/.pre-commit-config.yaml" <<CONFIG
repos:
  - repo: local
    hooks:
      - id: stickler
        name: stickler
        language: python
        additional_dependencies: ["$wheel"]
        entry: stickler check --allow-empty
        types_or: [yaml, json]
        require_serial: true
CONFIG
    git -C "$work/repository" init --quiet
    git -C "$work/repository" add .
    (cd "$work/repository" && PRE_COMMIT_HOME="$work/pre-commit" finds "$work/venv/bin/pre-commit" run --all-files)
    echo "wheel: $(basename "$wheel"), in a venv and under pre-commit"
done

chart=$dist/stickler-$version.tgz
"$tools/bin/helm" lint --quiet "$chart"
"$tools/bin/helm" template stickler "$chart" --namespace stickler >"$work/rendered.yaml"
grep -q "image: .*:$version" "$work/rendered.yaml" || fail "the chart names another image than version $version"
"$tools/bin/helm" show chart "$chart" | grep -qx "appVersion: $version" || fail "the chart's appVersion is another"
echo "chart: $(basename "$chart")"

tar -xzf "$dist/stickler-kustomize-$version.tar.gz" -C "$work"
[ -f "$work/stickler-kustomize-$version/base/kustomization.yaml" ] || fail "kustomize: no base"
echo "kustomize: stickler-kustomize-$version.tar.gz"

# The action on a made-up runner, whose releases are a folder on loopback.
action() { # action VARIABLE=VALUE…
    env "GITHUB_SERVER_URL=http://127.0.0.1:$port" RUNNER_OS=Linux "RUNNER_ARCH=$arch" "RUNNER_TEMP=$work" \
        STICKLER_REPOSITORY=owner/stickler "STICKLER_VERSION=$version" "STICKLER_CHECKSUM=$sum" \
        "STICKLER_PATHS=$work/repository" STICKLER_POLICY='' STICKLER_FAIL_ON=error \
        "STICKLER_SARIF=$work/stickler.sarif" GITHUB_ACTIONS=true "$@" release/action.sh
}
case $(uname -m) in aarch64) arch=ARM64 ;; *) arch=X64 ;; esac
archive=$(ls "$dist/stickler-$version-$(uname -m)"-*.tar.gz)
sum=$(sha256sum <"$archive" | cut -d ' ' -f 1)
served=$work/served/owner/stickler/releases/download/v$version
mkdir -p "$served" && cp "$archive" "$served"
python3 -u -m http.server --directory "$work/served" --bind 127.0.0.1 0 >"$work/port" 2>/dev/null &
server=$!
trap 'kill $server; rm -rf "$work"' EXIT
for _ in $(seq 100); do
    port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' "$work/port")
    [ -n "$port" ] && break
    sleep 0.1
done
finds action
grep -q '"version": *"2.1.0"' "$work/stickler.sarif" || fail "action: no SARIF file"
code=0
refused=$(action "STICKLER_CHECKSUM=$(printf '0%.0s' $(seq 64))") || code=$?
[ "$code" = 2 ] || fail "action: another checksum is taken: $refused"
echo "action: a finding, a SARIF file, and another checksum is refused"
