#!/usr/bin/env bash
# What action.yml runs: downloads one release, verifies its checksum, checks the
# manifests. Inputs come by environment, never by text in a script.
set -euo pipefail

fail() {
    echo "::error title=stickler::$*"
    exit 2
}

[[ $STICKLER_VERSION =~ ^[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.+-]*$ ]] || fail "input 'version' is not a version: expected one such as 0.1.0"
[[ $STICKLER_CHECKSUM =~ ^[0-9a-f]{64}$ ]] || fail "input 'checksum' is not a SHA-256: expected 64 hexadecimal digits"
case $RUNNER_OS-$RUNNER_ARCH in
Linux-X64) target=x86_64-unknown-linux-gnu ;;
Linux-ARM64) target=aarch64-unknown-linux-gnu ;;
macOS-ARM64) target=aarch64-apple-darwin ;;
*) fail "there is no release for $RUNNER_OS on $RUNNER_ARCH" ;;
esac

name=stickler-$STICKLER_VERSION-$target
folder=$RUNNER_TEMP/$name.$$
mkdir -p "$folder"
url=$GITHUB_SERVER_URL/$STICKLER_REPOSITORY/releases/download/v$STICKLER_VERSION/$name.tar.gz
curl --fail --silent --show-error --location --retry 3 --output "$folder/archive" "$url" || fail "cannot download $url"
sum=$(if command -v sha256sum >/dev/null; then sha256sum <"$folder/archive"; else shasum -a 256 <"$folder/archive"; fi)
[ "${sum%% *}" = "$STICKLER_CHECKSUM" ] || fail "$name.tar.gz has checksum ${sum%% *}, expected $STICKLER_CHECKSUM"
tar -xzf "$folder/archive" -C "$folder"

# An empty variable is not a path.
[ -n "${STICKLER_POLICY-}" ] || unset STICKLER_POLICY
arguments=(--fail-on "$STICKLER_FAIL_ON" --allow-empty)
[ -z "$STICKLER_SARIF" ] || arguments+=(--output "sarif=$STICKLER_SARIF")
paths=()
while IFS= read -r path; do [ -z "$path" ] || paths+=("$path"); done <<<"$STICKLER_PATHS"
# Without `--` a path that begins with a dash would be an option.
exec "$folder/$name/stickler" check "${arguments[@]}" -- ${paths[@]+"${paths[@]}"}
