#!/bin/sh
# Installs stickler in a throw-away kind cluster and runs tests/cluster against
# it. The cluster stays when a test fails, or with KEEP=1, to be looked at.
set -eu
cd "$(dirname "$0")/../.."

for tool in docker kind kubectl openssl cargo; do
    command -v "$tool" >/dev/null || {
        echo "deploy/kind/run.sh: $tool is missing; install it" >&2
        exit 1
    }
done

name=stickler
image=stickler:0.1.0
kubeconfig=$(mktemp)
export KUBECONFIG="$kubeconfig"

kind get clusters | grep -qx "$name" || kind create cluster --name "$name" --wait 2m
kind get kubeconfig --name "$name" >"$kubeconfig"
docker build -t "$image" .
kind load docker-image "$image" --name "$name"

certs/make.sh deploy/kustomize/overlays/files
kubectl apply -k deploy/kind
kubectl -n stickler rollout status deployment/stickler --timeout=2m

# One at a time: the tests count the reviews of the one webhook.
STICKLER_TEST_KUBECONFIG="$kubeconfig" cargo test --locked --test cluster -- --test-threads=1
[ -n "${KEEP-}" ] || kind delete cluster --name "$name"
