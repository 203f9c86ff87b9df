//! Who may call: verifies client certificates by CA and name.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
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

use super::small_file;
use crate::crypto;

/// Lets only callers connect that have a certificate of these CAs with one of
/// these names; for anyone else the handshake fails.
#[derive(Debug)]
pub struct ClientAuth {
    authorities: ArcSwap<Authorities>,
    /// Common names or alternative names; none admits every name.
    names: Vec<String>,
    source: Option<Source>,
}

/// The CAs of callers.
#[derive(Debug)]
struct Authorities(Arc<dyn ClientCertVerifier>);

/// The file that the CAs are read from, and what the last poll found there.
#[derive(Debug)]
struct Source {
    path: PathBuf,
    last: Mutex<Last>,
}

impl Source {
    fn last(&self) -> MutexGuard<'_, Last> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
struct Last {
    /// The file's content, or why it cannot be read.
    content: Result<Vec<u8>, BadClientCa>,
    /// Why the content cannot be used.
    error: Option<BadClientCa>,
}

/// Why callers cannot be verified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadClientCa(String);

impl BadClientCa {
    fn new(error: &impl ToString) -> Self {
        Self(error.to_string())
    }
}

impl ClientAuth {
    /// The CAs in PEM, and the names that may call.
    pub fn from_pem(authorities: &[u8], names: Vec<String>) -> Result<Self, BadClientCa> {
        Ok(Self {
            authorities: ArcSwap::from_pointee(Authorities::from_pem(authorities)?),
            names,
            source: None,
        })
    }

    /// The same with the CAs of a file, which [`ClientAuth::poll`] reads again.
    pub fn open(path: PathBuf, names: Vec<String>) -> Result<Self, BadClientCa> {
        let content = small_file::read(&path).map_err(|error| BadClientCa::new(&error))?;
        let auth = Self::from_pem(&content, names)?;
        let last = Mutex::new(Last {
            content: Ok(content),
            error: None,
        });
        let source = Some(Source { path, last });
        Ok(Self { source, ..auth })
    }

    /// Reads the file again, and uses the CAs in it from now on. If they cannot
    /// be used, the last good ones stay. `None` where nothing has changed.
    ///
    /// Connections that are open already stay open.
    pub fn poll(&self) -> Option<Result<(), BadClientCa>> {
        let source = self.source.as_ref()?;
        let content = small_file::read(&source.path).map_err(|error| BadClientCa::new(&error));
        if source.last().content == content {
            return None;
        }
        // Without the lock: a probe waits for it on a thread that serves.
        let read = content.as_deref().map_err(Clone::clone);
        let outcome = read.and_then(Authorities::from_pem).map(|authorities| {
            self.authorities.store(Arc::new(authorities));
        });
        let mut last = source.last();
        last.error = outcome.clone().err();
        last.content = content;
        Some(outcome)
    }

    /// Polls, and logs the outcome.
    pub(super) fn poll_and_log(&self) {
        match self.poll() {
            None => {}
            Some(Ok(())) => tracing::info!("the CA of callers was reloaded"),
            Some(Err(error)) => tracing::error!(
                %error,
                "the new CA of callers cannot be used; the last good one stays"
            ),
        }
    }

    /// Why the file's content is not what is used.
    pub(super) fn last_error(&self) -> Option<BadClientCa> {
        self.source.as_ref()?.last().error.clone()
    }

    fn admits(&self, certificate: &CertificateDer<'_>) -> bool {
        self.names.is_empty()
            || names(certificate)
                .is_some_and(|shown| shown.iter().any(|it| self.names.contains(it)))
    }
}

impl Authorities {
    fn from_pem(pem: &[u8]) -> Result<Self, BadClientCa> {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| BadClientCa::new(&error))?;
            let added = roots.add(certificate);
            added.map_err(|error| BadClientCa::new(&error))?;
        }
        if roots.is_empty() {
            return Err(BadClientCa::new(&"there is no certificate in it"));
        }
        let provider = crypto::provider();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let verifier = verifier.build();
        verifier.map(Self).map_err(|error| BadClientCa::new(&error))
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

impl ClientCertVerifier for ClientAuth {
    /// None: the hints cannot follow a reload, and a caller without hints shows
    /// whatever certificate it has (Go, `SupportsCertificate`).
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let authorities = self.authorities.load();
        let verified = authorities.0.verify_client_cert(leaf, intermediates, now)?;
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
        let Authorities(verifier) = &**self.authorities.load();
        verifier.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let Authorities(verifier) = &**self.authorities.load();
        verifier.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let Authorities(verifier) = &**self.authorities.load();
        verifier.supported_verify_schemes()
    }
}
