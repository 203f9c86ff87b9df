//! Who may call, and who fails in the handshake.

use std::sync::Arc;

use reqwest::Client;
use stickler::server::Identity;
use stickler::server::certificate::CertificateStore;
use stickler::server::client_auth::ClientAuth;

use crate::harness::{Authority, Running, install_provider, post, real, review, settings};

async fn guarded(callers: &Authority, names: &[&str]) -> Running {
    install_provider();
    let authority = Authority::new("webhook CA");
    let names = names.iter().map(ToString::to_string).collect();
    let identity = Identity {
        certificate: Arc::new(CertificateStore::new(authority.pair())),
        files: None,
        client_auth: Some(ClientAuth::from_pem(callers.pem().as_bytes(), names).unwrap()),
    };
    Running::with_identity(authority, identity, real(), settings()).await
}

async fn may_call(server: &Running, client: Client) -> bool {
    let answer = post(&client, &server.url(), review("u").to_string()).await;
    answer.is_ok_and(|response| response.status() == 200)
}

#[tokio::test]
async fn only_the_named_may_call() {
    let clients = Authority::new("clients CA");
    let strangers = Authority::new("clients CA");
    let server = guarded(&clients, &["kube-apiserver", "127.0.0.1"]).await;
    let with = |identity| server.builder().identity(identity).build().unwrap();
    assert!(may_call(&server, with(clients.caller("kube-apiserver"))).await);
    for other in [
        "someone",
        "kube-apiserver-2",
        "my-kube-apiserver",
        "KUBE-APISERVER",
    ] {
        assert!(
            !may_call(&server, with(clients.caller(other))).await,
            "{other}"
        );
    }
    assert!(!may_call(&server, with(strangers.caller("kube-apiserver"))).await);
    assert!(!may_call(&server, server.client()).await);
    assert_eq!(server.page("/readyz").await, (200, "ok\n".to_owned()));
}

#[tokio::test]
async fn an_alternative_name_will_do_and_no_name_admits_all() {
    let clients = Authority::new("clients CA");
    for names in [&["localhost"][..], &[]] {
        let server = guarded(&clients, names).await;
        let client = server.builder().identity(clients.caller("x"));
        assert!(
            may_call(&server, client.build().unwrap()).await,
            "{names:?}"
        );
        assert!(!may_call(&server, server.client()).await);
    }
}

#[test]
fn an_authority_that_is_none_is_an_error() {
    assert!(ClientAuth::from_pem(b"", Vec::new()).is_err());
    assert!(
        ClientAuth::from_pem(
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            Vec::new()
        )
        .is_err()
    );
}
