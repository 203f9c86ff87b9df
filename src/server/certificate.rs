//! The server's certificate: a pair in memory, and where the next comes from.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::sign::CertifiedKey;

mod files;
mod store;

use crate::certs::facts::Facts;
pub use files::Files;
pub use store::{Reload, Store};

/// A certificate chain with its key, and the authority that callers trust
/// where it is known.
#[derive(Debug, Clone)]
pub struct Pair {
    pub(super) certified: Arc<CertifiedKey>,
    /// When the leaf ends, in seconds since 1970.
    pub(super) not_after: i64,
    /// Whom callers trust, if we know; of a bundle every one.
    pub(super) authority: Option<Vec<CertificateDer<'static>>>,
    /// When the last of them ends.
    pub(super) authority_not_after: Option<i64>,
    /// A name that the leaf is for.
    pub(super) name: Option<String>,
}

/// Why there is no pair.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPair {
    /// A file that cannot be read, or a text without PEM of the right kind.
    #[error("{what}: {why}")]
    Unreadable {
        /// The file, or what the text was to be.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// A key of an unknown kind, or one that does not belong to the certificate.
    #[error("the certificate and its key do not go together: {0}")]
    Mismatch(String),
    /// A certificate that has ended already.
    #[error("the certificate has ended (notAfter is {not_after} in seconds since 1970)")]
    Ended {
        /// Its end, in seconds since 1970.
        not_after: i64,
    },
    /// There is none to be had for now.
    #[error("{0}")]
    Unavailable(String),
}

impl BadPair {
    fn unreadable(what: &str, why: &impl ToString) -> Self {
        let (what, why) = (what.to_owned(), why.to_string());
        Self::Unreadable { what, why }
    }
}

impl Pair {
    /// A chain, leaf first, the key of the leaf, and the authority's
    /// certificates, all in PEM.
    pub fn from_pem(chain: &[u8], key: &[u8], authority: Option<&[u8]>) -> Result<Self, BadPair> {
        let chain = certificates("certificate", chain)?;
        let key = PrivateKeyDer::from_pem_slice(key);
        let key = key.map_err(|error| BadPair::unreadable("key", &error))?;
        let authority = authority.map(|pem| certificates("authority", pem));
        Self::new(chain, key, authority.transpose()?)
    }

    /// The same from DER.
    pub fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
        authority: Option<Vec<CertificateDer<'static>>>,
    ) -> Result<Self, BadPair> {
        let leaf = chain.first();
        let leaf = leaf.ok_or_else(|| BadPair::unreadable("certificate", &"there is none"))?;
        let leaf = facts(leaf)?;
        let authorities = authority.iter().flatten().map(facts);
        let authorities: Vec<_> = authorities.collect::<Result<_, _>>()?;
        let end = |facts: &Facts| facts.not_after.as_second();
        let provider = rustls::crypto::ring::default_provider();
        let certified = CertifiedKey::from_der(chain, key, &provider);
        let certified = certified.map_err(|error| BadPair::Mismatch(error.to_string()))?;
        Ok(Self {
            certified: Arc::new(certified),
            not_after: end(&leaf),
            authority_not_after: authorities.iter().map(end).max(),
            authority,
            name: leaf.names.into_iter().find(|name| is_server_name(name)),
        })
    }

    /// The same pair, unless it has ended at `now`, in seconds since 1970.
    pub fn unless_ended(self, now: i64) -> Result<Self, BadPair> {
        match self.not_after {
            not_after if not_after < now => Err(BadPair::Ended { not_after }),
            _ => Ok(self),
        }
    }

    /// The certificate of the server itself.
    pub(super) fn leaf(&self) -> Option<&CertificateDer<'static>> {
        self.certified.cert.first()
    }
}

fn certificates(what: &str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, BadPair> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match read {
        Ok(certificates) if certificates.is_empty() => {
            Err(BadPair::unreadable(what, &"there is no certificate in it"))
        }
        read => read.map_err(|error| BadPair::unreadable(what, &error)),
    }
}

/// Whether a caller can ask for it: there are alternative names of other kinds.
fn is_server_name(name: &str) -> bool {
    ServerName::try_from(name).is_ok()
}

fn facts(der: &CertificateDer<'_>) -> Result<Facts, BadPair> {
    Facts::read(der).map_err(|error| BadPair::unreadable("certificate", &error))
}

/// Now by the wall clock, in seconds since 1970: certificates end by it, and
/// it is asked at each tick because it may jump.
#[must_use]
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

#[cfg(test)]
mod tests;
