//! What is in PEM files, and what is wrong with it.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustls::RootCertStore;
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::pki_types::pem::{PemObject as _, SectionKind};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use serde::Serialize;

use super::facts::Facts;
use crate::crypto;
use crate::lint::text::quote;

/// A file, and what its PEM blocks are.
#[derive(Debug)]
pub struct File {
    path: PathBuf,
    blocks: Vec<Block>,
    /// Whether others than its owner and group may read it.
    open: bool,
}

#[derive(Debug)]
enum Block {
    Certificate(Box<Facts>, CertificateDer<'static>),
    /// A key, and its public half where the kind of key is known.
    Key(Option<Vec<u8>>),
}

/// A file that cannot be inspected.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", .path.display())]
pub struct Unreadable {
    path: PathBuf,
    why: String,
}

/// What all files come to.
#[derive(Debug, Serialize)]
pub struct Report {
    /// One for each block of each file, in their order.
    pub found: Vec<Found>,
    /// What is wrong; empty when nothing is.
    pub problems: Vec<String>,
}

/// A block of a file.
#[derive(Debug, Serialize)]
pub struct Found {
    /// Its file.
    pub file: PathBuf,
    /// What it is.
    #[serde(flatten)]
    pub what: Content,
}

/// What a block is.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Content {
    /// A certificate that may sign others.
    Ca(Certificate),
    /// A certificate that may not.
    Leaf(Certificate),
    /// A private key.
    #[serde(rename_all = "camelCase")]
    Key {
        /// The subject of the certificate among the files that it belongs to.
        belongs_to: Option<String>,
    },
}

/// What a certificate says.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Certificate {
    /// Whose it is.
    pub subject: String,
    /// The issuer's name; the signature is not verified.
    pub issuer: String,
    /// In hexadecimal.
    pub serial: String,
    /// DNS names and addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Its first moment.
    pub not_before: Timestamp,
    /// Its last moment.
    pub not_after: Timestamp,
    /// Seconds until that; negative when it has passed.
    pub expires_in_seconds: i64,
}

impl File {
    /// Reads a file's PEM blocks. Certificates and private keys count; other
    /// blocks are passed over, but at least one must be left.
    pub fn read(path: &Path) -> Result<Self, Unreadable> {
        let unreadable = |why: String| Unreadable {
            path: path.to_owned(),
            why,
        };
        let pem = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        let pem = zeroize::Zeroizing::new(pem);
        let mut blocks = Vec::new();
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(&pem) {
            let (kind, der) = section.map_err(|error| unreadable(error.to_string()))?;
            blocks.extend(Block::read(kind, der).map_err(unreadable)?);
        }
        if blocks.is_empty() {
            let nothing = "there is no certificate and no private key in it";
            return Err(unreadable(nothing.to_owned()));
        }
        Ok(Self {
            path: path.to_owned(),
            blocks,
            open: world_readable(path),
        })
    }
}

fn world_readable(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    path.metadata().is_ok_and(|about| about.mode() & 0o004 != 0)
}

impl Block {
    fn read(kind: SectionKind, der: Vec<u8>) -> Result<Option<Self>, String> {
        if kind == SectionKind::Certificate {
            let der = CertificateDer::from(der);
            let facts = Facts::read(&der).map_err(|error| error.to_string())?;
            return Ok(Some(Self::Certificate(Box::new(facts), der)));
        }
        let Some(key) = PrivateKeyDer::from_pem(kind, der) else {
            return Ok(None);
        };
        let key = crypto::provider().key_provider.load_private_key(key);
        let key = key.map_err(|error| format!("the private key: {error}"))?;
        let public = key.public_key().map(|public| public.as_ref().to_vec());
        Ok(Some(Self::Key(public)))
    }
}

/// Says what the files hold at `now`, and holds them against each other: keys
/// and certificates, leaves and CAs, and leaves and the server name that is
/// asked for.
#[must_use]
pub fn inspect(files: &[File], name: Option<&ServerName<'_>>, now: Timestamp) -> Report {
    let all = All {
        blocks: files
            .iter()
            .flat_map(|file| file.blocks.iter().map(move |block| (file, block)))
            .collect(),
        now,
    };
    let found = all.blocks.iter().map(|(file, block)| Found {
        file: file.path.clone(),
        what: all.what(block),
    });
    let problems = all.blocks.iter().flat_map(|(file, block)| {
        let what = all.problems(file, block, name);
        let at = |what: String| format!("{}: {what}", file.path.display());
        what.into_iter().map(at)
    });
    Report {
        found: found.collect(),
        problems: problems.collect(),
    }
}

/// The blocks of all files at one moment.
struct All<'a> {
    blocks: Vec<(&'a File, &'a Block)>,
    now: Timestamp,
}

