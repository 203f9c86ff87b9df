//! `secure`, `samesite`, `partitioned`: over which requests a cookie may go.

use super::set_cookie::Received;
use super::site::Host;
use super::{Case, harmless, list, prefix, share};
use crate::lint::consequence::Severity;
use crate::lint::diagnostic::Diagnostic;
use crate::lint::rule::Rule;

/// Whether a browser keeps the cookie when `host` sets it, as far as `secure` decides it.
pub(super) fn is_kept(received: &Received<'_>, host: &Host<'_>) -> bool {
    let fits_host = received.secure.is_none() || host.is_trusted() != Some(false);
    fits_host && !lacks_secure(received)
}

/// `samesite=none` and `partitioned` are for secure cookies only (RFC 6265bis,
/// section 5.7; CHIPS, section 2.2).
fn lacks_secure(received: &Received<'_>) -> bool {
    let embedded = is_same_site(received, "none") || received.partitioned.is_some();
    embedded && received.secure.is_none()
}

fn is_same_site(received: &Received<'_>, value: &str) -> bool {
    let same_site = received.same_site;
    same_site.is_some_and(|attribute| attribute.text.eq_ignore_ascii_case(value))
}

pub(super) fn judge(case: &Case<'_>, found: &mut Vec<Diagnostic>) {
    without_tls(case, found);
    if lacks_secure(&case.received) {
        found.push(none_insecure(case));
    }
    if let Some(attribute) = case.received.same_site
        && is_same_site(&case.received, "strict")
    {
        let message = format!(
            "cookie {} is not sent on the first click from another site, nor inside its frames",
            case.name()
        );
        let note = case
            .found(Rule::SamesiteStrict, case.word(attribute), message)
            .with_help("'samesite=lax' is sent when a link is followed");
        found.push(harmless(note, Severity::Note));
    }
}

fn without_tls(case: &Case<'_>, found: &mut Vec<Diagnostic>) {
    let Some(secure) = case.received.secure else {
        return;
    };
    let untrusted = |host: &&Host<'_>| host.is_trusted() == Some(false);
    if prefix::wants_tls(&case.received) || !case.hosts().any(|host| untrusted(&host)) {
        return;
    }
    let hosts = list(case.hosts().filter(untrusted).map(Host::label));
    let message = format!(
        "'secure' cookie {} is dropped on {hosts}: no TLS here",
        case.name()
    );
    let diagnostic = case
        .found(Rule::SecureWithoutTls, case.word(secure), message)
        .with_help("list the host under spec.tls; if TLS ends before the controller, the policy can say so")
        .with_severity(Severity::Warning);
    found.push(share(diagnostic, case.is_lost()));
}

fn none_insecure(case: &Case<'_>) -> Diagnostic {
    let (word, span) = match case.received.same_site {
        Some(attribute) if is_same_site(&case.received, "none") => {
            ("samesite=none", case.word(attribute))
        }
        _ => (
            "partitioned",
            case.received
                .partitioned
                .map_or_else(|| case.emitted.name_span(), |at| case.word(at)),
        ),
    };
    let message = format!(
        "browsers drop cookie {}: '{word}' without 'secure'",
        case.name()
    );
    let safe = case.hosts().all(|host| host.is_trusted() != Some(false));
    case.found(Rule::SamesiteNoneInsecure, span, message)
        .with_help("add 'secure'")
        .with_edit(safe, case.emitted.end(), " secure")
}
