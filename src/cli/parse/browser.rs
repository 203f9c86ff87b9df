//! What a browser makes of a cookie: what it stores, and where it sends it.

use std::collections::HashMap;
use std::fmt::Write as _;

use jiff::{Span, SpanRound, Unit};
use serde::Serialize;

use crate::lint::read::browser::{Browser, ReceivedCookie};
use crate::lint::read::controller::Host;
use crate::lint::text::quote;

/// So many paths of a host are named in text.
const NAMED: usize = 5;

/// A cookie as a browser understands it.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Cookie {
    /// The header is dropped as a whole.
    Refused { refused: String },
    /// It can be read.
    Received(Received),
}

/// What the header says, and what follows from it on each host.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Received {
    name: String,
    /// How long the browser keeps it; `None` until it is closed.
    lifetime_seconds: Option<u64>,
    /// The domain it goes to; `None` for the host that sets it alone.
    domain: Option<String>,
    /// The path it goes to; `None` for the folder of the URL that sets it.
    path: Option<String>,
    secure: bool,
    http_only: bool,
    same_site: Option<String>,
    /// Whether nginx finds it in the requests that it is sent with.
    recognized: bool,
    /// Where its service is reached; empty where that is not known.
    hosts: Vec<OnHost>,
}

/// What a browser does with it on one host.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OnHost {
    /// The host of a rule; `None` for any.
    host: Option<String>,
    stored: bool,
    /// The service's paths that it is sent for; `None` where that is
    /// not known: they are regular expressions, or the URL decides.
    sent_for: Option<Vec<String>>,
    /// The service's other paths.
    not_sent_for: Option<Vec<String>>,
}

impl Cookie {
    /// The cookie of an entry; `None` where its header reaches no browser.
    pub(super) fn of(browser: &Browser<'_>, number: usize) -> Option<Self> {
        let mut refused = browser.refused.iter();
        if let Some((_, refusal)) = refused.find(|(header, _)| header.number == number) {
            return Some(Self::Refused {
                refused: refusal.to_string(),
            });
        }
        let mut cookies = browser.cookies.iter();
        let cookie = cookies.find(|cookie| cookie.header.number == number)?;
        Some(Self::Received(Received::of(cookie)))
    }

    pub(super) fn write(&self, text: &mut String) {
        match self {
            Self::Refused { refused } => {
                let _ = writeln!(text, "  browser:     drops it: {refused}");
            }
            Self::Received(received) => received.write(text),
        }
    }
}

impl Received {
    fn of(cookie: &ReceivedCookie<'_>) -> Self {
        let parsed = &cookie.parsed;
        let domain = cookie.domain.as_ref();
        Self {
            name: parsed.name.to_owned(),
            lifetime_seconds: parsed.lifetime.map(|lifetime| lifetime.seconds),
            domain: domain.map(|domain| domain.canonical().to_owned()),
            path: parsed.absolute_path().map(str::to_owned),
            secure: parsed.secure.is_some(),
            http_only: parsed.http_only.is_some(),
            same_site: parsed.same_site.map(|attribute| attribute.text.to_owned()),
            recognized: cookie.comes_back(),
            hosts: OnHost::all(cookie),
        }
    }

    fn write(&self, text: &mut String) {
        let lifetime = match self.lifetime_seconds {
            None => "until it is closed".to_owned(),
            Some(0) => "for no time".to_owned(),
            Some(seconds) => format!("for {}", duration(seconds)),
        };
        let domain = match &self.domain {
            None => "the host that sets it".to_owned(),
            Some(domain) => format!("{} and the hosts below it", quote(domain)),
        };
        let path = match &self.path {
            None => "the folder of the URL".to_owned(),
            Some(path) => format!("path {}", quote(path)),
        };
        let name = quote(&self.name);
        let _ = writeln!(
            text,
            "  browser:     {name} {lifetime}, for {domain}, {path}"
        );
        if !self.recognized {
            let _ = writeln!(
                text,
                "{INDENT}nginx does not find its cookie in the next request"
            );
        }
        for host in &self.hosts {
            host.write(text);
        }
    }
}

/// Where a line goes on below the first one.
const INDENT: &str = "               ";

impl OnHost {
    /// In the order of the Ingress, each host once.
    fn all(cookie: &ReceivedCookie<'_>) -> Vec<Self> {
        let path = cookie.parsed.absolute_path();
        let comparable = path.is_some() && cookie.has_comparable_paths();
        let mut hosts: Vec<Self> = Vec::new();
        let mut known: HashMap<usize, usize> = HashMap::new();
        for route in cookie.routes() {
            let at = *known.entry(route.host).or_insert_with(|| {
                hosts.push(Self::new(cookie, cookie.host_of(route), comparable));
                hosts.len() - 1
            });
            let host = &mut hosts[at];
            let sent = path.is_some_and(|path| route.is_covered_by(path));
            let paths = if sent {
                &mut host.sent_for
            } else {
                &mut host.not_sent_for
            };
            if let Some(paths) = paths {
                paths.push(route.spec_path.to_owned());
            }
        }
        hosts
    }

    fn new(cookie: &ReceivedCookie<'_>, host: &Host<'_>, comparable: bool) -> Self {
        Self {
            host: host.spec_host.map(str::to_owned),
            stored: cookie.is_stored_on(host),
            sent_for: comparable.then(Vec::new),
            not_sent_for: comparable.then(Vec::new),
        }
    }

    fn write(&self, text: &mut String) {
        let host = self.host.as_deref().map_or("any host".to_owned(), quote);
        let _ = write!(text, "{INDENT}{host}: ");
        let _ = match (&self.sent_for, &self.not_sent_for) {
            _ if !self.stored => writeln!(text, "not stored"),
            (Some(sent), Some(not_sent)) => {
                let mut parts = Vec::new();
                if !sent.is_empty() {
                    parts.push(format!("sent for {}", list(sent)));
                }
                if !not_sent.is_empty() {
                    parts.push(format!("not sent for {}", list(not_sent)));
                }
                writeln!(text, "stored, {}", parts.join(", "))
            }
            _ => writeln!(text, "stored"),
        };
    }
}

fn list(paths: &[String]) -> String {
    let mut named: Vec<String> = paths.iter().take(NAMED).map(|path| quote(path)).collect();
    if paths.len() > NAMED {
        named.push(format!("and {} more", paths.len() - NAMED));
    }
    named.join(", ")
}

/// `1d 1h 30m`, and seconds where that is more than the calendar holds.
fn duration(seconds: u64) -> String {
    let span = i64::try_from(seconds)
        .ok()
        .and_then(|seconds| Span::new().try_seconds(seconds).ok());
    let whole = SpanRound::new().largest(Unit::Day).days_are_24_hours();
    let span = span.and_then(|span| span.round(whole).ok());
    span.map_or_else(|| format!("{seconds}s"), |span| format!("{span:#}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_at_a_glance() {
        for (seconds, text) in [
            (1, "1s"),
            (90, "1m 30s"),
            (3600, "1h"),
            (172_800, "2d"),
            (31_536_000, "365d"),
            (u64::MAX, "18446744073709551615s"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }
}
