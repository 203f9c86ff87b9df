//! A connection that the API server keeps is there when it is needed again.

use std::time::Duration;

use k8s_openapi::ByteString;
use k8s_openapi::api::admissionregistration::v1::WebhookClientConfig;

use crate::authority::Authority;
use crate::balancer::Balancer;
use crate::certs::assert_denies;
use crate::cluster::cluster;
use crate::place::Place;
use crate::replica::Replica;
use crate::webhook::{BAD, install, shipped};

/// Seconds without a call. The API server gives a connection up after 90.
const SILENCES: [u64; 4] = [1, 30, 89, 91];

/// The time itself is what is tested; the silences overlap.
#[tokio::test]
async fn a_connection_that_idled_is_used_again() {
    let folder = cluster().folder.join("idle");
    std::fs::create_dir_all(&folder).unwrap();
    let authority = Authority::new().unwrap();
    let pair = authority.loopback().unwrap();
    std::fs::write(folder.join("tls.crt"), pair.certificate).unwrap();
    std::fs::write(folder.join("tls.key"), pair.key).unwrap();
    let first = Place::open("idle").await;
    let mut replica = Replica::with_files(&first, &folder, &[]);
    replica.until_ready();
    let server = &replica.reviews;
    let ca = authority.certificate();
    let all = SILENCES.map(|seconds| silence(seconds, server, ca));
    let carried = futures_util::future::join_all(all).await;
    // A call each, and the second on the connection of the first, for as long
    // as the API server keeps it.
    assert_eq!(carried, [1, 1, 1, 2]);
}

/// Calls, says nothing for so long, and calls again; returns the number of
/// connections it took.
async fn silence(seconds: u64, server: &str, ca: &str) -> usize {
    let place = Place::open(&format!("idle-{seconds}")).await;
    let balancer = Balancer::start("127.0.0.1:0", vec![server.to_owned()]);
    let mut configuration = shipped(&place);
    for webhook in configuration.webhooks.iter_mut().flatten() {
        webhook.client_config = WebhookClientConfig {
            url: Some(format!("https://{}/validate", balancer.address)),
            ca_bundle: Some(ByteString(ca.into())),
            service: None,
        };
    }
    install(&place, &configuration).await;
    assert_denies(&place).await;
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let refused = place.would_take(BAD).await.unwrap_err().message;
    assert!(
        refused.contains("denied the request"),
        "after {seconds} s: {refused}"
    );
    balancer.carried()
}
