//! TLS as the API server speaks it.

use std::io;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoClientAuth, ResolvesServerCert};
use rustls::version::{TLS12, TLS13};

use super::client_auth::ClientAuth;
use crate::crypto;

/// TLS 1.2 and 1.3, and HTTP/1.1 alone: it is what the API server speaks to
/// webhooks (`k8s.io/apiserver/pkg/util/webhook`, `NextProtos`), and over HTTP/2
/// one peer has as many requests as it likes.
pub(super) fn config(
    certificate: Arc<dyn ResolvesServerCert>,
    client_auth: Option<Arc<ClientAuth>>,
) -> io::Result<ServerConfig> {
    let provider = crypto::provider();
    let client_auth: Arc<dyn ClientCertVerifier> = match client_auth {
        Some(client_auth) => client_auth,
        None => Arc::new(NoClientAuth),
    };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(io::Error::other)?
        .with_client_cert_verifier(client_auth)
        .with_cert_resolver(certificate);
    // A resumed session would keep a caller in whose CA has been replaced.
    config.session_storage = Arc::new(rustls::server::NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
