//! Consequences of mistakes, and their severity.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The severity of a diagnostic. Ordered: an error is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing; never counted, never denied.
    Note,
    /// Shown, and allowed.
    Warning,
    /// Refused.
    Error,
}

/// The effect of a mistake: which reader stops the value, and how.
///
/// ```
/// use stickler::lint::{Consequence, Severity};
///
/// assert_eq!(Consequence::NeverSticks.as_str(), "never-sticks");
/// assert_eq!(Consequence::PartlySticks.severity(), Severity::Warning);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consequence {
    /// The controller rejects the whole Ingress and removes all its hosts from nginx.
    RejectsIngress,
    /// nginx refuses the generated configuration: reloads of that controller
    /// pod fail for every Ingress until this is fixed.
    BreaksReload,
    /// nginx refuses the configuration of this Ingress, and the controller, which
    /// runs with `-enable-config-safety`, does not apply it: a new Ingress is not
    /// served, a changed one keeps its last valid configuration.
    NotApplied,
    /// The value alters the response or the configuration beyond its cookie.
    Unsafe,
    /// Accepted, and there is no stickiness.
    NoEffect,
    /// The cookie is set, but a browser never returns it.
    NeverSticks,
    /// The cookie is returned for some of the requests only.
    PartlySticks,
    /// The operator's policy forbids it.
    Policy,
}

impl Severity {
    /// The word that users read and write.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Consequence {
    /// Every consequence, gravest first.
    pub const ALL: [Self; 8] = [
        Self::RejectsIngress,
        Self::BreaksReload,
        Self::NotApplied,
        Self::Unsafe,
        Self::NoEffect,
        Self::NeverSticks,
        Self::PartlySticks,
        Self::Policy,
    ];

    /// The word that users read.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RejectsIngress => "rejects-ingress",
            Self::BreaksReload => "breaks-reload",
            Self::NotApplied => "not-applied",
            Self::Unsafe => "unsafe",
            Self::NoEffect => "no-effect",
            Self::NeverSticks => "never-sticks",
            Self::PartlySticks => "partly-sticks",
            Self::Policy => "policy",
        }
    }

    /// The consequence as a clause for people: who does what.
    #[must_use]
    pub fn clause(self) -> &'static str {
        match self {
            Self::RejectsIngress => "the controller rejects the whole Ingress",
            Self::BreaksReload => "nginx refuses to reload",
            Self::NotApplied => "nginx refuses it, and the controller does not apply this Ingress",
            Self::Unsafe => "it affects more than this cookie",
            Self::NoEffect => "it has no effect",
            Self::NeverSticks => "browsers never return the cookie",
            Self::PartlySticks => "browsers return the cookie for some requests only",
            Self::Policy => "the policy forbids it",
        }
    }

    /// The default severity of a diagnostic with this consequence.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::PartlySticks => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Consequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
