//! A pair from files, read again whenever their content changes.
//!
//! A mounted Secret is replaced by swapping the symlink `..data`: a watch on
//! the files themselves goes dead, and their times say nothing. So the content
//! is read every few seconds, which costs next to nothing and misses nothing.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::{BadPair, Pair, Reload, Store, now};

/// The PEM files of a pair.
#[derive(Debug)]
pub struct Files {
    chain: PathBuf,
    key: PathBuf,
    authority: Option<PathBuf>,
    /// A digest of what they held when they were last read: no need to keep
    /// the key itself.
    seen: AtomicU64,
}

/// What the files hold. It has no `Debug`: one of them is a private key.
struct Content {
    chain: Vec<u8>,
    key: Vec<u8>,
    authority: Option<Vec<u8>>,
}

impl Files {
    /// The files of a chain, of its key, and of the authority that callers
    /// trust where there is one.
    #[must_use]
    pub fn new(chain: PathBuf, key: PathBuf, authority: Option<PathBuf>) -> Self {
        let seen = AtomicU64::new(0);
        Self {
            chain,
            key,
            authority,
            seen,
        }
    }

    /// Reads the files for the first time.
    pub fn load(&self) -> Result<Pair, BadPair> {
        let content = self.read()?;
        self.seen.store(content.digest(), Relaxed);
        content.pair()
    }

    /// Looks whether there is something new, and puts it into `store`.
    ///
    /// The two files of a Secret are swapped together, but may be read one
    /// before and one after: that is a mismatch, and mended at the next look.
    /// What failed is tried again at each look, because the clock may be what
    /// was wrong; it is told once.
    pub fn poll(&self, store: &Store) -> Reload {
        let trouble = store.trouble();
        let found = self.read().and_then(|content| {
            let digest = content.digest();
            if self.seen.swap(digest, Relaxed) == digest && trouble.is_none() {
                return Ok(None);
            }
            content.pair().map(Some)
        });
        match found.transpose() {
            None => Reload::Same,
            Some(Err(error)) if trouble == Some(error.clone()) => Reload::Same,
            Some(found) => store.offer(found),
        }
    }

    /// Looks, and tells the log what came of it.
    pub(in crate::server) fn look(&self, store: &Store) {
        let reload = self.poll(store);
        let not_after = store.pair().map(|pair| pair.not_after);
        match reload {
            Reload::Same => {}
            Reload::Replaced => tracing::info!(not_after, "the certificate was reloaded"),
            Reload::Failed(error) => tracing::error!(
                %error,
                not_after,
                "the new certificate cannot be used; the last good one is served on"
            ),
        }
    }

    fn read(&self) -> Result<Content, BadPair> {
        Ok(Content {
            chain: read(&self.chain)?,
            key: read(&self.key)?,
            authority: self.authority.as_deref().map(read).transpose()?,
        })
    }
}

impl Content {
    fn pair(&self) -> Result<Pair, BadPair> {
        let pair = Pair::from_pem(&self.chain, &self.key, self.authority.as_deref())?;
        pair.unless_ended(now())
    }

    fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.chain, &self.key, &self.authority).hash(&mut hasher);
        hasher.finish()
    }
}

fn read(path: &Path) -> Result<Vec<u8>, BadPair> {
    let what = || path.display().to_string();
    std::fs::read(path).map_err(|error| BadPair::unreadable(&what(), &error))
}
