#!/bin/sh
# Makes a release twice from clean clones in two places and compares the bytes.
# The tools, which are pinned, are installed once, below target/tools.
set -eu
cd "$(dirname "$0")/.."
mkdir -p target/tools
tools=$PWD/target/tools
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for copy in one two; do
    git clone --quiet . "$work/$copy"
    mkdir -p "$work/$copy/target"
    ln -s "$tools" "$work/$copy/target/tools"
    (cd "$work/$copy" && release/dist.sh notices archive chart kustomize sums >/dev/null)
done
diff "$work/one/target/dist/SHA256SUMS" "$work/two/target/dist/SHA256SUMS" && echo "the same bytes twice"
