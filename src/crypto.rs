//! The one provider of cryptography, and where it is installed.
//!
//! rustls takes its cryptography from a provider, and has none by default here.
//! A build with another provider, such as a FIPS build, changes this file.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};

/// Makes the provider that of the process, for libraries that ask for it.
///
/// Has no effect where one is installed already.
pub fn install() {
    let _ = ring::default_provider().install_default();
}

/// The provider.
#[must_use]
pub fn provider() -> Arc<CryptoProvider> {
    install();
    let installed = CryptoProvider::get_default().map(Arc::clone);
    installed.unwrap_or_else(|| Arc::new(ring::default_provider()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_that_ask_for_a_provider_get_one() {
        install();
        assert!(CryptoProvider::get_default().is_some());
        install();
        let installed = CryptoProvider::get_default().unwrap();
        assert!(Arc::ptr_eq(installed, &provider()));
    }
}
