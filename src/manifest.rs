//! Manifests: YAML or JSON text in, Ingresses with their places out, and what
//! was found in them.
//!
//! ```text
//! paths ─ walk ─▶ texts ─ read ─▶ objects ─ check ─▶ a report a text
//!                                              └─ locate, ignore
//! ```
//!
//! JSON goes straight into borrowed views; YAML becomes nodes, one document at
//! a time, and of a `List` one element at a time. Places are looked for only
//! where something was found.

mod check;
mod decode;
mod embedded;
mod encode;
mod fix;
mod ignore;
mod improve;
mod ingress_tree;
mod json;
mod key_lines;
mod kustomize;
mod locate;
mod migrate;
mod name;
mod object;
mod placeholder;
mod read;
mod read_options;
mod readable;
mod repeated;
mod report;
mod steps;
mod subjects;
mod tree;
mod unreadable;
mod verify;
mod walk;

pub use check::check;
pub use decode::Encoding;
pub use fix::{Fixed, Unfixable, fix, fix_paths, write};
pub use migrate::{Migrated, MigratedIngress, Migrator, migrate, migrate_paths};
pub use report::{Report, SkipReason, Skipped};
pub use subjects::subjects;
pub use walk::{Options, STDIN, check_paths};

use crate::lint::{Diagnostic, Subject};

/// What checks a subject. Policy, modes and exemptions are its business.
pub type CheckSubject<'j> = dyn Fn(&Subject<'_>) -> Vec<Diagnostic> + Sync + 'j;

/// A text and its name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// As the user named the file, or `<stdin>`.
    pub name: String,
    /// The whole text.
    pub text: String,
}

#[cfg(test)]
mod tests;
