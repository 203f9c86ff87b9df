//! Certificates: generating and reading them, and managing the webhook's own.
//!
//! | module | what it is |
//! |---|---|
//! | [`authority`] | a CA, and the short-lived certificates it signs |
//! | [`pem`] | certificates as text |
//! | [`facts`] | the fields of a certificate |
//! | [`inspect`] | what PEM files hold, and what is wrong with it |
//! | [`verify`] | whether the API server accepts a server certificate |
//! | [`plan`] | pure: the Secret, the `caBundle` and the time in, the next step out |
//! | [`secret`] | the CAs as a Secret holds them |
//! | [`cluster`] | the few calls of the API server that the controller needs |
//! | [`clock`] | whether the API server's clock agrees with ours |
//! | [`controller`] | the loop around the plan |
//!
//! Each pass reads the wall clock again: clocks jump and processes are paused,
//! and a timer set a week ago misses both. No step is taken while that clock
//! and the API server's disagree.

pub mod authority;
pub mod clock;
pub mod cluster;
pub mod controller;
pub mod facts;
pub mod inspect;
mod key;
pub mod pem;
pub mod plan;
pub mod secret;
pub mod verify;

pub use authority::{Authority, Leaf, Usage};
pub use key::Key;

use jiff::SignedDuration;

/// How long the certificates that we generate are valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// A CA's lifetime; it is replaced when a third of it is left.
    pub ca: SignedDuration,
    /// A leaf's lifetime; it is replaced when a third of it is left.
    pub leaf: SignedDuration,
}

impl Default for Lifetimes {
    /// A year and a week: what is stolen from a replica's memory is of little
    /// use for long, and a week outlives any outage of the API server.
    fn default() -> Self {
        Self {
            ca: SignedDuration::from_hours(365 * 24),
            leaf: SignedDuration::from_hours(7 * 24),
        }
    }
}

/// Lifetimes that cannot work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLifetimes {
    /// A leaf that expires before it can be renewed.
    #[error("a leaf of less than 3 s expires before it is renewed")]
    Short,
    /// A CA that expires before the next can take over.
    #[error("a CA must live three times as long as a leaf, so that the next can take over in time")]
    Apart,
    /// A CA that never needs to be replaced.
    #[error("a CA lifetime of more than 100 years is not supported")]
    Long,
}

impl Lifetimes {
    /// Refuses lifetimes with which a rotation could not end in time.
    ///
    /// A rotation begins when a third of the CA's lifetime is left, and takes a
    /// third of a leaf's lifetime ([`Lifetimes::settling`]) and a few passes.
    pub fn check(self) -> Result<Self, BadLifetimes> {
        if self.leaf < SignedDuration::from_secs(3) {
            return Err(BadLifetimes::Short);
        }
        if self.ca / 3 < self.leaf {
            return Err(BadLifetimes::Apart);
        }
        if self.ca > SignedDuration::from_hours(100 * 366 * 24) {
            return Err(BadLifetimes::Long);
        }
        Ok(self)
    }

    /// A CA with less than this left is replaced.
    fn ca_margin(self) -> SignedDuration {
        self.ca / 3
    }

    /// A leaf with less than this left is replaced.
    fn leaf_margin(self) -> SignedDuration {
        self.leaf / 3
    }

    /// How long a CA is published before anything is signed with it: a third
    /// of a leaf's lifetime. Every API server reads the `caBundle` long before.
    #[must_use]
    pub fn settling(self) -> SignedDuration {
        self.leaf / 3
    }
}
