//! What every rule is given, and the ways in which rules go through it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Rule;
use crate::lint::bytes::ByteSet;
use crate::lint::consequence::{Consequence, Severity};
use crate::lint::diagnostic::{Diagnostic, Place};
use crate::lint::field::FieldPath;
use crate::lint::policy::Policy;
use crate::lint::read::browser::{Browser, ReceivedCookie, Rejection, SetCookieHeader};
use crate::lint::read::controller::Mergeable;
use crate::lint::read::nginx::{Cookie, Directive, Error, ErrorKind, LexErrorKind};
use crate::lint::read::{EntryReading, Reading, ValueReading};
use crate::lint::span::Span;
use crate::lint::subject::Subject;
use crate::lint::text::quote;

/// A message names this many hosts or paths at most.
pub(super) const NAMED: usize = 3;

/// What every rule is given.
pub(crate) struct Context<'c> {
    pub(super) policy: &'c Policy,
    pub(super) reading: &'c Reading<'c>,
    pub(super) browser: Option<&'c Browser<'c>>,
    /// Whether the policy assigns the Ingress' class to the controller.
    pub(super) is_managed: bool,
    /// What nginx refuses, but for words that are unknown only because of what
    /// the lexer refuses in them.
    refused: Vec<(Words<'c>, &'c Error<'c>)>,
    /// The entries with a byte that no plain entry has.
    suspicious: Vec<Words<'c>>,
}

/// An entry whose words are checked.
#[derive(Clone, Copy)]
pub(super) struct Words<'c> {
    pub(super) entry: &'c EntryReading<'c>,
    pub(super) directive: &'c Directive<'c>,
    /// Whether the controller gives the entry to nginx.
    pub(super) is_rendered: bool,
}

impl<'c> Context<'c> {
    pub(crate) fn new(
        policy: &'c Policy,
        reading: &'c Reading<'c>,
        browser: Option<&'c Browser<'c>>,
    ) -> Self {
        let mut context = Self {
            policy,
            reading,
            browser,
            is_managed: policy.manages(reading.subject) == Some(true),
            refused: Vec::new(),
            suspicious: Vec::new(),
        };
        for words in context.words() {
            let errors = words.directive.errors.iter();
            let errors = errors.filter(|error| words.is_rendered && !words.is_explained(error));
            context.refused.extend(errors.map(|error| (words, error)));
            let text = words.entry.text(words.entry.entry.span);
            if SUSPICIOUS.meets(text) {
                context.suspicious.push(words);
            }
        }
        context
    }

    /// The Ingress around the annotation in use, where it is known.
    pub(super) fn ingress(&self) -> Option<&'c Subject<'c>> {
        let subject = self.reading.subject;
        (self.reading.effective.is_some() && !subject.value_alone).then_some(subject)
    }

    /// The annotation in use; none on a master, where it has no effect.
    pub(super) fn used(&self) -> Option<&'c ValueReading<'c>> {
        let is_master = self.reading.part == Some(Mergeable::Master);
        self.reading.effective.as_ref().filter(|_| !is_master)
    }

    /// The entries in use, but for those that a later one replaces.
    pub(super) fn entries(&self) -> impl Iterator<Item = &'c EntryReading<'c>> + use<'c> {
        let entries = self.used().map_or(&[][..], |value| &value.entries);
        entries.iter().filter(|entry| entry.replaced_by.is_none())
    }

    /// The words of all entries, those included that the controller keeps for itself.
    pub(super) fn words(&self) -> impl Iterator<Item = Words<'c>> + use<'c> {
        let used = self.used().map(std::ptr::from_ref);
        let entries = self.reading.values().flat_map(move |value| {
            let is_rendered = used == Some(std::ptr::from_ref(value));
            value.entries.iter().map(move |entry| (entry, is_rendered))
        });
        entries.filter_map(|(entry, is_rendered)| {
            let directive = entry.directive.as_ref()?;
            Some(Words {
                entry,
                directive,
                is_rendered,
            })
        })
    }

    /// What nginx refuses.
    pub(super) fn refused(&self) -> impl Iterator<Item = (Words<'c>, &'c Error<'c>)> {
        self.refused.iter().copied()
    }

    /// What the lexer refuses for one of `kinds`.
    pub(super) fn refused_by_lexer(
        &self,
        kinds: &'static [LexErrorKind],
    ) -> impl Iterator<Item = (Words<'c>, Span, LexErrorKind)> {
        self.refused()
            .filter_map(|(words, error)| match error.kind {
                ErrorKind::Lexer(kind) if kinds.contains(&kind) => Some((words, error.span, kind)),
                _ => None,
            })
    }

    /// The entries with a byte that no plain entry has.
    pub(super) fn suspicious(&self) -> impl Iterator<Item = Words<'c>> {
        self.suspicious.iter().copied()
    }

    /// The cookies that a browser can read.
    pub(super) fn cookies(&self) -> impl Iterator<Item = &'c ReceivedCookie<'c>> + use<'c> {
        let cookies = self.browser.map_or(&[][..], |browser| &browser.cookies);
        cookies.iter()
    }

    /// The headers that a browser drops as a whole, and why.
    pub(super) fn refused_headers(
        &self,
    ) -> impl Iterator<Item = (&'c SetCookieHeader<'c>, Rejection)> + use<'c> {
        let refused = self.browser.map_or(&[][..], |browser| &browser.refused);
        refused.iter().map(|(header, refusal)| (header, *refusal))
    }

    /// The entries whose cookies reach a browser, with their cookies.
    pub(super) fn live(&self) -> impl Iterator<Item = (&'c EntryReading<'c>, &'c Cookie<'c>)> {
        self.reading.live()
    }
}

