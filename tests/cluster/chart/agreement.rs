//! The chart and Kustomize say the same.

use serde_json::{Value, json};

use super::{CHART, helm, only};
use crate::cluster::cluster;
use crate::place::Place;

/// The chart's way and the overlay that must agree with it.
const PAIRS: [(&str, &str); 2] = [
    ("", "../../../deploy/kustomize/overlays/self-managed"),
    (
        "--set certificates.mode=certManager",
        "../../../deploy/kustomize/overlays/cert-manager",
    ),
];

/// What may differ, with its reason. Everything else is compared.
fn common(mut object: Value) -> Value {
    if let Some(metadata) = object["metadata"].as_object_mut() {
        // Helm's own labels: who installed what, in which version.
        metadata.remove("labels");
        // Rendered, not applied.
        metadata.remove("creationTimestamp");
    }
    if let Some(object) = object.as_object_mut() {
        object.remove("status");
    }
    // Base64 may be broken into lines.
    if let Some(Value::String(bundle)) = object.pointer_mut("/webhooks/0/clientConfig/caBundle") {
        bundle.retain(|c| c != '\n');
    }
    // Selectors name the release, too, for several may be in one cluster.
    strip(&mut object);
    object
}

/// Removes the labels that only Helm writes, wherever labels stand.
fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for label in [
                "app.kubernetes.io/instance",
                "app.kubernetes.io/version",
                "app.kubernetes.io/managed-by",
                "helm.sh/chart",
            ] {
                fields.remove(label);
            }
            fields.values_mut().for_each(strip);
        }
        Value::Array(values) => values.iter_mut().for_each(strip),
        _ => {}
    }
}

/// The chart makes an empty Secret for the replicas to fill, which Helm takes
/// away with the release; Kustomize, which takes nothing away, lets the replicas
/// make it.
fn without_create(object: &mut Value) {
    if let Some(rules) = object.get_mut("rules").and_then(Value::as_array_mut) {
        rules.retain(|rule| rule["verbs"] != json!(["create"]));
    }
}

/// The objects that a shell line prints as YAML, by kind and name.
fn objects(place: &Place, line: &str) -> Vec<Value> {
    let printed = place.shell(&format!(
        "{line} | kubectl create -n stickler --dry-run=client --validate=false -o json -f -"
    ));
    let objects = serde_json::Deserializer::from_str(&printed).into_iter();
    let mut objects: Vec<Value> = objects.map(|object| object.expect("an object")).collect();
    objects.sort_by_key(id);
    objects
}

fn id(object: &Value) -> String {
    format!("{} {}", object["kind"], object["metadata"]["name"])
}

#[tokio::test]
async fn chart_and_overlays_agree() {
    let place = Place::open("agreement").await;
    super::objects::define(&place);
    for (values, overlay) in PAIRS {
        let mut chart = objects(&place, &chart(values));
        chart.retain(|object| object["kind"] != "Secret");
        let mut overlay = objects(&place, &format!("kubectl kustomize {overlay}"));
        overlay.iter_mut().for_each(without_create);
        compare(chart, overlay);
    }
}

/// Kustomize makes the Secret from files; the chart is told of one.
#[tokio::test]
async fn chart_and_files_agree() {
    let place = Place::open("agreement-files").await;
    let folder = cluster().folder.join("agreement");
    let folder = folder.display();
    place.shell(&format!(
        "cp -R ../../../deploy/kustomize {folder} && \
         ../../../certs/make.sh {folder}/overlays/files >/dev/null"
    ));
    let overlay = format!("kubectl kustomize {folder}/overlays/files");
    let mut overlay = objects(&place, &overlay);
    let secret = only(&overlay, "Secret")["metadata"]["name"].clone();
    let secret = secret.as_str().expect("a name").to_owned();
    overlay.retain(|object| object["kind"] != "Secret");
    let values = format!(
        "--set certificates.mode=existingSecret,certificates.existingSecret.name={secret} \
         --set-file certificates.existingSecret.caBundle={folder}/overlays/files/ca.crt"
    );
    let mut chart = objects(&place, &chart(&values));
    chart.retain(|object| object["kind"] != "ConfigMap");
    chart.iter_mut().for_each(with_ca_in_secret);
    compare(chart, overlay);
}

/// The chart takes the CA as a value, since a Secret of yours may not hold it;
/// Kustomize puts it into the Secret.
fn with_ca_in_secret(object: &mut Value) {
    if object["kind"] != "Deployment" {
        return;
    }
    let spec = &mut object["spec"]["template"]["spec"];
    let other = |named: &Value| named["name"] != "ca";
    spec["volumes"]
        .as_array_mut()
        .expect("volumes")
        .retain(other);
    let items = &mut spec["volumes"][0]["secret"]["items"];
    let items = items.as_array_mut().expect("items");
    items.push(json!({"key": "ca.crt", "path": "ca.crt"}));
    let container = &mut spec["containers"][0];
    let mounts = container["volumeMounts"].as_array_mut();
    mounts.expect("mounts").retain(other);
    for argument in container["args"].as_array_mut().expect("arguments") {
        if argument == "--tls-ca=/ca/ca.crt" {
            *argument = "--tls-ca=/certs/ca.crt".into();
        }
    }
}

/// A shell line that prints what the chart installs.
fn chart(values: &str) -> String {
    let helm = helm();
    format!("{helm} template stickler {CHART} -n stickler --no-hooks {values}")
}

fn compare(chart: Vec<Value>, mut overlay: Vec<Value>) {
    // Helm makes namespaces by a flag.
    overlay.retain(|object| object["kind"] != "Namespace");
    let ids = |objects: &[Value]| objects.iter().map(id).collect::<Vec<_>>();
    assert_eq!(ids(&chart), ids(&overlay));
    for (ours, theirs) in chart.into_iter().zip(overlay) {
        let pretty = |object| serde_json::to_string_pretty(&common(object)).expect("JSON");
        snapbox::assert_data_eq!(pretty(ours), snapbox::Data::text(pretty(theirs)).raw());
    }
}

/// The comparison would see a difference, if there were one.
#[tokio::test]
async fn a_difference_is_seen() {
    let place = Place::open("disagreement").await;
    let line = format!(
        "{} template stickler {CHART} -n stickler --no-hooks -s templates/service.yaml",
        helm()
    );
    let mut objects = objects(&place, &line);
    let service = common(only(&objects, "Service").clone());
    objects[0]["spec"]["ports"][0]["port"] = json!(8443);
    assert_ne!(common(objects[0].clone()), service);
}
