//! The operator's policy file: what is in force for whom.
//!
//! ```text
//! text ─ yaml ─▶ File ─ contradiction ─▶ faults
//!                 └─ resolve ─▶ Policies ─ for_namespace ─▶ Effective
//!                                   └───── exemptions ────▶ exempt findings
//! ```
//!
//! Everything that a file says is read and compiled once, when it is loaded.
//! What one request needs is then found without allocation where no glob is to
//! be tried. docs/policy.md is the reference of the file.

mod contradiction;
mod controller;
mod exemption;
mod fault;
mod file;
mod find;
mod reader;
mod reload;
mod resolve;
mod schema;
mod settings;
mod show;
mod value;

use std::path::Path;

use globset::GlobSet;
use jiff::Timestamp;

pub use controller::ControllerOverride;
pub use exemption::{Exemption, RequestInfo};
pub use fault::{Fault, Faults};
pub use find::{FILE_NAME, find_above};
pub use reload::{PolicyHandle, ReloadOutcome};
pub use schema::schema;
pub use settings::Line;
pub use show::Shown;

use crate::lint::{self, Consequence, Diagnostic, Rule, Subject};

/// How findings are handled, as Pod Security Admission has it. Labels of the
/// namespace are not consulted: only the policy's author sets the mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// Errors deny; warnings, and errors that were there before, are shown.
    #[default]
    Enforce,
    /// Errors and warnings are shown.
    Warn,
    /// Errors and warnings are written to the API server's audit log and not
    /// shown to users.
    Audit,
}

/// How an update's errors are handled if the old object has them too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnUpdate {
    /// They only warn, so that labels, finalizers and other controllers go on
    /// working.
    #[default]
    Ratchet,
    /// They deny like any other. An object that is being deleted is
    /// admitted: otherwise its finalizers could not be removed.
    Strict,
}

/// What is in force in one namespace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effective {
    /// How findings are handled.
    pub mode: Mode,
    /// How an update's errors are handled if the old object has them too.
    pub on_update: OnUpdate,
    /// What the check itself needs.
    pub lint: lint::Policy,
}

/// A policy file, compiled. The default is that of no file: `enforce`, and
/// nothing required.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    /// The file as it was named; `None` where there is none.
    file: Option<String>,
    read: file::File,
    base: Effective,
    /// In the order of the file.
    overrides: Vec<Effective>,
    /// Every glob of every override, and for each the override it is of.
    globs: GlobSet,
    owners: Vec<usize>,
    exemptions: Vec<Exemption>,
}

/// The longest text of a policy, in bytes. A glob takes some ten kilobytes when
/// it is compiled, and while a policy is replaced there are two: what a larger
/// text may ask for takes more memory than the chart gives.
const LONGEST: usize = 64 << 10;

/// The consequences with a floor, for messages.
const FLOOR: &str = "rejects-ingress, breaks-reload or unsafe";

/// Whether the rule's diagnostics stay at least warnings unless they have
/// another consequence than the rule's own.
fn has_floor(rule: Rule) -> bool {
    rule.consequence().is_some_and(Consequence::has_floor)
}

impl Policies {
    /// Reads and compiles a file's text. `name` is the file's, for messages;
    /// `now` decides which exemptions have expired. The faults with the policy
    /// are warnings; an error refuses the file.
    pub fn parse(name: &str, text: &str, now: Timestamp) -> Result<(Self, Faults), Faults> {
        if text.len() > LONGEST {
            return Err(Faults::unreadable(name, "it is larger than 64 KiB"));
        }
        let (read, mut faults) = file::File::read(name, text);
        contradiction::find(&read, now, &mut faults);
        if faults.refuse() {
            return Err(faults);
        }
        Ok((resolve::compile(name, read), faults))
    }

    /// Reads a file and compiles it; a file that cannot be read is a fault too.
    pub fn load(path: &Path, now: Timestamp) -> Result<(Self, Faults), Faults> {
        let name = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&name, &text, now),
            Err(error) => Err(Faults::unreadable(&name, &error)),
        }
    }

    /// What is in force in a namespace: the first of the file's `namespaces`
    /// that has a glob for it. `None` is an Ingress of no known namespace, for
    /// which only what is set for all counts.
    #[must_use]
    pub fn for_namespace(&self, namespace: Option<&str>) -> &Effective {
        let index = namespace.and_then(|namespace| self.override_of(namespace));
        let found = index.and_then(|index| self.overrides.get(index));
        found.unwrap_or(&self.base)
    }

    /// What is wrong with an Ingress here, as the webhook would find it for a
    /// user that no exemption names. The mode is not used, so what passes this check
    /// passes the webhook in any mode.
    #[must_use]
    pub fn check(&self, subject: &Subject<'_>, now: Timestamp) -> Vec<Diagnostic> {
        let request = RequestInfo {
            namespace: subject.namespace.as_deref(),
            name: subject.name.as_deref(),
            user: None,
            now,
        };
        let mut found = lint::check(subject, &self.for_namespace(request.namespace).lint);
        if !found.is_empty() && !self.exemptions.is_empty() {
            let exemptions = self.exemptions_for(&request);
            found.retain(|diagnostic| !exemptions.iter().any(|it| it.covers(diagnostic)));
        }
        found
    }

    /// The index of the override that counts in a namespace.
    fn override_of(&self, namespace: &str) -> Option<usize> {
        if self.owners.is_empty() {
            return None;
        }
        let matched = self.globs.matches(namespace);
        let owners = matched.iter().filter_map(|&glob| self.owners.get(glob));
        owners.copied().min()
    }

    /// The exemptions in force for an Ingress, in the order of the file.
    #[must_use]
    pub fn exemptions_for(&self, request: &RequestInfo<'_>) -> Vec<&Exemption> {
        let all = self.exemptions.iter();
        all.filter(|exemption| exemption.is_for(request)).collect()
    }

    /// The exemptions, in the order of the file, expired ones included.
    #[must_use]
    pub fn exemptions(&self) -> &[Exemption] {
        &self.exemptions
    }
}

impl Mode {
    /// The word that the file, logs, metrics and audit annotations use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        value::Words::word(self)
    }
}

#[cfg(test)]
mod tests;
