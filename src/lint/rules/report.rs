//! The one sink of all diagnostics.

use std::collections::HashSet;

use crate::lint::consequence::Consequence;
use crate::lint::diagnostic::Diagnostic;
use crate::lint::field::FieldPath;
use crate::lint::meter;
use crate::lint::span::Span;

/// What is found.
#[derive(Debug, Default)]
pub(crate) struct Report {
    diagnostics: Vec<Diagnostic>,
    covers: Vec<Cover>,
    /// The entries whose cookie is not the intended one.
    unintended: HashSet<usize>,
}

/// A diagnostic that explains what else would be reported of a range.
#[derive(Debug)]
struct Cover {
    by: Diagnostic,
    range: Span,
}

impl Report {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        meter::spend(1);
        self.diagnostics.push(diagnostic);
    }

    /// A diagnostic of which the others in `range` are only a result. Ranges
    /// of one value do not overlap.
    pub(crate) fn push_covering(&mut self, diagnostic: Diagnostic, range: Span) {
        meter::spend(1);
        let by = diagnostic;
        self.covers.push(Cover { by, range });
    }

    /// Nothing is reported of the cookie of that entry: its parameters are
    /// not the ones that were intended.
    pub(crate) fn cookie_is_unintended(&mut self, entry: usize) {
        self.unintended.insert(entry);
    }

    /// The diagnostics that no other explains.
    pub(crate) fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        let mut diagnostics = std::mem::take(&mut self.diagnostics);
        if self.covers.is_empty() {
            return diagnostics;
        }
        self.covers.sort_by(|a, b| a.start().cmp(&b.start()));
        diagnostics.retain(|diagnostic| !self.explains(diagnostic));
        diagnostics.extend(self.covers.into_iter().map(|cover| cover.by));
        diagnostics
    }

    fn explains(&self, diagnostic: &Diagnostic) -> bool {
        let number = diagnostic.entry.as_ref().map(|entry| entry.number);
        let unintended = number.is_some_and(|number| self.unintended.contains(&number));
        if unintended && diagnostic.rule.is_about_the_cookie() {
            return true;
        }
        let Some(span) = diagnostic.place.span else {
            return false;
        };
        let at = (&diagnostic.place.field, span.start);
        let next = self.covers.partition_point(|cover| cover.start() <= at);
        let cover = next.checked_sub(1).map(|index| &self.covers[index]);
        cover.is_some_and(|cover| cover.explains(diagnostic, span))
    }
}

impl Cover {
    fn start(&self) -> (&FieldPath, usize) {
        (&self.by.place.field, self.range.start)
    }

    /// What the controller or nginx refuses is a prediction, which only one of
    /// the same kind replaces.
    fn explains(&self, other: &Diagnostic, span: Span) -> bool {
        use Consequence::{BreaksReload, NotApplied, RejectsIngress};
        let same_place = self.by.place.field == other.place.field && span.start < self.range.end;
        let rejects = self.by.consequence == Some(RejectsIngress);
        let same = self.by.consequence == other.consequence;
        let predicts = matches!(
            other.consequence,
            Some(RejectsIngress | BreaksReload | NotApplied)
        );
        same_place && (rejects || same || !predicts)
    }
}
