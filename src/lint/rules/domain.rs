//! The cookie's domain against the hosts that set it.

use super::context::{list, never_or_partly, without_consequence};
use super::cookie_name::control_in_header;
use super::{Context, Report, Rule};
use crate::lint::consequence::Severity;
use crate::lint::diagnostic::Diagnostic;
use crate::lint::edit;
use crate::lint::read::browser::{
    Attribute, CookieDomain, Fit, ReceivedCookie, is_host_name, is_kept_host_only,
    strip_leading_dot,
};
use crate::lint::read::controller::Host;
use crate::lint::text::quote;

/// A cookie with a domain, and how the domain fits its hosts.
struct WithDomain<'c> {
    cookie: &'c ReceivedCookie<'c>,
    attribute: Attribute<'c>,
    domain: &'c CookieDomain<'c>,
}

/// The cookies with a domain.
fn domains<'c>(context: &Context<'c>) -> impl Iterator<Item = WithDomain<'c>> {
    context.cookies().filter_map(|cookie| {
        Some(WithDomain {
            cookie,
            attribute: cookie.parsed.domain?,
            domain: cookie.domain.as_ref()?,
        })
    })
}

impl<'c> WithDomain<'c> {
    fn fit(&self, host: &Host<'_>) -> Fit {
        self.domain.fit(host)
    }

    /// How the domain fits the first host that may not set it.
    fn refused(&self) -> Option<Fit> {
        let mut fits = self.cookie.hosts().map(|host| self.fit(host));
        fits.find(|fit| !fit.is_stored())
    }

    /// The first host that the domain fits so, where all may set it.
    fn accepted(&self, fit: Fit) -> Option<&'c Host<'c>> {
        let mut hosts = self.cookie.hosts();
        let host = hosts.find(|host| self.fit(host) == fit)?;
        self.refused().is_none().then_some(host)
    }

    /// The hosts that may not set the domain, as a message lists them.
    fn refusing_hosts(&self) -> String {
        let hosts = self.cookie.hosts();
        let refusing = hosts.filter(|host| !self.fit(host).is_stored());
        list(refusing.map(Host::label))
    }

    fn at(&self, rule: Rule, message: String) -> Diagnostic {
        self.cookie
            .at(rule, self.cookie.value_of(self.attribute), message)
    }

    /// The diagnostic of a domain that some hosts may not set.
    fn refusal(&self, diagnostic: Diagnostic) -> Diagnostic {
        let mut hosts = self.cookie.hosts();
        let all = hosts.all(|host| !self.fit(host).is_stored());
        never_or_partly(self.with_fix(diagnostic), all)
    }

    /// The host that the domain wraps, where it fits; else the domain goes.
    fn with_fix(&self, diagnostic: Diagnostic) -> Diagnostic {
        let (cookie, text) = (self.cookie, self.attribute.text);
        let inner = strip_decoration(text);
        let written = CookieDomain::new(inner);
        let fits = |host: &Host<'_>| matches!(written.fit(host), Fit::Equal | Fit::Wider);
        if inner != text && is_host_name(strip_leading_dot(inner)) && cookie.hosts().all(fits) {
            let help = format!("use {}", quote(&format!("domain={inner}")));
            let diagnostic = diagnostic.with_help(help);
            if !cookie.is_plain(self.attribute) {
                return diagnostic;
            }
            let safe = !text.starts_with('*') && !text.contains(',');
            let edit = edit::replace(cookie.value_of(self.attribute), inner);
            return diagnostic.with_fix(edit.into_fix(safe));
        }
        let edit = edit::remove(cookie.header.value, cookie.word(self.attribute));
        diagnostic
            .with_help("remove 'domain=': the cookie then belongs to the host alone")
            .with_fix(edit.into_fix(false))
    }
}

pub(super) fn public_suffix_domain(context: &Context<'_>, report: &mut Report) {
    for it in domains(context) {
        let Some(Fit::Suffix { private }) = it.refused() else {
            continue;
        };
        let hosts = it.refusing_hosts();
        let what = if is_kept_host_only(strip_leading_dot(it.domain.canonical())) {
            format!("is a public suffix for {hosts}")
        } else {
            format!("is a parent of the public suffix of {hosts}")
        };
        let domain = quote(it.attribute.text);
        let message = format!("cookie domain {domain} {what}");
        let severity = if private {
            Severity::Warning
        } else {
            Severity::Error
        };
        let diagnostic = it.at(Rule::PublicSuffixDomain, message);
        report.push(it.refusal(diagnostic.with_severity(severity)));
    }
}

pub(super) fn domain_mismatch(context: &Context<'_>, report: &mut Report) {
    for it in domains(context) {
        let domain = quote(it.attribute.text);
        if it.refused() == Some(Fit::Mismatch) {
            if is_host_name(strip_leading_dot(it.attribute.text)) {
                let hosts = it.refusing_hosts();
                let message = format!("cookie domain {domain} does not include {hosts}");
                report.push(it.refusal(it.at(Rule::DomainMismatch, message)));
            }
        } else if let Some(host) = it.accepted(Fit::OneOfMany) {
            let host = quote(host.label());
            let message = format!("cookie domain {domain} includes only one host of {host}");
            let diagnostic = it.at(Rule::DomainMismatch, message);
            report.push(without_consequence(diagnostic, Severity::Warning));
        }
    }
}

pub(super) fn invalid_domain(context: &Context<'_>, report: &mut Report) {
    control_in_header(context, Rule::InvalidDomain, report);
    for it in domains(context) {
        let text = it.attribute.text;
        let domain = quote(text);
        match it.refused() {
            Some(Fit::Mismatch) if !is_host_name(strip_leading_dot(text)) => {
                let message = format!("cookie domain {domain} is not a valid host name");
                report.push(it.refusal(it.at(Rule::InvalidDomain, message)));
            }
            None if !text.is_ascii() => {
                let message = format!(
                    "cookie domain {domain} is not ASCII: Chromium converts it, Firefox rejects the cookie"
                );
                let ascii = format!("domain={}", it.domain.canonical());
                let help = format!("use {}", quote(&ascii));
                let diagnostic = it.at(Rule::InvalidDomain, message).with_help(help);
                report.push(without_consequence(diagnostic, Severity::Warning));
            }
            _ => {}
        }
    }
}

pub(super) fn wide_domain(context: &Context<'_>, report: &mut Report) {
    for it in domains(context) {
        if it.accepted(Fit::OneOfMany).is_some() {
            continue;
        }
        if let Some(host) = it.accepted(Fit::Wider) {
            let (domain, host) = (quote(it.attribute.text), quote(host.label()));
            let message = format!(
                "cookie domain {domain} is wider than {host}: sibling hosts get the cookie too"
            );
            let help = "remove 'domain=' unless the sibling hosts use the same servers";
            report.push(it.at(Rule::WideDomain, message).with_help(help));
        }
    }
}

/// What is left without scheme, wildcard, port, path, quotes and all that follows a comma.
fn strip_decoration(text: &str) -> &str {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant() {
        for (text, expected) in [
            ("https://example.com/", "example.com"),
            ("example.com:8080", "example.com"),
            ("example.com,cafe.example.com", "example.com"),
            ("*.example.com", "example.com"),
            ("'example.com'", "example.com"),
            ("example.com.", "example.com"),
            ("example.com", "example.com"),
            ("*", "*"),
        ] {
            assert_eq!(strip_decoration(text), expected);
        }
    }
}
