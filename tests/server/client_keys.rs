//! Callers of `serve --client-ca`: a certificate is worth nothing without its
//! key, in both versions of TLS.

use std::sync::Arc;

use rcgen::{DnType, ExtendedKeyUsagePurpose};
use rustls::client::ResolvesClientCert;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SignatureScheme, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::harness::{Authority, head, install_provider, review, soon};
use crate::spawned::Spawned;

/// Shows a certificate and signs with a key, whether or not they belong together.
#[derive(Debug)]
struct Shows(Arc<CertifiedKey>);

impl ResolvesClientCert for Shows {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// A leaf for a caller of this name, and its key, in PEM.
fn caller(authority: &Authority, name: &str) -> (String, String) {
    authority.leaf(|params| {
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    })
}

fn shows(leaf: &str, key: &str) -> Shows {
    let leaf = CertificateDer::from_pem_slice(leaf.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let key = rustls::crypto::ring::sign::any_supported_type(&key).unwrap();
    Shows(Arc::new(CertifiedKey::new(vec![leaf], key)))
}

/// Whether a caller who shows this gets an answer.
async fn is_answered(
    server: &Spawned,
    authority: &Authority,
    version: &'static SupportedProtocolVersion,
    shown: Option<Shows>,
) -> bool {
    let mut roots = RootCertStore::empty();
    roots.add(authority.der()).unwrap();
    let builder = ClientConfig::builder_with_protocol_versions(&[version]);
    let builder = builder.with_root_certificates(roots);
    let config = match shown {
        Some(shown) => builder.with_client_cert_resolver(Arc::new(shown)),
        None => builder.with_no_client_auth(),
    };
    let stream = TcpStream::connect(server.reviews).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    let Ok(mut stream) = soon(connector.connect(name, stream)).await else {
        return false;
    };
    assert_eq!(stream.get_ref().1.protocol_version(), Some(version.version));
    let body = review("u").to_string();
    let request = head(body.len(), "") + &body;
    // With TLS 1.3 the refusal comes when the request is under way.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut answer = [0; 15];
    let read = soon(stream.read_exact(&mut answer)).await;
    read.is_ok() && answer == *b"HTTP/1.1 200 OK"
}

#[tokio::test]
async fn a_certificate_without_its_key_a_name_or_the_authority_is_not_enough() {
    install_provider();
    let (authority, clients) = (Authority::new("CA"), Authority::new("clients CA"));
    let strangers = Authority::new("clients CA");
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("clients.crt");
    std::fs::write(&ca, clients.pem()).unwrap();
    let ca = ca.to_str().unwrap();
    let flags = ["--client-ca", ca, "--client-name", "one,kube-apiserver"];
    let server = Spawned::files(&authority, &flags).await;
    for version in [&TLS12, &TLS13] {
        let answered = async |shown| is_answered(&server, &authority, version, shown).await;
        let (leaf, key) = caller(&clients, "kube-apiserver");
        let (another, its_key) = caller(&clients, "someone");
        let stranger = caller(&strangers, "kube-apiserver");
        assert!(answered(Some(shows(&leaf, &key))).await, "{version:?}");
        assert!(!answered(Some(shows(&leaf, &its_key))).await, "{version:?}");
        assert!(
            !answered(Some(shows(&another, &its_key))).await,
            "{version:?}"
        );
        assert!(!answered(Some(shows(&stranger.0, &stranger.1))).await);
        assert!(!answered(None).await, "{version:?}");
    }
    // Eight that were refused, and not one that hung or was a matter of the socket.
    let failed = r#"stickler_connection_errors_total{reason="handshake"}"#;
    assert!(server.metric(failed).await >= 4.0);
    assert_eq!(server.page("/readyz").await, (200, "ok\n".to_owned()));
}

#[tokio::test]
async fn without_a_name_any_caller_of_the_authority_will_do() {
    install_provider();
    let (authority, clients) = (Authority::new("CA"), Authority::new("clients CA"));
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("clients.crt");
    std::fs::write(&ca, clients.pem()).unwrap();
    let flags = ["--client-ca", ca.to_str().unwrap()];
    let server = Spawned::files(&authority, &flags).await;
    let (leaf, key) = caller(&clients, "someone");
    for version in [&TLS12, &TLS13] {
        let shown = Some(shows(&leaf, &key));
        assert!(is_answered(&server, &authority, version, shown).await);
        assert!(!is_answered(&server, &authority, version, None).await);
    }
}
