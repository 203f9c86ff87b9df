//! What the backstop costs the API server, and would without its bound of size.

use super::*;
use crate::cluster::cluster;

/// Separators in the value: what CEL splits takes time with their square.
const SEMICOLONS: usize = 10_000;

/// The backstop without its bound, before one place.
fn without_bound(place: &Place) -> Value {
    let line = "kubectl create --dry-run=client -o json -f ../../../deploy/backstop.yaml";
    let printed = place.shell(line);
    let objects = serde_json::Deserializer::from_str(&printed).into_iter();
    let mut objects = objects.map(|it: Result<Value, _>| it.unwrap());
    let is_policy = |it: &Value| it["kind"] == "ValidatingAdmissionPolicy";
    let mut policy = objects.find(is_policy).expect("a policy");
    policy["metadata"] = json!({"name": place.namespace});
    let conditions = policy["spec"]["matchConditions"].as_array_mut().unwrap();
    let before = conditions.len();
    conditions.retain(|it| it["name"] != "is-small");
    assert_eq!(conditions.len(), before - 1);
    policy
}

/// Processor seconds of the API server for a rehearsal with a large value.
async fn seconds(place: &Place) -> f64 {
    let control_plane = cluster().control_plane.as_ref().unwrap();
    let value = format!("serviceName=tea-svc srv_id{}", ";".repeat(SEMICOLONS));
    let large = around(&json!({"value": value}));
    let before = control_plane.processor_seconds();
    let _ = say(&ingresses(place), &large).await;
    control_plane.processor_seconds() - before
}

#[tokio::test]
async fn its_bound_saves_the_api_server_seconds() {
    if cluster().control_plane.is_none() {
        return;
    }
    let place = Place::open("backstop-cost").await;
    install(&place).await;
    let after = seconds(&place).await;
    let policy = without_bound(&place).to_string();
    fs::write(place.kubeconfig.with_extension("policy.json"), policy).unwrap();
    let file = place.kubeconfig.with_extension("policy.json");
    place.shell(&format!("kubectl apply -f {}", file.display()));
    // The change comes into force a moment later.
    let mut before = 0.0;
    for _ in 0..600 {
        before = seconds(&place).await;
        if before > 1.0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    println!("{SEMICOLONS} semicolons: {before:.2} s without the bound, {after:.2} s with it");
    assert!(before > 1.0, "{before}");
    assert!(after < before / 4.0, "{after} of {before}");
}
