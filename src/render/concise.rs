//! A line a finding, for people, `grep` and editors that jump to places:
//! `file:line:col: error[rule] message: consequence`, or all that is known of it.

use std::io::{self, Write};

use crate::finding::{Failure, Finding};
use crate::lint::Severity;

use super::{Report, Style, Summary, text};

/// The report.
pub(super) struct Concise<'w> {
    out: Box<dyn Write + 'w>,
    style: Style,
    /// Whether a line also names the object, what follows, and what to do.
    whole: bool,
}

impl<'w> Concise<'w> {
    pub(super) fn new(out: Box<dyn Write + 'w>, style: Style) -> Self {
        let whole = false;
        Self { out, style, whole }
    }

    /// With all that is known of a finding in its line.
    pub(super) fn whole(out: Box<dyn Write + 'w>, style: Style) -> Self {
        let whole = true;
        Self { out, style, whole }
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
        write!(self.out, "{place}: {tag} ")?;
        if self.whole {
            // Without a place the line begins with the object already.
            let subject = match finding.location {
                Some(_) => Some(text::subject(finding)),
                None => text::entry(diagnostic),
            };
            let subject = subject.map_or_else(String::new, |subject| subject + ": ");
            write!(self.out, "{subject}{}", text::in_one_line(diagnostic))?;
        } else {
            write!(self.out, "{}", diagnostic.message)?;
            if let Some(consequence) = diagnostic.consequence {
                write!(self.out, ": {}", consequence.clause())?;
            }
        }
        // The same bytes again, for another object.
        let alias = finding.location.as_ref().and_then(|at| at.alias);
        alias.map_or(Ok(()), |line| write!(self.out, " (alias on line {line})"))?;
        writeln!(self.out)
    }

    fn failure(&mut self, failure: &Failure, _text: &str) -> io::Result<()> {
        let place = text::failed_place(failure);
        let tag = self.tag(Severity::Error, ":");
        let line = if self.whole {
            text::failed_in_one_line(failure)
        } else {
            failure.message.clone()
        };
        writeln!(self.out, "{place}: {tag} {line}")
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        if self.style.summary {
            writeln!(self.out, "{}", self.style.fit(summary.to_string(), 0))?;
        }
        self.out.flush()
    }
}
