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

/// What cert-manager's HTTP-01 solver does with a live Ingress: a path for the
/// challenge before all others, and away again.
#[tokio::test]
async fn a_challenge_passes_an_old_mistake() {
    let place = Place::open("acme").await;
    place.shell("kubectl apply -f breaks-reload.yaml");
    let _webhook = Webhook::before(&place).await;
    let challenge = "kubectl patch ingress cafe --type=json -p \
         '[{\"op\": \"add\", \"path\": \"/spec/rules/0/http/paths/0\", \"value\": \
         {\"path\": \"/.well-known/acme-challenge/token\", \
         \"pathType\": \"ImplementationSpecific\", \"backend\": {\"service\": \
         {\"name\": \"cm-acme-http-solver-x7k2p\", \"port\": {\"number\": 8089}}}}}]'";
    let paths =
        "kubectl get ingress cafe -o jsonpath='{.spec.rules[*].http.paths[*].path}{\"\\n\"}'";
    place.session(
        "challenge",
        &[
            challenge,
            paths,
            "kubectl patch ingress cafe --type=json -p \
             '[{\"op\": \"remove\", \"path\": \"/spec/rules/0/http/paths/0\"}]'",
            paths,
        ],
    );
}

/// An old mistake that nobody suffers from yet comes alive by no update: not by
/// a class, not by the other key, not by the status.
#[tokio::test]
async fn an_old_mistake_comes_alive_by_no_update() {
    let place = Place::open("alive").await;
    place.shell("sed 's/ingressClassName: nginx/ingressClassName: alb/' breaks-reload.yaml | kubectl apply -f -");
    place.shell(
        "sed -e 's/name: cafe/name: twin/' -e 's/expire=/expires=/' \
         -e 's/nginx.com/nginx.org/' -e 's/host: cafe/host: twin/' breaks-reload.yaml | kubectl apply -f - && \
         kubectl annotate ingress twin nginx.com/sticky-cookie-services='serviceName=coffee-svc srv_id expire=1h'",
    );
    let _webhook = Webhook::before(&place).await;
    place.session(
        "alive",
        &[
            "kubectl label ingress cafe team=coffee",
            "kubectl patch ingress cafe --type=merge -p '{\"spec\": {\"ingressClassName\": \"nginx\"}}'",
            "kubectl annotate ingress cafe kubernetes.io/ingress.class=nginx",
            "kubectl label ingress twin team=tea",
            "kubectl annotate ingress twin nginx.org/sticky-cookie-services-",
            "kubectl patch ingress twin --subresource=status --type=json -p \
             '[{\"op\": \"remove\", \"path\": \"/metadata/annotations/nginx.org~1sticky-cookie-services\"}]'",
        ],
    );
}
