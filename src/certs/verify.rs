//! Whether the API server accepts a server certificate.
//!
//! The API server is a Go program: it verifies as `crypto/x509` does
//! (`Certificate.Verify` and `VerifyHostname` in Go's `verify.go`), which
//! differs from webpki in what matters here:
//!
//! - A certificate that is itself in the `caBundle` is accepted, CA or not.
//! - A CA may be a server's certificate.
//! - The CA must be valid too, and must be one that may sign certificates.
//! - An extended key usage of "any" is enough.
//!
//! Name constraints are left out: a chain that only they forbid is accepted.

use jiff::Timestamp;
use rustls::client::verify_server_name;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::server::ParsedCertificate;
use x509_parser::error::X509Error;
use x509_parser::oid_registry::{OID_PKCS1_SHA1WITHRSA, OID_SHA1_WITH_RSA};
use x509_parser::prelude::{FromDer as _, X509Certificate, X509Version};

use super::facts::{Facts, NotX509};
use crate::lint::text::quote;

/// The most certificates between a leaf and its root.
const MAX_DEPTH: usize = 8;

/// The certificates that are verified, and what they are verified against.
#[derive(Debug, Clone, Copy)]
pub struct Chain<'a> {
    /// What the server sends, its own certificate first.
    pub sent: &'a [CertificateDer<'a>],
    /// The `caBundle`, where it is known.
    pub authorities: Option<&'a [CertificateDer<'a>]>,
    /// The names that the server is called by, where they are known.
    pub names: &'a [String],
}

/// Why the API server would refuse a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// It is not a certificate.
    #[error("the certificate cannot be read: {0}")]
    Unreadable(#[from] NotX509),
    /// It is not valid yet.
    #[error("the certificate is not valid before {0}")]
    NotYetValid(Timestamp),
    /// It is not valid any more.
    #[error("the certificate expired at {0}")]
    Expired(Timestamp),
    /// Go ignores the common name.
    #[error("the certificate has no subject alternative name, and the API server ignores the common name {}", quote(.0))]
    NoNames(String),
    /// The API server calls by another name.
    #[error("the certificate is not valid for {}; its names are {}", quote(name), names.join(", "))]
    WrongName {
        /// The name that the server is called by.
        name: String,
        /// The names of the certificate.
        names: Vec<String>,
    },
    /// Its extended key usage excludes server authentication.
    #[error("the certificate's extended key usage does not include server authentication")]
    NotForServers,
    /// No CA, or none that is valid.
    #[error(
        "no valid CA that callers trust signed the certificate of {}: {why}",
        quote(issuer)
    )]
    NotSigned {
        /// Its issuer.
        issuer: String,
        /// What is wrong with the CAs at hand.
        why: &'static str,
    },
}

impl Chain<'_> {
    /// Verifies the chain as the API server would at `now`.
    pub fn verify(&self, now: Timestamp) -> Result<(), Rejected> {
        let Some(leaf) = self.sent.first() else {
            return Err(NotX509::new(&"there is none").into());
        };
        let facts = Facts::read(leaf)?;
        if now < facts.not_before {
            return Err(Rejected::NotYetValid(facts.not_before));
        }
        if now > facts.not_after {
            return Err(Rejected::Expired(facts.not_after));
        }
        self.verify_names(leaf, &facts)?;
        if !facts.server {
            return Err(Rejected::NotForServers);
        }
        match self.authorities {
            Some(authorities) if !authorities.contains(leaf) => {
                self.verify_issuer(leaf, &facts, now)
            }
            _ => Ok(()),
        }
    }

    fn verify_names(&self, leaf: &CertificateDer<'_>, facts: &Facts) -> Result<(), Rejected> {
        let parsed = ParsedCertificate::try_from(leaf);
        let parsed = parsed.map_err(|error| NotX509::new(&error))?;
        let is_for = |name: &str| {
            let name = ServerName::try_from(name);
            name.is_ok_and(|name| verify_server_name(&parsed, &name).is_ok())
        };
        if facts.names.is_empty() {
            return Err(Rejected::NoNames(facts.subject.clone()));
        }
        match self.names.iter().find(|name| !is_for(name)) {
            None => Ok(()),
            Some(name) => Err(Rejected::WrongName {
                name: name.clone(),
                names: facts.names.clone(),
            }),
        }
    }

    fn verify_issuer(
        &self,
        leaf: &CertificateDer<'_>,
        facts: &Facts,
        now: Timestamp,
    ) -> Result<(), Rejected> {
        let roots = parse(self.authorities.unwrap_or_default());
        let between = parse(self.sent.get(1..).unwrap_or_default());
        let mut search = Search {
            roots,
            used: vec![false; between.len()],
            between,
            now,
            why: "none of them has that name",
        };
        let leaf = parse(std::slice::from_ref(leaf));
        if leaf.iter().any(|leaf| search.reaches_root(leaf, 0)) {
            return Ok(());
        }
        Err(Rejected::NotSigned {
            issuer: facts.issuer.clone(),
            why: search.why,
        })
    }
}

