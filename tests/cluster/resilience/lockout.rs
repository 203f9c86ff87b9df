//! Every replica is down, or the Service gone: who is held up, and who is not.

use k8s_openapi::api::admissionregistration::v1::{ServiceReference, WebhookClientConfig};
use serde_json::{Value, json};

use crate::certs::{assert_denies, replicas};
use crate::cluster::cluster;
use crate::place::Place;
use crate::webhook::{install, refusal, shipped};

/// Ports differ from run to run.
const PORT: &str = "2>&1 | sed 's/127.0.0.1:[0-9]*/127.0.0.1:PORT/g'";

#[tokio::test]
async fn only_our_ingresses_are_held_while_every_replica_is_down() {
    let place = Place::open("lockout").await;
    place.shell("kubectl create -f breaks-reload.yaml");
    let (replicas, balancer) = replicas::<2>(&place, &[]).await;
    assert_denies(&place).await;
    drop((replicas, balancer));
    place.session(
        "lockout",
        &[
            "kubectl create -f plain.yaml",
            "kubectl label ingress plain team=coffee",
            "kubectl delete ingress plain",
            &format!("sed 's/ cafe$/ tea/' good.yaml | kubectl create -f - {PORT}"),
            &format!("kubectl label ingress cafe team=coffee {PORT}"),
            "kubectl delete ingress cafe",
        ],
    );
}

#[tokio::test]
async fn a_namespace_goes_away_without_the_service() {
    let place = Place::open("gone").await;
    place.shell("kubectl create -f breaks-reload.yaml");
    let hold = r#"{"metadata": {"finalizers": ["example.com/hold"]}}"#;
    place.shell(&format!(
        "kubectl patch ingress cafe --type=merge -p '{hold}'"
    ));
    without_service(&place).await;
    let namespace = &place.namespace;
    place.session(
        "gone",
        &[
            "kubectl label ingress cafe team=coffee",
            &format!("kubectl delete namespace {namespace} --wait=false"),
            // The namespace controller does this, and then the owner of the
            // finalizer the last of them; what lies between is no way around.
            "kubectl delete ingress --all --wait=false",
            "kubectl annotate ingress cafe nginx.org/websocket-services=tea-svc",
            "kubectl patch ingress cafe --type=json -p '[{\"op\": \"replace\", \"path\": \
             \"/spec/rules/0/host\", \"value\": \"tea.example.com\"}]'",
            "kubectl patch ingress cafe --type=merge -p '{\"metadata\": {\"finalizers\": null}}'",
            "kubectl get ingress",
        ],
    );
    finalize(&place);
    place.shell(&format!(
        "kubectl wait --for=delete --timeout=2m namespace/{namespace}"
    ));
}

/// The shipped configuration, whose Service was deleted.
async fn without_service(place: &Place) {
    place.shell("kubectl create service clusterip stickler --tcp=443:8443");
    let mut configuration = shipped(place);
    for webhook in configuration.webhooks.iter_mut().flatten() {
        webhook.client_config = WebhookClientConfig {
            service: Some(ServiceReference {
                name: "stickler".to_owned(),
                namespace: place.namespace.clone(),
                path: Some("/validate".to_owned()),
                port: None,
            }),
            ..WebhookClientConfig::default()
        };
    }
    place.shell("kubectl delete service stickler");
    install(place, &configuration).await;
    let refused = refusal(place).await;
    assert!(
        refused.contains("service \"stickler\" not found"),
        "{refused}"
    );
}

/// The namespace controller's last step, where there is none.
fn finalize(place: &Place) {
    if cluster().control_plane.is_none() {
        return;
    }
    let namespace = &place.namespace;
    let object = place.shell(&format!("kubectl get namespace {namespace} -o json"));
    let mut object: Value = serde_json::from_str(&object).unwrap();
    object["spec"]["finalizers"] = json!([]);
    place.shell(&format!(
        "echo '{object}' | kubectl replace --raw /api/v1/namespaces/{namespace}/finalize -f -"
    ));
}
