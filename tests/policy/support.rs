//! Reviews and what is read off their answers.

use std::sync::Arc;

use serde_json::{Value, json};
use stickler::admission::{RequestPolicy, answer};
use stickler::policy::Policies;

pub(crate) const KEY: &str = "nginx.org/sticky-cookie-services";

/// The terms of a policy on 15 June 2026.
pub(crate) fn request_policy(policy: &str) -> RequestPolicy {
    let now = "2026-06-15T12:00:00Z".parse().unwrap();
    let parsed = Policies::parse("policy.yaml", policy, now);
    let (policies, _) = parsed.unwrap_or_else(|faults| panic!("{faults}\n{policy}"));
    RequestPolicy {
        policies: Arc::new(policies),
        now,
    }
}

/// An Ingress `cafe` with a service `tea` at `/tea`, and that annotation.
pub(crate) fn ingress(annotations: &Value) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "cafe", "namespace": "shop", "annotations": annotations},
        "spec": {
            "ingressClassName": "nginx",
            "rules": [{"host": "cafe.example.com", "http": {"paths": [{
                "path": "/tea",
                "pathType": "Prefix",
                "backend": {"service": {"name": "tea", "port": {"number": 80}}},
            }]}}],
        },
    })
}

/// A review of `new` by the user `ann`; an update where there is an `old`.
pub(crate) fn review(namespace: &str, new: &Value, old: Option<&Value>) -> Value {
    json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "u",
            "kind": {"group": "networking.k8s.io", "version": "v1", "kind": "Ingress"},
            "name": "cafe",
            "namespace": namespace,
            "operation": if old.is_some() { "UPDATE" } else { "CREATE" },
            "userInfo": {"username": "ann"},
            "object": new,
            "oldObject": old,
        },
    })
}

/// `response` of the answer.
pub(crate) fn respond(request_policy: &RequestPolicy, review: &Value) -> Value {
    let body = review.to_string();
    let answer = answer(body.as_bytes(), request_policy).unwrap();
    let mut answer: Value = serde_json::from_slice(&answer.body).unwrap();
    answer["response"].take()
}

/// The rules in front of an answer's warnings.
pub(crate) fn warned(response: &Value) -> Vec<&str> {
    let warnings = response["warnings"].as_array();
    let texts = warnings.into_iter().flatten().filter_map(Value::as_str);
    texts.filter_map(|text| text.split(' ').next()).collect()
}

/// The rules of an answer's causes.
pub(crate) fn denied(response: &Value) -> Vec<&str> {
    let causes = response["status"]["details"]["causes"].as_array();
    let texts = causes
        .into_iter()
        .flatten()
        .filter_map(|it| it["message"].as_str());
    texts.filter_map(|text| text.split(':').next()).collect()
}
