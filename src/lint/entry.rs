//! An entry whose cookie reaches a browser.

use super::controller::{self, Annotation};
use super::diagnostic::Diagnostic;
use super::nginx::Cookie;
use super::rule::Rule;
use super::span::Span;

/// The most bytes of parameters in which no edit can make a word longer than
/// nginx reads (4095 bytes): the longest that is written is a path of 1024.
const LONGEST: usize = 2048;

/// An entry that the controller renders for a backend that requests reach, and
/// whose cookie nginx sends: what the readers behind nginx judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'s> {
    /// The annotation's key.
    pub key: &'s str,
    /// The annotation's value, which all spans are ranges of.
    pub value: &'s str,
    /// The entry's number, counted from 1.
    pub number: usize,
    /// The service's name.
    pub service: &'s str,
    /// The parameters, cookie name first.
    pub parameters: Span,
    /// The cookie that nginx makes of them.
    pub cookie: Cookie<'s>,
}

impl<'s> Entry<'s> {
    pub(crate) fn new(
        annotation: Annotation<'s>,
        entry: &controller::Entry,
        cookie: Cookie<'s>,
    ) -> Self {
        Self {
            key: annotation.key,
            value: annotation.value,
            number: entry.number,
            service: annotation.text(entry.service),
            parameters: entry.parameters,
            cookie,
        }
    }

    /// A diagnostic about this entry at a range of the value.
    #[must_use]
    pub fn at(&self, rule: Rule, span: Span, message: impl Into<String>) -> Diagnostic {
        let Self { key, value, .. } = *self;
        let diagnostic = Annotation { key, value }.at(rule, span, message);
        diagnostic.with_entry(self.number, self.service)
    }

    /// Whether nginx takes every word as it is written, with nothing to decode
    /// and far from being too long.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let plain =
            |c: char| !matches!(c, '\'' | '\\' | '#') && (!c.is_control() || c.is_whitespace());
        let written = self.parameters.of(self.value);
        written.len() <= LONGEST && written.chars().all(plain)
    }

    /// Where another parameter can be added: behind the last word.
    #[must_use]
    pub fn end(&self) -> Span {
        let written = self.parameters.of(self.value).trim_end();
        Span::at(self.parameters.start + written.len())
    }
}
