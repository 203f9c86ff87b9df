//! Ready means that a call would succeed.

use std::sync::Arc;
use std::time::Duration;

use rcgen::date_time_ymd;
use stickler::server::certificate::{CertificateStore, CertifiedKeyPair};
use stickler::server::{Identity, Settings};

use crate::harness::until;
use crate::harness::{Authority, Running, real, settings};

async fn serving(authority: Authority, pair: CertifiedKeyPair) -> Running {
    let identity = Identity {
        certificate: Arc::new(CertificateStore::new(pair)),
        files: None,
        client_auth: None,
    };
    Running::with_identity(authority, identity, real(), settings()).await
}

fn pair(leaf: &(String, String), authority: &Authority) -> CertifiedKeyPair {
    let ca = authority.pem();
    CertifiedKeyPair::from_pem(leaf.0.as_bytes(), leaf.1.as_bytes(), Some(ca.as_bytes())).unwrap()
}

#[tokio::test]
async fn a_server_that_can_be_called_is_ready() {
    let server = Running::start().await;
    assert_eq!(server.page("/readyz").await, (200, "ok\n".to_owned()));
    assert_eq!(server.page("/livez").await, (200, "ok\n".to_owned()));
    let (status, line) = server.page("/elsewhere").await;
    assert_eq!(
        (status, &*line),
        (404, "not found: try /livez, /readyz or /metrics\n")
    );
}

#[tokio::test]
async fn an_ended_certificate_is_not_ready_but_alive() {
    let authority = Authority::new("CA");
    let leaf = authority.leaf(|params| params.not_after = date_time_ymd(2020, 1, 1));
    let pair = pair(&leaf, &authority);
    let server = serving(authority, pair).await;
    assert_eq!(
        server.page("/readyz").await,
        (
            503,
            "not ready: the certificate expired at 2020-01-01T00:00:00Z\n".to_owned()
        )
    );
    assert_eq!(server.page("/livez").await.0, 200);
}

#[tokio::test]
async fn an_ended_authority_is_not_ready_though_the_leaf_would_be() {
    let ended =
        |params: &mut rcgen::CertificateParams| params.not_after = date_time_ymd(2020, 1, 1);
    let authority = Authority::with("CA", ended);
    let pair = pair(&authority.leaf(|_| {}), &authority);
    let server = serving(authority, pair).await;
    let (status, line) = server.page("/readyz").await;
    assert!(
        status == 503 && line.ends_with("the CA has expired\n"),
        "{line}"
    );
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_not_ready() {
    let (authority, published) = (Authority::new("CA"), Authority::new("CA"));
    let leaf = authority.leaf(|_| {});
    let pair = pair(&leaf, &published);
    let server = serving(authority, pair).await;
    let (status, line) = server.page("/readyz").await;
    assert!(
        status == 503 && line.ends_with("the CA of that name has another key\n"),
        "{line}"
    );
}

#[tokio::test]
async fn a_server_that_stops_is_not_ready_and_goes_on_serving() {
    let settings = Settings {
        drain_delay: Duration::from_secs(60),
        ..settings()
    };
    let mut server = Running::with(real(), settings).await;
    let before = server.post(crate::harness::review("u").to_string()).await;
    assert!(!before.headers().contains_key("connection"));
    server.begin_stop();
    until!(server.page("/readyz").await == (503, "not ready: stopping\n".to_owned()));
    assert_eq!(server.page("/livez").await.0, 200);
    let during = server.post(crate::harness::review("u").to_string()).await;
    assert_eq!(
        (during.status().as_u16(), &during.headers()["connection"]),
        (200, &"close".parse().unwrap())
    );
}

#[tokio::test]
async fn after_the_delay_it_ends_by_itself() {
    let settings = Settings {
        drain_delay: Duration::from_millis(50),
        ..settings()
    };
    let mut server = Running::with(real(), settings).await;
    server.post(crate::harness::review("u").to_string()).await;
    server.begin_stop();
    server.ended().await;
}
