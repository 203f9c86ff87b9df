#!/bin/sh
# Tries manifests on a real API server with stickler in it: makes a kind cluster,
# installs the chart, and sends each manifest as `kubectl apply --dry-run=server`.
# Nothing is created but the namespaces that the manifests name.
#
#   deploy/kind/try.sh [--kubeconfig FILE] [--values FILE] MANIFEST…
#
#   --kubeconfig FILE  use this cluster, which has stickler, instead of making one
#   --values FILE      values for the chart, such as the policy
#
# The exit code is 0 where every manifest is admitted, 1 for a denial, and 2 for
# a manifest that the API server could not be asked about. The cluster stays with
# KEEP=1, for the next run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
name=stickler-try

usage() {
    sed -n '/^#   /s/^#   //p' "$here/try.sh" >&2
    exit 2
}

install() {
    set -- "$here/../chart" "$@"
    helm upgrade --install stickler "$@" --namespace stickler --create-namespace \
        --set image.pullPolicy=Never --wait --timeout 3m
    # In force when a bad Ingress is denied, not when the Pods are ready.
    bad='nginx.org/sticky-cookie-services=serviceName=try srv_id expire=1h'
    attempts=30
    until kubectl create ingress try --rule=a.example.com/=try:80 --annotation="$bad" \
        --dry-run=server 2>&1 | grep -q 'denied the request'; do
        attempts=$((attempts - 1))
        [ "$attempts" -gt 0 ] || {
            echo "try.sh: stickler denies nothing; kubectl -n stickler get pods,events says why" >&2
            exit 2
        }
        sleep 1
    done
}

# The namespaces that a manifest names must be there for a dry run.
namespaces() {
    sed -n 's/^  namespace: *["'\'']\{0,1\}\([a-z0-9-]*\)["'\'']\{0,1\} *$/\1/p' "$1" | sort -u |
        while read -r namespace; do
            kubectl get namespace "$namespace" >/dev/null 2>&1 || kubectl create namespace "$namespace" >/dev/null
        done
}

# Prints what the API server says; 0 for admitted, 1 for denied, 2 for not asked.
dry_run() {
    if said=$(kubectl apply --dry-run=server -f "$1" 2>&1); then
        printf '%s\n' "$said"
        return 0
    fi
    printf '%s\n' "$said"
    # A denial counts whatever else is wrong with the file.
    case $said in
    *'admission webhook "stickler.'*' denied the request'*) return 1 ;;
    *) return 2 ;;
    esac
}

kubeconfig='' values=''
while [ $# -gt 0 ]; do
    case $1 in
    --kubeconfig | --values) [ $# -ge 2 ] || usage ;;
    -*) usage ;;
    *) break ;;
    esac
    case $1 in
    --kubeconfig) kubeconfig=$2 ;;
    *) values=$2 ;;
    esac
    shift 2
done
[ $# -gt 0 ] || usage

if [ -n "$kubeconfig" ]; then
    export KUBECONFIG="$kubeconfig"
else
    KUBECONFIG=$("$here/cluster.sh" "$name" helm)
    export KUBECONFIG
    [ -n "${KEEP-}" ] || trap 'kind delete cluster --name "$name"' EXIT
    if [ -n "$values" ]; then install --values "$values"; else install; fi
fi

denied=0 unasked=0
for manifest in "$@"; do
    echo "== $manifest"
    [ -r "$manifest" ] || { echo "cannot be read"; unasked=$((unasked + 1)); continue; }
    namespaces "$manifest"
    dry_run "$manifest" || case $? in 1) denied=$((denied + 1)) ;; *) unasked=$((unasked + 1)) ;; esac
done
echo "$# manifests: $denied denied, $unasked could not be checked"
[ "$denied" -eq 0 ] || exit 1
[ "$unasked" -eq 0 ] || exit 2
