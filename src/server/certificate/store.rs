//! The pair that is served now. Whoever has a better one puts it here.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwapOption;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::{BadPair, Pair};

/// Serves the last good pair.
#[derive(Debug)]
pub struct Store {
    pair: ArcSwapOption<Pair>,
    /// Why the newest pair is not the one that is served.
    trouble: Mutex<Option<BadPair>>,
    /// Reloads that brought a new pair, and ones that failed.
    reloads: [AtomicU64; 2],
}

/// What came of looking for a newer pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reload {
    /// There is none.
    Same,
    /// It is served from now on.
    Replaced,
    /// It cannot be used; the last good one is served on.
    Failed(BadPair),
}

impl Store {
    /// Serves `pair` until there is a better one.
    #[must_use]
    pub fn new(pair: Pair) -> Self {
        let store = Self::empty();
        store.pair.store(Some(Arc::new(pair)));
        store
    }

    /// Serves nobody until there is a pair: handshakes fail.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            pair: ArcSwapOption::empty(),
            trouble: Mutex::new(None),
            reloads: [AtomicU64::new(0), AtomicU64::new(0)],
        }
    }

    /// Takes what was found, and tells what came of it. Connections that are
    /// open already keep the pair they began with.
    pub fn offer(&self, found: Result<Pair, BadPair>) -> Reload {
        match found {
            Ok(pair) => {
                self.pair.store(Some(Arc::new(pair)));
                self.set_trouble(None);
                self.reloads[0].fetch_add(1, Relaxed);
                Reload::Replaced
            }
            Err(bad) => {
                self.set_trouble(Some(bad.clone()));
                self.reloads[1].fetch_add(1, Relaxed);
                Reload::Failed(bad)
            }
        }
    }

    fn set_trouble(&self, trouble: Option<BadPair>) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    /// Why the newest pair is not the one that is served.
    #[must_use]
    pub fn trouble(&self) -> Option<BadPair> {
        let trouble = self.trouble.lock();
        trouble.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// There is nothing newer than what is served.
    pub fn recovered(&self) {
        self.set_trouble(None);
    }

    /// The pair that is served.
    pub(in crate::server) fn pair(&self) -> Option<Arc<Pair>> {
        self.pair.load_full()
    }

    /// How many reloads brought a new pair, and how many failed.
    pub(in crate::server) fn reloads(&self) -> [u64; 2] {
        [0, 1].map(|index: usize| self.reloads[index].load(Relaxed))
    }
}

impl ResolvesServerCert for Store {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let pair = self.pair.load();
        pair.as_ref().map(|pair| Arc::clone(&pair.certified))
    }
}
