//! The cookie's domain against the hosts that set it.

mod fit;

use self::fit::{Fit, bare, fit, is_host_name};
pub(super) use self::fit::{Written, is_kept_host_only};
use super::host;
use super::set_cookie::{Attribute, MAX_ATTRIBUTE};
use super::site::Host;
use super::{Case, harmless, list, share};
use crate::lint::consequence::Severity;
use crate::lint::diagnostic::Diagnostic;
use crate::lint::rule::Rule;
use crate::lint::text::quote;

/// Whether a browser keeps the cookie when `host` sets it, as far as its domain decides it.
pub(super) fn is_kept(case: &Case<'_>, host: &Host<'_>) -> bool {
    let domain = case.domain.as_ref();
    domain.is_none_or(|domain| fit(domain, host).is_kept())
}

pub(super) fn judge(case: &Case<'_>, found: &mut Vec<Diagnostic>) {
    for attribute in &case.received.oversized {
        if attribute.name.eq_ignore_ascii_case("domain") {
            let message =
                format!("browsers ignore a cookie domain of more than {MAX_ATTRIBUTE} bytes");
            let diagnostic = case.found(Rule::OversizedAttribute, case.word(*attribute), message);
            found.push(harmless(diagnostic, Severity::Warning));
        }
    }
    let (Some(attribute), Some(domain)) = (case.received.domain, &case.domain) else {
        return;
    };
    let refused = |host: &&Host<'_>| !fit(domain, host).is_kept();
    if let Some(host) = case.hosts().find(refused) {
        let all = case.hosts().all(|host| refused(&host));
        found.push(share(refusal(case, attribute, host), all));
    } else {
        tolerated(case, attribute, found);
    }
}

/// A domain that some hosts may not set; `first` is the first of them.
fn refusal(case: &Case<'_>, attribute: Attribute<'_>, first: &Host<'_>) -> Diagnostic {
    let text = attribute.text;
    let written = Written::new(text);
    let domain = quote(text);
    let refused = case.hosts().filter(|host| !fit(&written, host).is_kept());
    let hosts = list(refused.map(Host::label));
    let at = |rule, message| case.found(rule, case.value_of(attribute), message);
    let diagnostic = match fit(&written, first) {
        Fit::Suffix { private } => {
            let what = if is_kept_host_only(bare(&host::canonical(text))) {
                format!("is a public suffix for {hosts}")
            } else {
                format!("lies above the public suffix of {hosts}")
            };
            let message = format!("cookie domain {domain} {what}: browsers drop the cookie");
            let diagnostic = at(Rule::PublicSuffixDomain, message);
            let severity = if private {
                Severity::Warning
            } else {
                Severity::Error
            };
            diagnostic.with_severity(severity)
        }
        _ if is_host_name(bare(text)) => {
            let message =
                format!("cookie domain {domain} does not fit {hosts}: browsers drop the cookie");
            at(Rule::DomainMismatch, message)
        }
        _ => {
            let message =
                format!("cookie domain {domain} is no host name: browsers drop the cookie");
            at(Rule::InvalidDomain, message)
        }
    };
    mend(case, attribute, diagnostic)
}

/// The host that was meant, where the domain wraps one that fits; else the domain goes.
fn mend(case: &Case<'_>, attribute: Attribute<'_>, diagnostic: Diagnostic) -> Diagnostic {
    let meant = unwrapped(attribute.text);
    let written = Written::new(meant);
    let fits = |host: &Host<'_>| matches!(fit(&written, host), Fit::Equal | Fit::Wider);
    if meant != attribute.text && is_host_name(bare(meant)) && case.hosts().all(fits) {
        let diagnostic = diagnostic.with_help(format!("use {}", quote(&format!("domain={meant}"))));
        if !case.is_plain(attribute) {
            return diagnostic;
        }
        let safe = !attribute.text.starts_with('*') && !attribute.text.contains(',');
        return diagnostic.with_edit(safe, case.value_of(attribute), meant);
    }
    let edit = case.without(attribute);
    diagnostic
        .with_help("leave 'domain=' out: the cookie then belongs to the host alone")
        .with_edit(false, edit.span, edit.text)
}

/// What is left without scheme, wildcard, port, path, quotes and all that follows a comma.
fn unwrapped(text: &str) -> &str {
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let text = text
        .strip_prefix("*.")
        .unwrap_or(text)
        .trim_matches(['"', '\'']);
    let end = text
        .find([':', '/', ',', '?', '#', ' '])
        .unwrap_or(text.len());
    text[..end].trim_end_matches('.')
}

/// What is worth knowing of a domain that every host may set.
fn tolerated(case: &Case<'_>, attribute: Attribute<'_>, found: &mut Vec<Diagnostic>) {
    let written = Written::new(attribute.text);
    let fits = |fitting: Fit| case.hosts().find(|host| fit(&written, host) == fitting);
    let domain = quote(attribute.text);
    let span = case.value_of(attribute);
    if !attribute.text.is_ascii() {
        let message = format!(
            "cookie domain {domain} is not ASCII: Chromium converts it, Firefox drops the cookie"
        );
        let help = format!(
            "use {}",
            quote(&format!("domain={}", host::canonical(attribute.text)))
        );
        let diagnostic = case
            .found(Rule::InvalidDomain, span, message)
            .with_help(help);
        found.push(harmless(diagnostic, Severity::Warning));
    }
    if let Some(host) = fits(Fit::OneOfMany) {
        let message = format!(
            "cookie domain {domain} fits one host of {} only",
            quote(host.label())
        );
        found.push(harmless(
            case.found(Rule::DomainMismatch, span, message),
            Severity::Warning,
        ));
    } else if let Some(host) = fits(Fit::Wider) {
        let message = format!(
            "cookie domain {domain} is wider than {}: sibling hosts get the cookie too",
            quote(host.label())
        );
        let help = "leave 'domain=' out unless the siblings share the servers";
        found.push(case.found(Rule::WideDomain, span, message).with_help(help));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant() {
        for (text, meant) in [
            ("https://example.com/", "example.com"),
            ("example.com:8080", "example.com"),
            ("example.com,cafe.example.com", "example.com"),
            ("*.example.com", "example.com"),
            ("'example.com'", "example.com"),
            ("example.com.", "example.com"),
            ("example.com", "example.com"),
            ("*", "*"),
        ] {
            assert_eq!(unwrapped(text), meant);
        }
    }
}
