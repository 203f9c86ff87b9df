//! The manifests in `deploy/`: the API server takes every object of them.

use std::fs;
use std::sync::Once;

use serde_json::{Value, json};

use crate::authority::Authority;
use crate::cluster::cluster;
use crate::place::{OWN_WEBHOOK, Place};

const RENDERED: &str = "kubectl kustomize ../../../deploy/kustomize/overlays/self-managed";

/// The API server's answers to a dry run of all objects, unknown and
/// duplicate fields being errors. The Namespace comes first, and for good:
/// nothing can be tried in one that is not there.
fn dry_run(place: &Place) -> Vec<Value> {
    static NAMESPACE: Once = Once::new();
    NAMESPACE.call_once(|| {
        place.shell("kubectl apply -f ../../../deploy/kustomize/base/namespace.yaml");
    });
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
        "ClusterRole",
        "ClusterRoleBinding",
        "Deployment",
        "Namespace",
        "NetworkPolicy",
        "PodDisruptionBudget",
        "Role",
        "RoleBinding",
        "Secret",
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

/// The objects that `deploy/kind/run.sh` applies, with certificates of ours.
fn with_files(place: &Place) -> Vec<Value> {
    let folder = cluster().folder.join("deploy");
    let files = folder.join("kustomize/overlays/files");
    place.shell(&format!("cp -R ../../../deploy {}", folder.display()));
    let authority = Authority::new().unwrap();
    let pair = authority.loopback().unwrap();
    fs::write(files.join("ca.crt"), authority.certificate()).unwrap();
    fs::write(files.join("tls.crt"), pair.certificate).unwrap();
    fs::write(files.join("tls.key"), pair.key).unwrap();
    let rendered = place.shell(&format!(
        "kubectl kustomize {}/kind | kubectl apply --dry-run=client -o json -f -",
        folder.display()
    ));
    let rendered: Value = serde_json::from_str(&rendered).unwrap();
    rendered["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn files_become_a_secret_and_the_ca_bundle() {
    let place = Place::open("files").await;
    let objects = with_files(&place);
    let kind = |kind| {
        objects
            .iter()
            .find(|object| object["kind"] == kind)
            .unwrap()
    };
    let secret = kind("Secret");
    let volume = &kind("Deployment")["spec"]["template"]["spec"]["volumes"][0];
    assert_eq!(volume["secret"]["secretName"], secret["metadata"]["name"]);

    let map = kind("ConfigMap");
    assert_eq!(
        volume_of(kind("Deployment"), "ca")["configMap"]["name"],
        map["metadata"]["name"]
    );
    let ca = map["data"]["ca.crt"].as_str().unwrap();
    assert!(ca.contains("BEGIN CERTIFICATE") && ca.len() > 100, "{ca}");

    let webhook = &kind("ValidatingWebhookConfiguration")["webhooks"][0];
    let base64 = |value: &Value| value.as_str().unwrap().replace('\n', "");
    let bundle = base64(&webhook["clientConfig"]["caBundle"]);
    assert_eq!(bundle, base64(&secret["data"]["ca.crt"]));
    let selector = webhook["namespaceSelector"]["matchExpressions"].to_string();
    assert!(selector.contains(OWN_WEBHOOK), "{selector}");
}

fn volume_of<'a>(deployment: &'a Value, name: &str) -> &'a Value {
    let volumes = deployment["spec"]["template"]["spec"]["volumes"].as_array();
    let mut volumes = volumes.unwrap().iter();
    volumes.find(|volume| volume["name"] == name).unwrap()
}

/// A policy by Kustomize: the file becomes a ConfigMap that the replicas mount
/// and are told to read, by a path at which it is.
#[tokio::test]
async fn a_policy_reaches_the_replicas() {
    let place = Place::open("policy-component").await;
    let rendered = place.shell(
        "kubectl kustomize ../../../deploy/kustomize/examples/policy | \
         kubectl apply --dry-run=client -o json -f -",
    );
    let rendered: Value = serde_json::from_str(&rendered).unwrap();
    let items = rendered["items"].as_array().unwrap();
    let kind = |kind| items.iter().find(|object| object["kind"] == kind).unwrap();
    let deployment = kind("Deployment");
    let container = &deployment["spec"]["template"]["spec"]["containers"][0];
    let argument = container["args"].as_array().unwrap().last().unwrap();
    assert_eq!(argument, "--policy=/policy/policy.yaml");
    assert_eq!(container["volumeMounts"][0]["mountPath"], "/policy");
    let map = kind("ConfigMap");
    let volume = volume_of(deployment, "policy");
    assert_eq!(volume["configMap"]["name"], map["metadata"]["name"]);
    let policy = cluster().folder.join("component-policy.yaml");
    fs::write(&policy, map["data"]["policy.yaml"].as_str().unwrap()).unwrap();
    let stickler = env!("CARGO_BIN_EXE_stickler");
    place.shell(&format!("{stickler} policy check {}", policy.display()));
}

#[tokio::test]
async fn an_old_cluster_fails_open() {
    let place = Place::open("old").await;
    let folder = cluster().folder.join("old");
    place.shell(&format!(
        "cp -R ../../../deploy/kustomize {0} && mkdir {0}/here && \
         echo '{{resources: [../overlays/self-managed], components: [../components/before-1.28]}}' >{0}/here/kustomization.yaml",
        folder.display()
    ));
    let rendered = place.shell(&format!(
        "kubectl kustomize {}/here | kubectl apply --dry-run=client -o json -f -",
        folder.display()
    ));
    let rendered: Value = serde_json::from_str(&rendered).unwrap();
    let mut items = rendered["items"].as_array().unwrap().iter();
    let webhook = items.find(|object| object["kind"] == "ValidatingWebhookConfiguration");
    let webhook = &webhook.unwrap()["webhooks"][0];
    assert_eq!(webhook["failurePolicy"], "Ignore");
    assert!(webhook["matchConditions"].is_null());
}
