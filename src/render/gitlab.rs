//! GitLab's code quality report: one JSON array
//! (docs.gitlab.com, "Code Quality", "Code Quality report format").

use std::io::{self, Write};

use serde::Serialize;

use crate::finding::{Failure, Finding, Location};
use crate::lint::{Consequence, Diagnostic, Severity};

use super::fingerprint::Fingerprints;
use super::{Report, Summary, text};

/// The report: an array, a row a line.
pub(super) struct Gitlab<'w> {
    out: Box<dyn Write + 'w>,
    begun: bool,
    fingerprints: Fingerprints,
}

#[derive(Serialize)]
struct Row {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    positions: Positions,
}

#[derive(Serialize)]
struct Positions {
    begin: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
}

impl<'w> Gitlab<'w> {
    pub(super) fn new(out: Box<dyn Write + 'w>) -> Self {
        Self {
            out,
            begun: false,
            fingerprints: Fingerprints::default(),
        }
    }

    fn row(&mut self, row: &Row) -> io::Result<()> {
        let before: &[u8] = if self.begun { b",\n" } else { b"[\n" };
        self.begun = true;
        self.out.write_all(before)?;
        serde_json::to_writer(&mut self.out, row)?;
        Ok(())
    }
}

impl Report for Gitlab<'_> {
    fn finding(&mut self, finding: &Finding, text: &str) -> io::Result<()> {
        let diagnostic = &finding.diagnostic;
        let message = text::message(finding);
        let row = Row {
            description: format!("{}: {message}", text::subject(finding)),
            check_name: diagnostic.rule.id().to_owned(),
            fingerprint: self.fingerprints.of(finding, text),
            severity: severity(diagnostic),
            location: match &finding.location {
                Some(at) => Place::from(at),
                None => Place::without_file(&finding.object.title()),
            },
        };
        self.row(&row)
    }

    fn failure(&mut self, failure: &Failure, _text: &str) -> io::Result<()> {
        let place = text::failed_place(failure);
        self.row(&Row {
            description: text::failed_in_one_line(failure),
            check_name: "unreadable-input".to_owned(),
            fingerprint: format!("{place}: {}", failure.message),
            severity: "blocker",
            location: Place::from(&failure.location),
        })
    }

    fn finish(&mut self, _summary: &Summary) -> io::Result<()> {
        let end: &[u8] = if self.begun { b"\n]\n" } else { b"[]\n" };
        self.out.write_all(end)?;
        self.out.flush()
    }
}

impl From<&Location> for Place {
    fn from(at: &Location) -> Self {
        let artifact = text::artifact(at);
        let position = |line, column| {
            if artifact.has_lines {
                Position::new(line, column)
            } else {
                Position::new(1, 1)
            }
        };
        Self {
            path: String::from_utf8_lossy(artifact.path).into_owned(),
            positions: Positions {
                begin: position(at.line, at.column),
                end: position(at.end_line, at.end_column),
            },
        }
    }
}

impl Place {
    fn without_file(path: &str) -> Self {
        let file = path.to_owned();
        Self::from(&Location {
            file,
            ..Location::default()
        })
    }
}

impl Position {
    /// GitLab refuses a line 0.
    fn new(line: usize, column: usize) -> Self {
        let (line, column) = (line.max(1), column.max(1));
        Self { line, column }
    }
}

/// The five words of the format: how far the damage goes.
fn severity(diagnostic: &Diagnostic) -> &'static str {
    match (diagnostic.severity, diagnostic.consequence) {
        (Severity::Error, Some(Consequence::BreaksReload | Consequence::NotApplied)) => "blocker",
        (Severity::Error, Some(Consequence::RejectsIngress | Consequence::Unsafe)) => "critical",
        (Severity::Error, _) => "major",
        (Severity::Warning, _) => "minor",
        (Severity::Note, _) => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::read::keys::PLUS_KEY;
    use crate::lint::{Place, Rule, Span};

    #[test]
    fn the_word_says_how_far_the_damage_goes() {
        use Consequence::{BreaksReload, NeverSticks, NotApplied, Policy, RejectsIngress, Unsafe};
        for (level, consequence, word) in [
            (Severity::Error, Some(BreaksReload), "blocker"),
            (Severity::Error, Some(NotApplied), "blocker"),
            (Severity::Error, Some(RejectsIngress), "critical"),
            (Severity::Error, Some(Unsafe), "critical"),
            (Severity::Error, Some(NeverSticks), "major"),
            (Severity::Error, Some(Policy), "major"),
            (Severity::Error, None, "major"),
            (Severity::Warning, Some(BreaksReload), "minor"),
            (Severity::Note, None, "info"),
        ] {
            let place = Place::value(PLUS_KEY, Span::new(0, 1));
            let diagnostic = Diagnostic {
                severity: level,
                consequence,
                ..Diagnostic::new(Rule::Brace, place, "m")
            };
            assert_eq!(severity(&diagnostic), word, "{level} {consequence:?}");
        }
    }
}
