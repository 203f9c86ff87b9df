#!/bin/sh
# Has cargo-mutants break the code and the tests find it out.
#
#     tests/mutants.sh            src/lint and src/admission, in every way it knows: hours
#     tests/mutants.sh 0/16       every sixteenth of that
#     tests/mutants.sh rooms      a sample of every room, and the score of each:
#                                 half an hour on two cores
#     tests/mutants.sh rooms 3    another sample: each number from 0 on is one
#     tests/mutants.sh rooms 3 yaml certs
#                                 of these rooms alone
set -eu
cd "$(dirname "$0")/.."
command -v cargo-mutants >/dev/null || {
    echo "tests/mutants.sh: cargo-mutants is missing; install it (cargo install --locked cargo-mutants)" >&2
    exit 1
}

# Mutants of each room that are tried.
each=${EACH:-6}
# The tests over the rooms' public faces, without those that need Go.
public='admission browser cases certs cli context corpus field fuzz manifests migrate operations pages places policy program releases reports server'

# Runs cargo-mutants. 2 means that there is something left, 3 that something ran
# into the time limit, which counts as noticed.
mutants() {
    cargo mutants --dir "$package" --output target/mutants --colors never "$@" || {
        status=$?
        [ "$status" -eq 2 ] || [ "$status" -eq 3 ]
    }
}

# Runs it for the mutants that a file names, with the other words as arguments.
mutants_of() {
    names=$1
    shift
    # Fields left out of an expression are tried whatever is named.
    grep -q 'delete field' "$names" || set -- --exclude-re 'delete field' "$@"
    # shellcheck disable=SC2016 # nothing of this is the shell's to expand
    special='s/[][\\.*^$()+?{|}&]/\\&/g'
    while IFS= read -r mutant; do
        set -- --re "^$(printf '%s' "$mutant" | sed "$special")\$" "$@"
    done <"$names"
    mutants "$@"
}

# The core and its tests as a package of their own, without the server and the
# command line, and with one program for all tests over its public face: a
# mutant costs what is compiled for it.
core() {
    core='admission finding ingress json lint manifest policy yaml'
    tests='admission browser context corpus fixes fuzz hostile policy properties'
    package=target/mutants/core
    rm -rf "$package"
    mkdir -p "$package/src" "$package/tests"

    for module in $core; do
        cp -r "src/$module.rs" "$package/src/"
        [ ! -d "src/$module" ] || cp -r "src/$module" "$package/src/"
        echo "pub mod $module;" >>"$package/src/lib.rs"
    done
    for test in $tests; do
        echo "#[path = \"$test.rs\"] mod $test;" >>"$package/tests/all.rs"
    done
    cp -r .cargo deploy docs Cargo.lock "$package/"
    mkdir "$package/fuzz" && cp -r fuzz/oracles fuzz/kept "$package/fuzz/"
    for test in $tests support corpus; do
        cp -r tests/"$test"* "$package/tests/"
    done
    # What the command line says is not the core's.
    sed -i '/cli/d' "$package/tests/policy.rs"
    # No programs and no benches; names for no debugger.
    sed -e '/^\[\[/,/^$/d' -e 's/^debug = .*/debug = false/' Cargo.toml >"$package/Cargo.toml"
    printf '\n[[test]]\nname = "all"\n' >>"$package/Cargo.toml"
    sed -i 's/^edition = .*/&\nautotests = false/' "$package/Cargo.toml"

    export CARGO_TARGET_DIR="$PWD/target/mutants/build"
    # Unit tests first, which are cheap to build; then the others, for what is left.
    mutants --gitignore false ${1:+--shard "$1"} -- --lib
    cp target/mutants/mutants.out/missed.txt target/mutants/left.txt
    [ ! -s target/mutants/left.txt ] ||
        mutants_of target/mutants/left.txt --gitignore false -- --test all
}

# Which of the public tests concern a room.
concerned() {
    case $1 in
    admission) echo admission program ;;
    audit) echo cli program ;;
    certs) echo certs cli ;;
    crypto | probe | server) echo server ;;
    finding | render) echo cli pages program reports ;;
    ingress) echo admission field manifests program ;;
    json) echo fuzz ;;
    lint) echo admission browser cases cli context corpus migrate pages releases ;;
    manifest) echo cli field manifests migrate places program ;;
    page) echo cli pages ;;
    policy) echo cli operations policy ;;
    yaml) echo manifests places policy program ;;
    *) echo certs cli migrate operations policy program reports server ;;
    esac
}

