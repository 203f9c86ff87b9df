//! Name prefixes that bind a cookie to conditions (RFC 6265bis, section 4.1.3).

use super::set_cookie::Received;
use super::site::Host;
use super::{Case, list, share};
use crate::lint::consequence::Severity;
use crate::lint::diagnostic::{Diagnostic, Edit, Fix};
use crate::lint::rule::Rule;
use crate::lint::span::Span;
use crate::lint::text::quote;

/// A prefix and what it asks for besides `secure` and TLS.
struct Prefix {
    text: &'static str,
    http_only: bool,
    host_only: bool,
}

/// Longest first: one begins with another.
const PREFIXES: [Prefix; 4] = [
    prefix("__Host-Http-", true, true),
    prefix("__Host-", false, true),
    prefix("__Secure-", false, false),
    prefix("__Http-", true, false),
];

const fn prefix(text: &'static str, http_only: bool, host_only: bool) -> Prefix {
    Prefix {
        text,
        http_only,
        host_only,
    }
}

/// Something that a prefix asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Secure,
    HttpOnly,
    RootPath,
    NoDomain,
    Tls,
}

impl Need {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Secure, "'secure'"),
        (Self::HttpOnly, "'httponly'"),
        (Self::RootPath, "'path=/'"),
        (Self::NoDomain, "no 'domain='"),
        (Self::Tls, "TLS for the host"),
    ];
}

/// What a cookie lacks for its name: a set of [`Need`]s.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Lacking(u8);

impl Lacking {
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    fn has(self, need: Need) -> bool {
        self.0 & (1 << need as u8) != 0
    }

    fn and(self, need: Need, lacks: bool) -> Self {
        Self(self.0 | (u8::from(lacks) << need as u8))
    }
}

fn prefix_of(name: &str) -> Option<&'static Prefix> {
    PREFIXES.iter().find(|prefix| {
        let head = name.get(..prefix.text.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(prefix.text))
    })
}

/// What `received` lacks for its name on `host`.
pub(super) fn lacking(received: &Received<'_>, host: &Host<'_>) -> Lacking {
    match prefix_of(received.name) {
        Some(prefix) => lacking_in_header(prefix, received).and(Need::Tls, is_untrusted(host)),
        None => Lacking::default(),
    }
}

fn lacking_in_header(prefix: &Prefix, received: &Received<'_>) -> Lacking {
    let rooted = received.path.is_some_and(|path| path.text == "/");
    Lacking::default()
        .and(Need::Secure, received.secure.is_none())
        .and(
            Need::HttpOnly,
            prefix.http_only && received.http_only.is_none(),
        )
        .and(Need::RootPath, prefix.host_only && !rooted)
        .and(
            Need::NoDomain,
            prefix.host_only && received.domain_text().is_some(),
        )
}

fn is_untrusted(host: &Host<'_>) -> bool {
    host.is_trusted() == Some(false)
}

/// Whether the lack of TLS is told here, as the name asks for it.
pub(super) fn wants_tls(received: &Received<'_>) -> bool {
    prefix_of(received.name).is_some()
}

/// Whether the name asks for `path=/` and the cookie has another path or none.
pub(super) fn wants_other_path(received: &Received<'_>) -> bool {
    let prefix = prefix_of(received.name);
    prefix.is_some_and(|prefix| lacking_in_header(prefix, received).has(Need::RootPath))
}

pub(super) fn judge(case: &Case<'_>, found: &mut Vec<Diagnostic>) {
    let Some(prefix) = prefix_of(case.received.name) else {
        return;
    };
    let in_header = lacking_in_header(prefix, &case.received);
    let lacking = in_header.and(Need::Tls, case.hosts().any(is_untrusted));
    if lacking.is_empty() {
        return;
    }
    let span = case.emitted.name_span();
    let head = Span::new(span.start, span.start + prefix.text.len().min(span.len()));
    let message = format!(
        "browsers drop {}: {}",
        case.name(),
        needs(case, prefix, lacking)
    );
    let diagnostic = case.found(Rule::CookiePrefix, head, message);
    found.push(if in_header.is_empty() {
        let help = "list the host under spec.tls, or name the cookie without the prefix";
        let diagnostic = diagnostic.with_help(help).with_severity(Severity::Warning);
        share(diagnostic, case.is_lost())
    } else {
        mend(case, lacking, diagnostic)
    });
}

fn needs(case: &Case<'_>, prefix: &Prefix, lacking: Lacking) -> String {
    let untrusted = || case.hosts().filter(|host| is_untrusted(host));
    let in_words = |(need, what): &(Need, &str)| match need {
        Need::Tls if untrusted().count() < case.hosts().count() => {
            format!("TLS for {}", list(untrusted().map(Host::label)))
        }
        _ => (*what).to_owned(),
    };
    let wanted = Need::ALL.iter().filter(|(need, _)| lacking.has(*need));
    let wanted: Vec<_> = wanted.map(in_words).collect();
    let prefix = quote(prefix.text);
    format!("the prefix {prefix} needs {}", wanted.join(", "))
}

/// Adds what is lacking; safe where nothing that was written has to go.
fn mend(case: &Case<'_>, lacking: Lacking, diagnostic: Diagnostic) -> Diagnostic {
    let mut edits = Vec::new();
    if let Some(domain) = case.received.domain.filter(|_| lacking.has(Need::NoDomain)) {
        edits.push(case.without(domain));
    }
    if let Some(path) = case.received.path.filter(|_| lacking.has(Need::RootPath)) {
        edits.push(Edit {
            span: case.word(path),
            text: "path=/".to_owned(),
        });
    }
    let safe = edits.is_empty() && !lacking.has(Need::Tls);
    edits.sort_unstable_by_key(|edit| edit.span);
    let mut added = String::new();
    for (lacks, word) in [
        (lacking.has(Need::Secure), " secure"),
        (lacking.has(Need::HttpOnly), " httponly"),
        (
            lacking.has(Need::RootPath) && case.received.path.is_none(),
            " path=/",
        ),
    ] {
        added.push_str(if lacks { word } else { "" });
    }
    if !added.is_empty() {
        edits.push(Edit {
            span: case.emitted.end(),
            text: added,
        });
    }
    diagnostic.with_fix(Fix { safe, edits })
}
