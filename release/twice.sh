#!/bin/sh
# Makes a release twice from clean clones in two places and compares the bytes.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for copy in one two; do
    git clone --quiet . "$work/$copy"
    (cd "$work/$copy" && release/dist.sh notices archive chart kustomize sums >/dev/null)
done
diff "$work/one/target/dist/SHA256SUMS" "$work/two/target/dist/SHA256SUMS" && echo "the same bytes twice"