/// The bytes that no plain entry has.
pub(super) const SUSPICIOUS: ByteSet = ByteSet::of(b"'\\{}#").and(0, 0x1f).and(0x7f, 0xff);

impl Words<'_> {
    /// Whether a word is unknown only because of what the lexer refuses in it.
    fn is_explained(&self, error: &Error<'_>) -> bool {
        let by_lexer = |other: &Error<'_>| {
            matches!(other.kind, ErrorKind::Lexer(_)) && error.span.contains(other.span)
        };
        matches!(error.kind, ErrorKind::Unknown(_)) && self.directive.errors.iter().any(by_lexer)
    }
}

impl ValueReading<'_> {
    /// A diagnostic at a range of the value.
    pub(super) fn at(&self, rule: Rule, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(rule, Place::value(self.key, span), message)
    }
}

impl EntryReading<'_> {
    /// A diagnostic about this entry at a range of the value.
    pub(super) fn at(&self, rule: Rule, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(rule, Place::value(self.key, span), message)
            .with_entry(self.entry.number, self.service)
    }
}

impl SetCookieHeader<'_> {
    /// A diagnostic about this entry at a range of the value.
    pub(super) fn at(&self, rule: Rule, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(rule, Place::value(self.key, span), message)
            .with_entry(self.number, self.service)
    }
}

impl ReceivedCookie<'_> {
    /// The cookie's name, quoted.
    pub(super) fn quoted_name(&self) -> String {
        quote(self.header.name)
    }

    /// A diagnostic about this entry at a range of the value.
    pub(super) fn at(&self, rule: Rule, span: Span, message: impl Into<String>) -> Diagnostic {
        self.header.at(rule, span, message)
    }
}

/// A diagnostic at a field as a whole.
pub(super) fn at_field(rule: Rule, field: FieldPath, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(rule, Place::field(field), message)
}

/// A diagnostic that is worth knowing and has no consequence.
pub(super) fn without_consequence(mut diagnostic: Diagnostic, severity: Severity) -> Diagnostic {
    diagnostic.consequence = None;
    diagnostic.with_severity(severity)
}

/// Never where all are hit, else partly; a diagnostic keeps its severity of
/// warning where it has one.
pub(super) fn never_or_partly(diagnostic: Diagnostic, all: bool) -> Diagnostic {
    let severity = diagnostic.severity;
    let consequence = if all {
        Consequence::NeverSticks
    } else {
        Consequence::PartlySticks
    };
    let diagnostic = diagnostic.with_consequence(consequence);
    let least = diagnostic.severity.min(severity);
    diagnostic.with_severity(least)
}

/// Up to [`NAMED`] of `names`, quoted, each once, and how many more there are.
pub(super) fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let (mut seen, mut others) = (Vec::new(), BTreeSet::new());
    for name in names {
        if seen.len() < NAMED && !seen.contains(&name) {
            seen.push(name);
        } else if !seen.contains(&name) {
            others.insert(name);
        }
    }
    let quoted: Vec<_> = seen.into_iter().map(quote).collect();
    let mut text = quoted.join(", ");
    if !others.is_empty() {
        let _ = write!(text, " and {} more", others.len());
    } else if let Some(comma) = text.rfind(", ") {
        text.replace_range(comma..=comma, " and");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_some_and_counts_each_of_the_others_once() {
        for (names, text) in [
            (&["a"][..], "'a'"),
            (&["a", "b", "a"], "'a' and 'b'"),
            (&["a", "b", "c"], "'a', 'b' and 'c'"),
            (
                &["a", "b", "c", "d", "b", "d", "e"],
                "'a', 'b', 'c' and 2 more",
            ),
        ] {
            assert_eq!(list(names.iter().copied()), text);
        }
    }
}
