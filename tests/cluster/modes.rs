//! One policy, three namespaces: what a user sees in each, and what the API
//! server writes to its audit log.

use std::fs;

use serde_json::{Value, json};

use crate::child_guard::poll;
use crate::cluster::own_control_plane;
use crate::place::Place;
use crate::webhook::Webhook;

const POLICY: &str = r"
mode: enforce
tls: upstream
require: {httpOnly: true}
rules: {require-httponly: warning}
namespaces:
- {match: [stickler-test-mode-warn], mode: warn}
- {match: [stickler-test-mode-audit], mode: audit}
exemptions:
- ingresses: [warned]
  rules: [require-httponly]
  reason: one page only
";

const LINES: [&str; 3] = [
    "kubectl create -f breaks-reload.yaml",
    "kubectl create -f warnings.yaml",
    "kubectl get ingress --no-headers | cut -d' ' -f1",
];

#[tokio::test]
async fn each_namespace_has_its_own_mode() {
    // The policy of a stickler that is installed is its installer's.
    let Some(ours) = own_control_plane("each_namespace_has_its_own_mode") else {
        return;
    };
    let enforce = Place::open("mode-enforce").await;
    let others = [
        Place::open("mode-warn").await,
        Place::open("mode-audit").await,
    ];
    let _webhook = Webhook::under(&enforce, Some(POLICY), |configuration| {
        for webhook in configuration.webhooks.iter_mut().flatten() {
            let selector = webhook.namespace_selector.get_or_insert_default();
            let expressions = selector.match_expressions.iter_mut().flatten();
            let names = expressions.filter_map(|it| it.values.as_mut());
            for names in names.filter(|names| names.contains(&enforce.namespace)) {
                names.extend(others.iter().map(|place| place.namespace.clone()));
            }
        }
    })
    .await;
    let [warn, audit] = &others;
    for (place, mode) in [(&enforce, "enforce"), (warn, "warn"), (audit, "audit")] {
        place.session(&format!("mode-{mode}"), &LINES);
        let log = || fs::read_to_string(&ours.audit_log).ok();
        let written = |name: &str| {
            let found = poll(|| annotations(&log()?, &place.namespace, name));
            found.expect("an event of the audit log")
        };
        let violations = "require-httponly,unknown-parameter";
        assert_eq!(
            written("cafe"),
            json!({"mode": mode, "violations": violations})
        );
        let exempt = "require-httponly (one page only)";
        assert_eq!(written("warned"), json!({"mode": mode, "exempt": exempt}));
    }
}

/// What the audit log has of stickler's on kubectl's attempt to create an
/// Ingress of that name, keys without the webhook's name.
fn annotations(log: &str, namespace: &str, name: &str) -> Option<Value> {
    let events = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let event = events.into_iter().find(|event: &Value| {
        let object = &event["objectRef"];
        let agent = event["userAgent"].as_str().unwrap_or_default();
        event["verb"] == "create"
            && agent.starts_with("kubectl")
            && object["namespace"] == namespace
            && event["annotations"]
                .to_string()
                .contains("stickler.stickler.svc/")
            && object["name"] == name
    })?;
    let annotations = event["annotations"].as_object()?.iter();
    let ours = annotations.filter_map(|(key, value)| {
        let key = key.strip_prefix("stickler.stickler.svc/")?;
        Some((key.to_owned(), value.clone()))
    });
    Some(Value::Object(ours.collect()))
}
