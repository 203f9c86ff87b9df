#!/bin/sh
# The hooks of .pre-commit-hooks.yaml under real pre-commit (PyPI): what is wrong
# is told and refused, what is right or no manifest passes. The hook that builds
# stickler with cargo is the same but for its language, and takes minutes.
#
#     tests/precommit.sh [STICKLER]    with this program, or the one of a debug build
set -eu
cd "$(dirname "$0")/.."
version=4.3.0

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
venv=${STICKLER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/stickler}/pre-commit-$version
[ -x "$venv/bin/pre-commit" ] || {
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet "pre-commit==$version"
}
if [ $# -eq 0 ]; then
    cargo build --locked --quiet
    set -- "${CARGO_TARGET_DIR:-target}/debug/stickler"
fi
mkdir "$folder/bin"
ln -s "$(realpath "$1")" "$folder/bin/stickler"
PATH=$folder/bin:$PATH PRE_COMMIT_HOME=$folder/home
export PATH PRE_COMMIT_HOME

# A repository of this name with one commit of all that is in it.
commit() {
    git -C "$1" init --quiet
    git -C "$1" add --all
    git -C "$1" -c user.name=test -c user.email=test@example.com commit --quiet --message test
}

"$venv/bin/pre-commit" validate-manifest .pre-commit-hooks.yaml
mkdir "$folder/hooks" "$folder/project" "$folder/project/deploy"
cp .pre-commit-hooks.yaml "$folder/hooks/"
commit "$folder/hooks"
cat >"$folder/project/.pre-commit-config.yaml" <<END
repos:
  - repo: file://$folder/hooks
    rev: $(git -C "$folder/hooks" rev-parse HEAD)
    hooks:
      - id: stickler-system
END
cp tests/cluster/manifests/good.yaml "$folder/project/deploy/cafe.yaml"
echo '{"name": "no manifest"}' >"$folder/project/package.json"
commit "$folder/project"

# Runs the hooks on all files; the exit code and what was printed have to be these.
run() {
    code=0
    printed=$(cd "$folder/project" && "$venv/bin/pre-commit" run --all-files 2>&1) || code=$?
    if [ "$code" -ne "$1" ] || ! printf '%s' "$printed" | grep -q "$2"; then
        echo "tests/precommit.sh: expected $1 and '$2', got $code:" >&2
        printf '%s\n' "$printed" >&2
        exit 1
    fi
}
run 0 'stickler.*Passed'
cp tests/cluster/manifests/breaks-reload.yaml "$folder/project/deploy/cafe.yaml"
run 1 'deploy/cafe.yaml:6:.*\|unknown-parameter'
rm "$folder/project/deploy/cafe.yaml"
git -C "$folder/project" add --all
run 0 'stickler.*Passed'
echo "pre-commit: a mistake is refused, and nothing else"
