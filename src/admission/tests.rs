use super::*;
use crate::lint::Rule;
use crate::policy::{Mode, Policies};
use serde_json::{Value, json};

/// A review of an Ingress without any annotation, with `changes` to its request.
fn review(changes: Value) -> Value {
    let mut review = json!({
        "kind": "AdmissionReview",
        "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": "u-1",
            "kind": {"group": "networking.k8s.io", "version": "v1", "kind": "Ingress"},
            "name": "cafe",
            "namespace": "default",
            "operation": "CREATE",
            "userInfo": {"username": "admin"},
            "object": {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "cafe"}},
            "oldObject": null,
        }
    });
    let request = review["request"].as_object_mut().unwrap();
    let Value::Object(changes) = changes else {
        panic!("no object")
    };
    request.extend(changes);
    review
}

/// Whether it was allowed, and the message if not.
fn answered(body: &str) -> (bool, String) {
    let answer = answer(body.as_bytes(), &RequestPolicy::default()).unwrap();
    let json: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(json["response"]["uid"], "u-1");
    assert_eq!(json["kind"], "AdmissionReview");
    let allowed = json["response"]["allowed"].as_bool().unwrap();
    assert_eq!(allowed, answer.facts.verdict != Verdict::Deny);
    let status = &json["response"]["status"];
    if !allowed {
        assert_eq!(
            (&status["code"], &status["reason"]),
            (&json!(403), &json!("Forbidden"))
        );
        assert_eq!(
            status["details"]["causes"][0]["reason"],
            "FieldValueInvalid"
        );
        assert_eq!(json["response"]["auditAnnotations"]["mode"], "enforce");
    }
    (
        allowed,
        status["message"].as_str().unwrap_or_default().to_owned(),
    )
}

#[test]
fn what_is_not_for_this_webhook_is_admitted_unread() {
    let nonsense = json!(["no Ingress at all"]);
    for changes in [
        json!({}),
        json!({"operation": "DELETE", "object": null}),
        json!({"operation": "CONNECT", "object": nonsense}),
        json!({"subResource": "scale", "object": nonsense}),
        json!({"operation": "DELETE", "subResource": "status", "object": null}),
        json!({"kind": {"group": "", "version": "v1", "kind": "Pod"}, "object": nonsense}),
        json!({"kind": {"group": "networking.internal.knative.dev", "version": "v1alpha1", "kind": "Ingress"}, "object": nonsense}),
        json!({"kind": null, "object": {"apiVersion": "v1", "kind": "Pod"}}),
        json!({"kind": {"group": "extensions", "version": "v1beta1", "kind": "Ingress"}, "dryRun": true}),
    ] {
        let body = review(changes).to_string();
        assert_eq!(answered(&body), (true, String::new()), "{body}");
    }
}

#[test]
fn an_object_that_makes_no_sense_is_denied_with_what_was_wrong() {
    let annotations = json!({"nginx.com/sticky-cookie-services": 5});
    for (changes, message) in [
        (
            json!({"object": null}),
            "request.object is null: there is nothing to check",
        ),
        (json!({"object": 5}), "expected an object, found a number"),
        (
            json!({"object": {"metadata": {"annotations": annotations}}}),
            "metadata.annotations[nginx.com/sticky-cookie-services]: expected a string, found a number",
        ),
        (
            json!({"object": {"spec": {"rules": [{"host": []}]}}}),
            "spec.rules[0].host: expected a string, found a list",
        ),
        (
            json!({"operation": "PATCH"}),
            "request.operation is none of CREATE, UPDATE, DELETE and CONNECT",
        ),
    ] {
        let message = format!("Ingress default/cafe: {message} [unreadable-ingress]");
        let body = review(changes).to_string();
        assert_eq!(answered(&body), (false, message), "{body}");
    }
}

#[test]
fn a_request_that_makes_no_sense_is_answered_by_its_uid() {
    for (changes, message) in [
        (
            json!({"operation": 5}),
            "request.operation: expected a string, found a number",
        ),
        (
            json!({"userInfo": "x"}),
            "request.userInfo: expected an object, found a string",
        ),
    ] {
        let body = review(changes).to_string();
        let message = format!(
            "Ingress (unnamed): the request cannot be read: {message} [unreadable-ingress]"
        );
        assert_eq!(answered(&body), (false, message), "{body}");
    }
}

