//! What ends, and what is not there yet: the leaf and its authority apart.

use std::sync::Arc;

use rcgen::date_time_ymd;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use stickler::server::Identity;
use stickler::server::certificate::{BadCertificate, CertificateStore, CertifiedKeyPair};

use crate::harness::{Authority, Running, real, settings};

async fn serving(authority: Authority, store: Arc<CertificateStore>) -> Running {
    let identity = Identity {
        certificate: store,
        files: None,
        client_auth: None,
    };
    Running::with_identity(authority, identity, real(), settings()).await
}

/// The end of the leaf and of the authority, as `/metrics` has them.
async fn ends(server: &Running) -> [Option<i64>; 2] {
    let (_, metrics) = server.page("/metrics").await;
    ["leaf", "ca"].map(|which| {
        let name = format!("stickler_certificate_not_after_seconds{{certificate=\"{which}\"}} ");
        let value = metrics.lines().find_map(|line| line.strip_prefix(&name));
        value.map(|value| value.parse().unwrap())
    })
}

#[tokio::test]
async fn an_ended_authority_with_a_leaf_that_is_good_is_told_apart() {
    let authority = Authority::with("CA", |params| params.not_after = date_time_ymd(2020, 1, 1));
    let store = CertificateStore::new(authority.pair());
    let server = serving(authority, Arc::new(store)).await;
    let (status, line) = server.page("/readyz").await;
    assert!(
        status == 503 && line.ends_with("the CA has expired\n"),
        "{line}"
    );
    let leaf = date_time_ymd(4096, 1, 1).unix_timestamp();
    let ca = date_time_ymd(2020, 1, 1).unix_timestamp();
    assert_eq!(ends(&server).await, [Some(leaf), Some(ca)]);
}

#[tokio::test]
async fn a_server_without_a_certificate_waits_for_one() {
    let authority = Authority::new("CA");
    let pair = authority.pair();
    let store = Arc::new(CertificateStore::empty());
    let server = serving(authority, Arc::clone(&store)).await;
    let not_ready = "not ready: there is no certificate yet";
    assert_eq!(
        server.page("/readyz").await,
        (503, format!("{not_ready}\n"))
    );
    assert_eq!(server.page("/livez").await.0, 200);
    assert_eq!(ends(&server).await, [None, None]);
    assert!(server.client().get(server.url()).send().await.is_err());

    store.update(Err(BadCertificate::Unavailable(
        "nobody answers".to_owned(),
    )));
    let why = format!("{not_ready}: nobody answers\n");
    assert_eq!(server.page("/readyz").await, (503, why));

    store.update(Ok(pair.clone()));
    store.update(Err(BadCertificate::Clock(
        "the clock is an hour slow".to_owned(),
    )));
    let (status, text) = server.page("/readyz").await;
    assert_eq!(
        (status, text.matches("an hour slow").count()),
        (503, 1),
        "{text}"
    );

    store.update(Ok(pair));
    assert_eq!(server.page("/readyz").await, (200, "ok\n".to_owned()));
    assert!(server.client().get(server.url()).send().await.is_ok());
}

#[tokio::test]
async fn an_empty_bundle_is_not_ready() {
    let authority = Authority::new("CA");
    let (leaf, key) = authority.leaf(|_| {});
    let leaf = CertificateDer::from_pem_slice(leaf.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let pair = CertifiedKeyPair::new(vec![leaf], key, Some(Vec::new())).unwrap();
    let server = serving(authority, Arc::new(CertificateStore::new(pair))).await;
    let (status, line) = server.page("/readyz").await;
    assert_eq!(status, 503);
    assert!(
        line.contains("callers trust no certificate authority"),
        "{line}"
    );
}
