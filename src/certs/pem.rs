//! Certificates as text (RFC 7468).

use std::borrow::Borrow;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::facts::NotX509;

/// Certificates in PEM, one after the other.
pub fn certificates<'a, C: Borrow<CertificateDer<'a>>>(
    certificates: impl IntoIterator<Item = C>,
) -> String {
    let encode = |der: C| {
        let block = ::pem::Pem::new("CERTIFICATE", der.borrow().as_ref());
        ::pem::encode(&block)
    };
    certificates.into_iter().map(encode).collect()
}

/// The certificates of a text in PEM; other blocks are passed over.
pub fn read_certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, NotX509> {
    let read: Result<_, _> = CertificateDer::pem_slice_iter(pem).collect();
    read.map_err(|error| NotX509::new(&error))
}
