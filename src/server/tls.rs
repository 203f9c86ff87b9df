//! TLS as the API server speaks it.

use std::io;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoClientAuth, ResolvesServerCert};
use rustls::version::{TLS12, TLS13};

use super::callers::Callers;

/// TLS 1.2 and 1.3, and HTTP/1.1 alone: it is what the API server speaks to
/// webhooks (`k8s.io/apiserver/pkg/util/webhook`, `NextProtos`), and over HTTP/2
/// one peer has as many requests as it likes.
pub(super) fn config(
    certificate: Arc<dyn ResolvesServerCert>,
    callers: Option<Callers>,
) -> io::Result<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let callers: Arc<dyn ClientCertVerifier> = match callers {
        Some(callers) => Arc::new(callers),
        None => Arc::new(NoClientAuth),
    };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(io::Error::other)?
        .with_client_cert_verifier(callers)
        .with_cert_resolver(certificate);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
