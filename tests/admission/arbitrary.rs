//! Anything at all in: nothing breaks, and whoever can be answered is.

use proptest::prelude::*;
use serde_json::{Value, json};
use stickler::admission::{Refusal, RequestPolicy, answer, refuse};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let name = prop_oneof![
        prop::sample::select(vec![
            "metadata",
            "spec",
            "annotations",
            "rules",
            "http",
            "paths",
            "backend",
            "service",
            "name",
            "port",
            "nginx.com/sticky-cookie-services",
            "apiVersion",
            "kind",
            "tls",
            "hosts",
            "defaultBackend",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..6).prop_map(Value::from_iter),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_survived(body in prop::collection::vec(any::<u8>(), 0..256)) {
        let _ = answer(&body, &RequestPolicy::default());
        let _ = refuse(&body, Refusal::Busy);
    }

    #[test]
    fn any_object_is_answered_by_its_uid(
        uid in "\\PC{1,20}",
        object in any_json(),
        old in any_json(),
        field in "subResource|operation|userInfo|kind|namespace|name|dryRun",
        wrong in any_json(),
        update in any::<bool>(),
    ) {
        let mut review = json!({
            "kind": "AdmissionReview",
            "apiVersion": "admission.k8s.io/v1",
            "request": {
                "uid": uid,
                "kind": {"group": "networking.k8s.io", "kind": "Ingress"},
                "operation": if update { "UPDATE" } else { "CREATE" },
                "object": object,
                "oldObject": old,
            }
        });
        if wrong.is_string() || wrong.is_number() {
            review["request"][field] = wrong;
        }
        let body = review.to_string();
        for answer in [answer(body.as_bytes(), &RequestPolicy::default()), refuse(body.as_bytes(), Refusal::Late)] {
            let answer: Value = serde_json::from_slice(&answer.unwrap().body).unwrap();
            prop_assert_eq!(answer["response"]["uid"].as_str(), Some(&*uid));
        }
    }

    #[test]
    fn any_value_gets_an_answer_that_the_api_server_takes(value in any::<String>()) {
        let object = json!({"metadata": {"annotations": {"nginx.com/sticky-cookie-services": value}}});
        let review = json!({
            "kind": "AdmissionReview",
            "apiVersion": "admission.k8s.io/v1",
            "request": {"uid": "u", "kind": {"group": "networking.k8s.io", "kind": "Ingress"}, "operation": "CREATE", "object": object}
        });
        let review = review.to_string();
        let answer = answer(review.as_bytes(), &RequestPolicy::default()).unwrap();
        let answer: Value = serde_json::from_slice(&answer.body).unwrap();
        let message = answer["response"]["status"]["message"].as_str().unwrap_or_default();
        prop_assert!(message.len() <= 3 * 1024);
        prop_assert!(!message.chars().any(|c| c.is_control() && c != '\n'));
        let warnings: Vec<String> = serde_json::from_value(answer["response"]["warnings"].clone()).unwrap_or_default();
        for warning in &warnings {
            prop_assert!(warning.chars().count() <= 256 && !warning.chars().any(char::is_control), "{}", warning);
        }
    }
}
