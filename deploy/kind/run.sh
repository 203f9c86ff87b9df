#!/bin/sh
# Installs stickler in a throw-away kind cluster and runs tests/cluster against
# it. The cluster stays when a test fails, or with KEEP=1, to be inspected.
set -eu
cd "$(dirname "$0")/../.."

name=stickler
KUBECONFIG=$(deploy/kind/cluster.sh "$name" openssl cargo)
export KUBECONFIG

certs/make.sh deploy/kustomize/overlays/files
kubectl apply -k deploy/kind
kubectl -n stickler rollout status deployment/stickler --timeout=2m

# One at a time: the tests count the reviews of the one webhook.
STICKLER_TEST_KUBECONFIG="$KUBECONFIG" cargo test --locked --test cluster -- --test-threads=1
[ -n "${KEEP-}" ] || kind delete cluster --name "$name"
