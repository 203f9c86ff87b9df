//! A policy that changes while it is in force.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use stickler::policy::PolicyHandle;
use stickler::server::certificate::CertificateStore;
use stickler::server::{Identity, Settings, Validator};

use crate::harness::until;
use crate::harness::{Authority, Running, review, settings};

async fn under(policy: &std::path::Path) -> Running {
    let authority = Authority::new("CA");
    let identity = Identity {
        certificate: Arc::new(CertificateStore::new(authority.pair())),
        files: None,
        client_auth: None,
    };
    let (live, _) = PolicyHandle::open(policy, jiff::Timestamp::now()).unwrap();
    let settings = Settings {
        reload_interval: Duration::from_millis(20),
        ..settings()
    };
    let validator = Validator::by(Arc::new(live));
    Running::with_identity(authority, identity, validator, settings).await
}

async fn answer(server: &Running) -> Value {
    let response = server.post(review("u").to_string()).await;
    response.json::<Value>().await.unwrap()["response"].clone()
}

#[tokio::test]
async fn a_new_policy_counts_and_a_bad_one_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stickler.yaml");
    std::fs::write(&file, "mode: enforce\n").unwrap();
    let server = under(&file).await;
    assert_eq!(answer(&server).await["allowed"], false);

    std::fs::write(&file, "mode: warn\n").unwrap();
    let mut allowed = Value::Null;
    until!({
        allowed = answer(&server).await;
        allowed["allowed"] == true
    });
    assert_eq!(allowed["auditAnnotations"]["mode"], "warn");
    assert_eq!(allowed["warnings"].as_array().unwrap().len(), 1);

    std::fs::write(&file, "mood: audit\n").unwrap();
    let failed = r#"stickler_policy_reloads_total{result="error"}"#;
    until!(server.metric(failed).await >= 1.0);
    assert_eq!(answer(&server).await["allowed"], json!(true));
    let (status, text) = server.page("/readyz").await;
    let start = "ok\nthe newest policy cannot be used: ";
    assert!(
        status == 200 && text.starts_with(start) && text.contains("mood"),
        "{text}"
    );

    std::fs::write(&file, "mode: audit\n").unwrap();
    until!(answer(&server).await["auditAnnotations"]["mode"] == "audit");
    assert_eq!(server.page("/readyz").await, (200, "ok\n".to_owned()));
}

#[tokio::test]
async fn a_crowd_of_faults_fills_no_page() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stickler.yaml");
    std::fs::write(&file, "mode: enforce\n").unwrap();
    let server = under(&file).await;
    let faults: Vec<_> = (0..4000).map(|it| format!("k{it}: 1")).collect();
    std::fs::write(&file, faults.join("\n")).unwrap();
    let mut text = String::new();
    until!({
        text = server.page("/readyz").await.1;
        text.contains("cannot be used")
    });
    let last = text.lines().last();
    assert_eq!(last, Some("and 3980 more; run 'stickler policy check'"));
    assert_eq!(text.lines().count(), 22);
    assert_eq!(answer(&server).await["allowed"], false);
}
