#!/bin/sh
# Counts the instructions of the hot path with valgrind and holds them against
# benches/instructions.txt: more than a fourth above it fails, and so does a case
# that is not in it. `--write` writes the file anew. Counts do not hang on the
# machine's load, but on compiler and C library: hence the generous bound.
set -eu
cd "$(dirname "$0")/.."
baseline=benches/instructions.txt

command -v valgrind >/dev/null || {
    echo "benches/instructions.sh: valgrind is missing; install it (apt-get install valgrind)" >&2
    exit 1
}
program=$(cargo bench --locked --no-run --bench instructions --message-format=json |
    sed -n 's/.*"name":"instructions".*"executable":"\([^"]*\)".*/\1/p')

total() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

# Of the first call much is paid once: the difference between many and few is one call's.
count() {
    few=$(total "$1" 20)
    many=$(total "$1" 120)
    echo $(((many - few) / 100))
}

cases='check-one-entry answer-without-our-keys answer-recorded-create answer-recorded-update
answer-2-kb answer-2-kb-beside-others answer-8-kb answer-8-kb-of-paths answer-1000-services'
status=0
counts=$(mktemp)
trap 'rm -f "$counts"' EXIT
echo "| case | instructions a call | baseline | ratio |"
echo "|---|---|---|---|"
for case in $cases; do
    now=$(count "$case")
    echo "$case $now" >>"$counts"
    then=$(sed -n "s/^$case //p" "$baseline" 2>/dev/null || true)
    if [ -z "$then" ]; then
        echo "| $case | $now | none | |"
        [ "${1-}" = --write ] || missing="${missing-} $case"
        continue
    fi
    echo "| $case | $now | $then | $(((now * 100 + then / 2) / then)) % |"
    [ $((now * 4)) -le $((then * 5)) ] || status=1
done
if [ -n "${missing-}" ]; then
    echo "benches/instructions.sh: no baseline for$missing: add it with --write" >&2
    exit 1
elif [ "${1-}" = --write ]; then
    cp "$counts" "$baseline"
elif [ $status -ne 0 ]; then
    echo "benches/instructions.sh: the hot path takes more than a fourth more instructions than before" >&2
    exit 1
fi
