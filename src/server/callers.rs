//! Who may call: a verifier of client certificates by authority and name.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore,
    SignatureScheme,
};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};

/// Only who shows a certificate of one of these authorities, with one of
/// these names, may call; anyone else fails in the handshake.
#[derive(Debug)]
pub struct Callers {
    authority: Arc<dyn ClientCertVerifier>,
    /// Common names or alternative names; none admits every name.
    names: Vec<String>,
}

/// Why callers cannot be verified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadCallers(String);

impl Callers {
    /// The authorities in PEM, and the names that may call.
    pub fn from_pem(authorities: &[u8], names: Vec<String>) -> Result<Self, BadCallers> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(authorities) {
            let certificate = certificate.map_err(|error| BadCallers(error.to_string()))?;
            let added = roots.add(certificate);
            added.map_err(|error| BadCallers(error.to_string()))?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let authority = verifier.build();
        let authority = authority.map_err(|error| BadCallers(error.to_string()))?;
        Ok(Self { authority, names })
    }

    fn admits(&self, certificate: &CertificateDer<'_>) -> bool {
        self.names.is_empty()
            || names(certificate)
                .is_some_and(|shown| shown.iter().any(|it| self.names.contains(it)))
    }
}

/// The common names and the alternative names of a certificate.
fn names(certificate: &CertificateDer<'_>) -> Option<Vec<String>> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    let common = certificate.subject().iter_common_name();
    let common = common.filter_map(|name| Some(name.as_str().ok()?.to_owned()));
    let alternative = certificate.subject_alternative_name().ok().flatten();
    let alternative = alternative.map(|it| &it.value.general_names[..]);
    let alternative = alternative.unwrap_or_default().iter();
    let alternative = alternative.filter_map(|name| match name {
        GeneralName::DNSName(name) | GeneralName::RFC822Name(name) | GeneralName::URI(name) => {
            Some((*name).to_owned())
        }
        _ => None,
    });
    Some(common.chain(alternative).collect())
}

impl ClientCertVerifier for Callers {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.authority.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verified = self
            .authority
            .verify_client_cert(leaf, intermediates, now)?;
        if !self.admits(leaf) {
            return Err(CertificateError::ApplicationVerificationFailure.into());
        }
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authority
            .verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authority
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authority.supported_verify_schemes()
    }
}
