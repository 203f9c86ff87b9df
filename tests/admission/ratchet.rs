//! Updates of objects that were bad before.

use serde_json::{Value, json};
use stickler::admission::{RequestPolicy, Verdict, answer};
use stickler::policy::Policies;

const KEY: &str = "nginx.com/sticky-cookie-services";
const OTHER_KEY: &str = "nginx.org/sticky-cookie-services";
const GOOD: &str = "serviceName=tea-svc srv_id path=/tea";
const BAD: &str = "serviceName=tea-svc srv_id expire=1h path=/tea";
const WORSE: &str = "serviceName=tea-svc srv_id expire=1h path=/tea oops";

/// The terms of a policy.
fn request_policy(policy: &str) -> RequestPolicy {
    let request_policy = RequestPolicy::default();
    let (policies, _) = Policies::parse("policy.yaml", policy, request_policy.now).unwrap();
    RequestPolicy {
        policies: policies.into(),
        ..request_policy
    }
}

/// An Ingress with `value`, and `changes` to its metadata and spec.
fn ingress(value: &str, changes: &Value) -> Value {
    let backend = json!({"service": {"name": "tea-svc", "port": {"number": 80}}});
    let path = json!({"path": "/tea", "pathType": "Prefix", "backend": backend});
    let mut object = json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "cafe", "namespace": "default", "annotations": {KEY: value}},
        "spec": {"rules": [{"host": "cafe.example.com", "http": {"paths": [path]}}]},
    });
    merge(&mut object, changes);
    object
}

/// Merges as RFC 7386 does, but for nulls.
fn merge(into: &mut Value, changes: &Value) {
    match (into, changes) {
        (Value::Object(into), Value::Object(changes)) => {
            for (name, change) in changes {
                merge(into.entry(name).or_insert(Value::Null), change);
            }
        }
        (into, changes) => *into = changes.clone(),
    }
}

struct Told {
    verdict: Verdict,
    message: String,
    warnings: Vec<String>,
    audit: Value,
}

fn update(old: &Value, new: &Value, request_policy: &RequestPolicy) -> Told {
    let review = json!({
        "kind": "AdmissionReview",
        "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": "u-1",
            "kind": {"group": "networking.k8s.io", "version": "v1", "kind": "Ingress"},
            "name": "cafe",
            "namespace": "default",
            "operation": if old.is_null() { "CREATE" } else { "UPDATE" },
            "object": new,
            "oldObject": old,
        }
    });
    let review = review.to_string();
    let answer = answer(review.as_bytes(), request_policy).unwrap();
    let json: Value = serde_json::from_slice(&answer.body).unwrap();
    let response = &json["response"];
    Told {
        verdict: answer.facts.verdict,
        message: response["status"]["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        warnings: serde_json::from_value(response["warnings"].clone()).unwrap_or_default(),
        audit: response["auditAnnotations"].clone(),
    }
}

fn verdict(old: &Value, new: &Value) -> Verdict {
    update(old, new, &RequestPolicy::default()).verdict
}

#[test]
fn what_was_bad_before_only_warns() {
    let none = json!({});
    let bad = ingress(BAD, &none);
    let label = json!({"metadata": {"labels": {"a": "b"}}});
    let finalizer = json!({"metadata": {"finalizers": ["example.com/hold"]}});
    let status = json!({"status": {"loadBalancer": {}}});
    for changes in [&none, &label, &finalizer, &status] {
        assert_eq!(
            verdict(&bad, &ingress(BAD, changes)),
            Verdict::Warn,
            "{changes}"
        );
    }
    let told = update(&bad, &ingress(BAD, &label), &RequestPolicy::default());
    assert_eq!(told.message, "");
    assert_eq!(
        told.warnings,
        [
            "unknown-parameter default/cafe entry 1 (tea-svc): unknown parameter 'expire' (nginx refuses to reload); did you mean 'expires'?"
        ]
    );
    assert_eq!(
        told.audit,
        json!({"violations": "unknown-parameter", "mode": "enforce"})
    );
}

#[test]
fn what_is_new_denies() {
    let none = json!({});
    let good = ingress(GOOD, &none);
    let bad = ingress(BAD, &none);
    assert_eq!(verdict(&good, &bad), Verdict::Deny);
    assert_eq!(verdict(&bad, &ingress(WORSE, &none)), Verdict::Deny);
    assert_eq!(
        verdict(&bad, &ingress(&BAD.replace("srv_id", "id"), &none)),
        Verdict::Deny
    );
    // Whoever touches the value answers for all of it, wherever the mistake is.
    for value in [BAD.replace("srv_id", "srv_ie"), format!("{BAD} httponly")] {
        assert_eq!(
            verdict(&bad, &ingress(&value, &none)),
            Verdict::Deny,
            "{value}"
        );
    }
    assert_eq!(verdict(&Value::Null, &bad), Verdict::Deny);
    assert_eq!(verdict(&json!({"spec": 5}), &bad), Verdict::Deny);
    let elsewhere = json!({"metadata": {"annotations": {OTHER_KEY: BAD}}});
    assert_eq!(verdict(&bad, &ingress(GOOD, &elsewhere)), Verdict::Deny);
}

#[test]
fn what_is_mended_is_allowed() {
    let none = json!({});
    assert_eq!(
        verdict(&ingress(BAD, &none), &ingress(GOOD, &none)),
        Verdict::Allow
    );
    assert_eq!(
        verdict(&ingress(WORSE, &none), &ingress(GOOD, &none)),
        Verdict::Allow
    );
}

#[test]
fn an_object_that_is_being_deleted_is_no_way_around() {
    let deleted = json!({"metadata": {"deletionTimestamp": "2026-11-23T06:29:25Z", "finalizers": ["a.example/b"]}});
    let last = json!({"metadata": {"deletionTimestamp": "2026-11-23T06:29:25Z", "finalizers": []}});
    let strict = request_policy("onUpdate: strict");
    let bad = ingress(BAD, &deleted);
    for request_policy in [&RequestPolicy::default(), &strict] {
        assert_eq!(
            update(&bad, &ingress(BAD, &last), request_policy).verdict,
            Verdict::Warn
        );
        assert_eq!(
            update(&bad, &ingress(WORSE, &deleted), request_policy).verdict,
            Verdict::Deny
        );
        assert_eq!(
            update(&ingress(GOOD, &deleted), &bad, request_policy).verdict,
            Verdict::Deny
        );
    }
}

#[test]
fn strict_denies_what_was_bad_before() {
    let strict = request_policy("onUpdate: strict");
    let bad = ingress(BAD, &json!({}));
    assert_eq!(update(&bad, &bad, &strict).verdict, Verdict::Deny);
}

#[test]
fn modes_soften_what_denies() {
    let bad = ingress(BAD, &json!({}));
    let told = |policy| update(&Value::Null, &bad, &request_policy(policy));
    let warn = told("mode: warn");
    assert_eq!((warn.verdict, warn.warnings.len()), (Verdict::Warn, 1));
    assert_eq!(
        warn.audit,
        json!({"violations": "unknown-parameter", "mode": "warn"})
    );
    let audit = told("mode: audit");
    assert_eq!((audit.verdict, audit.warnings.len()), (Verdict::Allow, 0));
    assert_eq!(
        audit.audit,
        json!({"violations": "unknown-parameter", "mode": "audit"})
    );
}
