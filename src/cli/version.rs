//! What `stickler --version` prints.

/// The version, what the model was established with, and the public suffix
/// list that is compiled in: the day on which its crate was published.
pub(super) const LONG: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\nNGINX Ingress Controller: 1.0 to 5.6, 2026-lts",
    "\nPublic suffix list: 2026-11-05 (psl 2.1.247)"
);
