#!/bin/sh
# Makes a kind cluster with stickler's image of this checkout in it, if there is
# none yet, and prints the path of its kubeconfig: `cluster.sh NAME TOOL…`, where
# TOOLs are programs that the caller needs besides.
set -eu
cd "$(dirname "$0")/../.."

name=$1
shift
for tool in docker kind kubectl "$@"; do
    command -v "$tool" >/dev/null || {
        echo "deploy/kind: $tool is missing; install it" >&2
        exit 2
    }
done
image=stickler:$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
kubeconfig=${TMPDIR:-/tmp}/stickler-kind-$name.kubeconfig
{
    kind get clusters | grep -qx "$name" || kind create cluster --name "$name" --wait 2m
    (umask 077 && kind get kubeconfig --name "$name" >"$kubeconfig")
    docker build -t "$image" .
    kind load docker-image "$image" --name "$name"
} >&2
echo "$kubeconfig"
