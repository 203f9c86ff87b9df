//! Certificates: making them, reading them, and keeping the webhook's own.
//!
//! | module | what it is |
//! |---|---|
//! | [`authority`] | a CA, and the short-lived certificates it signs |
//! | [`pem`] | certificates as text |
//! | [`facts`] | what a certificate says about itself |
//! | [`inspect`] | what is in PEM files, and what is wrong with it |
//! | [`plan`] | pure: the Secret, the `caBundle` and the time in, the next step out |
//! | [`secret`] | the CAs as a Secret holds them |
//! | [`cluster`] | the few calls of the API server that keeping needs |
//! | [`keeper`] | the loop around the plan |
//!
//! Every decision is made by the wall clock, anew at each look: clocks jump and
//! processes are paused, and a timer set a week ago knows of neither.

pub mod authority;
pub mod cluster;
pub mod facts;
pub mod inspect;
pub mod keeper;
mod key;
pub mod pem;
pub mod plan;
pub mod secret;

pub use authority::{Authority, Leaf, Usage};
pub use key::Key;

use jiff::SignedDuration;

/// How long what we make is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lives {
    /// A CA's life; it is replaced when a third of it is left.
    pub ca: SignedDuration,
    /// A leaf's life; it is replaced when a third of it is left.
    pub leaf: SignedDuration,
}

impl Default for Lives {
    /// A year and a week: what is stolen from a replica's memory is of little
    /// use for long, and a week outlives any outage of the API server.
    fn default() -> Self {
        Self {
            ca: SignedDuration::from_hours(365 * 24),
            leaf: SignedDuration::from_hours(7 * 24),
        }
    }
}

/// Lives that cannot work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLives {
    /// A leaf that ends before it can be renewed.
    #[error("a leaf of less than 3 s ends before it is renewed")]
    Short,
    /// A CA that ends before the next can take over.
    #[error("a CA must live three times as long as a leaf, so that the next can take over in time")]
    Apart,
    /// A CA that outlives us all.
    #[error("a CA of more than 100 years is no use")]
    Long,
}

impl Lives {
    /// Refuses lives with which a rotation could not end in time.
    ///
    /// A rotation begins when a third of the CA's life is left, and takes a
    /// third of a leaf's life ([`Lives::settling`]) and a few looks.
    pub fn check(self) -> Result<Self, BadLives> {
        if self.leaf < SignedDuration::from_secs(3) {
            return Err(BadLives::Short);
        }
        if self.ca / 3 < self.leaf {
            return Err(BadLives::Apart);
        }
        if self.ca > SignedDuration::from_hours(100 * 366 * 24) {
            return Err(BadLives::Long);
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
    /// of a leaf's life. Every API server has heard of it long before.
    #[must_use]
    pub fn settling(self) -> SignedDuration {
        self.leaf / 3
    }
}
