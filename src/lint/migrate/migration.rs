//! The migration of one Ingress.

use super::note::{Note, NoteId, Outcome};
use crate::lint::diagnostic::Diagnostic;
use crate::lint::read::keys::ORG_KEY;
use crate::lint::text::quote;

/// The migration of one Ingress: an annotation and notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// The worst outcome of the notes.
    pub outcome: Outcome,
    /// The annotation's key.
    pub annotation: &'static str,
    /// The entries of the value: service and parameters.
    pub entries: Vec<(String, String)>,
    /// The annotation's value; `None` where there is none to give.
    pub value: Option<String>,
    /// What changes, the worst first.
    pub notes: Vec<Note>,
    /// What is found in the value.
    pub diagnostics: Vec<Diagnostic>,
}

impl Migration {
    pub(super) fn new(annotation: &'static str) -> Self {
        Self {
            outcome: Outcome::Nothing,
            annotation,
            entries: Vec::new(),
            value: None,
            notes: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    /// The migration of an Ingress with a placeholder, which is filled in before
    /// it is applied.
    #[must_use]
    pub fn of_placeholder(placeholder: &str) -> Self {
        let message = format!(
            "{} is a placeholder: migrate what it becomes, or write the annotation by hand",
            quote(placeholder)
        );
        Self {
            outcome: Outcome::Blocked,
            notes: vec![Note::new(NoteId::Placeholder, None, message)],
            ..Self::new(ORG_KEY)
        }
    }

    /// Why the value is not to be written although there is one: a clause.
    ///
    /// `intent` says that what never worked is written too.
    #[must_use]
    pub fn withheld(&self, intent: bool) -> Option<&'static str> {
        let needs_regex =
            |it: &Note| it.id == NoteId::RegexRouting && it.outcome == Outcome::Partial;
        self.value.as_ref()?;
        if self.outcome == Outcome::WasBroken && !intent {
            return Some("sessions never stuck; --intent writes what was intended");
        }
        self.notes
            .iter()
            .any(needs_regex)
            .then_some("add nginx.org/path-regex: \"case_insensitive\" first")
    }
}

/// A generated value that a reader condemns: an error of this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condemned {
    /// The value.
    pub value: String,
    /// What is wrong with it.
    pub diagnostic: Box<Diagnostic>,
}
