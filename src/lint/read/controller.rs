//! What NGINX Ingress Controller makes of a value's entries, and of the Ingress
//! around them.
//!
//! Source: nginx/kubernetes-ingress (NIC), main after 5.5.4,
//! `internal/configs/parsing_helpers.go` and `internal/k8s/validation.go`;
//! each fact was confirmed by running its code.

mod path;
mod routes;
mod value;

pub use path::fault as path_fault;
pub use routes::{BackendStatus, Host, Route, Routes, spec_path};
pub use value::{Entry, Error, ErrorKind, KEYWORD, Value, read};

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
    /// The part that the annotation gives; `None` for a plain Ingress.
    #[must_use]
    pub fn of(subject: &Subject<'_>) -> Option<Self> {
        subject.annotation(MERGEABLE).map(Self::named)
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
