//! What the operator says of one request.

use crate::lint;

/// The policy in force for one request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Terms {
    /// What the check itself needs.
    pub policy: lint::Policy,
    /// What becomes of errors.
    pub mode: Mode,
    /// What becomes of errors that were there before.
    pub on_update: OnUpdate,
}

/// What becomes of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// They deny.
    #[default]
    Enforce,
    /// They are shown as warnings.
    Warn,
    /// They are written to the API server's audit log and shown to nobody.
    Audit,
}

/// What becomes of an update's errors that the old object had too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnUpdate {
    /// They only warn, so that labels, finalizers and other controllers go on working.
    #[default]
    Ratchet,
    /// They deny like any other. An object that is being deleted is spared:
    /// otherwise nobody could take its finalizers off.
    Strict,
}

impl Mode {
    /// The word that logs, metrics and audit annotations use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Warn => "warn",
            Self::Audit => "audit",
        }
    }
}
