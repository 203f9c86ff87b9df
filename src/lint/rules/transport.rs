//! `secure`, `samesite`, `partitioned`: over which requests a cookie may go.

use super::context::{list, never_or_partly, without_consequence};
use super::{Context, Report, Rule};
use crate::lint::consequence::Severity;
use crate::lint::diagnostic::Diagnostic;
use crate::lint::edit;
use crate::lint::read::browser::{Prefix, ReceivedCookie};
use crate::lint::read::controller::Host;

pub(super) fn secure_without_tls(context: &Context<'_>, report: &mut Report) {
    let untrusted = |host: &&Host<'_>| host.is_secure_origin() == Some(false);
    for cookie in context.cookies() {
        let Some(secure) = cookie.parsed.secure else {
            continue;
        };
        let has_prefix = Prefix::of(cookie.parsed.name).is_some();
        if has_prefix || !cookie.hosts().any(|host| untrusted(&host)) {
            continue;
        }
        let hosts = list(cookie.hosts().filter(untrusted).map(Host::label));
        let name = cookie.quoted_name();
        let message = format!("cookie {name} is 'secure', but spec.tls does not list {hosts}");
        let help = "list the host in spec.tls; if TLS is terminated before the controller, set 'tls: upstream' in stickler.yaml";
        let diagnostic = cookie
            .at(Rule::SecureWithoutTls, cookie.word(secure), message)
            .with_help(help)
            .with_severity(Severity::Warning);
        report.push(never_or_partly(diagnostic, cookie.is_rejected_everywhere()));
    }
}

pub(super) fn samesite_none_insecure(context: &Context<'_>, report: &mut Report) {
    for cookie in context.cookies() {
        if cookie.lacks_secure() {
            report.push(none_insecure(cookie));
        }
    }
}

fn none_insecure(cookie: &ReceivedCookie<'_>) -> Diagnostic {
    let parsed = &cookie.parsed;
    let none = parsed.same_site.filter(|_| parsed.has_same_site("none"));
    let (word, attribute) = match none {
        Some(attribute) => ("samesite=none", Some(attribute)),
        None => ("partitioned", parsed.partitioned),
    };
    let span = attribute.map_or_else(|| cookie.header.name_span(), |it| cookie.word(it));
    let name = cookie.quoted_name();
    let message = format!("cookie {name} has '{word}' without 'secure'");
    cookie
        .at(Rule::SamesiteNoneInsecure, span, message)
        .with_help("add 'secure'")
        .with_fix(edit::append(cookie.header.end, "secure").into_fix(cookie.has_secure_hosts()))
}

pub(super) fn samesite_strict(context: &Context<'_>, report: &mut Report) {
    for cookie in context.cookies() {
        let strict = |_: &_| cookie.parsed.has_same_site("strict");
        if let Some(attribute) = cookie.parsed.same_site.filter(strict) {
            let name = cookie.quoted_name();
            let message = format!(
                "cookie {name} is not sent on the first click from another site, nor inside its frames"
            );
            let note = cookie
                .at(Rule::SamesiteStrict, cookie.word(attribute), message)
                .with_help("'samesite=lax' is sent when a link is followed");
            report.push(without_consequence(note, Severity::Note));
        }
    }
}
