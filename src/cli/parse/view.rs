//! What the readers make of a value, as text and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::Serialize;

use super::super::Failure;
use super::browser::Cookie;
use crate::finding::{Finding, ObjectRef};
use crate::lint::read::browser::Browser;
use crate::lint::read::controller;
use crate::lint::read::{EntryReading, ValueReading};
use crate::lint::release::Releases;
use crate::lint::release::value::Reader;
use crate::lint::text::quote;
use crate::lint::{self, Consequence, Fix, Policy, Severity, Span, Subject};
use crate::manifest;
use crate::render::printable;

/// What the readers make of one annotation.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reading {
    /// The Ingress, or the object that holds the value; `None` for a value by itself.
    object: Option<ObjectRef>,
    annotation: &'static str,
    value: String,
    /// Whether the annotation is used; one beside its `nginx.org` twin is not.
    used: bool,
    releases: Vec<Verdict>,
    entries: Vec<Entry>,
}

/// Whether some releases of the controller accept the value.
#[derive(Serialize)]
struct Verdict {
    releases: String,
    accepted: bool,
}

/// One entry, as each reader has it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    number: usize,
    service: String,
    span: Span,
    /// The directive as the controller renders it; `None` if it renders none.
    directive: Option<String>,
    /// Whether nginx accepts the directive.
    accepted: bool,
    words: Vec<Word>,
    /// The header as nginx emits it; `None` if there is none.
    set_cookie: Option<String>,
    /// What a browser makes of the header; `None` if none is sent to one.
    cookie: Option<Cookie>,
}

#[derive(Serialize)]
struct Word {
    text: String,
    span: Span,
}

/// The readings and findings as JSON.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    version: u8,
    readings: &'a [Reading],
    findings: Vec<Row<'a>>,
    errors: Vec<String>,
}

/// A finding, as check writes it, without the places that a value by itself
/// does not have.
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

impl<'a> Document<'a> {
    pub(super) fn new(readings: &'a [Reading], report: &'a manifest::Report) -> Self {
        let errors = report.errors.iter();
        Self {
            version: 1,
            readings,
            findings: report.findings.iter().map(Row::from).collect(),
            errors: errors.map(|error| error.message.clone()).collect(),
        }
    }

    pub(super) fn to_json(&self) -> Result<String, Failure> {
        let document = serde_json::to_string_pretty(self);
        let document = document.map_err(|error| Failure::new("JSON", error))?;
        Ok(document + "\n")
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

impl Reading {
    /// Both annotations of an Ingress, the one in use first. `now` is when
    /// nginx would send the headers.
    pub(super) fn all(
        subject: &Subject<'_>,
        object: &ObjectRef,
        policy: &Policy,
        now: Timestamp,
    ) -> Vec<Self> {
        let release = policy.controller.version;
        let reading = lint::Reading::of(subject, &policy.facts(release.unwrap_or_default()));
        let headers = reading.headers();
        let browser = reading.browser(&headers);
        let of = |value: &ValueReading<'_>, used: bool| {
            let browser = browser.as_ref().filter(|_| used);
            let entries = value.entries.iter();
            Self {
                object: Some(object.clone()).filter(|it| *it != ObjectRef::default()),
                annotation: value.key,
                value: value.value.to_owned(),
                used,
                releases: verdicts(value.value, release.map(Reader::of)),
                entries: entries
                    .map(|entry| Entry::of(entry, browser, now))
                    .collect(),
            }
        };
        let used = reading.effective.iter().map(|value| of(value, true));
        let shadowed = reading.shadowed.iter().map(|value| of(value, false));
        used.chain(shadowed).collect()
    }

    /// A paragraph an entry.
    pub(super) fn to_text(&self) -> String {
        let mut text = String::new();
        if let Some(object) = &self.object {
            let _ = writeln!(
                text,
                "{}, {}:\n",
                printable(&object.title()),
                self.annotation
            );
        }
        if !self.used {
            text.push_str(
                "the controller validates it and uses nginx.org/sticky-cookie-services\n\n",
            );
        }
        text.push_str(&self.verdict());
        for entry in &self.entries {
            entry.write(&mut text);
        }
        text
    }

    /// What the controller does with the value as a whole.
    fn verdict(&self) -> String {
        let accepts = |verdict: &Verdict| verdict.accepted;
        let is_empty = self.entries.is_empty();
        if self.releases.iter().all(accepts) {
            return String::new();
        }
        if !self.releases.iter().any(accepts) {
            return if is_empty {
                "the controller rejects the whole Ingress, and reads no entry\n\n".to_owned()
            } else {
                "the controller rejects the whole Ingress; it would read:\n\n".to_owned()
            };
        }
        let lines = self.releases.iter().map(|Verdict { releases, accepted }| {
            let verdict = if *accepted { "accepted" } else { "rejected" };
            format!("  {releases:<21}{verdict}\n")
        });
        format!(
            "the controller, by release:\n{}\n",
            lines.collect::<String>()
        )
    }
}

/// What the readers in use say of a value, those that agree in one; with
/// `reader`, what that one says.
fn verdicts(value: &str, reader: Option<Reader>) -> Vec<Verdict> {
    let in_use = |reader: &Reader| !reader.releases().both(Releases::IN_USE).is_empty();
    let readers: Vec<Reader> = match reader {
        Some(reader) => vec![reader],
        None => Reader::ALL.into_iter().filter(in_use).collect(),
    };
    let mut alike: BTreeMap<bool, Releases> = BTreeMap::new();
    for reader in readers {
        let accepted = controller::read(value, reader).accepted();
        let releases = alike.entry(accepted).or_default();
        *releases = releases.and(reader.releases().both(Releases::VERSIONS));
    }
    let mut verdicts: Vec<_> = alike.into_iter().collect();
    verdicts.sort_by_key(|&(_, releases)| releases);
    let named = verdicts.into_iter().map(|(accepted, releases)| Verdict {
        releases: releases.among(Releases::VERSIONS),
        accepted,
    });
    named.collect()
}

impl Entry {
    fn of(entry: &EntryReading<'_>, browser: Option<&Browser<'_>>, now: Timestamp) -> Self {
        let parameters = entry.parameters();
        let directive = entry.directive.as_ref();
        let rendered = directive.is_some() && !parameters.is_empty();
        let accepted = rendered && directive.is_some_and(|it| it.errors.is_empty());
        let words = directive.iter().flat_map(|directive| &directive.words);
        let cookie = directive.and_then(|directive| directive.cookie.as_ref());
        let set_cookie = cookie
            .filter(|_| accepted)
            .map(|cookie| dated(&cookie.set_cookie().text, now));
        let browser = browser.filter(|_| set_cookie.is_some());
        Self {
            number: entry.entry.number,
            service: entry.service.to_owned(),
            span: entry.entry.span,
            directive: rendered.then(|| format!("sticky cookie {parameters};")),
            accepted,
            words: words
                .map(|word| Word {
                    text: word.text.clone().into_owned(),
                    span: word.span,
                })
                .collect(),
            set_cookie,
            cookie: browser.and_then(|browser| Cookie::of(browser, entry.entry.number)),
        }
    }

    fn write(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "entry {}, service {}",
            self.number,
            quote(&self.service)
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
        if let Some(cookie) = &self.cookie {
            cookie.write(text);
        }
        text.push('\n');
    }
}

/// The header with the moment of expiry in place of the core's `NOW+n`: the
/// core has no clock.
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
