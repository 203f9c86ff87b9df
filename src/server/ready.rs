//! Ready means: a call to our own TLS socket succeeds, with the certificate
//! that we believe to serve, and nobody who trusts our authority would refuse
//! it today.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::version::TLS13;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use tokio_rustls::TlsConnector;

use super::certificate::{Pair, now};
use super::connections::Connections;

/// Shorter than the second that a kubelet waits for a probe's answer.
const PATIENCE: Duration = Duration::from_millis(800);

/// Why we are not ready.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotReady {
    #[error("there is no certificate yet")]
    NoPair,
    #[error("the certificate has ended")]
    Ended,
    #[error("the certificate authority has ended")]
    AuthorityEnded,
    #[error("callers trust no certificate authority: the caBundle is empty or damaged")]
    NoAuthority,
    #[error("a call to our own port failed: {0}")]
    Call(String),
}

/// Calls `address` as the API server would, and expects to be shown `pair`.
pub(super) async fn call(
    connections: &Arc<Connections>,
    address: SocketAddr,
    pair: Option<Arc<Pair>>,
) -> Result<(), NotReady> {
    let pair = pair.ok_or(NotReady::NoPair)?;
    let now = now();
    if pair.not_after < now {
        return Err(NotReady::Ended);
    }
    if pair.authority_not_after.is_some_and(|end| end < now) {
        return Err(NotReady::AuthorityEnded);
    }
    if pair.authority.as_ref().is_some_and(Vec::is_empty) {
        return Err(NotReady::NoAuthority);
    }
    let failed = |error: &dyn ToString| NotReady::Call(error.to_string());
    let config = config(pair).map_err(|error| failed(&error))?;
    let shaken = tokio::time::timeout(PATIENCE, shake_hands(connections, address, config)).await;
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

fn config(pair: Arc<Pair>) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let trusted = Expected::new(pair, Arc::clone(&provider))?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(trusted))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Accepts one certificate: ours, and only if our authority vouches for it
/// where we know the authority.
#[derive(Debug)]
struct Expected {
    pair: Arc<Pair>,
    authority: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl Expected {
    fn new(pair: Arc<Pair>, provider: Arc<CryptoProvider>) -> Result<Self, Error> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(pair.authority.iter().flatten().cloned());
        let authority = (!roots.is_empty()).then(|| {
            let verifier =
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
            verifier
                .build()
                .map_err(|error| Error::General(error.to_string()))
        });
        Ok(Self {
            pair,
            authority: authority.transpose()?,
            provider,
        })
    }
}

impl ServerCertVerifier for Expected {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.pair.leaf() != Some(leaf) {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        let name = self.pair.name.clone().map(ServerName::try_from);
        if let (Some(authority), Some(Ok(name))) = (&self.authority, name) {
            return authority.verify_server_cert(leaf, intermediates, &name, ocsp, now);
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        // Never asked: the call speaks TLS 1.3.
        Err(Error::General("TLS 1.2 is not spoken here".to_owned()))
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
