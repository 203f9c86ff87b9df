//! Ready means: a call to our own TLS socket succeeds, with the certificate
//! that we serve, and the API server accepts that certificate now.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::version::TLS13;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio_rustls::TlsConnector;

use super::certificate::{BadCertificate, CertificateStore, CertifiedKeyPair};
use super::connections::Connections;
use crate::certs::verify::Rejected;
use crate::crypto;

/// Shorter than the second that a kubelet waits for a probe's answer.
const TIMEOUT: Duration = Duration::from_millis(800);

/// Why we are not ready.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotReady {
    #[error("there is no certificate yet")]
    NoPair,
    #[error(transparent)]
    Rejected(#[from] Rejected),
    #[error("{0}")]
    Clock(String),
    #[error("callers trust no certificate authority: the caBundle is empty or damaged")]
    NoAuthority,
    #[error("a call to our own port failed: {0}")]
    Call(String),
}

/// Calls `address` as the API server would, and expects the pair of `store`.
pub(super) async fn call(
    connections: &Arc<Connections>,
    address: SocketAddr,
    store: &Arc<CertificateStore>,
) -> Result<(), NotReady> {
    let pair = store.pair().ok_or(NotReady::NoPair)?;
    if let Some(BadCertificate::Clock(why)) = store.last_error() {
        return Err(NotReady::Clock(why));
    }
    if pair.authority.as_ref().is_some_and(Vec::is_empty) {
        return Err(NotReady::NoAuthority);
    }
    pair.verify(Timestamp::now())?;
    let failed = |error: &dyn ToString| NotReady::Call(error.to_string());
    let config = config(pair, store).map_err(|error| failed(&error))?;
    let shaken = tokio::time::timeout(TIMEOUT, shake_hands(connections, address, config)).await;
    let shaken = shaken.map_err(|_| failed(&"no answer in time"))?;
    shaken.map_err(|error| failed(&error))
}

/// A whole handshake; with TLS 1.3 the server's certificate and signature are
/// verified before it may ask who we are, so that this works with client
/// verification too.
async fn shake_hands(
    connections: &Arc<Connections>,
    address: SocketAddr,
    config: ClientConfig,
) -> std::io::Result<()> {
    let call = connections.call(reachable(address)).await?;
    let name = ServerName::IpAddress(address.ip().into());
    TlsConnector::from(Arc::new(config))
        .connect(name, call.stream)
        .await?;
    Ok(())
}

/// Where a socket that listens everywhere can be reached.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => {
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => {
            address.set_ip(Ipv6Addr::LOCALHOST.into());
        }
        _ => {}
    }
    address
}

fn config(
    pair: Arc<CertifiedKeyPair>,
    store: &Arc<CertificateStore>,
) -> Result<ClientConfig, Error> {
    let provider = crypto::provider();
    let expected = Expected {
        pair,
        store: Arc::clone(store),
        provider: Arc::clone(&provider),
    };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(expected))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Accepts one certificate: the one that we serve, which has been verified, or
/// the one that has replaced it meanwhile.
#[derive(Debug)]
struct Expected {
    pair: Arc<CertifiedKeyPair>,
    store: Arc<CertificateStore>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Expected {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let now = self.store.pair();
        let now = now.as_ref().and_then(|pair| pair.leaf());
        if self.pair.leaf() == Some(leaf) || now == Some(leaf) {
            return Ok(ServerCertVerified::assertion());
        }
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        // Never called: the call uses TLS 1.3.
        Err(Error::General("TLS 1.2 is not used here".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

#[cfg(test)]
mod tests;
