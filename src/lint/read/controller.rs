//! What NGINX Ingress Controller makes of a value's entries, and of the Ingress
//! around them.
//!
//! Source: nginx/kubernetes-ingress (NIC), releases 1.0 to 5.6,
//! `internal/configs/parsing_helpers.go` and `internal/k8s/validation.go`;
//! each fact was confirmed by running its code.

mod routes;
mod value;

pub use routes::{BackendStatus, Host, Route, Routes, or_root, spec_path};
pub use value::{Entry, Error, ErrorKind, KEYWORD, Value, read};

use super::Facts;
use super::keys::MERGEABLE;
use crate::lint::subject::Subject;

/// The part that an Ingress plays in a host made of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mergeable {
    /// It owns the host and its TLS; paths come from minions.
    Master,
    /// It owns paths of a host.
    Minion,
    /// A word that the controller does not know.
    Unknown,
}

impl Mergeable {
    /// The part that the annotation gives; `None` for a plain Ingress, and
    /// where the release does not know the annotation.
    #[must_use]
    pub fn of(subject: &Subject<'_>, facts: &Facts) -> Option<Self> {
        let word = subject.annotation(MERGEABLE);
        word.filter(|_| facts.reads(MERGEABLE)).map(Self::named)
    }

    /// The part of that name, which the controller compares exactly.
    #[must_use]
    pub fn named(word: &str) -> Self {
        match word {
            "master" => Self::Master,
            "minion" => Self::Minion,
            _ => Self::Unknown,
        }
    }
}
