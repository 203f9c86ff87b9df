//! The CAs as a Secret holds them.
//!
//! | key | value |
//! |---|---|
//! | `ca.crt`, `ca.key` | the CA that leaves are signed with |
//! | `next.crt`, `next.key`, `next-published` | the one that takes over, and since when it is published |
//! | `old.crt`, `old-until` | the one before, and when its last leaf expires |

use std::collections::BTreeMap;

use jiff::Timestamp;
use k8s_openapi::ByteString;

use super::authority::{Authority, NoAuthority};
use super::facts::{Facts, NotX509};
use super::plan::{Ca, Next, Old, Step, StoredCas};
use super::{Lifetimes, pem};

const CURRENT: Names = Names("ca.crt", "ca.key");
const NEXT: Names = Names("next.crt", "next.key");
const PUBLISHED: &str = "next-published";
const OLD: &str = "old.crt";
const UNTIL: &str = "old-until";

/// The keys of a CA's certificate and of its key.
struct Names(&'static str, &'static str);

/// What a Secret's `data` is.
pub type Data = BTreeMap<String, ByteString>;

/// What is in the Secret.
#[derive(Debug, Default)]
pub struct Contents {
    /// The CA that signs.
    pub current: Option<Authority>,
    /// What the plan needs to know.
    pub stored: StoredCas,
    /// What is there and cannot be used.
    pub defects: Vec<String>,
}

/// A Secret with keys that stickler does not know: it is never written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it has the key '{0}', which stickler does not know: use another Secret with --secret")]
pub struct Foreign(String);

impl Contents {
    /// Reads a Secret; what cannot be used counts as absent, and is named in
    /// [`Contents::defects`].
    pub fn read(data: &Data) -> Result<Self, Foreign> {
        let ours = [CURRENT.0, CURRENT.1, NEXT.0, NEXT.1, PUBLISHED, OLD, UNTIL];
        if let Some(key) = data.keys().find(|key| !ours.contains(&key.as_str())) {
            return Err(Foreign(key.clone()));
        }
        let mut contents = Self::default();
        contents.current = contents.authority(data, &CURRENT);
        contents.stored.current = contents.current.as_ref().map(ca);
        let next = contents.authority(data, &NEXT);
        if !data.contains_key(NEXT.0) && !data.contains_key(NEXT.1) {
            contents.orphan(data, PUBLISHED, NEXT.0);
        }
        contents.stored.next = next.as_ref().map(|next| Next {
            ca: ca(next),
            published: time(data, PUBLISHED),
        });
        contents.stored.old = contents.old(data);
        contents.stored.damaged = !contents.defects.is_empty();
        Ok(contents)
    }

    fn authority(&mut self, data: &Data, &Names(certificate, key): &Names) -> Option<Authority> {
        let (certificate_pem, key_pem) = match (data.get(certificate), data.get(key)) {
            (None, None) => return None,
            (Some(certificate), Some(key)) => (certificate, key),
            (found, _) => {
                let missing = if found.is_some() { key } else { certificate };
                self.defects.push(format!("{missing} is missing"));
                return None;
            }
        };
        let read = std::str::from_utf8(&key_pem.0)
            .map_err(|_| NoAuthority::Key(rcgen::Error::CouldNotParseKeyPair))
            .and_then(|key| Authority::from_pem(&certificate_pem.0, key));
        read.map_err(|error| self.defects.push(format!("{certificate}, {key}: {error}")))
            .ok()
    }

    fn old(&mut self, data: &Data) -> Option<Old> {
        let Some(bytes) = data.get(OLD) else {
            self.orphan(data, UNTIL, OLD);
            return None;
        };
        let ca = old_ca(&bytes.0).map_err(|error| {
            self.defects.push(format!("{OLD}: {error}"));
        });
        let ca = ca.ok()?;
        // Without a time to forget it at, its own end is one.
        let until = time(data, UNTIL).unwrap_or(ca.not_after);
        Some(Old { ca, until })
    }