/// The certificates that can be read: Go passes over the others.
fn parse<'a>(certificates: &'a [CertificateDer<'_>]) -> Vec<X509Certificate<'a>> {
    let read = |der: &'a CertificateDer<'_>| X509Certificate::from_der(der).ok();
    let read = certificates.iter().filter_map(read);
    read.map(|(_, certificate)| certificate).collect()
}

/// A search for a chain from a certificate to a root.
struct Search<'a> {
    roots: Vec<X509Certificate<'a>>,
    between: Vec<X509Certificate<'a>>,
    /// Which of `between` have been tried: each is tried once, so that the
    /// search ends.
    used: Vec<bool>,
    now: Timestamp,
    /// What was wrong with the last candidate.
    why: &'static str,
}

impl Search<'_> {
    /// Whether a root signed `certificate`, or a CA that a root signed.
    fn reaches_root(&mut self, certificate: &X509Certificate<'_>, depth: usize) -> bool {
        for root in &self.roots {
            match problem(certificate, root, depth, self.now) {
                None => return true,
                Some(why) if root.subject().as_raw() == certificate.issuer().as_raw() => {
                    self.why = why;
                }
                Some(_) => {}
            }
        }
        if depth == MAX_DEPTH {
            return false;
        }
        for index in 0..self.between.len() {
            let candidate = self.between[index].clone();
            let fits = problem(certificate, &candidate, depth, self.now).is_none();
            if fits
                && !std::mem::replace(&mut self.used[index], true)
                && self.reaches_root(&candidate, depth + 1)
            {
                return true;
            }
        }
        false
    }
}

/// Why `issuer` does not vouch for `certificate`, above which there are `depth`
/// CAs already (`isValid` and `CheckSignatureFrom`).
fn problem(
    certificate: &X509Certificate<'_>,
    issuer: &X509Certificate<'_>,
    depth: usize,
    now: Timestamp,
) -> Option<&'static str> {
    if issuer.subject().as_raw() != certificate.issuer().as_raw() {
        return Some("none of them has that name");
    }
    let validity = issuer.validity();
    if now.as_second() > validity.not_after.timestamp() {
        return Some("the CA has expired");
    }
    if now.as_second() < validity.not_before.timestamp() {
        return Some("the CA is not valid yet");
    }
    if !may_sign(issuer) {
        return Some("the certificate of that name is not that of a CA");
    }
    let constraints = issuer.basic_constraints().ok().flatten();
    let path_len = constraints.and_then(|it| it.value.path_len_constraint);
    if path_len.is_some_and(|most| depth > most as usize) {
        return Some("the CA allows fewer CAs below it");
    }
    if !serves(issuer) {
        return Some("the CA's extended key usage does not include server authentication");
    }
    (!is_signed(certificate, issuer)).then_some("the CA of that name has another key")
}

/// Version 1 has no extensions that could forbid it.
fn may_sign(issuer: &X509Certificate<'_>) -> bool {
    let usage = issuer.key_usage().ok().flatten();
    let signs = usage.is_none_or(|usage| usage.value.key_cert_sign());
    (issuer.version() != X509Version::V3 || issuer.is_ca()) && signs
}

fn serves(issuer: &X509Certificate<'_>) -> bool {
    let usage = issuer.extended_key_usage().ok().flatten();
    usage.is_none_or(|usage| usage.value.server_auth || usage.value.any)
}

/// Whether the key of `issuer` signed `certificate`. A signature of a kind that
/// cannot be verified here, such as P-521, counts: Go knows more of them. It
/// refuses SHA-1.
fn is_signed(certificate: &X509Certificate<'_>, issuer: &X509Certificate<'_>) -> bool {
    let algorithm = &certificate.signature_algorithm.algorithm;
    if [OID_PKCS1_SHA1WITHRSA, OID_SHA1_WITH_RSA].contains(algorithm) {
        return false;
    }
    match certificate.verify_signature(Some(issuer.public_key())) {
        Ok(()) | Err(X509Error::SignatureUnsupportedAlgorithm) => true,
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests;
