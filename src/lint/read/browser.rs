//! What a browser does with the cookies on this Ingress' hosts and paths.
//!
//! Source: RFC 6265bis, draft-ietf-httpbis-rfc6265bis, and what Chromium 156
//! and Firefox 153 were seen to do with cookies that a real nginx set. The
//! input is the header as nginx sends it, not the annotation: what an
//! annotation smuggles into a header is read as the browser meets it.

mod clash;
mod date;
mod domain;
mod prefix;
mod set_cookie;
mod store;

use std::ops::Range;

pub use self::clash::Clash;
pub use self::domain::{CookieDomain, Fit, is_host_name, is_kept_host_only, strip_leading_dot};
pub use self::prefix::{Need, Needs, Prefix};
pub use self::set_cookie::{Attribute, Lifetime, MAX_ATTRIBUTE, MAX_PAIR, ParsedCookie, Rejection};

use super::controller::{Host, Route, Routes};
use crate::lint::span::Span;

/// A cookie as nginx sends it for one entry, with the way back into the annotation.
#[derive(Debug, Clone, Copy)]
pub struct SetCookieHeader<'e> {
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
    /// Where the last word of the entry ends.
    pub end: usize,
    /// The value of the Set-Cookie header.
    pub text: &'e str,
    /// Which ranges of the header come from which words of the annotation's
    /// value. The first is the name's.
    pub parts: &'e [(Range<usize>, Span)],
}

/// What a browser makes of all cookies of an Ingress.
#[derive(Debug, Clone)]
pub struct Browser<'r> {
    /// Where the browser meets them.
    pub routes: &'r Routes<'r>,
    /// One for each header that a browser can read.
    pub cookies: Vec<ReceivedCookie<'r>>,
    /// The headers that a browser drops as a whole, and why.
    pub refused: Vec<(SetCookieHeader<'r>, Rejection)>,
    /// What cookies lose to others, by their indices in `cookies`.
    pub clashes: Vec<(usize, Clash)>,
}

/// A cookie that a browser can read, and where it meets it.
#[derive(Debug, Clone)]
pub struct ReceivedCookie<'r> {
    /// The header it came in.
    pub header: SetCookieHeader<'r>,
    /// What the browser makes of the header.
    pub parsed: ParsedCookie<'r>,
    /// The domain that counts.
    pub domain: Option<CookieDomain<'r>>,
    routes: &'r Routes<'r>,
}

impl<'r> Browser<'r> {
    /// What a browser makes of `headers`: one for each service that requests
    /// reach.
    #[must_use]
    pub fn of(routes: &'r Routes<'_>, headers: Vec<SetCookieHeader<'r>>) -> Self {
        let mut browser = Self {
            routes,
            cookies: Vec::with_capacity(headers.len()),
            refused: Vec::new(),
            clashes: Vec::new(),
        };
        for header in headers {
            match set_cookie::parse(header.text) {
                Ok(parsed) => browser.cookies.push(ReceivedCookie {
                    header,
                    domain: parsed.effective_domain().map(CookieDomain::new),
                    parsed,
                    routes,
                }),
                Err(refusal) => browser.refused.push((header, refusal)),
            }
        }
        browser.clashes = clash::find(routes, &browser.cookies);
        browser
    }
}

impl<'r> ReceivedCookie<'r> {
    /// The routes of its service.
    pub fn routes(&self) -> impl Iterator<Item = &'r Route<'r>> + Clone {
        self.routes.of_service(self.header.service)
    }

    /// The host that a route is on.
    #[must_use]
    pub fn host_of(&self, route: &Route<'_>) -> &'r Host<'r> {
        &self.routes.hosts[route.host]
    }

    /// The hosts of its service.
    pub fn hosts(&self) -> impl Iterator<Item = &'r Host<'r>> + Clone {
        self.routes.hosts_of(self.header.service)
    }

    /// Whether the paths can be compared; regular expressions cannot.
    #[must_use]
    pub fn has_comparable_paths(&self) -> bool {
        !self.routes.regex && self.routes().next().is_some()
    }

    /// Whether all below `path`, a part of `route`, leads to another service.
    #[must_use]
    pub fn is_taken(&self, route: &Route<'_>, path: &str) -> bool {
        self.routes.is_taken(route, path)
    }

    /// The word that wrote an attribute.
    #[must_use]
    pub fn word(&self, attribute: Attribute<'_>) -> Span {
        self.header.origin(attribute.offset)
    }

