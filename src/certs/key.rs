//! A private key that does not leave a trace.

use std::fmt;

use rcgen::{KeyPair, PublicKeyData, SignatureAlgorithm, SigningKey};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use zeroize::{Zeroize as _, Zeroizing};

/// A private key: wiped from memory when it is dropped, as far as the
/// libraries allow (ring keeps a copy of its own), and never printed.
pub struct Key(KeyPair);

impl Key {
    /// A new key for ECDSA on P-256, which every API server understands.
    pub(super) fn generate() -> Result<Self, rcgen::Error> {
        KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).map(Self)
    }

    /// A key in PEM, PKCS #8.
    pub(super) fn from_pem(pem: &str) -> Result<Self, rcgen::Error> {
        KeyPair::from_pem(pem).map(Self)
    }

    /// The key in PEM, PKCS #8.
    #[must_use]
    pub fn pem(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.serialize_pem())
    }

    /// The key for a TLS library.
    #[must_use]
    pub fn der(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.0.serialize_der()).into()
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl PublicKeyData for Key {
    fn der_bytes(&self) -> &[u8] {
        self.0.der_bytes()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        PublicKeyData::algorithm(&self.0)
    }
}

impl SigningKey for Key {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.0.sign(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_tells_nothing() {
        let key = Key::generate().unwrap();
        assert_eq!(format!("{key:?}"), "Key(…)");
        assert!(key.pem().starts_with("-----BEGIN PRIVATE KEY-----"));
    }

    #[test]
    fn a_key_survives_its_pem() {
        let key = Key::generate().unwrap();
        let read = Key::from_pem(&key.pem()).unwrap();
        assert_eq!(read.der_bytes(), key.der_bytes());
    }
}
