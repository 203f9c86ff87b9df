//! What a browser does with the cookie on this Ingress' hosts and paths.
//!
//! Source: RFC 6265bis, draft-ietf-httpbis-rfc6265bis, and what Chromium 156
//! and Firefox 153 were seen to do with cookies that a real nginx set. The
//! input is the header as nginx emits it, not the annotation: what an
//! annotation smuggles into a header is judged as the browser meets it.

mod clash;
mod date;
mod domain;
mod host;
mod jar;
mod life;
mod name;
mod path;
mod prefix;
mod set_cookie;
mod site;
#[cfg(test)]
mod tests;
mod transport;
pub(in crate::lint) mod url;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;

use self::set_cookie::{Attribute, Received, Refusal};
use self::site::{Host, Place, Site};
use super::consequence::{Consequence, Severity};
use super::diagnostic::{Diagnostic, Edit, Place as Where};
use super::entry::Entry;
use super::nginx::SetCookie;
use super::policy::Policy;
use super::rule::Rule;
use super::span::Span;
use super::subject::Subject;
use super::text::quote;

/// A message names this many hosts or paths at most.
const NAMED: usize = 3;

/// A cookie as nginx emits it for one entry, with the way back into the annotation.
#[derive(Debug, Clone, Copy)]
pub struct Emitted<'e> {
    /// The entry's number, counted from 1.
    pub number: usize,
    /// The service as the controller reads it.
    pub service: &'e str,
    /// The annotation's key.
    pub key: &'e str,
    /// The annotation's value.
    pub value: &'e str,
    /// The name that nginx looks for in a request.
    pub name: &'e str,
    /// The value of the Set-Cookie header.
    pub header: &'e str,
    /// Which ranges of the header stand for which words of the annotation's
    /// value. The first is the name's.
    pub parts: &'e [(Range<usize>, Span)],
}

/// What a browser does with the cookies of `entries` on the hosts and paths of
/// `subject`: one entry for each service that is a live backend.
#[must_use]
pub fn judge(subject: &Subject<'_>, policy: &Policy, entries: &[Entry<'_>]) -> Vec<Diagnostic> {
    let headers: Vec<_> = entries
        .iter()
        .map(|entry| entry.cookie.set_cookie())
        .collect();
    let emit = |(entry, header)| Emitted::new(entry, header);
    let cookies: Vec<_> = entries.iter().zip(&headers).map(emit).collect();
    judge_headers(subject, policy, &cookies)
}

/// The same for headers, whoever wrote them. The diagnostics follow the order
/// of the cookies.
#[must_use]
pub fn judge_headers(
    subject: &Subject<'_>,
    policy: &Policy,
    cookies: &[Emitted<'_>],
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if cookies.is_empty() {
        return found;
    }
    let site = Site::of(subject, policy);
    let mut kept = Vec::with_capacity(cookies.len());
    for emitted in cookies {
        match set_cookie::receive(emitted.header) {
            Ok(received) => kept.push(Case {
                emitted,
                domain: received.domain_text().map(domain::Written::new),
                received,
                site: &site,
            }),
            Err(refusal) => found.push(refused(emitted, refusal)),
        }
    }
    for case in &kept {
        name::judge(case, &mut found);
        prefix::judge(case, &mut found);
        transport::judge(case, &mut found);
        life::judge(case, &mut found);
        domain::judge(case, &mut found);
        path::judge(case, &mut found);
    }
    clash::judge(&site, &kept, &mut found);
    found
}

/// A cookie that a browser can read, and where it meets it.
struct Case<'c> {
    emitted: &'c Emitted<'c>,
    received: Received<'c>,
    /// The domain that counts.
    domain: Option<domain::Written<'c>>,
    site: &'c Site<'c>,
}

impl<'c> Case<'c> {
    fn places(&self) -> impl Iterator<Item = &'c Place<'c>> + Clone {
        self.site.places_of(self.emitted.service)
    }

    fn hosts(&self) -> impl Iterator<Item = &'c Host<'c>> + Clone {
        self.site.hosts_of(self.emitted.service)
    }

    /// The cookie's name, quoted.
    fn name(&self) -> String {
        quote(self.emitted.name)
    }

    /// The word that wrote an attribute.
    fn word(&self, attribute: Attribute<'_>) -> Span {
        self.emitted.origin(attribute.offset)
    }

    /// Where the value of an attribute stands: behind the equals sign of its word.
    fn value_of(&self, attribute: Attribute<'_>) -> Span {
        let word = self.word(attribute);
        let written = word.of(self.emitted.value);
        let sign = attribute.name.len();
        match written.get(..=sign) {
            Some(head) if head.ends_with('=') && head.starts_with(attribute.name) => {
                Span::new(word.start + sign + 1, word.end)
            }
            _ => word,
        }
    }

    /// Whether the word of an attribute is written plainly, so that it can be edited.
    fn is_plain(&self, attribute: Attribute<'_>) -> bool {
        let written = self.value_of(attribute).of(self.emitted.value);
        written == attribute.text && self.value_of(attribute) != self.word(attribute)
    }

