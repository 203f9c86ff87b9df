//! A pair from files, read again whenever their content changes.
//!
//! A mounted Secret is replaced by swapping the symlink `..data`: a watch on
//! the files themselves does not see that, and their times say nothing. So the
//! content is read every few seconds, which costs little and misses nothing.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use jiff::Timestamp;

use super::{BadCertificate, CertificateStore, CertifiedKeyPair, Reload};
use crate::server::small_file;

/// The PEM files of a pair.
#[derive(Debug)]
pub struct Files {
    chain: PathBuf,
    key: PathBuf,
    authority: Option<PathBuf>,
    names: Vec<String>,
    /// A digest of what they held when they were last read: the key itself is
    /// not kept.
    seen: AtomicU64,
}

/// What the files hold. It has no `Debug`: one of them is a private key.
struct Content {
    chain: Vec<u8>,
    key: Vec<u8>,
    authority: Option<Vec<u8>>,
}

impl Files {
    /// The files of a chain, of its key, and of the CAs that callers trust
    /// where they are known.
    #[must_use]
    pub fn new(chain: PathBuf, key: PathBuf, authority: Option<PathBuf>) -> Self {
        Self {
            chain,
            key,
            authority,
            names: Vec::new(),
            seen: AtomicU64::new(0),
        }
    }

    /// The same files, for callers that use these names.
    #[must_use]
    pub fn with_names(self, names: Vec<String>) -> Self {
        Self { names, ..self }
    }

    /// Reads the files for the first time. A pair that callers refuse is better
    /// than none: `/readyz` says why it is not ready, and a better one is taken
    /// when it comes.
    pub fn load(&self) -> Result<CertifiedKeyPair, BadCertificate> {
        let content = self.read()?;
        self.seen.store(content.digest(), Relaxed);
        self.pair(&content)
    }

    /// Reads the files, and updates `store` if they hold something new.
    ///
    /// The two files of a Secret are swapped together, but may be read one
    /// before and one after: that is a mismatch, and over at the next poll.
    /// What failed is tried again at each poll, because the clock may be what
    /// was wrong; it is reported once.
    pub fn poll(&self, store: &CertificateStore) -> Reload {
        let last_error = store.last_error();
        let found = self.read().and_then(|content| {
            let digest = content.digest();
            if self.seen.swap(digest, Relaxed) == digest && last_error.is_none() {
                return Ok(None);
            }
            self.pair(&content).map(Some)
        });
        let found = found.transpose().map(|found| accepted(found?, store));
        match found {
            None => Reload::Same,
            Some(Err(error)) if last_error == Some(error.clone()) => Reload::Same,
            Some(found) => store.update(found),
        }
    }

    /// Polls, and logs the outcome.
    pub(in crate::server) fn poll_and_log(&self, store: &CertificateStore) {
        let reload = self.poll(store);
        let not_after = store.pair().map(|pair| pair.not_after);
        match reload {
            Reload::Same => {}
            Reload::Replaced => tracing::info!(not_after, "the certificate was reloaded"),
            Reload::Failed(error) => tracing::error!(
                %error,
                not_after,
                "the new certificate cannot be used; the last good one is still served"
            ),
        }
    }

    fn read(&self) -> Result<Content, BadCertificate> {
        let read = |path: &PathBuf| {
            let content = small_file::read(path);
            let what = || path.display().to_string();
            content.map_err(|error| BadCertificate::unreadable(&what(), &error))
        };
        Ok(Content {
            chain: read(&self.chain)?,
            key: read(&self.key)?,
            authority: self.authority.as_ref().map(read).transpose()?,
        })
    }

    fn pair(&self, content: &Content) -> Result<CertifiedKeyPair, BadCertificate> {
        let authority = content.authority.as_deref();
        let pair = CertifiedKeyPair::from_pem(&content.chain, &content.key, authority)?;
        Ok(pair.with_names(self.names.clone()))
    }
}

/// The pair, if callers accept it. If they do not, what is served may still be
/// good: that depends on the CAs that they trust now.
fn accepted(
    pair: CertifiedKeyPair,
    store: &CertificateStore,
) -> Result<CertifiedKeyPair, BadCertificate> {
    match pair.verify(Timestamp::now()) {
        Ok(()) => Ok(pair),
        Err(rejected) => {
            store.set_authority(pair.authority);
            Err(rejected.into())
        }
    }
}

impl Content {
    fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.chain, &self.key, &self.authority).hash(&mut hasher);
        hasher.finish()
    }
}
