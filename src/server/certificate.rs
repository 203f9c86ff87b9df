//! The server's certificate with its key, and where the next one comes from.

use std::sync::Arc;

use jiff::Timestamp;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

mod files;
mod store;

use crate::certs::facts::Facts;
use crate::certs::verify::{Chain, Rejected};
use crate::crypto;
pub use files::Files;
pub use store::{CertificateStore, Reload};

/// A certificate chain with its key, and what its callers use where that is
/// known.
#[derive(Debug, Clone)]
pub struct CertifiedKeyPair {
    pub(super) certified: Arc<CertifiedKey>,
    /// When the leaf expires, in seconds since 1970.
    pub(super) not_after: i64,
    /// The CAs that callers trust, if they are known.
    pub(super) authority: Option<Vec<CertificateDer<'static>>>,
    /// When the last of them expires.
    pub(super) authority_not_after: Option<i64>,
    /// The names that callers use, if they are known.
    names: Vec<String>,
}

/// Why a certificate cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCertificate {
    /// A file that cannot be read, or a text without PEM of the right kind.
    #[error("{what}: {why}")]
    Unreadable {
        /// The file, or what the text was to be.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// A key of an unknown kind, or one that does not belong to the certificate.
    #[error("the certificate and its key do not belong together: {0}")]
    Mismatch(String),
    /// The API server would refuse it.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// There is none for now.
    #[error("{0}")]
    Unavailable(String),
    /// Our clock and the API server's disagree: whatever is served, what we
    /// hold to be valid may not be.
    #[error("{0}")]
    Clock(String),
}

impl BadCertificate {
    fn unreadable(what: &str, why: &impl ToString) -> Self {
        let (what, why) = (what.to_owned(), why.to_string());
        Self::Unreadable { what, why }
    }
}

impl CertifiedKeyPair {
    /// A chain, leaf first, the key of the leaf, and the certificates of the
    /// CAs that callers trust, all in PEM.
    pub fn from_pem(
        chain: &[u8],
        key: &[u8],
        authority: Option<&[u8]>,
    ) -> Result<Self, BadCertificate> {
        let chain = certificates("certificate", chain)?;
        let key = PrivateKeyDer::from_pem_slice(key);
        let key = key.map_err(|error| BadCertificate::unreadable("key", &error))?;
        let authority = authority.map(|pem| certificates("authority", pem));
        Self::new(chain, key, authority.transpose()?)
    }

    /// The same from DER.
    pub fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
        authority: Option<Vec<CertificateDer<'static>>>,
    ) -> Result<Self, BadCertificate> {
        let leaf = chain.first();
        let leaf =
            leaf.ok_or_else(|| BadCertificate::unreadable("certificate", &"there is none"))?;
        let leaf = facts("certificate", leaf)?;
        let certified = CertifiedKey::from_der(chain, key, &crypto::provider());
        let certified = certified.map_err(|error| BadCertificate::Mismatch(error.to_string()))?;
        let pair = Self {
            certified: Arc::new(certified),
            not_after: leaf.not_after.as_second(),
            authority: None,
            authority_not_after: None,
            names: Vec::new(),
        };
        pair.with_authority(authority)
    }

    /// The same pair, for callers that trust these CAs.
    fn with_authority(
        self,
        authority: Option<Vec<CertificateDer<'static>>>,
    ) -> Result<Self, BadCertificate> {
        let facts = authority
            .iter()
            .flatten()
            .map(|der| facts("authority", der));
        let facts: Vec<_> = facts.collect::<Result<_, _>>()?;
        let expires = facts.iter().map(|facts| facts.not_after.as_second());
        Ok(Self {
            authority_not_after: expires.max(),
            authority,
            ..self
        })
    }

    /// The same pair, for callers that use these names.
    #[must_use]
    pub fn with_names(self, names: Vec<String>) -> Self {
        Self { names, ..self }
    }

    /// Whether callers accept the certificate at `now`.
    pub fn verify(&self, now: Timestamp) -> Result<(), Rejected> {
        let chain = Chain {
            sent: &self.certified.cert,
            authorities: self.authority.as_deref(),
            names: &self.names,
        };
        chain.verify(now)
    }

    /// The certificate of the server itself.
    pub(super) fn leaf(&self) -> Option<&CertificateDer<'static>> {
        self.certified.cert.first()
    }
}

fn certificates(what: &str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, BadCertificate> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match read {
        Ok(certificates) if certificates.is_empty() => Err(BadCertificate::unreadable(
            what,
            &"there is no certificate in it",
        )),
        read => read.map_err(|error| BadCertificate::unreadable(what, &error)),
    }
}

fn facts(what: &str, der: &CertificateDer<'_>) -> Result<Facts, BadCertificate> {
    Facts::read(der).map_err(|error| BadCertificate::unreadable(what, &error))
}

#[cfg(test)]
mod tests;
