//! The API server is away: at the start, and later.

use std::sync::{Arc, Mutex};

use super::*;

/// The address of the API server, and a kubeconfig that goes through `port`.
fn detour(place: &Place, port: u16) -> (String, std::path::PathBuf) {
    let view = "kubectl config view --raw --flatten -o json";
    let mut kubeconfig: Value = serde_json::from_str(&place.shell(view)).unwrap();
    let server = kubeconfig["clusters"][0]["cluster"]["server"].take();
    let server = server
        .as_str()
        .unwrap()
        .trim_start_matches("https://")
        .to_owned();
    kubeconfig["clusters"][0]["cluster"]["server"] = format!("https://127.0.0.1:{port}").into();
    let path = place.kubeconfig.with_extension("detour");
    std::fs::write(&path, kubeconfig.to_string()).unwrap();
    (server, path)
}

#[tokio::test]
async fn the_api_server_comes_late_and_goes_away() {
    let place = Place::open("outage").await;
    // A way that leads nowhere yet: every connection ends at once.
    let end: Arc<Mutex<Option<String>>> = Arc::default();
    let choose = Arc::clone(&end);
    let way = Balancer::by("127.0.0.1:0", move || choose.lock().unwrap().clone());
    let (server, kubeconfig) = detour(&place, way.address.port());
    let mut replica = Replica::start(&place, "replica", &kubeconfig, &[]);
    configure(&place, &replica.url()).await;

    // Not there: alive, not ready, and it says why.
    replica.until_error("Secret stickler-test-outage/stickler-ca: ");
    assert!(replica.get("/livez").is_ok());
    replica.until_readyz_says("not ready: there is no certificate yet: reading Secret");

    // There: ready without a restart.
    *end.lock().unwrap() = Some(server);
    replica.until_ready();
    until_denies(&place).await;

    // Damage that it cannot see and a lost way: the last good leaf stays.
    drop(way);
    replica.until_readyz_says("ok\nthe newest certificate cannot be used: reading ");
    assert_denies(&place).await;
}