#[test]
fn what_cannot_be_answered_is_an_error() {
    let not = |name: &str, value: Value| {
        let mut review = review(json!({}));
        review[name] = value;
        review.to_string()
    };
    let shape = "the body is not an AdmissionReview that can be read: ";
    let kind = "the body is not an AdmissionReview of admission.k8s.io/v1 or v1beta1";
    let uid = "the AdmissionReview has no request.uid: an answer must echo it";
    for (body, error) in [
        (String::new(), format!("{shape}EOF while parsing a value")),
        ("hello".to_owned(), format!("{shape}expected value")),
        (
            "[]".to_owned(),
            format!("{shape}expected an object, found a list"),
        ),
        ("{}".to_owned(), kind.to_owned()),
        (not("kind", json!("Pod")), kind.to_owned()),
        (
            not("apiVersion", json!("admission.k8s.io/v2")),
            kind.to_owned(),
        ),
        (not("request", json!(null)), uid.to_owned()),
        (review(json!({"uid": ""})).to_string(), uid.to_owned()),
        (review(json!({"uid": null})).to_string(), uid.to_owned()),
        (
            review(json!({"uid": 5})).to_string(),
            format!("{shape}request.uid: expected a string, found a number"),
        ),
    ] {
        let answer = answer(body.as_bytes(), &RequestPolicy::default());
        assert_eq!(
            answer.map_err(|error| error.to_string()),
            Err(error),
            "{body}"
        );
    }
}

#[test]
fn hostile_bodies_are_answered() {
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    let body = |object: &str| {
        let review = review(json!({"object": "HERE"})).to_string();
        review.replace("\"HERE\"", object)
    };
    let read = |object: &str| answered(&body(object));
    assert_eq!(
        read(&format!(
            r#"{{"status":{deep},"x":1e99999,"y":{}}}"#,
            "9".repeat(10_000)
        )),
        (true, String::new())
    );
    assert!(!read(r#"{"metadata":{"name":5},"metadata":{"name":"x"}}"#).0);
    assert_eq!(
        read(r#"{"kind":"a","kind":"b","metadata":null}"#),
        (true, String::new())
    );
    let (allowed, message) = read(&deep);
    assert!(
        !allowed && message.contains("expected an object, found a list"),
        "{message}"
    );
    let huge = format!(
        r#"{{"metadata":{{"annotations":{{"nginx.com/sticky-cookie-services":"{}"}}}}}}"#,
        "x".repeat(256 << 10)
    );
    read(&huge);
}

#[test]
fn invalid_utf8_is_answered_by_its_uid() {
    let body = review(json!({"namespace": "HERE"}))
        .to_string()
        .into_bytes();
    let place = body.windows(4).position(|bytes| bytes == b"HERE").unwrap();
    let mut body = body;
    body[place] = 0xff;
    let answer = answer(&body, &RequestPolicy::default()).unwrap();
    assert_eq!(
        (&*answer.facts.uid, answer.facts.verdict),
        ("u-1", Verdict::Deny)
    );
    let json: Value = serde_json::from_slice(&answer.body).unwrap();
    let message = json["response"]["status"]["message"].as_str().unwrap();
    assert!(
        message.contains(&format!("byte {place} is no UTF-8")),
        "{message}"
    );
}

#[test]
fn each_version_is_answered_in_its_own() {
    for version in ["admission.k8s.io/v1", "admission.k8s.io/v1beta1"] {
        let mut review = review(json!({}));
        review["apiVersion"] = json!(version);
        let body = review.to_string();
        for answer in [
            answer(body.as_bytes(), &RequestPolicy::default()),
            refuse(body.as_bytes(), Refusal::Late),
        ] {
            let json: Value = serde_json::from_slice(&answer.unwrap().body).unwrap();
            assert_eq!(json["apiVersion"], version);
        }
    }
}

#[test]
fn a_refusal_says_who_failed_and_that_nothing_was_admitted() {
    let body = review(json!({})).to_string();
    for (refusal, code, who) in [
        (
            Refusal::Busy,
            500,
            "stickler has too many requests in flight",
        ),
        (Refusal::Late, 504, "stickler ran out of time"),
        (Refusal::Panicked, 500, "stickler failed on this object"),
    ] {
        let answer = refuse(body.as_bytes(), refusal).unwrap();
        assert_eq!(answer.facts.verdict, Verdict::Fail);
        assert_eq!(answer.facts.refusal, Some(refusal));
        assert_eq!(answer.facts.name.as_deref(), Some("cafe"));
        let json: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(json["response"]["allowed"], false);
        assert_eq!(json["response"]["status"]["code"], code);
        let message = json["response"]["status"]["message"].as_str().unwrap();
        assert!(
            message.starts_with(who) && message.contains("not admitted"),
            "{message}"
        );
    }
}

/// A review of a new Ingress with `value` and the services that it may name.
fn annotated(value: &str) -> String {
    let path = |path, service| {
        let service = json!({"name": service, "port": {"number": 80}});
        json!({"path": path, "pathType": "Prefix", "backend": {"service": service}})
    };
    let object = json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "cafe", "annotations": {"nginx.com/sticky-cookie-services": value}},
        "spec": {"rules": [{"host": "cafe.example.com", "http": {
            "paths": [path("/coffee", "coffee-svc"), path("/tea", "tea-svc")]
        }}]},
    });
    review(json!({"object": object})).to_string()
}

