//! The stack that stickler stands on: axum, axum-server and rustls, set up in
//! the same way.

use std::sync::Arc;

use axum::Router;
use axum_server::Server;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};

use crate::Result;

/// Serves `router` as the arguments say: ADDRESS CERTIFICATE KEY.
pub async fn serve(router: Router) -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("usage: ADDRESS CERTIFICATE KEY");
    let (address, certificate, key) = (next()?, next()?, next()?);
    let config = RustlsConfig::from_config(Arc::new(tls(&certificate, &key)?));
    let acceptor = RustlsAcceptor::new(config).acceptor(NoDelayAcceptor::new());
    Server::bind(address.parse::<std::net::SocketAddr>()?)
        .acceptor(acceptor)
        .serve(router.into_make_service())
        .await?;
    Ok(())
}

fn tls(certificate: &str, key: &str) -> Result<ServerConfig> {
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<std::result::Result<_, _>>();
    let key = PrivateKeyDer::from_pem_file(key)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_single_cert(chain?, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec(), b"h2".to_vec()];
    Ok(config)
}
