//! The Helm chart in the eyes of a real API server, handled by real helm.
//!
//! There is no kubelet: Pods are checked and never run. What the Pods of the
//! chart would do, the tests do as programs of their own.

use std::fs;

use serde_json::{Value, json};

use crate::cluster::cluster;
use crate::installed::HELM;
use crate::place::Place;

mod life;
mod objects;

/// The chart, from the folder that sessions run in.
const CHART: &str = "../../../deploy/chart";

/// Helm as a shell says it, without anything of the user's own settings.
fn helm() -> String {
    let home = cluster().folder.join("helm");
    let home = home.display();
    format!(
        "HELM_CACHE_HOME={home}/cache HELM_CONFIG_HOME={home}/config HELM_DATA_HOME={home}/data '{}'",
        HELM.program().display()
    )
}

/// The ways to install the chart that the tests try: a name, and the values.
fn ways(place: &Place) -> Vec<(&'static str, String)> {
    let file = |name: &str, values: &Value| {
        let path = cluster()
            .folder
            .join(format!("{}-{name}.json", place.namespace));
        fs::write(&path, values.to_string()).expect("a file of values");
        format!("-f {}", path.display())
    };
    let ca = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
    vec![
        ("default", String::new()),
        (
            "cert-manager",
            "--set certificates.mode=certManager".to_owned(),
        ),
        (
            "issuer",
            file(
                "issuer",
                &json!({"certificates": {"mode": "certManager", "certManager": {
                "issuerRef": {"kind": "ClusterIssuer", "name": "company"}}}}),
            ),
        ),
        (
            "existing-secret",
            file(
                "existing",
                &json!({"certificates": {"mode": "existingSecret",
                "existingSecret": {"name": "own-tls", "caBundle": ca}}}),
            ),
        ),
        (
            "callers",
            "--set callers.caConfigMap=api-server,callers.names={kube-apiserver}".to_owned(),
        ),
        (
            "host-network",
            "--set hostNetwork=true,server.httpsPort=9443,server.adminPort=9080".to_owned(),
        ),
        ("everything", file("everything", &everything())),
    ]
}

/// Values that render every template and every branch that has one.
fn everything() -> Value {
    json!({
        "replicas": 3,
        "image": {"digest": format!("sha256:{}", "0".repeat(64))},
        "imagePullSecrets": [{"name": "registry"}],
        "webhook": {
            "annotations": {"example.com/owner": "platform"},
            "labels": {"team": "platform"},
            "objectSelector": {"matchLabels": {"stickler": "on"}},
            "matchConditions": [{"name": "not-ours", "expression": "request.name != 'ours'"}],
            "namespaceSelector": {
                "matchLabels": {"stickler": "on"},
                "matchExpressions": [{"key": "tier", "operator": "Exists"}],
            },
        },
        "policy": {"mode": "warn"},
        "server": {"drainDelaySeconds": 5, "logFormat": "text", "extraArgs": ["--drain-delay=6"],
            "extraEnv": [{"name": "RUST_LOG", "value": "debug"}]},
        "serviceAccount": {"annotations": {"example.com/owner": "platform"}},
        "podAnnotations": {"example.com/owner": "platform"},
        "podLabels": {"team": "platform"},
        "priorityClassName": "system-cluster-critical",
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "tolerations": [{"key": "control-plane", "operator": "Exists"}],
        "affinity": {"nodeAffinity": {}},
        "commonLabels": {"app.kubernetes.io/part-of": "ingress"},
        "commonAnnotations": {"example.com/owner": "platform"},
        "service": {"port": 8443, "labels": {"team": "platform"}, "annotations": {"a": "b"}},
        "deploymentLabels": {"team": "platform"},
        "deploymentAnnotations": {"example.com/owner": "platform"},
        "extraVolumes": [{"name": "scratch", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "scratch", "mountPath": "/scratch"}],
        "topologySpreadConstraints": [{
            "topologyKey": "rack", "maxSkew": 1, "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": {"app.kubernetes.io/name": "stickler"}},
        }],
        "autoscaling": {"enabled": true},
        "networkPolicy": {"apiServer": ["10.0.0.1/32"]},
        "serviceMonitor": {"enabled": true, "labels": {"release": "prometheus"}},
        "prometheusRule": {"enabled": true, "labels": {"release": "prometheus"}},
        "dashboard": {"enabled": true},
    })
}

/// A shell line that prints the objects of the chart, hooks included.
fn template(place: &Place, values: &str) -> String {
    let (helm, namespace) = (helm(), &place.namespace);
    format!("{helm} template stickler {CHART} -n {namespace} --kube-version 1.37.2 {values}")
}

/// The one object of a kind among several.
fn only<'a>(objects: &'a [Value], kind: &str) -> &'a Value {
    let mut found = objects.iter().filter(|object| object["kind"] == kind);
    let first = found.next().unwrap_or_else(|| panic!("no {kind}"));
    assert!(found.next().is_none(), "more than one {kind}");
    first
}
