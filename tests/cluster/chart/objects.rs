//! Every object that the chart renders is one that the API server takes.

use serde_json::{Value, json};

use super::{only, template, ways};
use crate::downloaded::folder_of;
use crate::place::Place;

/// Kinds that the chart names and Kubernetes does not have, as their projects
/// define them.
const DEFINITIONS: [(&str, &str, &[&str]); 2] = [
    (
        "github.com/cert-manager/cert-manager@v1.21.2",
        "deploy/crds",
        &[
            "cert-manager.io_certificates.yaml",
            "cert-manager.io_issuers.yaml",
        ],
    ),
    (
        "github.com/prometheus-operator/prometheus-operator@v0.85.0",
        "example/prometheus-operator-crd",
        &[
            "monitoring.coreos.com_prometheusrules.yaml",
            "monitoring.coreos.com_servicemonitors.yaml",
        ],
    ),
];

/// Teaches the cluster the kinds that are not its own.
pub(super) fn define(place: &Place) {
    for (module, folder, files) in DEFINITIONS {
        let folder = folder_of(module, folder);
        for file in files {
            let path = folder.join(file);
            let path = path.display();
            place.shell(&format!(
                "kubectl apply --server-side --force-conflicts -f {path} && \
                 kubectl wait --for=condition=Established --timeout=2m -f {path}"
            ));
        }
    }
}

/// What the API server makes of all objects, unknown and duplicate fields
/// being errors.
fn dry_run(place: &Place, values: &str) -> Vec<Value> {
    let rendered = template(place, values);
    let line =
        format!("{rendered} | kubectl create --dry-run=server --validate=strict -o json -f -");
    let answer = place.shell(&line);
    // One object after the other, not a list.
    let objects = serde_json::Deserializer::from_str(&answer).into_iter();
    objects
        .map(|object| object.unwrap_or_else(|error| panic!("{values}: {error}: {answer}")))
        .collect()
}

fn kinds(objects: &[Value]) -> Vec<&str> {
    let mut kinds: Vec<_> = objects
        .iter()
        .filter_map(|object| object["kind"].as_str())
        .collect();
    kinds.sort_unstable();
    kinds
}

#[tokio::test]
async fn the_api_server_takes_every_object() {
    let place = Place::open("chart-objects").await;
    define(&place);
    for (name, values) in ways(&place) {
        let objects = dry_run(&place, &values);
        let common = [
            "Deployment",
            "NetworkPolicy",
            "PodDisruptionBudget",
            "Service",
        ];
        for kind in common {
            assert!(kinds(&objects).contains(&kind), "{name}: no {kind}");
        }
        // `helm test` has no certificate to show.
        let tested = kinds(&objects).contains(&"Pod");
        assert_eq!(tested, name != "callers", "{name}");
        // The release's, and the one that is there while it is uninstalled.
        let configurations = objects
            .iter()
            .filter(|object| object["kind"] == "ValidatingWebhookConfiguration");
        assert_eq!(configurations.count(), 2, "{name}");
    }
    let (_, values) = ways(&place).pop().expect("everything");
    let objects = dry_run(&place, &values);
    for kind in [
        "ConfigMap",
        "HorizontalPodAutoscaler",
        "PrometheusRule",
        "ServiceMonitor",
    ] {
        assert!(kinds(&objects).contains(&kind), "no {kind}");
    }
}

#[tokio::test]
async fn its_pods_pass_the_restricted_level() {
    let place = Place::open("chart-restricted").await;
    define(&place);
    let namespace = &place.namespace;
    place.shell(&format!(
        "kubectl label namespace {namespace} pod-security.kubernetes.io/enforce=restricted"
    ));
    // The restricted level forbids a node's network.
    for (_, values) in ways(&place)
        .into_iter()
        .filter(|way| way.0 != "host-network")
    {
        // The Pod of `helm test` is checked by this dry run already.
        let objects = dry_run(&place, &values);
        let pod = pod(only(&objects, "Deployment"));
        place.shell(&format!(
            "echo '{pod}' | kubectl create --dry-run=server -f -"
        ));
    }
}

/// A Pod as the Deployment would make it. What the cluster of the tests does
/// not have, such as a priority class, is none of Pod Security's business.
fn pod(deployment: &Value) -> Value {
    let mut template = deployment["spec"]["template"].clone();
    if let Some(spec) = template["spec"].as_object_mut() {
        spec.remove("priorityClassName");
    }
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "stickler", "labels": template["metadata"]["labels"]},
        "spec": template["spec"],
    })
}
