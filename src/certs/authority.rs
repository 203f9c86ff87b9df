//! A CA, and the short-lived certificates it signs.

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyUsagePurpose,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::clock::MAX_SKEW;
use super::facts::{Facts, NotX509};
use super::key::Key;

/// A certificate is valid for some time before it is signed: the clocks of a
/// cluster differ. Ours and the API server's may by [`MAX_SKEW`], and another
/// API server's by as much again.
const BACKDATED: SignedDuration = SignedDuration::from_mins(10);
const _: () = assert!(BACKDATED.as_secs() == 2 * MAX_SKEW.as_secs());

/// A CA with its key.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, Key>,
    certificate: CertificateDer<'static>,
    facts: Facts,
}

/// A certificate that a CA has signed, with its key.
#[derive(Debug)]
pub struct Leaf {
    /// The certificate.
    pub certificate: CertificateDer<'static>,
    /// Its key.
    pub key: Key,
    /// Its first moment.
    pub not_before: Timestamp,
    /// Its last moment.
    pub not_after: Timestamp,
}

/// Which side of a connection a leaf is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// The side that is called.
    Server,
    /// The side that calls.
    Client,
}

/// Why a certificate and a key cannot be used as a CA.
#[derive(Debug, thiserror::Error)]
pub enum NoAuthority {
    /// Not PEM, or PEM of something else.
    #[error("the certificate is not readable: {0}")]
    Certificate(#[from] NotX509),
    /// A certificate that may not sign others.
    #[error("the certificate is not that of a CA")]
    Leaf,
    /// Not a key that we can sign with.
    #[error("the key is not readable: {0}")]
    Key(rcgen::Error),
    /// A key of some other certificate.
    #[error("the key does not belong to the certificate")]
    Mismatch,
}

impl Authority {
    /// A new CA, good from now on.
    pub fn make(now: Timestamp, life: SignedDuration) -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        // Distinguished by name: some verifiers look for an issuer by it alone.
        params.distinguished_name = common_name(&format!("stickler CA {now:.0}"));
        validity(&mut params, now - BACKDATED, now + life);
        let key = Key::generate()?;
        let certificate = params.self_signed(&key)?.der().clone();
        Self::new(certificate, key).map_err(|_| rcgen::Error::CouldNotParseCertificate)
    }

    /// A CA's certificate and its key, both in PEM.
    pub fn from_pem(certificate: &[u8], key: &str) -> Result<Self, NoAuthority> {
        let certificate = CertificateDer::from_pem_slice(certificate);
        let certificate = certificate.map_err(|error| NotX509::new(&error))?;
        Self::new(certificate, Key::from_pem(key).map_err(NoAuthority::Key)?)
    }

    fn new(certificate: CertificateDer<'static>, key: Key) -> Result<Self, NoAuthority> {
        let facts = Facts::read(&certificate)?;
        if !facts.ca {
            return Err(NoAuthority::Leaf);
        }
        if facts.public_key != rcgen::PublicKeyData::subject_public_key_info(&key) {
            return Err(NoAuthority::Mismatch);
        }
        let issuer = Issuer::from_ca_cert_der(&certificate, key).map_err(NoAuthority::Key)?;
        Ok(Self {
            issuer,
            certificate,
            facts,
        })
    }

    /// Signs a certificate with a new key. It never outlives the CA.
    ///
    /// `names` are DNS names and addresses; the first is also the common name.
    pub fn sign(
        &self,
        names: &[String],
        usage: Usage,
        now: Timestamp,
        life: SignedDuration,
    ) -> Result<Leaf, rcgen::Error> {
        let not_before = (now - BACKDATED).max(self.facts.not_before);
        let not_after = (now + life).min(self.facts.not_after);
        let mut params = CertificateParams::new(names)?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![usage.purpose()];
        params.use_authority_key_identifier_extension = true;
        params.distinguished_name = common_name(names.first().map_or("stickler", String::as_str));
        validity(&mut params, not_before, not_after);
        let key = Key::generate()?;
        Ok(Leaf {
            certificate: params.signed_by(&key, &self.issuer)?.der().clone(),
            key,
            not_before,
            not_after,
        })
    }

    /// The CA's certificate.
    #[must_use]
    pub fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// What it says.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The CA's key in PEM.
    #[must_use]
    pub fn key_pem(&self) -> Zeroizing<String> {
        self.issuer.key().pem()
    }
}

impl Usage {
    fn purpose(self) -> ExtendedKeyUsagePurpose {
        match self {
            Self::Server => ExtendedKeyUsagePurpose::ServerAuth,
            Self::Client => ExtendedKeyUsagePurpose::ClientAuth,
        }
    }
}

fn common_name(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// X.509 counts whole seconds, and only knows the years up to 9999.
fn validity(params: &mut CertificateParams, from: Timestamp, to: Timestamp) {
    let time = |at: Timestamp| {
        OffsetDateTime::from_unix_timestamp(at.as_second()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    };
    params.not_before = time(from);
    params.not_after = time(to);
}

#[cfg(test)]
mod tests;
