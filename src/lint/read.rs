//! What each reader makes of an Ingress: the controller, then nginx, then a
//! browser. This module reports nothing, and no reader depends on one after it:
//! [`super::rules`] makes the diagnostics and the fixes.

pub mod browser;
pub mod controller;
pub mod facts;
pub(crate) mod host;
pub mod keys;
pub mod nginx;
pub(crate) mod url;

use std::collections::HashMap;

pub use facts::{Controller, Edition, Facts, TlsTermination};

use self::browser::Browser;
use self::controller::{BackendStatus, Entry, Error, Mergeable, Routes};
use self::keys::{ORG_KEY, PLUS_KEY};
use self::nginx::{Cookie, Directive, SetCookie};
use super::meter;
use super::release::value::Reader;
use super::span::Span;
use super::subject::Subject;

/// The most bytes of parameters in which no edit can make a word longer than
/// nginx reads (4095 bytes): the longest that is written is a path of 1024.
const LONGEST: usize = 2048;

/// So many entries are compared with each other without an index.
const FEW: usize = 8;

/// What the controller and nginx make of an Ingress. [`Reading::headers`] and
/// [`Browser::of`] go on from there.
#[derive(Debug, Clone)]
pub struct Reading<'s> {
    /// The Ingress.
    pub subject: &'s Subject<'s>,
    /// What is known of the controller and of what is before it.
    pub facts: Facts,
    /// The class that the controller compares with its own.
    pub class: Option<&'s str>,
    /// The part in a host that is made of several Ingresses.
    pub part: Option<Mergeable>,
    /// The annotation that the controller uses.
    pub effective: Option<ValueReading<'s>>,
    /// The annotation that the controller validates and does not use, because
    /// its twin is there too.
    pub shadowed: Option<ValueReading<'s>>,
    /// Where requests lead; `None` where there is no annotation to use.
    pub routes: Option<Routes<'s>>,
}

/// What the controller and nginx make of one annotation.
#[derive(Debug, Clone)]
pub struct ValueReading<'s> {
    /// The annotation's key.
    pub key: &'static str,
    /// The annotation's value, which all spans are ranges of.
    pub value: &'s str,
    /// The entries, in the order of the text.
    pub entries: Vec<EntryReading<'s>>,
    /// How the release reads it.
    pub reader: Reader,
    /// What makes the controller reject the Ingress, or skip a piece where the
    /// reader is lenient.
    pub errors: Vec<Error>,
}

/// What the controller and nginx make of one entry.
#[derive(Debug, Clone)]
pub struct EntryReading<'s> {
    /// Where its parts are.
    pub entry: Entry,
    /// The annotation's key.
    pub key: &'static str,
    /// The annotation's value.
    pub value: &'s str,
    /// The service's name.
    pub service: &'s str,
    /// The number of the later entry that names the same service and is used
    /// in place of this one.
    pub replaced_by: Option<usize>,
    /// What the controller makes of the service; `None` where it is not a
    /// backend of the Ingress, or the annotation is not used.
    pub backend: Option<BackendStatus>,
    /// What nginx reads; `None` where another entry replaces this one.
    pub directive: Option<Directive<'s>>,
    /// Whether the entry is rendered for a service that requests reach.
    pub is_used: bool,
}

impl<'s> Reading<'s> {
    /// Reads an Ingress.
    #[must_use]
    pub fn of(subject: &'s Subject<'_>, facts: &Facts) -> Self {
        let part = Mergeable::of(subject, facts);
        let mut reading = Self {
            subject,
            facts: facts.clone(),
            class: keys::class(subject),
            part,
            effective: None,
            shadowed: None,
            routes: None,
        };
        if let Some((key, value)) = keys::effective(subject, facts) {
            let reader = Reader::of(facts.release);
            let routes = Routes::of(subject, part, facts);
            let used = Some(&routes).filter(|_| part != Some(Mergeable::Master));
            reading.effective = Some(ValueReading::of(key, value, reader, used));
            let twin = subject.annotation(PLUS_KEY).filter(|_| key == ORG_KEY);
            reading.shadowed = twin.map(|value| ValueReading::of(PLUS_KEY, value, reader, None));
            reading.routes = Some(routes);
        }
        reading
    }

