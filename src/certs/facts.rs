//! What a certificate says about itself.

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

/// What a certificate says about itself, in words of our own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Whose it is, such as `CN=stickler.stickler.svc`.
    pub subject: String,
    /// The issuer's name; the signature is not verified.
    pub issuer: String,
    /// In hexadecimal.
    pub serial: String,
    /// DNS names and addresses, in their order.
    pub names: Vec<String>,
    /// Its first moment.
    pub not_before: Timestamp,
    /// Its last moment.
    pub not_after: Timestamp,
    /// Whether it may sign others.
    pub ca: bool,
    /// Whether a server may show it: a leaf for clients alone may not.
    pub server: bool,
    /// The public key: DER of a SubjectPublicKeyInfo (RFC 5280, 4.1.2.7).
    pub public_key: Vec<u8>,
}

/// Why bytes are not a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotX509(String);

impl NotX509 {
    pub(super) fn new(why: &impl ToString) -> Self {
        Self(why.to_string())
    }
}

impl Facts {
    /// Reads a certificate. Its signature is not verified.
    pub fn read(certificate: &CertificateDer<'_>) -> Result<Self, NotX509> {
        let read = X509Certificate::from_der(certificate);
        let (_, x509) = read.map_err(|error| NotX509::new(&error))?;
        let validity = x509.validity();
        Ok(Self {
            subject: x509.subject().to_string(),
            issuer: x509.issuer().to_string(),
            serial: x509.raw_serial_as_string().replace(':', ""),
            names: names(&x509),
            not_before: time(validity.not_before),
            not_after: time(validity.not_after),
            ca: x509.is_ca(),
            server: serves(&x509),
            public_key: x509.public_key().raw.to_vec(),
        })
    }
}

/// RFC 5280, 4.1.2.5, has a last second of the year 9999 for "no end", which is
/// a day later than our clock goes.
fn time(at: x509_parser::time::ASN1Time) -> Timestamp {
    Timestamp::from_second(at.timestamp()).unwrap_or(Timestamp::MAX)
}

/// Without the extension a certificate is for every use (RFC 5280, 4.2.1.12).
fn serves(x509: &X509Certificate<'_>) -> bool {
    let usage = x509.extended_key_usage().ok().flatten();
    usage.is_none_or(|usage| usage.value.server_auth || usage.value.any)
}

fn names(x509: &X509Certificate<'_>) -> Vec<String> {
    let names = x509.subject_alternative_name().ok().flatten();
    let names = names.map(|names| &names.value.general_names[..]);
    names.unwrap_or_default().iter().map(name).collect()
}

fn name(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::DNSName(name) => (*name).to_owned(),
        GeneralName::IPAddress(bytes) => address(bytes),
        other => other.to_string(),
    }
}

/// An address of 4 or 16 bytes (RFC 5280, 4.2.1.6).
fn address(bytes: &[u8]) -> String {
    if let Ok(bytes) = <[u8; 4]>::try_from(bytes) {
        return std::net::IpAddr::from(bytes).to_string();
    }
    match <[u8; 16]>::try_from(bytes) {
        Ok(bytes) => std::net::IpAddr::from(bytes).to_string(),
        Err(_) => format!("an address of {} bytes", bytes.len()),
    }
}
