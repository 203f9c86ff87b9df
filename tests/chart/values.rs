//! Values that are refused, and how.

use std::fs;

use serde_json::Value;

use crate::{file, template};

/// A value, and what Helm says of it.
const MISTAKES: &[(&str, &str)] = &[
    ("replicas=0", "/replicas': minimum: got 0, want 1"),
    ("replica=3", "additional properties 'replica' not allowed"),
    ("image.digest=sha256:1", "/image/digest"),
    ("certificates.mode=selfSigned", "/certificates/mode"),
    (
        "certificates.mode=existingSecret,\
             certificates.existingSecret.caBundle=-----BEGIN CERTIFICATE-----",
        "certificates.existingSecret.name: the Secret with tls.crt and tls.key",
    ),
    (
        "certificates.mode=existingSecret,certificates.existingSecret.name=tls",
        "certificates.existingSecret.caBundle: the CA of the Secret's certificate, PEM",
    ),
    (
        "certificates.mode=existingSecret,certificates.existingSecret.name=tls,\
             certificates.existingSecret.caBundle=ca.crt",
        "expected a certificate as PEM",
    ),
    ("webhook.timeoutSeconds=31", "/webhook/timeoutSeconds"),
    ("webhook.failurePolicy=fail", "/webhook/failurePolicy"),
    ("webhook.namespaceSelector.labels.a=b", "labels"),
    (
        "webhook.matchConditions[0].name=has-sticky-cookie,\
             webhook.matchConditions[0].expression=a.b",
        "'has-sticky-cookie' is a condition of the chart's own",
    ),
    ("server.logFormat=xml", "/server/logFormat"),
    (
        "server.httpsPort=8080",
        "server.adminPort: 8080 is server.httpsPort too",
    ),
    ("server.httpsPort=0", "/server/httpsPort"),
    ("server.bindAddress=localhost", "/server/bindAddress"),
    (
        "serviceMonitor.enabled=true,service.port=8080",
        "service.port: 8080 is server.adminPort too",
    ),
    ("callers.names={kube-apiserver}", "everybody may call"),
    (
        "networkPolicy.apiServer={10.0.0.1}",
        "/networkPolicy/apiServer/0",
    ),
    (
        "extraVolumes[0].name=policy",
        "'policy' is a volume of the chart's own",
    ),
    ("podSecurityContext=none", "/podSecurityContext"),
    // A budget that lets no node be drained.
    (
        "podDisruptionBudget.maxUnavailable=0",
        "forbids every eviction",
    ),
    (
        "podDisruptionBudget.maxUnavailable=0%",
        "forbids every eviction",
    ),
    (
        "podDisruptionBudget.maxUnavailable=00%",
        "forbids every eviction",
    ),
    (
        "podDisruptionBudget.maxUnavailable=some",
        "/podDisruptionBudget/maxUnavailable",
    ),
    (
        "autoscaling.enabled=true,autoscaling.minReplicas=9",
        "autoscaling.minReplicas: 9 is more than autoscaling.maxReplicas, 6",
    ),
    // A Service is named by a DNS label.
    (
        "fullnameOverride=a.b",
        "the name 'a.b' cannot name a Service",
    ),
    (
        "fullnameOverride=Stickler",
        "the name 'Stickler' cannot name a Service",
    ),
    (
        "fullnameOverride=1stickler",
        "the name '1stickler' cannot name a Service",
    ),
    (
        "nameOverride=web_hook",
        "the name 'stickler-web_hook' cannot name a Service",
    ),
];

#[test]
fn mistakes_are_refused_with_words() {
    for (value, said) in MISTAKES {
        let why = template("deploy/chart", &["--set", value]).expect_err(value);
        assert!(why.contains(said), "{value}: {why}");
    }
}

/// Labels by which Pods are selected or Helm knows its objects, in any place.
#[test]
fn labels_of_the_chart_s_own_are_refused() {
    for place in [
        "commonLabels",
        "deploymentLabels",
        "podLabels",
        "service.labels",
        "serviceAccount.labels",
        "webhook.labels",
        "serviceMonitor.labels",
        "prometheusRule.labels",
        "dashboard.labels",
    ] {
        for label in ["app.kubernetes.io/name", "app.kubernetes.io/managed-by"] {
            let value = format!("{place}.{}=other", label.replace('.', "\\."));
            let why = template("deploy/chart", &["--set", &value]).expect_err(&value);
            let said = format!("{place}: '{label}' is a label of the chart's own");
            assert!(why.contains(&said), "{value}: {why}");
        }
    }
}

/// Helm takes a value away that is set to null; what the templates need then is
/// missing, and the schema says so.
#[test]
fn null_is_refused_for_every_value() {
    let values = fs::read_to_string(file("deploy/chart/values.yaml")).unwrap();
    let values: Value = stickler::yaml::from_str(&values).unwrap();
    let mut paths = Vec::new();
    collect(&mut paths, "", &values, &schema());
    assert!(paths.len() > 80, "{paths:?}");
    for path in paths {
        let value = format!("{path}=null");
        let why = template("deploy/chart", &["--set", &value]).expect_err(&value);
        let name = path.rsplit('.').next().unwrap();
        assert!(
            why.contains(&format!("missing property '{name}'")),
            "{value}: {why}"
        );
    }
}

/// The paths of all values whose parents are the chart's own.
fn collect(paths: &mut Vec<String>, parent: &str, values: &Value, schema: &Value) {
    for (name, value) in values.as_object().into_iter().flatten() {
        let schema = &schema["properties"][name];
        paths.push(format!("{parent}{name}"));
        if schema.get("default").is_none() {
            collect(paths, &format!("{parent}{name}."), value, schema);
        }
    }
}

fn schema() -> Value {
    let schema = fs::read_to_string(file("deploy/chart/values.schema.json")).unwrap();
    serde_json::from_str(&schema).unwrap()
}

/// The defaults that the schema tells people are those of values.yaml.
#[test]
fn defaults_are_those_of_the_schema() {
    let values = fs::read_to_string(file("deploy/chart/values.yaml")).unwrap();
    let values: Value = stickler::yaml::from_str(&values).unwrap();
    assert_eq!(values, defaults(&schema()));
}

/// What the schema says the values are by default.
fn defaults(schema: &Value) -> Value {
    if let Some(default) = schema.get("default") {
        return default.clone();
    }
    let properties = schema["properties"].as_object().into_iter().flatten();
    let own = properties.filter(|(name, _)| *name != "global");
    own.map(|(name, schema)| (name.clone(), defaults(schema)))
        .collect()
}
