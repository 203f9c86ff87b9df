//! Values that are refused, and how.

use std::fs;

use serde_json::Value;

use crate::{file, template};

#[test]
fn mistakes_are_told() {
    for (value, told) in [
        ("replicas=0", "replicas"),
        ("replica=3", "replica"),
        ("image.digest=sha256:1", "digest"),
        ("certificates.mode=selfSigned", "mode"),
        (
            "certificates.mode=existingSecret,certificates.existingSecret.caBundle=PEM",
            "certificates.existingSecret.name: the Secret with tls.crt and tls.key",
        ),
        (
            "certificates.mode=existingSecret,certificates.existingSecret.name=tls",
            "certificates.existingSecret.caBundle: the CA of the Secret's certificate, PEM",
        ),
        ("webhook.timeoutSeconds=31", "timeoutSeconds"),
        ("webhook.failurePolicy=fail", "failurePolicy"),
        ("webhook.namespaceSelector.labels.a=b", "labels"),
        ("server.logFormat=xml", "logFormat"),
    ] {
        let why = template("deploy/chart", &["--set", value]).expect_err(value);
        assert!(why.contains(told), "{value}: {why}");
    }
}

/// The defaults that the schema tells people are those of values.yaml.
#[test]
fn defaults_are_those_of_the_schema() {
    let schema = fs::read_to_string(file("deploy/chart/values.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let values = fs::read_to_string(file("deploy/chart/values.yaml")).unwrap();
    let values: Value = stickler::yaml::from_str(&values).unwrap();
    assert_eq!(values, defaults(&schema));
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
