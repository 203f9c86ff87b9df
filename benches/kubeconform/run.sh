#!/bin/sh
# Times `stickler check` beside kubeconform on the same manifests, in one run.
#
#   benches/kubeconform/run.sh [FILES]        (default: 10000, of which 2 % are bad)
#
# Needs hyperfine, Go and Python 3 with pip. kubeconform validates against a
# local schema of Ingress alone, so that neither asks the network.
set -eu
cd "$(dirname "$0")/../.."
files=${1:-10000}

cargo build --release --locked
stickler=$PWD/target/release/stickler
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

GOBIN="$work" go install github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0
pip download --quiet --no-deps --dest "$work" kubernetes-validate==1.37.0
python3 benches/kubeconform/prepare.py "$work" "$files"

echo "$files files, $(du -sb "$work/manifests" | cut -f1) bytes, $(nproc) cores"
cd "$work"
hyperfine --ignore-failure --warmup 1 --runs 7 --export-json times.json \
    --command-name stickler "$stickler check --format concise manifests" \
    --command-name kubeconform "./kubeconform -schema-location '$work/schema.json' manifests"
python3 - <<'END'
import json
ours, theirs = json.load(open("times.json"))["results"]
print(f"median wall time, stickler / kubeconform: {ours['median'] / theirs['median']:.3f}")
END

for count in 1 100 "$files"; do
    rm -rf some && mkdir some
    # shellcheck disable=SC2046 # names made by the script hold no blanks
# shellcheck disable=SC2012 # the names are our own
    ls manifests | head -n "$count" | xargs -I{} ln "manifests/{}" some/
    peak=$(python3 -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)' "$stickler" check --format concise some)
    echo "peak memory with $count files: $peak KiB"
done
