use super::*;

#[test]
fn a_uid_has_256_bytes_at_most() {
    for (length, fine) in [(1, true), (256, true), (257, false), (1 << 20, false)] {
        let uid = "u".repeat(length);
        let body = format!(
            r#"{{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{{"uid":"{uid}","operation":"CREATE"}}}}"#
        );
        for answered in [
            answer(body.as_bytes(), &RequestPolicy::default()),
            refuse(body.as_bytes(), Refusal::Busy),
        ] {
            assert_eq!(
                answered.as_ref().err(),
                (!fine).then_some(&BadReview::LongUid)
            );
        }
    }
}

#[test]
fn names_are_answered_and_logged_as_far_as_names_go() {
    let long = "\u{e4}".repeat(1 << 20);
    let cut = "\u{e4}".repeat(126);
    let body = serde_json::json!({
        "kind": "AdmissionReview",
        "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": "u",
            "name": long,
            "namespace": long,
            "operation": "CREATE",
            "userInfo": {"username": long},
            "object": {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "Ingress",
                "metadata": {
                    "name": long,
                    "namespace": long,
                    "annotations": {"nginx.org/sticky-cookie-services": "serviceName=tea"},
                },
                "spec": {},
            },
        },
    });
    let body = body.to_string();
    let answer = answer(body.as_bytes(), &RequestPolicy::default()).unwrap();
    assert!(answer.body.len() < 16 << 10, "{}", answer.body.len());
    let facts = &answer.facts;
    for name in [&facts.name, &facts.namespace, &facts.user] {
        assert_eq!(name.as_deref(), Some(&*cut));
    }
    let answer: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer["response"]["status"]["details"]["name"], *cut);
}