#[test]
fn only_the_status_subresource_is_checked_like_the_object() {
    let bad = "serviceName=tea-svc srv_id expire=1h path=/tea";
    for (sub_resource, allowed) in [
        (json!(null), false),
        (json!(""), false),
        (json!("status"), false),
        (json!("scale"), true),
        (json!("Status"), true),
    ] {
        let mut review: Value = serde_json::from_str(&annotated(bad)).unwrap();
        let request = review["request"].as_object_mut().unwrap();
        request.insert("operation".to_owned(), json!("UPDATE"));
        let mut old = request["object"].clone();
        old["metadata"]["annotations"] = json!({});
        request.insert("oldObject".to_owned(), old);
        request.insert("subResource".to_owned(), sub_resource.clone());
        assert_eq!(answered(&review.to_string()).0, allowed, "{sub_resource}");
    }
}

#[test]
fn a_controller_that_writes_addresses_is_not_refused_for_an_old_mistake() {
    let bad = "serviceName=tea-svc srv_id expire=1h path=/tea";
    let request_policy = RequestPolicy::default();
    let (policies, _) =
        Policies::parse("policy.yaml", "onUpdate: strict", request_policy.now).unwrap();
    let policies = policies.into();
    let strict = RequestPolicy {
        policies,
        ..request_policy
    };
    for (sub_resource, verdict) in [("status", Verdict::Warn), ("", Verdict::Deny)] {
        let mut review: Value = serde_json::from_str(&annotated(bad)).unwrap();
        let request = review["request"].as_object_mut().unwrap();
        request.insert("operation".to_owned(), json!("UPDATE"));
        request.insert("oldObject".to_owned(), request["object"].clone());
        request.insert("subResource".to_owned(), json!(sub_resource));
        let body = review.to_string();
        let answer = answer(body.as_bytes(), &strict).unwrap();
        assert_eq!(answer.facts.verdict, verdict, "{sub_resource}");
    }
}

#[test]
fn warnings_of_other_words_stand_beside_a_denial() {
    let value = "serviceName=coffee-svc srv_id expire=1h path=/coffee;serviceName=tea-svc srv_id";
    let body = annotated(value);
    let answer = answer(body.as_bytes(), &RequestPolicy::default()).unwrap();
    let answer: Value = serde_json::from_slice(&answer.body).unwrap();
    let response = &answer["response"];
    assert_eq!(response["status"]["code"], 403);
    let warnings = response["warnings"].as_array().unwrap();
    let of_tea = |it: &Value| it.as_str().unwrap().contains("missing-path");
    assert!(warnings.iter().any(of_tea), "{warnings:?}");
}

mod bounds;
mod facts;
