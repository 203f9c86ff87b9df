//! Name prefixes that bind a cookie to conditions (RFC 6265bis, section 4.1.3).

use super::set_cookie::Received;
use super::site::Host;
use super::{Case, share};
use crate::lint::diagnostic::{Diagnostic, Edit, Fix, Severity};
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

/// What a cookie lacks for its name.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Lacking {
    secure: bool,
    http_only: bool,
    root_path: bool,
    domain: bool,
    tls: bool,
}

impl Lacking {
    pub(super) fn is_empty(self) -> bool {
        self == Self::default()
    }

    fn in_header(self) -> bool {
        self.secure || self.http_only || self.root_path || self.domain
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
    let Some(prefix) = prefix_of(received.name) else {
        return Lacking::default();
    };
    Lacking {
        tls: host.is_trusted() == Some(false),
        ..lacking_in_header(prefix, received)
    }
}

fn lacking_in_header(prefix: &Prefix, received: &Received<'_>) -> Lacking {
    Lacking {
        secure: received.secure.is_none(),
        http_only: prefix.http_only && received.http_only.is_none(),
        root_path: prefix.host_only && received.path.is_none_or(|path| path.text != "/"),
        domain: prefix.host_only && received.domain_text().is_some(),
        tls: false,
    }
}

/// Whether the lack of TLS is told here, as the name asks for it.
pub(super) fn wants_tls(received: &Received<'_>) -> bool {
    prefix_of(received.name).is_some()
}

/// Whether the name asks for `path=/` and the cookie has another path or none.
pub(super) fn wants_other_path(received: &Received<'_>) -> bool {
    let prefix = prefix_of(received.name);
    prefix.is_some_and(|prefix| lacking_in_header(prefix, received).root_path)
}

pub(super) fn judge(case: &Case<'_>, found: &mut Vec<Diagnostic>) {
    let Some(prefix) = prefix_of(case.received.name) else {
        return;
    };
    let mut lacking = lacking_in_header(prefix, &case.received);
    let untrusted = |host: &Host<'_>| host.is_trusted() == Some(false);
    lacking.tls = case.hosts().any(untrusted);
    if lacking.is_empty() {
        return;
    }
    let span = case.emitted.name_span();
    let head = Span::new(span.start, span.start + prefix.text.len().min(span.len()));
    let message = format!("browsers drop {}: {}", case.name(), needs(prefix, lacking));
    let diagnostic = case.found(Rule::CookiePrefix, head, message);
    found.push(if lacking.in_header() {
        mend(case, lacking, diagnostic)
    } else {
        let help = "list the host under spec.tls, or name the cookie without the prefix";
        let diagnostic = diagnostic.with_help(help).with_severity(Severity::Warning);
        share(diagnostic, case.hosts().all(untrusted))
    });
}

fn needs(prefix: &Prefix, lacking: Lacking) -> String {
    let wanted = [
        (lacking.secure, "'secure'"),
        (lacking.http_only, "'httponly'"),
        (lacking.root_path, "'path=/'"),
        (lacking.domain, "no 'domain='"),
        (lacking.tls, "TLS for the host"),
    ];
    let wanted = wanted
        .iter()
        .filter(|(lacks, _)| *lacks)
        .map(|(_, what)| *what);
    let wanted: Vec<_> = wanted.collect();
    format!(
        "the prefix {} needs {}",
        quote(prefix.text),
        wanted.join(", ")
    )
}

/// Adds what is lacking; safe where nothing that was written has to go.
fn mend(case: &Case<'_>, lacking: Lacking, diagnostic: Diagnostic) -> Diagnostic {
    let mut edits = Vec::new();
    if let Some(domain) = case.received.domain.filter(|_| lacking.domain) {
        edits.push(case.without(domain));
    }
    if let Some(path) = case.received.path.filter(|_| lacking.root_path) {
        edits.push(Edit {
            span: case.word(path),
            text: "path=/".to_owned(),
        });
    }
    let safe = edits.is_empty() && !lacking.tls;
    edits.sort_unstable_by_key(|edit| edit.span);
    let mut added = String::new();
    for (lacks, word) in [
        (lacking.secure, " secure"),
        (lacking.http_only, " httponly"),
        (lacking.root_path && case.received.path.is_none(), " path=/"),
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