    /// Reports a `key` that says nothing without `other`.
    fn orphan(&mut self, data: &Data, key: &str, other: &str) {
        if data.contains_key(key) {
            self.defects.push(format!("{key} is there without {other}"));
        }
    }
}

/// The CA that signed before. Its key is gone.
fn old_ca(pem: &[u8]) -> Result<Ca, NotX509> {
    let mut certificates = pem::read_certificates(pem)?.into_iter();
    let certificate = certificates.next();
    let certificate = certificate.ok_or_else(|| NotX509::new(&"there is no certificate in it"))?;
    let facts = Facts::read(&certificate)?;
    Ok(Ca {
        certificate,
        not_before: facts.not_before,
        not_after: facts.not_after,
    })
}

/// Takes a step in the Secret's `data`. [`Step::Publish`] changes nothing here.
pub fn take(
    step: Step,
    data: &mut Data,
    now: Timestamp,
    lifetimes: Lifetimes,
) -> Result<(), rcgen::Error> {
    match step {
        Step::Publish => {}
        Step::Create => {
            // Leaves of the old CA may still be in use.
            clear(data, now);
            remove(data, &[CURRENT.0, CURRENT.1, NEXT.0, NEXT.1, PUBLISHED]);
            put(data, &CURRENT, &Authority::make(now, lifetimes.ca)?);
        }
        Step::Prepare => {
            data.remove(PUBLISHED);
            put(data, &NEXT, &Authority::make(now, lifetimes.ca)?);
        }
        Step::Note => {
            data.insert(PUBLISHED.to_owned(), text(&now.to_string()));
        }
        Step::Switch => switch(data, now, lifetimes),
        Step::Forget => remove(data, &[OLD, UNTIL]),
        Step::Clear => clear(data, now),
    }
    Ok(())
}

fn remove(data: &mut Data, keys: &[&str]) {
    data.retain(|key, _| !keys.contains(&key.as_str()));
}

/// Keeps what can be read and is valid. The current CA is not concerned: where
/// it cannot be used, a new one is made.
fn clear(data: &mut Data, now: Timestamp) {
    let Ok(Contents { stored, .. }) = Contents::read(data) else {
        return;
    };
    if stored.next.is_none_or(|next| !next.ca.is_valid(now)) {
        remove(data, &[NEXT.0, NEXT.1, PUBLISHED]);
    }
    if stored.old.is_none_or(|old| !old.ca.is_valid(now)) {
        remove(data, &[OLD, UNTIL]);
    }
}

fn switch(data: &mut Data, now: Timestamp, lifetimes: Lifetimes) {
    if let Some(certificate) = data.remove(CURRENT.0) {
        data.insert(OLD.to_owned(), certificate);
        data.insert(UNTIL.to_owned(), text(&(now + lifetimes.leaf).to_string()));
    }
    for (from, to) in [(NEXT.0, CURRENT.0), (NEXT.1, CURRENT.1)] {
        if let Some(value) = data.remove(from) {
            data.insert(to.to_owned(), value);
        }
    }
    data.remove(PUBLISHED);
}

fn put(data: &mut Data, &Names(certificate, key): &Names, authority: &Authority) {
    let pem = pem::certificates([authority.certificate()]);
    data.insert(certificate.to_owned(), text(&pem));
    data.insert(key.to_owned(), text(&authority.key_pem()));
}

fn ca(authority: &Authority) -> Ca {
    Ca {
        certificate: authority.certificate().clone(),
        not_before: authority.facts().not_before,
        not_after: authority.facts().not_after,
    }
}

fn time(data: &Data, key: &str) -> Option<Timestamp> {
    std::str::from_utf8(&data.get(key)?.0).ok()?.parse().ok()
}

fn text(text: &str) -> ByteString {
    ByteString(text.as_bytes().to_vec())
}

#[cfg(test)]
mod tests;
