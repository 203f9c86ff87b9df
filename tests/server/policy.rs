//! A policy that changes while it is served: `/readyz` looks for a newer one
//! before it answers, so nothing here waits for a clock.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use stickler::admission::{Terms, answer};
use stickler::policy::Live;
use stickler::server::Judging;

use crate::harness::{Running, boxed, review, settings};

fn judging(policy: Live) -> Judging {
    let policy = Arc::new(policy);
    let judged_by = Arc::clone(&policy);
    Judging {
        judge: boxed(move |body| answer(body, &Terms::now(judged_by.snapshot()))),
        policy,
    }
}

/// What the server says of an Ingress that nginx would choke on.
async fn mode(server: &Running) -> Value {
    let mut review = review("u");
    let annotations = json!({"nginx.org/sticky-cookie-services": "serviceName=tea srv expire=1h"});
    review["request"]["object"]["metadata"]["annotations"] = annotations;
    let answer = server.post(review.to_string()).await;
    let answer: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    answer["response"]["auditAnnotations"]["mode"].clone()
}

#[tokio::test]
async fn the_last_good_policy_stays_and_everybody_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.yaml");
    std::fs::write(&path, "mode: warn").unwrap();
    let (live, _) = Live::open(&path, Timestamp::now()).unwrap();
    let server = Running::with(judging(live), settings()).await;
    let ok = (200, "ok\n".to_owned());
    assert_eq!(server.page("/readyz").await, ok);
    assert_eq!(mode(&server).await, "warn");

    std::fs::write(&path, "mode: audti").unwrap();
    let (status, text) = server.page("/readyz").await;
    let path_name = path.display();
    let expected = format!(
        "ok, but the newest policy cannot be used:\n\
         {path_name}:1:7: error: 'audti' is no mode; did you mean 'audit'?\n"
    );
    assert_eq!((status, text), (200, expected));
    assert_eq!(mode(&server).await, "warn");
    assert_eq!(counted(&server).await, ["0", "1", "1"]);

    std::fs::write(&path, "mode: audit").unwrap();
    assert_eq!(server.page("/readyz").await, ok);
    assert_eq!(mode(&server).await, "audit");
    assert_eq!(counted(&server).await, ["1", "1", "0"]);
}

/// The lines of `/metrics` about policies: taken, refused, and refused now.
async fn counted(server: &Running) -> [String; 3] {
    let (_, text) = server.page("/metrics").await;
    [
        r#"stickler_policy_reloads_total{result="ok"} "#,
        r#"stickler_policy_reloads_total{result="error"} "#,
        "stickler_policy_refused ",
    ]
    .map(|name| {
        let found = text.lines().find_map(|line| line.strip_prefix(name));
        found.unwrap_or_default().to_owned()
    })
}
