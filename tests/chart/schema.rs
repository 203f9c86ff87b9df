//! Helm itself checks the policy among the values: their schema contains the
//! policy's.

use std::fs;

use serde_json::{Value, json};

use crate::rendered::committed;
use crate::{file, joined, template};

const VALUES: &str = "deploy/chart/values.schema.json";

#[test]
fn the_policy_s_part_is_fresh() {
    let policy = fs::read_to_string(file("docs/policy.schema.json")).unwrap();
    let mut policy: Value = serde_json::from_str(&policy).unwrap();
    let whole = policy.as_object_mut().unwrap();
    whole.remove("$schema");
    let mut parts = whole.remove("$defs").expect("parts of the policy's schema");
    parts["Policy"] = policy;
    let parts = serde_json::to_string_pretty(&json!({"$defs": parts})).unwrap();
    // The braces of the document around them are the schema's.
    let parts = parts.strip_prefix("{\n").unwrap();

    let schema = fs::read_to_string(file(VALUES)).unwrap();
    let (values, _) = schema.split_once("  \"$defs\":").expect("the last key");
    committed(VALUES, &format!("{values}{parts}\n"));
}

#[test]
fn a_policy_is_checked_by_helm() {
    for (value, said) in [
        (
            "policy.modes=warn",
            "additional properties 'modes' not allowed",
        ),
        (
            "policy.mode=warm",
            "value must be one of 'enforce', 'warn', 'audit'",
        ),
        ("policy.require.secure=maybe", "/policy/require/secure"),
        ("policy.rules.path-missmatch=off", "path-missmatch"),
        ("policy.exemptions[0].ingress=old", "/policy/exemptions/0"),
    ] {
        let why = template("deploy/chart", &["--set", value]).expect_err(value);
        assert!(why.contains(said), "{value}: {why}");
    }
}

/// What stickler ships as policies, Helm takes.
#[test]
fn shipped_policies_are_taken() {
    let folder = fs::read_dir(file("deploy/policies")).unwrap();
    let policies: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    assert!(policies.len() >= 3, "{policies:?}");
    for policy in policies {
        let text = fs::read_to_string(&policy).unwrap();
        let indented = joined("  ", text.lines());
        let name = policy.file_name().unwrap().display().to_string();
        let values = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name);
        fs::write(&values, format!("policy:\n{indented}")).unwrap();
        let values = values.display().to_string();
        let rendered = template("deploy/chart", &["-f", &values]);
        assert!(rendered.is_ok(), "{name}: {rendered:?}");
    }
}
