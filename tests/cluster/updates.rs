//! An Ingress that changes: from good to bad, from bad to the same, to worse
//! and to better.

use crate::place::Place;
use crate::webhook::Webhook;

#[tokio::test]
async fn a_good_ingress_stays_good() {
    let (place, _webhook) = Place::guarded("good").await;
    place.session(
        "good-before",
        &[
            "kubectl apply -f good.yaml",
            "kubectl apply -f breaks-reload.yaml",
            "kubectl annotate ingress cafe --overwrite \
             nginx.com/sticky-cookie-services='serviceName=coffee-svc srv_id expires=1x path=/coffee'",
            "kubectl patch ingress cafe --type=json -p '[{\"op\": \"replace\", \"path\": \
             \"/spec/rules/0/http/paths/0/backend/service/name\", \"value\": \"tea-svc\"}]'",
            "kubectl label ingress cafe team=coffee",
            "kubectl get ingress cafe -o yaml | grep sticky-cookie-services:",
            "kubectl delete ingress cafe",
        ],
    );
}

#[tokio::test]
async fn what_was_bad_before_can_be_worked_with() {
    let place = Place::open("bad").await;
    place.shell("kubectl apply -f breaks-reload.yaml");
    let _webhook = Webhook::before(&place).await;
    place.session(
        "bad-before",
        &[
            "kubectl label ingress cafe team=coffee",
            "kubectl annotate ingress cafe example.com/owner=coffee",
            "kubectl apply -f breaks-reload.yaml",
            "kubectl apply -f breaks-reload.yaml --server-side --force-conflicts",
            "kubectl apply -f two-problems.yaml",
            "kubectl apply -f good.yaml",
            "kubectl apply -f breaks-reload.yaml",
            "kubectl delete ingress cafe",
        ],
    );
}

#[tokio::test]
async fn what_was_bad_before_can_be_deleted() {
    let place = Place::open("finalizer").await;
    place.shell("kubectl apply -f breaks-reload.yaml");
    let _webhook = Webhook::before(&place).await;
    place.session(
        "finalizer",
        &[
            "kubectl patch ingress cafe --type=merge \
             -p '{\"metadata\": {\"finalizers\": [\"example.com/hold\"]}}'",
            "kubectl delete ingress cafe --wait=false",
            "kubectl apply -f two-problems.yaml",
            "kubectl patch ingress cafe --type=merge -p '{\"metadata\": {\"finalizers\": null}}'",
            "kubectl get ingress cafe",
        ],
    );
}
