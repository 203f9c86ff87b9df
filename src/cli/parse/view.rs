//! The readings of a value, as text and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::super::Failure;
use crate::finding::Finding;
use crate::lint::Span;
use crate::lint::controller::{Entry, Reading};
use crate::lint::nginx::{self, Directive};
use crate::lint::text::quote;
use crate::render::{self, printable};

/// What the controller and nginx make of a value.
#[derive(Serialize)]
pub(super) struct View<'v> {
    value: &'v str,
    /// Whether the controller accepts it.
    accepted: bool,
    entries: Vec<EntryView<'v>>,
}

/// What becomes of one entry.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EntryView<'v> {
    number: usize,
    service: &'v str,
    span: Span,
    /// The directive as the controller renders it; `None` if it renders none.
    directive: Option<String>,
    /// Whether nginx accepts the directive.
    accepted: bool,
    words: Vec<WordView>,
    /// The header as nginx emits it; `None` if there is none.
    set_cookie: Option<String>,
}

#[derive(Serialize)]
struct WordView {
    text: String,
    span: Span,
}

impl<'v> View<'v> {
    pub(super) fn of(value: &'v str, reading: &Reading) -> Self {
        let entries = reading.entries.iter();
        Self {
            value,
            accepted: reading.accepted(),
            entries: entries.map(|entry| EntryView::of(value, entry)).collect(),
        }
    }

    /// One document; `findings` in the shape that check has for them.
    pub(super) fn json(&self, findings: &[Finding]) -> Result<String, Failure> {
        let document = serde_json::to_value(self).and_then(|mut document| {
            let rows: Result<Vec<_>, _> = findings.iter().map(row).collect();
            document["findings"] = rows?.into();
            serde_json::to_string_pretty(&document)
        });
        let document = document.map_err(|error| Failure::new("JSON", error))?;
        Ok(document + "\n")
    }

    /// A paragraph an entry.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for entry in &self.entries {
            entry.tell(&mut text);
        }
        text
    }
}

/// A finding without the object and the place, which there are none of.
fn row(finding: &Finding) -> serde_json::Result<serde_json::Value> {
    let mut row = render::json_row(finding)?;
    if let Some(fields) = row.as_object_mut() {
        fields.retain(|name, _| !matches!(name.as_str(), "type" | "object" | "location"));
    }
    Ok(row)
}

impl<'v> EntryView<'v> {
    fn of(value: &'v str, entry: &Entry) -> Self {
        let parameters = entry.parameters.of(value);
        let Directive {
            words,
            cookie,
            errors,
            ..
        } = nginx::read(value, entry.parameters);
        let rendered = !parameters.is_empty();
        let accepted = rendered && errors.is_empty();
        Self {
            number: entry.number,
            service: entry.service.of(value),
            span: entry.span,
            directive: rendered.then(|| format!("sticky cookie {parameters};")),
            accepted,
            words: words
                .into_iter()
                .map(|word| WordView {
                    text: word.text.into_owned(),
                    span: word.span,
                })
                .collect(),
            set_cookie: cookie
                .filter(|_| accepted)
                .map(|cookie| cookie.set_cookie().text),
        }
    }

    fn tell(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "entry {}, service {}",
            self.number,
            quote(self.service)
        );
        let directive = self.directive.as_deref().map(printable);
        let directive = directive.unwrap_or_else(|| "renders nothing".to_owned());
        let _ = writeln!(text, "  controller:  {directive}");
        if self.directive.is_some() {
            let words: Vec<_> = self.words.iter().map(|word| quote(&word.text)).collect();
            let _ = writeln!(text, "  nginx reads: {}", words.join(" "));
            let sent = match &self.set_cookie {
                Some(header) => format!("Set-Cookie: {}", printable(header)),
                None => "nothing: it refuses the configuration".to_owned(),
            };
            let _ = writeln!(text, "  nginx sends: {sent}");
        }
        text.push('\n');
    }
}