impl All<'_> {
    fn what(&self, block: &Block) -> Content {
        match block {
            Block::Key(public) => Content::Key {
                belongs_to: self
                    .owner(public.as_deref())
                    .map(|facts| facts.subject.clone()),
            },
            Block::Certificate(facts, _) if facts.ca => Content::Ca(self.certificate(facts)),
            Block::Certificate(facts, _) => Content::Leaf(self.certificate(facts)),
        }
    }

    fn certificate(&self, facts: &Facts) -> Certificate {
        Certificate {
            subject: facts.subject.clone(),
            issuer: facts.issuer.clone(),
            serial: facts.serial.clone(),
            names: facts.names.clone(),
            not_before: facts.not_before,
            not_after: facts.not_after,
            expires_in_seconds: facts.not_after.duration_since(self.now).as_secs(),
        }
    }

    fn problems(&self, file: &File, block: &Block, name: Option<&ServerName<'_>>) -> Vec<String> {
        match block {
            Block::Key(public) => self.key_problems(file, public.as_deref()),
            Block::Certificate(facts, der) => {
                let mut problems = self.time_problems(facts);
                if !facts.ca {
                    problems.extend(self.unsigned(facts, der));
                    let name = name.filter(|_| facts.server);
                    problems.extend(name.and_then(|name| unnamed(facts, der, name)));
                }
                problems
            }
        }
    }

    fn key_problems(&self, file: &File, public: Option<&[u8]>) -> Vec<String> {
        let mut problems = Vec::new();
        let certificates = self.certificates().next().is_some();
        if certificates && self.owner(public).is_none() {
            problems.push("the private key belongs to none of the certificates".to_owned());
        }
        if file.open {
            problems.push("everybody on this machine may read the private key".to_owned());
        }
        problems
    }

    fn time_problems(&self, facts: &Facts) -> Vec<String> {
        let subject = quote(&facts.subject);
        if self.now > facts.not_after {
            return vec![format!("{subject} expired at {}", facts.not_after)];
        }
        if self.now < facts.not_before {
            return vec![format!(
                "{subject} is not valid before {}",
                facts.not_before
            )];
        }
        Vec::new()
    }

    /// A leaf that no CA at hand vouches for, if there are any.
    fn unsigned(&self, facts: &Facts, der: &CertificateDer<'static>) -> Option<String> {
        let cas = || self.certificates().filter(|(facts, _)| facts.ca);
        let ca = |(_, der): (&Facts, &CertificateDer<'static>)| der.clone();
        let mut roots = RootCertStore::empty();
        let (own, signed): (Vec<_>, Vec<_>) = cas().partition(|(ca, _)| ca.subject == ca.issuer);
        roots.add_parsable_certificates(own.into_iter().map(ca));
        if roots.is_empty() {
            return None;
        }
        let between: Vec<_> = signed.into_iter().map(ca).collect();
        // Time is complained of once, by the certificate that it is up for.
        let moment = unix(self.now.clamp(facts.not_before, facts.not_after));
        let error = vouched(facts.server, der, roots, &between, moment).err()?;
        let subject = quote(&facts.subject);
        Some(format!(
            "no CA among the files vouches for {subject}: {error}"
        ))
    }

    fn certificates(&self) -> impl Iterator<Item = (&Facts, &CertificateDer<'static>)> {
        self.blocks.iter().filter_map(|(_, block)| match block {
            Block::Certificate(facts, der) => Some((&**facts, der)),
            Block::Key(_) => None,
        })
    }

    /// The certificate that a key belongs to.
    fn owner(&self, public: Option<&[u8]>) -> Option<&Facts> {
        let mut certificates = self.certificates().map(|(facts, _)| facts);
        certificates.find(|facts| Some(&facts.public_key[..]) == public)
    }
}

/// Verifies a leaf as the other side of a connection would.
fn vouched(
    server: bool,
    leaf: &CertificateDer<'_>,
    roots: RootCertStore,
    between: &[CertificateDer<'_>],
    moment: UnixTime,
) -> Result<(), String> {
    let provider = crypto::provider();
    let verified = if server {
        let algorithms = provider.signature_verification_algorithms.all;
        ParsedCertificate::try_from(leaf).and_then(|leaf| {
            verify_server_cert_signed_by_trust_anchor(&leaf, &roots, between, moment, algorithms)
        })
    } else {
        WebPkiClientVerifier::builder_with_provider(roots.into(), provider)
            .build()
            .map_err(|error| error.to_string())?
            .verify_client_cert(leaf, between, moment)
            .map(drop)
    };
    verified.map_err(|error| error.to_string())
}

fn unix(at: Timestamp) -> UnixTime {
    let since = at.duration_since(Timestamp::UNIX_EPOCH);
    UnixTime::since_unix_epoch(since.try_into().unwrap_or_default())
}

/// A leaf that is not for the server name that is asked for.
fn unnamed(facts: &Facts, der: &CertificateDer<'_>, name: &ServerName<'_>) -> Option<String> {
    let leaf = ParsedCertificate::try_from(der);
    let verified = leaf.and_then(|leaf| verify_server_name(&leaf, name));
    verified.is_err().then(|| {
        format!(
            "{} is not for {} (names: {})",
            quote(&facts.subject),
            quote(&name.to_str()),
            facts.names.join(", ")
        )
    })
}

#[cfg(test)]
mod tests;
