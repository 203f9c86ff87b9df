//! `file:line:col: error[rule] message`: a line a finding, for people, `grep`
//! and editors that jump to places.

use std::io::{self, Write};

use crate::finding::{Failure, Finding};
use crate::lint::Severity;

use super::{Report, Style, Summary, text};

/// The report.
pub(super) struct Concise<'w> {
    out: Box<dyn Write + 'w>,
    style: Style,
}

impl<'w> Concise<'w> {
    pub(super) fn new(out: Box<dyn Write + 'w>, style: Style) -> Self {
        Self { out, style }
    }

    /// The severity's word with the rule, in its colour.
    fn tag(&self, severity: Severity, rule: &str) -> String {
        let tag = format!("{severity}{rule}");
        if !self.style.colour {
            return tag;
        }
        let colour = text::colour(severity);
        format!("{colour}{tag}{colour:#}")
    }
}

impl Report for Concise<'_> {
    fn finding(&mut self, finding: &Finding, _text: &str) -> io::Result<()> {
        let diagnostic = &finding.diagnostic;
        let place = text::place(finding);
        let tag = self.tag(diagnostic.severity, &format!("[{}]", diagnostic.rule));
        write!(self.out, "{place}: {tag} {}", diagnostic.message)?;
        // The same bytes again, for another object.
        let alias = finding.location.as_ref().and_then(|at| at.alias);
        alias.map_or(Ok(()), |line| write!(self.out, " (alias on line {line})"))?;
        writeln!(self.out)
    }

    fn failure(&mut self, failure: &Failure, _text: &str) -> io::Result<()> {
        let place = text::failed_place(failure);
        let tag = self.tag(Severity::Error, ":");
        writeln!(self.out, "{place}: {tag} {}", failure.message)
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        if self.style.summary {
            writeln!(self.out, "{}", self.style.fit(summary.to_string(), 0))?;
        }
        self.out.flush()
    }
}
