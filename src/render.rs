//! Findings out: one module a format, plain data in, a [`Write`] out.
//!
//! A [`Report`] is a stream: findings and failures come one by one, in the
//! order they are to be read, and the [`Summary`] comes last. Formats that are
//! one document keep what they need until then.

use std::io::{self, Write};

use crate::finding::{Failure, Finding};
use crate::lint::Severity;

mod concise;
mod fingerprint;
mod full;
mod github;
mod gitlab;
mod json;
mod junit;
mod sarif;
mod step_summary;
mod summary;
mod text;
mod worst_first;

pub(crate) use step_summary::MOST_BYTES as MOST_STEP_SUMMARY;
pub(crate) use summary::counted;
pub use summary::{Scope, Summary};
pub(crate) use text::{printable, wrap};

/// A report being written.
pub trait Report {
    /// Write a finding. `text` is what it points into: the file that its
    /// location names or, where it has none, the annotation's value. It is
    /// empty where neither is at hand.
    fn finding(&mut self, finding: &Finding, text: &str) -> io::Result<()>;

    /// Write a finding that a comment suppresses, where the format has a place
    /// for it.
    fn suppressed(&mut self, _finding: &Finding, _text: &str) -> io::Result<()> {
        Ok(())
    }

    /// Write that some input could not be read. `text` is the file's, if any.
    fn failure(&mut self, failure: &Failure, text: &str) -> io::Result<()>;

    /// Write what is left, and flush.
    fn finish(&mut self, summary: &Summary) -> io::Result<()>;
}

/// Begin the table of a step's summary under GitHub Actions: Markdown of at
/// most `most` bytes.
pub(crate) fn step_summary<'w>(out: Box<dyn Write + 'w>, most: usize) -> Box<dyn Report + 'w> {
    Box::new(step_summary::StepSummary::new(out, most))
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// rustc's drawing, for people.
    Full,
    /// `file:line:col: error[rule] message`, for people and `grep`.
    Concise,
    /// The same line with the object, the consequence and the help.
    Text,
    /// One JSON document.
    Json,
    /// One JSON document a line.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// JUnit XML, for test reports.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
}

/// What formats ask of the place that they are written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether text is coloured; machine formats never are.
    pub colour: bool,
    /// The columns that a drawing may take.
    pub width: usize,
    /// Whether sentences break between words to fit the width, as in a terminal;
    /// in a log each is one line, so that it can be searched.
    pub wraps: bool,
    /// Whether text ends with the summary.
    pub summary: bool,
    /// From which severity on a finding fails the run; `None` if none does.
    pub fail_on: Option<Severity>,
}

impl Default for Style {
    /// No colour, rustc's width without a terminal, failing on errors.
    fn default() -> Self {
        Self {
            colour: false,
            width: 140,
            wraps: false,
            summary: true,
            fail_on: Some(Severity::Error),
        }
    }
}

impl Style {
    /// `text` in lines that fit behind `indent` columns, where that is asked for.
    pub(crate) fn fit(self, text: String, indent: usize) -> String {
        if self.wraps {
            return wrap(&text, self.width.saturating_sub(indent));
        }
        text
    }
}

impl Format {
    /// Every format with its name.
    pub const ALL: [(&'static str, Self); 9] = [
        ("full", Self::Full),
        ("concise", Self::Concise),
        ("text", Self::Text),
        ("json", Self::Json),
        ("jsonl", Self::Jsonl),
        ("sarif", Self::Sarif),
        ("junit", Self::Junit),
        ("github", Self::Github),
        ("gitlab", Self::Gitlab),
    ];

    /// The format of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|&(known, _)| known == name)
            .map(|(_, format)| format)
    }

    /// Whether people read it: then the summary line is part of it.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Self::Full | Self::Concise | Self::Text)
    }

    /// Begin a report on `out`.
    #[must_use]
    pub fn open<'w>(self, out: Box<dyn Write + 'w>, style: Style) -> Box<dyn Report + 'w> {
        match self {
            Self::Full => Box::new(full::Full::new(out, style)),
            Self::Concise => Box::new(concise::Concise::new(out, style)),
            Self::Text => Box::new(concise::Concise::whole(out, style)),
            Self::Json => Box::new(json::Json::new(out)),
            Self::Jsonl => Box::new(json::Jsonl::new(out)),
            Self::Sarif => Box::new(sarif::Sarif::new(out)),
            Self::Junit => Box::new(junit::Junit::new(out, style)),
            Self::Github => Box::new(github::Github::new(out)),
            Self::Gitlab => Box::new(gitlab::Gitlab::new(out)),
        }
    }
}

#[cfg(test)]
mod tests;
