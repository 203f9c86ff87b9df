//! TLS as the API server speaks it.

use std::io;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoClientAuth, ResolvesServerCert};
use rustls::version::{TLS12, TLS13};

use super::callers::Callers;

/// TLS 1.2 and 1.3. HTTP/1.1 comes first in ALPN, where the server's order
/// counts: it is what the API server speaks to webhooks.
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
    config.alpn_protocols = vec![b"http/1.1".to_vec(), b"h2".to_vec()];
    Ok(config)
}
