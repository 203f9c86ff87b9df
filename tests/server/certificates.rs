//! A certificate that changes while it is served.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use reqwest::Client;
use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, HandshakeKind, RootCertStore};
use stickler::server::certificate::{CertificateStore, Files};
use stickler::server::{Identity, Settings};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::harness::until;
use crate::harness::{
    Authority, LONG, Running, head, install_provider, post, real, response, review, settings, soon,
};

/// A mounted Secret: files are symlinks through `..data`, which is swapped.
struct Secret(tempfile::TempDir);

impl Secret {
    fn new(leaf: &(String, String), ca: &str) -> Self {
        let secret = Self(tempfile::tempdir().unwrap());
        secret.update("..1", leaf, ca);
        for file in ["tls.crt", "tls.key", "ca.crt"] {
            symlink(Path::new("..data").join(file), secret.0.path().join(file)).unwrap();
        }
        secret
    }

    fn update(&self, folder: &str, (chain, key): &(String, String), ca: &str) {
        let root = self.0.path();
        std::fs::create_dir(root.join(folder)).unwrap();
        for (file, text) in [
            ("tls.crt", chain.as_str()),
            ("tls.key", key),
            ("ca.crt", ca),
        ] {
            std::fs::write(root.join(folder).join(file), text).unwrap();
        }
        symlink(folder, root.join("..data_tmp")).unwrap();
        std::fs::rename(root.join("..data_tmp"), root.join("..data")).unwrap();
    }

    fn files(&self) -> Files {
        let file = |name| self.0.path().join(name);
        Files::new(file("tls.crt"), file("tls.key"), Some(file("ca.crt")))
    }
}

async fn serving(authority: Authority, secret: &Secret) -> Running {
    let files = secret.files();
    let certificate = Arc::new(CertificateStore::new(files.load().unwrap()));
    let identity = Identity {
        certificate,
        files: Some(files),
        client_auth: None,
    };
    let settings = Settings {
        reload_interval: Duration::from_millis(20),
        ..settings()
    };
    Running::with_identity(authority, identity, real(), settings).await
}

fn trusting(server: &Running, authorities: &[&Authority]) -> Client {
    let builder = Client::builder()
        .timeout(LONG)
        .resolve("localhost", server.reviews)
        .no_proxy();
    // Each request shakes hands anew.
    let builder = builder.pool_max_idle_per_host(0);
    let root = |it: &&Authority| reqwest::Certificate::from_der(&it.der()).unwrap();
    let add = |builder: reqwest::ClientBuilder, it| builder.add_root_certificate(root(it));
    authorities.iter().fold(builder, add).build().unwrap()
}

async fn works(client: &Client, server: &Running) -> bool {
    post(client, &server.url(), review("u").to_string())
        .await
        .is_ok()
}

#[tokio::test]
async fn a_swapped_secret_is_served_and_no_call_fails() {
    install_provider();
    let (old, new) = (Authority::new("old"), Authority::new("new"));
    let secret = Secret::new(&old.leaf(|_| {}), &old.pem());
    let bundle = [&old, &new];
    let server = Arc::new(serving(Authority::new("unused"), &secret).await);
    let (both, only_new) = (trusting(&server, &bundle), trusting(&server, &[&new]));
    assert!(!works(&only_new, &server).await);

    let done = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let (server, client, done) = (Arc::clone(&server), both.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                let mut calls = 0;
                while !done.load(Relaxed) {
                    assert!(works(&client, &server).await, "call {calls} failed");
                    calls += 1;
                }
                calls
            })
        })
        .collect();
    secret.update("..2", &new.leaf(|_| {}), &new.pem());
    until!(works(&only_new, &server).await);
    done.store(true, Relaxed);
    for caller in callers {
        assert!(caller.await.unwrap() > 0);
    }
    assert_eq!(server.page("/readyz").await, (200, "ok\n".to_owned()));
    let reloads = server
        .metric(r#"stickler_certificate_reloads_total{result="ok"}"#)
        .await;
    assert!((reloads - 1.0).abs() < 0.1);
}

#[tokio::test]
async fn a_bad_new_pair_is_told_and_the_last_good_one_is_served() {
    install_provider();
    let authority = Authority::new("CA");
    let (first, second) = (authority.leaf(|_| {}), authority.leaf(|_| {}));
    let ca = authority.pem();
    let secret = Secret::new(&first, &ca);
    let server = serving(authority, &secret).await;
    secret.update("..2", &(second.0.clone(), first.1.clone()), &ca);
    let start = "ok\nthe newest certificate cannot be used: the certificate and its key do not belong together";
    // It is read when its turn comes.
    until!(server.page("/readyz").await.1.starts_with(start));
    assert_eq!(server.page("/readyz").await.0, 200);
    assert!(works(&trusting(&server, &[&server.authority]), &server).await);
    let failed = server
        .metric(r#"stickler_certificate_reloads_total{result="error"}"#)
        .await;
    assert!((failed - 1.0).abs() < 0.1);
    secret.update("..3", &second, &ca);
    // A poll that takes long is not waited for.
    until!(server.page("/readyz").await == (200, "ok\n".to_owned()));
}

#[tokio::test]
async fn the_ends_of_leaf_and_authority_are_told_apart() {
    install_provider();
    let authority = Authority::new("CA");
    let leaf = authority.leaf(|params| params.not_after = rcgen::date_time_ymd(2090, 1, 1));
    let secret = Secret::new(&leaf, &authority.pem());
    let server = serving(authority, &secret).await;
    let name = "stickler_certificate_not_after_seconds";
    let end = async |which: &str| {
        server
            .metric(&format!("{name}{{certificate=\"{which}\"}}"))
            .await
    };
    assert!((end("leaf").await - 3_786_912_000.0).abs() < 0.1);
    assert!(end("ca").await > end("leaf").await);
}

/// A resumed session would keep a caller in whose CA has been replaced.
#[tokio::test]
async fn no_session_is_resumed() {
    let server = Running::start().await;
    let mut roots = RootCertStore::empty();
    roots.add(server.authority.der()).unwrap();
    for version in [&TLS12, &TLS13] {
        let builder = ClientConfig::builder_with_protocol_versions(&[version]);
        let config = builder.with_root_certificates(roots.clone());
        let config = Arc::new(config.with_no_client_auth());
        for _ in 0..2 {
            let stream = TcpStream::connect(server.reviews).await.unwrap();
            let name = ServerName::try_from("localhost").unwrap();
            let connector = TlsConnector::from(Arc::clone(&config));
            let mut stream = soon(connector.connect(name, stream)).await.unwrap();
            let body = review("u").to_string();
            let request = head(body.len(), "") + &body;
            stream.write_all(request.as_bytes()).await.unwrap();
            // Tickets, if there are any, come before the answer.
            assert!(response(&mut stream).await.0.starts_with("HTTP/1.1 200 "));
            let kind = stream.get_ref().1.handshake_kind();
            assert_eq!(kind, Some(HandshakeKind::Full), "{version:?}");
        }
    }
}
