//! Annotations of GitHub Actions: workflow commands, a line a finding, the
//! worst first, since GitHub shows ten of each kind
//! (docs.github.com, "Workflow commands for GitHub Actions").

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::finding::{Failure, Finding, Location};
use crate::lint::Severity;

use super::worst_first::{Rank, WorstFirst};
use super::{Report, Summary, text};

/// The report, written when it is whole.
pub(super) struct Github<'w> {
    out: Box<dyn Write + 'w>,
    lines: WorstFirst,
}

impl<'w> Github<'w> {
    pub(super) fn new(out: Box<dyn Write + 'w>) -> Self {
        let lines = WorstFirst::default();
        Self { out, lines }
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
        let content = text::message(finding);
        let content = message(&format!("{}: {content}", text::subject(finding)));
        let line = format!("::{command} {place}title={title}::{content}\n");
        self.lines.push(Rank::of(finding), &line);
        Ok(())
    }

    fn failure(&mut self, failure: &Failure, _text: &str) -> io::Result<()> {
        let place = properties(Some(&failure.location));
        let content = message(&text::failed_in_one_line(failure));
        let line = format!("::error {place}title=stickler::{content}\n");
        self.lines.push(Rank::Failure, &line);
        Ok(())
    }

    fn finish(&mut self, _summary: &Summary) -> io::Result<()> {
        std::mem::take(&mut self.lines).write(0, &mut self.out)?;
        self.out.flush()
    }
}

/// `file=…,line=…,…,` for what has a place, nothing otherwise.
fn properties(location: Option<&Location>) -> String {
    let Some(at) = location else {
        return String::new();
    };
    let artifact = text::artifact(at);
    let file = property(&text::printable(&String::from_utf8_lossy(artifact.path)));
    let mut properties = format!("file={file},");
    if artifact.has_lines {
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
