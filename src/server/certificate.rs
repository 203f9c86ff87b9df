//! Where the server's certificate comes from.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

/// A certificate chain and its key, in memory.
#[derive(Debug)]
pub struct Pair(Arc<CertifiedKey>);

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum BadPair {
    /// A file that cannot be read, or holds no PEM of the right kind.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: rustls::pki_types::pem::Error,
    },
    /// A chain without a certificate.
    #[error("{}: there is no certificate in it", .0.display())]
    Empty(PathBuf),
    /// A key of an unknown kind, or one that does not belong to the certificate.
    #[error("the certificate and its key do not go together: {0}")]
    Mismatch(#[from] rustls::Error),
}

impl Pair {
    /// Reads the PEM files of a chain and of its key.
    pub fn load(chain: &Path, key: &Path) -> Result<Self, BadPair> {
        let file = |path: &Path| {
            let path = path.to_owned();
            |source| BadPair::File { path, source }
        };
        let certificates = CertificateDer::pem_file_iter(chain).map_err(file(chain))?;
        let certificates: Vec<_> = certificates
            .collect::<Result<_, _>>()
            .map_err(file(chain))?;
        if certificates.is_empty() {
            return Err(BadPair::Empty(chain.to_owned()));
        }
        let key = PrivateKeyDer::from_pem_file(key).map_err(file(key))?;
        Self::new(certificates, key)
    }

    /// A chain, leaf first, and the key of the leaf.
    pub fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Self, BadPair> {
        let provider = rustls::crypto::ring::default_provider();
        let pair = CertifiedKey::from_der(chain, key, &provider)?;
        Ok(Self(Arc::new(pair)))
    }
}

impl ResolvesServerCert for Pair {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}
