#!/bin/sh
# The search for cost: counts with valgrind the instructions of the answers to
# some 900 kinds of reviews, each of one size and of twice that size. Where they
# grow by more than three, or a byte takes too many, it fails. `cost.sh NAME`
# counts those whose name has it; `cost.sh memory` prints what the answers to
# the worst of them take of memory. Ten minutes and more on two processors.
set -eu
cd "$(dirname "$0")/.."

command -v valgrind >/dev/null || {
    echo "benches/cost.sh: valgrind is missing; install it (apt-get install valgrind)" >&2
    exit 1
}
program=$(cargo bench --locked --no-run --bench cost --message-format=json |
    sed -n 's/.*"name":"cost".*"executable":"\([^"]*\)".*/\1/p')
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ "${1-}" = memory ]; then
    "$program" memory "$work/review.json"
    exit
fi

# Counts the shapes of one part, in a folder that callgrind writes into.
count() {
    mkdir "$work/$1"
    valgrind --quiet --tool=callgrind --callgrind-out-file="$work/$1/out" \
        --toggle-collect=cost::measured --dump-after=cost::measured \
        "$program" "$work/$1" "$1/$processors" "$2" >"$work/$1.table"
}

processors=$(nproc)
part=0
pids=
while [ $part -lt "$processors" ]; do
    count $part "${1-}" &
    pids="$pids $!"
    part=$((part + 1))
done
status=0
for pid in $pids; do
    wait "$pid" || status=1
done
echo "| shape | KiB | KiB | million instructions | of twice the size | growth | a byte |"
echo "|---|---|---|---|---|---|---|"
cat "$work"/*.table
exit $status