    /// The value of an annotation, unless the release does not know it.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&'s str> {
        let value = self.subject.annotation(key);
        value.filter(|_| self.facts.reads(key))
    }

    /// Both annotations that the controller validates, the one in use first.
    pub fn values(&self) -> impl Iterator<Item = &ValueReading<'s>> {
        self.effective.iter().chain(&self.shadowed)
    }

    /// The entries whose cookies reach a browser, with their cookies.
    pub fn live(&self) -> impl Iterator<Item = (&EntryReading<'s>, &Cookie<'s>)> {
        let entries = self.effective.iter().flat_map(|value| &value.entries);
        entries.filter_map(|entry| Some((entry, entry.live_cookie()?)))
    }

    /// The headers that nginx sends, one for each entry of [`Reading::live`].
    #[must_use]
    pub fn headers(&self) -> Vec<SetCookie> {
        self.live().map(|(_, cookie)| cookie.set_cookie()).collect()
    }

    /// What a browser makes of `headers`, those of [`Reading::headers`]; `None`
    /// where it meets no cookie.
    #[must_use]
    pub fn browser<'r>(&'r self, headers: &'r [SetCookie]) -> Option<Browser<'r>> {
        let routes = self.routes.as_ref().filter(|_| !headers.is_empty())?;
        let headers = self.live().zip(headers);
        let headers = headers.map(|((entry, cookie), header)| browser::SetCookieHeader {
            number: entry.entry.number,
            service: entry.service,
            key: entry.key,
            value: entry.value,
            name: &cookie.name.text,
            end: entry.end(),
            text: &header.text,
            parts: &header.parts,
        });
        Some(Browser::of(routes, headers.collect()))
    }
}

impl<'s> ValueReading<'s> {
    /// Reads a value; without `routes` the controller validates it and no more.
    fn of(key: &'static str, value: &'s str, reader: Reader, routes: Option<&Routes<'s>>) -> Self {
        let controller::Value { entries, errors } = controller::read(value, reader);
        let replaced = replacements(value, &entries);
        let read = |(entry, replaced_by): (Entry, Option<usize>)| {
            meter::spend(1);
            let service = entry.service.of(value);
            let directive = replaced_by
                .is_none()
                .then(|| nginx::read(value, entry.parameters));
            let backend = routes.and_then(|routes| routes.status(service));
            let is_used = replaced_by.is_none()
                && !entry.parameters.is_empty()
                && backend == Some(BackendStatus::Reachable);
            EntryReading {
                entry,
                key,
                value,
                service,
                replaced_by,
                backend,
                directive,
                is_used,
            }
        };
        Self {
            key,
            value,
            reader,
            entries: entries.into_iter().zip(replaced).map(read).collect(),
            errors,
        }
    }
}

/// For each entry the number of the last one that names its service, where
/// that is another.
fn replacements(value: &str, entries: &[Entry]) -> Vec<Option<usize>> {
    let service = |entry: &Entry| entry.service.of(value);
    let other = |entry: &Entry, last: usize| (last != entry.number).then_some(last);
    if entries.len() <= FEW {
        let last = |entry: &Entry| {
            let mut later = entries.iter().rev();
            let last = later.find(|it| service(it) == service(entry));
            last.and_then(|last| other(entry, last.number))
        };
        return entries.iter().map(last).collect();
    }
    let numbers = entries.iter().map(|entry| (service(entry), entry.number));
    let numbers: HashMap<&str, usize> = numbers.collect();
    let last = |entry: &Entry| other(entry, *numbers.get(service(entry))?);
    entries.iter().map(last).collect()
}

impl<'s> EntryReading<'s> {
    /// The text of a range of the value.
    #[must_use]
    pub fn text(&self, span: Span) -> &'s str {
        span.of(self.value)
    }

    /// The parameters as they are written.
    #[must_use]
    pub fn parameters(&self) -> &'s str {
        self.text(self.entry.parameters)
    }

    /// Where its last word ends.
    #[must_use]
    pub fn end(&self) -> usize {
        let whitespace = |byte: &u8| nginx::is_whitespace(*byte);
        let spaces = self.parameters().bytes().rev().take_while(whitespace);
        self.entry.parameters.end - spaces.count()
    }

    /// Whether nginx takes every word as it is written, with nothing to decode
    /// and far from being too long.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let plain =
            |c: char| !matches!(c, '\'' | '\\' | '#') && (!c.is_control() || c.is_whitespace());
        let written = self.parameters();
        written.len() <= LONGEST && written.chars().all(plain)
    }

    /// The cookie that reaches a browser.
    #[must_use]
    pub fn live_cookie(&self) -> Option<&Cookie<'s>> {
        let directive = self.directive.as_ref().filter(|_| self.is_used)?;
        directive.sound_cookie()
    }
}