# Tries the mutants that a file names against the tests that the other words
# name, and adds them to what is noticed and what is left.
try() {
    names=$1
    shift
    # Fields left out of an expression are tried whatever is named, unless they
    # were noticed before.
    rm -rf target/mutants/mutants.out
    mkdir -p target/mutants/mutants.out
    grep ': delete field' "$all" >target/mutants/fields.txt || true
    cp target/mutants/fields.txt target/mutants/mutants.out/caught.txt
    # In place, so that what is built is built on, from one room to the next. The
    # configuration is the core's.
    mutants_of "$names" --in-place --no-config --iterate "$@"
    grep -h -v -x -F -f target/mutants/fields.txt target/mutants/mutants.out/caught.txt \
        target/mutants/mutants.out/timeout.txt >>target/mutants/noticed.txt || true
    cat target/mutants/mutants.out/missed.txt >>target/mutants/left.txt
}

# A sample of each room: so many mutants, as far apart as may be. Unit tests come
# first; for what is left the public tests of the room, and then those that need Go.
rooms() {
    nth=${1:-0}
    [ $# -eq 0 ] || shift
    only="$*"

    # The whole, but of its programs and tests no more than is to be built.
    package=target/mutants/whole
    rm -rf "$package"
    mkdir -p "$package"
    git ls-files -z | xargs -0 cp --parents -t "$package"
    sed -i -e '/^\[\[bench/,/^$/d' -e 's/^edition = .*/&\nautotests = false/' "$package/Cargo.toml"
    # shellcheck disable=SC2086 # several words
    printf '\n[[test]]\nname = "%s"\n' $public cluster >>"$package/Cargo.toml"

    all=target/mutants/all.txt
    cargo mutants --list --no-config --colors never --dir "$package" --exclude-re 'impl .*Debug for' >"$all"
    grep -v ': delete field' "$all" |
        awk -v each="$each" -v nth="$nth" -v only=" $only " '
            {
                split($0, part, /[\/.:]/)
                if (only ~ /^ *$/ || index(only, " " part[2] " "))
                    line[part[2], count[part[2]]++] = $0
            }
            END {
                for (room in count) {
                    step = count[room] > each ? count[room] / each : 1
                    for (i = 0; i * step < count[room] && i < each; i++)
                        print line[room, (int(i * step) + nth * 7) % count[room]]
                }
            }' >target/mutants/sample.txt

    export CARGO_TARGET_DIR="$PWD/target/mutants/rooms" CARGO_PROFILE_DEV_DEBUG=false
    : >target/mutants/noticed.txt
    : >target/mutants/left.txt
    # What is asked of cargo and not of its tests alone is all that is built.
    try target/mutants/sample.txt --minimum-test-timeout 60 --cargo-arg=--lib
    mv target/mutants/left.txt target/mutants/unnoticed.txt
    : >target/mutants/left.txt

    # They must pass where nothing is broken. Properties of thousands of cases
    # take minutes.
    long='--skip arbitrary'
    left_in=$(sed 's,^src/\([a-z]*\).*,\1,' target/mutants/unnoticed.txt | sort -u)
    tests=$(for room in $left_in; do concerned "$room"; done | tr ' ' '\n' | sort -u)
    # shellcheck disable=SC2046,SC2086 # several words
    [ -z "$left_in" ] ||
        cargo test -q --manifest-path "$package/Cargo.toml" $(printf -- '--test %s ' $tests) -- $long
    for room in $left_in; do
        grep "^src/${room}[./]" target/mutants/unnoticed.txt >target/mutants/of-room.txt
        # shellcheck disable=SC2046,SC2086 # several words
        try target/mutants/of-room.txt --baseline skip --timeout 600 \
            $(printf -- '--cargo-arg=--test=%s ' $(concerned "$room")) -- -- $long
    done
    # Of what is still left, what calls an API server is tried against a real one.
    if grep -E '^src/(audit|certs|cli)[./]' target/mutants/left.txt >target/mutants/of-cluster.txt; then
        grep -v -x -F -f target/mutants/of-cluster.txt target/mutants/left.txt >target/mutants/others.txt || true
        mv target/mutants/others.txt target/mutants/left.txt
        try target/mutants/of-cluster.txt --baseline skip --timeout 900 --cargo-arg=--test=cluster
    fi
    awk '
        { split($0, part, /[\/.:]/); room = part[2]; tried[room]++; all++ }
        FILENAME ~ /noticed/ { noticed[room]++; sum++ }
        END {
            for (room in tried)
                printf "%-10s %3d of %3d\n", room, noticed[room], tried[room] | "sort"
            close("sort")
            printf "%-10s %3d of %3d, %d %%\n", "all", sum, all, 100 * sum / all
        }' target/mutants/noticed.txt target/mutants/left.txt
    echo "left:"
    cat target/mutants/left.txt
}

case ${1:-} in
rooms)
    shift
    rooms "$@"
    ;;
*) core "${1:-}" ;;
esac
