//! A value that can be better, and why one cannot be.

use crate::finding::Location;
use crate::lint::Edit;
use crate::yaml::{Places, Style};

/// A fix that cannot be made in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfixable {
    /// Where the value is.
    pub location: Location,
    /// Why: one sentence without a final stop.
    pub reason: String,
}

/// A scalar and the value it should have.
pub(super) struct Target {
    pub(super) places: Places,
    pub(super) style: Style,
    pub(super) old: String,
    pub(super) new: String,
    pub(super) applied: usize,
    /// What is edited in the scalar's value, where that is YAML or JSON itself.
    pub(super) inner: Vec<Edit>,
    pub(super) location: Location,
}

impl Target {
    pub(super) fn refuse(&self, reason: impl Into<String>) -> Unfixable {
        Unfixable {
            location: self.location.clone(),
            reason: reason.into(),
        }
    }
}
