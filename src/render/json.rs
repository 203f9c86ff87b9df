//! JSON, as one document or as a document a line. The shape is versioned:
//! fields may be added, and nothing else changes without a new version.

use std::io::{self, Write};

use serde::Serialize;

use crate::finding::{Failure, Finding, Location, ObjectRef};
use crate::lint::{Consequence, Fix, Span};

use super::{Report, Summary};

/// The version of the shape.
const VERSION: u32 = 1;

/// One document: `{"version":1,…,"findings":[…],"errors":[…],"summary":{…}}`.
pub(super) struct Json<'w> {
    out: Box<dyn Write + 'w>,
    begun: bool,
    /// The errors, each as JSON, until the findings are complete.
    errors: Vec<String>,
}

/// One finding or error a line, then the summary.
pub(super) struct Jsonl<'w> {
    out: Box<dyn Write + 'w>,
}

/// A finding as it is written; `type` distinguishes it from the summary.
#[derive(Serialize)]
#[serde(tag = "type", rename = "finding", rename_all = "camelCase")]
struct Row<'a> {
    rule: &'static str,
    severity: &'static str,
    consequence: Option<&'static str>,
    message: &'a str,
    help: Option<&'a str>,
    object: &'a ObjectRef,
    annotation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    entry: Option<usize>,
    service: Option<&'a str>,
    span: Option<Span>,
    location: Option<&'a Location>,
    /// Whether the value was checked without the Ingress around it.
    value_alone: bool,
    fix: Option<&'a Fix>,
}

/// Input that could not be read.
#[derive(Serialize)]
#[serde(tag = "type", rename = "error")]
struct ErrorRow<'a> {
    message: &'a str,
    help: Option<&'a str>,
    location: &'a Location,
}

impl<'a> From<&'a Failure> for ErrorRow<'a> {
    fn from(failure: &'a Failure) -> Self {
        Self {
            message: &failure.message,
            help: failure.help.as_deref(),
            location: &failure.location,
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename = "summary")]
struct LastRow<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
}

impl<'a> From<&'a Finding> for Row<'a> {
    fn from(finding: &'a Finding) -> Self {
        let diagnostic = &finding.diagnostic;
        let annotation = diagnostic.place.field.annotation_key();
        let entry = diagnostic.entry.as_ref();
        Self {
            rule: diagnostic.rule.id(),
            severity: diagnostic.severity.as_str(),
            consequence: diagnostic.consequence.map(Consequence::as_str),
            message: &diagnostic.message,
            help: diagnostic.help.as_deref(),
            object: &finding.object,
            annotation,
            field: annotation
                .is_none()
                .then(|| diagnostic.place.field.to_string()),
            entry: entry.map(|entry| entry.number),
            service: entry.map(|entry| entry.service.as_str()),
            span: diagnostic.place.span,
            location: finding.location.as_ref(),
            value_alone: finding.value_alone,
            // A fix that has no place in its file is not made.
            fix: diagnostic
                .fix
                .as_ref()
                .filter(|_| finding.location.is_none() || !finding.edits.is_empty()),
        }
    }
}

impl<'w> Json<'w> {
    pub(super) fn new(out: Box<dyn Write + 'w>) -> Self {
        Self {
            out,
            begun: false,
            errors: Vec::new(),
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        self.begun = true;
        let unit = super::sarif::COLUMN_KIND;
        write!(
            self.out,
            r#"{{"version":{VERSION},"columnKind":"{unit}","findings":["#
        )
    }
}

impl Report for Json<'_> {
    fn finding(&mut self, finding: &Finding, _text: &str) -> io::Result<()> {
        if self.begun {
            self.out.write_all(b",")?;
        } else {
            self.begin()?;
        }
        self.out.write_all(b"\n")?;
        serde_json::to_writer(&mut self.out, &Row::from(finding))?;
        Ok(())
    }

    fn failure(&mut self, failure: &Failure, _text: &str) -> io::Result<()> {
        self.errors
            .push(serde_json::to_string(&ErrorRow::from(failure))?);
        Ok(())
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        if !self.begun {
            self.begin()?;
        }
        let errors = self.errors.join(",\n");
        write!(self.out, "\n],\"errors\":[{errors}],\"summary\":")?;
        serde_json::to_writer(&mut self.out, &LastRow { summary })?;
        self.out.write_all(b"}\n")?;
        self.out.flush()
    }
}

impl<'w> Jsonl<'w> {
    pub(super) fn new(out: Box<dyn Write + 'w>) -> Self {
        Self { out }
    }
}

impl Report for Jsonl<'_> {
    fn finding(&mut self, finding: &Finding, _text: &str) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, &Row::from(finding))?;
        self.out.write_all(b"\n")
    }

    fn failure(&mut self, failure: &Failure, _text: &str) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, &ErrorRow::from(failure))?;
        self.out.write_all(b"\n")
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, &LastRow { summary })?;
        self.out.write_all(b"\n")?;
        self.out.flush()
    }
}
