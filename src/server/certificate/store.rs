//! The pair that is served now.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use rustls::pki_types::CertificateDer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::{BadCertificate, CertifiedKeyPair};

/// Holds the last good pair and serves it.
#[derive(Debug)]
pub struct CertificateStore {
    pair: ArcSwapOption<CertifiedKeyPair>,
    /// Why the newest pair is not the one that is served.
    last_error: Mutex<Option<BadCertificate>>,
    /// Reloads that brought a new pair, and ones that failed.
    reloads: [AtomicU64; 2],
}

/// The outcome of a poll for a newer pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reload {
    /// There is none.
    Same,
    /// It is served from now on.
    Replaced,
    /// It cannot be used; the last good one is still served.
    Failed(BadCertificate),
}

impl CertificateStore {
    /// A store that serves `pair` until it is updated.
    #[must_use]
    pub fn new(pair: CertifiedKeyPair) -> Self {
        let store = Self::empty();
        store.pair.store(Some(Arc::new(pair)));
        store
    }

    /// A store without a pair: handshakes fail until it is updated.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            pair: ArcSwapOption::empty(),
            last_error: Mutex::new(None),
            reloads: [AtomicU64::new(0), AtomicU64::new(0)],
        }
    }

    /// Serves the pair from now on, or records why there is none. Connections
    /// that are open already keep the pair they began with.
    pub fn update(&self, found: Result<CertifiedKeyPair, BadCertificate>) -> Reload {
        match found {
            Ok(pair) => {
                self.pair.store(Some(Arc::new(pair)));
                self.set_last_error(None);
                self.reloads[0].fetch_add(1, Relaxed);
                Reload::Replaced
            }
            Err(bad) => {
                self.set_last_error(Some(bad.clone()));
                self.reloads[1].fetch_add(1, Relaxed);
                Reload::Failed(bad)
            }
        }
    }

    /// Keeps what is served, for callers that trust these CAs from now on.
    pub(super) fn set_authority(&self, authority: Option<Vec<CertificateDer<'static>>>) {
        let pair = self.pair().map(|pair| CertifiedKeyPair::clone(&pair));
        if let Some(Ok(pair)) = pair.map(|pair| pair.with_authority(authority)) {
            self.pair.store(Some(Arc::new(pair)));
        }
    }

    fn set_last_error(&self, error: Option<BadCertificate>) {
        *self
            .last_error
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = error;
    }

    /// Why the newest pair is not the one that is served.
    #[must_use]
    pub fn last_error(&self) -> Option<BadCertificate> {
        let error = self.last_error.lock();
        error.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets the last error: there is nothing newer than what is served.
    pub fn clear_error(&self) {
        self.set_last_error(None);
    }

    /// The pair that is served.
    pub(in crate::server) fn pair(&self) -> Option<Arc<CertifiedKeyPair>> {
        self.pair.load_full()
    }

    /// How many reloads brought a new pair, and how many failed.
    pub(in crate::server) fn reloads(&self) -> [u64; 2] {
        [0, 1].map(|index: usize| self.reloads[index].load(Relaxed))
    }
}

impl ResolvesServerCert for CertificateStore {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let pair = self.pair.load();
        pair.as_ref().map(|pair| Arc::clone(&pair.certified))
    }
}