    /// `word` with the blank before it, so that nothing is left when it goes.
    fn with_blank(&self, word: Span) -> Span {
        let before = self.emitted.value.get(..word.start).unwrap_or_default();
        let blank = usize::from(before.ends_with([' ', '\t', '\r', '\n']));
        Span::new(word.start - blank, word.end)
    }

    /// The edit that takes an attribute's word away.
    fn without(&self, attribute: Attribute<'_>) -> Edit {
        let span = self.with_blank(self.word(attribute));
        Edit {
            span,
            text: String::new(),
        }
    }

    /// A diagnostic at `span` of the annotation's value.
    fn found(&self, rule: Rule, span: Span, message: impl Into<String>) -> Diagnostic {
        self.emitted.found(rule, span, message)
    }

    /// Whether a browser keeps the cookie when `host` sets it.
    fn is_kept_on(&self, host: &Host<'_>) -> bool {
        transport::is_kept(&self.received, host)
            && prefix::lacking(&self.received, host).is_empty()
            && domain::is_kept(self, host)
    }

    /// Whether no host keeps it, be it each for a reason of its own.
    fn is_lost(&self) -> bool {
        !self.hosts().any(|host| self.is_kept_on(host))
    }
}

impl<'e> Emitted<'e> {
    fn new(entry: &'e Entry<'_>, header: &'e SetCookie) -> Self {
        Self {
            number: entry.number,
            service: entry.service,
            key: entry.key,
            value: entry.value,
            name: &entry.cookie.name.text,
            header: &header.text,
            parts: &header.parts,
        }
    }

    /// The word that wrote the byte at `offset` of the header.
    fn origin(&self, offset: usize) -> Span {
        let part = self.parts.iter().find(|(range, _)| range.contains(&offset));
        part.map_or_else(|| self.name_span(), |&(_, span)| span)
    }

    fn name_span(&self) -> Span {
        self.parts
            .first()
            .map_or_else(Span::default, |&(_, span)| span)
    }

    /// The place behind the last word, where another can be added.
    fn end(&self) -> Span {
        let ends = self.parts.iter().map(|(_, span)| span.end);
        Span::at(ends.max().unwrap_or_default())
    }

    fn found(&self, rule: Rule, span: Span, message: impl Into<String>) -> Diagnostic {
        let place = Where::value(self.key, span);
        Diagnostic::new(rule, place, message).with_entry(self.number, self.service)
    }
}

/// The one thing to say of a header that a browser drops as a whole.
fn refused(emitted: &Emitted<'_>, refusal: Refusal) -> Diagnostic {
    let name = quote(emitted.name);
    match refusal {
        Refusal::Oversized => {
            let most = set_cookie::MAX_PAIR - 32;
            let message = format!("cookie {name} is too long: browsers drop it");
            emitted
                .found(Rule::OversizedCookie, emitted.name_span(), message)
                .with_help(format!(
                    "a name may have {most} bytes, as 32 more are the server's id"
                ))
        }
        Refusal::Control(offset) => {
            let span = emitted.origin(offset);
            let word = quote(span.of(emitted.value));
            let message = format!("browsers drop a cookie with a control character in {word}");
            emitted.found(control_rule(emitted, span), span, message)
        }
    }
}

fn control_rule(emitted: &Emitted<'_>, word: Span) -> Rule {
    let part = emitted.parts.iter().find(|(_, span)| *span == word);
    let text = part.and_then(|(range, _)| emitted.header.get(range.clone()));
    match text.unwrap_or_default() {
        text if text.starts_with("; path=") => Rule::PathMismatch,
        text if text.starts_with("; domain=") => Rule::InvalidDomain,
        _ => Rule::InvalidCookieName,
    }
}

/// A diagnostic that tells something without foretelling a consequence.
fn harmless(mut diagnostic: Diagnostic, severity: Severity) -> Diagnostic {
    diagnostic.consequence = None;
    diagnostic.with_severity(severity)
}

/// Never where all are hit, else partly; a diagnostic keeps its severity of
/// warning where it has one.
fn share(diagnostic: Diagnostic, all: bool) -> Diagnostic {
    let severity = diagnostic.severity;
    let consequence = if all {
        Consequence::NeverSticks
    } else {
        Consequence::PartlySticks
    };
    let shared = diagnostic.with_consequence(consequence);
    let least = shared.severity.min(severity);
    shared.with_severity(least)
}

/// Up to [`NAMED`] of `names`, quoted, each once, and how many more there are.
fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let (mut seen, mut others) = (Vec::new(), BTreeSet::new());
    for name in names {
        if seen.len() < NAMED && !seen.contains(&name) {
            seen.push(name);
        } else if !seen.contains(&name) {
            others.insert(name);
        }
    }
    let quoted: Vec<_> = seen.into_iter().map(quote).collect();
    let mut text = quoted.join(", ");
    if !others.is_empty() {
        let _ = write!(text, " and {} more", others.len());
    } else if let Some(comma) = text.rfind(", ") {
        text.replace_range(comma..=comma, " and");
    }
    text
}
