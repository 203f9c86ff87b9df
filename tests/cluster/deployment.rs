//! The manifests in `deploy/`: the API server takes every object of them.

use serde_json::{Value, json};

use crate::place::Place;

const RENDERED: &str = "kubectl kustomize ../../../deploy/kustomize/base";

/// The API server's answers to a dry run of all objects, unknown and
/// duplicate fields being errors. The Namespace comes first, and for good:
/// nothing can be tried in one that is not there.
fn dry_run(place: &Place) -> Vec<Value> {
    place.shell("kubectl apply -f ../../../deploy/kustomize/base/namespace.yaml");
    let answer = place.shell(&format!(
        "{RENDERED} | kubectl apply --dry-run=server --validate=strict -o json -f -"
    ));
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["items"].as_array().unwrap().clone()
}

/// A Pod as the Deployment would make it.
fn pod(objects: &[Value]) -> Value {
    let deployment = objects.iter().find(|object| object["kind"] == "Deployment");
    let template = &deployment.unwrap()["spec"]["template"];
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "stickler", "labels": template["metadata"]["labels"]},
        "spec": template["spec"],
    })
}

#[tokio::test]
async fn the_api_server_takes_every_object() {
    let place = Place::open("every-object").await;
    let objects = dry_run(&place);
    let mut kinds: Vec<_> = objects
        .iter()
        .map(|object| object["kind"].clone())
        .collect();
    kinds.sort_by_key(Value::to_string);
    let shipped = [
        "Deployment",
        "Namespace",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "Service",
        "ServiceAccount",
        "ValidatingWebhookConfiguration",
    ];
    assert_eq!(kinds, shipped);
}

#[tokio::test]
async fn its_pods_pass_the_restricted_level() {
    let place = Place::open("restricted").await;
    place.shell(&format!(
        "kubectl label namespace {} pod-security.kubernetes.io/enforce=restricted",
        place.namespace
    ));
    let pod = pod(&dry_run(&place));
    place.shell(&format!(
        "echo '{pod}' | kubectl create --dry-run=server -f -"
    ));

    let mut lax = pod;
    lax["spec"]["containers"][0]["securityContext"] = json!({});
    let refused = place.shell(&format!(
        "! echo '{lax}' | kubectl create --dry-run=server -f -"
    ));
    assert!(
        refused.contains("violates PodSecurity \"restricted"),
        "{refused}"
    );
}

#[tokio::test]
async fn files_become_a_secret_and_the_ca_bundle() {
    let place = Place::open("files").await;
    let folder = crate::cluster::cluster().folder.join("kustomize");
    let folder = folder.display();
    let rendered = place.shell(&format!(
        "cp -R ../../../deploy/kustomize {folder} && \
         ../../../certs/make.sh {folder}/overlays/files >/dev/null && \
         kubectl kustomize {folder}/overlays/files | kubectl apply --dry-run=client -o json -f -"
    ));
    let objects: Value = serde_json::from_str(&rendered).unwrap();
    let kind = |kind| {
        let mut items = objects["items"].as_array().unwrap().iter();
        items.find(|object| object["kind"] == kind).unwrap()
    };
    let secret = kind("Secret");
    let configuration = kind("ValidatingWebhookConfiguration");
    let volume = &kind("Deployment")["spec"]["template"]["spec"]["volumes"][0];
    assert_eq!(volume["secret"]["secretName"], secret["metadata"]["name"]);
    let bundle = configuration["webhooks"][0]["clientConfig"]["caBundle"]
        .as_str()
        .unwrap();
    let written = secret["data"]["ca.crt"].as_str().unwrap();
    assert_eq!(bundle.replace('\n', ""), written.replace('\n', ""));
}
