//! The readings of a value, as text and as JSON.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::Serialize;

use super::super::Failure;
use crate::finding::Finding;
use crate::lint::read::controller::{Entry, Value};
use crate::lint::read::nginx::{self, Directive};
use crate::lint::text::quote;
use crate::lint::{Consequence, Fix, Severity, Span};
use crate::render::printable;

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

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    view: &'a View<'a>,
    findings: Vec<Row<'a>>,
}

/// A finding, as check writes it, without the object and the place that a
/// value by itself has none of.
#[derive(Serialize)]
struct Row<'a> {
    rule: &'static str,
    severity: Severity,
    consequence: Option<Consequence>,
    message: &'a str,
    help: Option<&'a str>,
    entry: Option<usize>,
    span: Option<Span>,
    fix: Option<&'a Fix>,
}

impl<'v> View<'v> {
    /// `now` is when nginx would send the headers.
    pub(super) fn of(value: &'v str, reading: &Value, now: Timestamp) -> Self {
        let entries = reading.entries.iter();
        Self {
            value,
            accepted: reading.accepted(),
            entries: entries
                .map(|entry| EntryView::of(value, entry, now))
                .collect(),
        }
    }

    /// One document.
    pub(super) fn json(&self, findings: &[Finding]) -> Result<String, Failure> {
        let findings = findings.iter().map(Row::from).collect();
        let document = serde_json::to_string_pretty(&Document {
            view: self,
            findings,
        });
        let document = document.map_err(|error| Failure::new("JSON", error))?;
        Ok(document + "\n")
    }

    /// A paragraph an entry.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        text.push_str(match (self.accepted, self.entries.is_empty()) {
            (true, _) => "",
            (false, false) => "the controller rejects the whole Ingress; it would read:\n\n",
            (false, true) => "the controller rejects the whole Ingress, and reads no entry\n\n",
        });
        for entry in &self.entries {
            entry.tell(&mut text);
        }
        text
    }
}

impl<'a> From<&'a Finding> for Row<'a> {
    fn from(finding: &'a Finding) -> Self {
        let found = &finding.diagnostic;
        Self {
            rule: found.rule.id(),
            severity: found.severity,
            consequence: found.consequence,
            message: &found.message,
            help: found.help.as_deref(),
            entry: found.entry.as_ref().map(|entry| entry.number),
            span: found.place.span,
            fix: found.fix.as_ref(),
        }
    }
}

impl<'v> EntryView<'v> {
    fn of(value: &'v str, entry: &Entry, now: Timestamp) -> Self {
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
                .map(|cookie| dated(&cookie.set_cookie().text, now)),
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

/// The header with the moment of expiry in place of the core's `NOW+n`: the
/// core knows no clock.
fn dated(header: &str, now: Timestamp) -> String {
    const LEFT_OPEN: &str = "; expires=NOW+";
    let date = |rest: &str| {
        let (seconds, attributes) = rest.split_once(';')?;
        let date = cookie_time(seconds.parse().ok()?, now)?;
        Some(format!("{date};{attributes}"))
    };
    header
        .split_once(LEFT_OPEN)
        .and_then(|(before, rest)| Some(format!("{before}; expires={}", date(rest)?)))
        .unwrap_or_else(|| header.to_owned())
}

/// A moment as nginx writes it into cookies: two digits for years up to 2037
/// (nginx 1.31.5, `src/core/ngx_times.c`, `ngx_http_cookie_time`).
fn cookie_time(seconds: i64, now: Timestamp) -> Option<String> {
    let moment = now.checked_add(SignedDuration::from_secs(seconds)).ok()?;
    let moment = moment.to_zoned(TimeZone::UTC);
    let year = if moment.year() > 2037 { "%Y" } else { "%y" };
    let format = format!("%a, %d-%b-{year} %H:%M:%S GMT");
    Some(moment.strftime(&format).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_get_the_date_that_nginx_would_write() {
        let epoch = Timestamp::UNIX_EPOCH;
        for (header, written) in [
            (
                "s=1; expires=NOW+60; max-age=60",
                "s=1; expires=Thu, 01-Jan-70 00:01:00 GMT; max-age=60",
            ),
            (
                "s=1; expires=NOW+3155760000; max-age=3155760000; path=/",
                "s=1; expires=Wed, 01-Jan-2070 00:00:00 GMT; max-age=3155760000; path=/",
            ),
            ("s=1; path=/", "s=1; path=/"),
            (
                "s=1; expires=NOW+9223372036854775807; max-age=1",
                "s=1; expires=NOW+9223372036854775807; max-age=1",
            ),
        ] {
            assert_eq!(dated(header, epoch), written);
        }
    }
}
