//! Annotations of GitHub Actions: workflow commands, a line a finding
//! (docs.github.com, "Workflow commands for GitHub Actions").

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::finding::{Failure, Finding, Location};
use crate::lint::Severity;

use super::{Report, Summary, text};

/// The report.
pub(super) struct Github<'w> {
    out: Box<dyn Write + 'w>,
}

impl<'w> Github<'w> {
    pub(super) fn new(out: Box<dyn Write + 'w>) -> Self {
        Self { out }
    }
}

impl Report for Github<'_> {
    fn finding(&mut self, finding: &Finding, _text: &str) -> io::Result<()> {
        let diagnostic = &finding.diagnostic;
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let place = properties(finding.location.as_ref());
        let title = property(&format!("stickler {}", diagnostic.rule));
        let said = text::in_one_line(diagnostic);
        let said = message(&format!("{}: {said}", text::subject(finding)));
        writeln!(self.out, "::{command} {place}title={title}::{said}")
    }

    fn failure(&mut self, failure: &Failure, _text: &str) -> io::Result<()> {
        let place = properties(Some(&failure.location));
        let said = message(&text::failed_in_one_line(failure));
        writeln!(self.out, "::error {place}title=stickler::{said}")
    }

    fn finish(&mut self, _summary: &Summary) -> io::Result<()> {
        self.out.flush()
    }
}

/// `file=…,line=…,…,` for what has a place, nothing otherwise.
fn properties(location: Option<&Location>) -> String {
    let Some(at) = location else {
        return String::new();
    };
    let file = property(&text::printable(text::from_root(&at.file)));
    let mut properties = format!("file={file},");
    if at.line > 0 {
        let _ = write!(
            properties,
            "line={},endLine={},col={},endColumn={},",
            at.line, at.end_line, at.column, at.end_column
        );
    }
    properties
}

/// A message's escapes, as the runner undoes them
/// (actions/toolkit, `packages/core/src/command.ts`, `escapeData`).
fn message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property's escapes: a message's, and those of what parts properties
/// (ibid., `escapeProperty`).
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_runner_reads_is_escaped() {
        assert_eq!(message("100%\r\n: a, b"), "100%25%0D%0A: a, b");
        assert_eq!(property("a%b:c,d\n"), "a%25b%3Ac%2Cd%0A");
    }
}