    /// Where the value of an attribute is: after the equals sign of its word.
    #[must_use]
    pub fn value_of(&self, attribute: Attribute<'_>) -> Span {
        let word = self.word(attribute);
        let written = word.of(self.header.value);
        let sign = attribute.name.len();
        match written.get(..=sign) {
            Some(head) if head.ends_with('=') && head.starts_with(attribute.name) => {
                Span::new(word.start + sign + 1, word.end)
            }
            _ => word,
        }
    }

    /// Whether the word of an attribute is written plainly, so that it can be edited.
    #[must_use]
    pub fn is_plain(&self, attribute: Attribute<'_>) -> bool {
        let written = self.value_of(attribute).of(self.header.value);
        written == attribute.text && self.value_of(attribute) != self.word(attribute)
    }

    /// Whether a browser stores the cookie when `host` sets it.
    #[must_use]
    pub fn is_stored_on(&self, host: &Host<'_>) -> bool {
        let domain = self.domain.as_ref();
        self.may_be_secure_on(host)
            && !self.lacks_secure()
            && Needs::on_host(&self.parsed, host).is_empty()
            && domain.is_none_or(|domain| domain.fit(host).is_stored())
    }

    /// Whether no host's cookie is stored, be it each for a reason of its own.
    #[must_use]
    pub fn is_rejected_everywhere(&self) -> bool {
        !self.hosts().any(|host| self.is_stored_on(host))
    }

    /// Whether `secure` does not keep the cookie away from `host`.
    fn may_be_secure_on(&self, host: &Host<'_>) -> bool {
        self.parsed.secure.is_none() || host.is_secure_origin() != Some(false)
    }

    /// `samesite=none` and `partitioned` are for secure cookies only (RFC 6265bis,
    /// section 5.7; CHIPS, section 2.2).
    #[must_use]
    pub fn lacks_secure(&self) -> bool {
        let parsed = &self.parsed;
        let embedded = parsed.has_same_site("none") || parsed.partitioned.is_some();
        embedded && parsed.secure.is_none()
    }

    /// Whether every host is known to store and return a cookie with `secure`.
    #[must_use]
    pub fn has_secure_hosts(&self) -> bool {
        has_secure_hosts(self.routes, self.header.service)
    }

    /// Whether nginx finds its cookie in the `Cookie` header of the next request.
    /// nginx compares the name without case, then wants an equals sign, perhaps
    /// after whitespace (`ngx_http_parse_multi_header_lines`).
    #[must_use]
    pub fn comes_back(&self) -> bool {
        let name = self.header.name;
        let (received, value) = (self.parsed.name, self.parsed.value);
        if received.is_empty() {
            return is_found(name, value);
        }
        // Most names hold no equals sign: then the browser's is nginx', or not.
        if received.len() >= name.len() {
            return received.eq_ignore_ascii_case(name);
        }
        is_found(name, &format!("{received}={value}"))
    }
}

/// Whether every host of a service is known to be reached over TLS, or needs none.
#[must_use]
pub fn has_secure_hosts(routes: &Routes<'_>, service: &str) -> bool {
    let mut hosts = routes.hosts_of(service).peekable();
    hosts.peek().is_some() && hosts.all(|host| host.is_secure_origin() == Some(true))
}

fn is_found(name: &str, sent: &str) -> bool {
    let Some(head) = sent.as_bytes().get(..name.len()) else {
        return false;
    };
    let rest = sent
        .get(name.len()..)
        .unwrap_or_default()
        .trim_start_matches(' ');
    head.eq_ignore_ascii_case(name.as_bytes()) && rest.starts_with('=')
}

impl SetCookieHeader<'_> {
    /// The word that wrote the byte at `offset` of the header.
    #[must_use]
    pub fn origin(&self, offset: usize) -> Span {
        let part = self.parts.iter().find(|(range, _)| range.contains(&offset));
        part.map_or_else(|| self.name_span(), |&(_, span)| span)
    }

    /// The word that wrote the name.
    #[must_use]
    pub fn name_span(&self) -> Span {
        self.parts
            .first()
            .map_or_else(Span::default, |&(_, span)| span)
    }

    /// What a word wrote into the header.
    #[must_use]
    pub fn written_by(&self, word: Span) -> &str {
        let part = self.parts.iter().find(|(_, span)| *span == word);
        let text = part.and_then(|(range, _)| self.text.get(range.clone()));
        text.unwrap_or_default()
    }
}
