#!/bin/sh
# Has cargo-mutants break src/lint and src/admission in every way it knows, and
# the core's tests find it out: `tests/mutants.sh`, or `tests/mutants.sh 0/16`
# for every sixteenth of them.
#
# A mutant costs what is compiled for it. So the core and its tests are laid out
# as a package of their own, without the server and the command line, and with
# one program for all tests over its public face.
set -eu
cd "$(dirname "$0")/.."
command -v cargo-mutants >/dev/null || {
    echo "tests/mutants.sh: cargo-mutants is missing; install it (cargo install --locked cargo-mutants)" >&2
    exit 1
}

core='admission finding ingress lint manifest policy yaml'
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
mutants() {
    cargo mutants --dir "$package" --output target/mutants --gitignore false --colors never "$@"
}
# Unit tests first, which are cheap to build. 2 means that there is something
# left, 3 that something ran into the time limit, which counts as noticed.
mutants ${1:+--shard "$1"} -- --lib || {
    status=$?
    [ "$status" -eq 2 ] || [ "$status" -eq 3 ]
}
missed=target/mutants/mutants.out/missed.txt
[ -s "$missed" ] || exit 0
# Then the others, for each that is left by its name.
# shellcheck disable=SC2016 # nothing of this is the shell's to expand
special='s/[][\\.*^$()+?{|}&]/\\&/g'
set --
while IFS= read -r mutant; do
    set -- "$@" --re "^$(printf '%s' "$mutant" | sed "$special")\$"
done <"$missed"
# Fields left out of an expression are tried whatever is named.
grep -q 'delete field' "$missed" || set -- "$@" --exclude-re 'delete field'
mutants "$@" -- --test all
