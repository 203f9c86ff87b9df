//! The cookie's domain against the hosts that set it (RFC 6265bis, section
//! 5.1.3 and 5.7; the public suffixes are those of <https://publicsuffix.org>).

use psl::Type;

use super::host;
use super::set_cookie::{Attribute, MAX_ATTRIBUTE, Received};
use super::site::Host;
use super::{Case, harmless, list, share};
use crate::lint::diagnostic::{Diagnostic, Severity};
use crate::lint::rule::Rule;
use crate::lint::text::quote;

/// How a domain fits a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// It is the host.
    Equal,
    /// It is a parent of the host, below the public suffix.
    Wider,
    /// It is one of the hosts that a wildcard stands for.
    OneOfMany,
    /// The rule has no host, so that nothing can be said.
    Unknown,
    /// It is a public suffix, or lies above one.
    Suffix {
        /// Whether only the list's private part says so, which changes often.
        private: bool,
    },
    /// It does not belong to the host.
    Mismatch,
}

impl Fit {
    fn is_kept(self) -> bool {
        !matches!(self, Self::Suffix { .. } | Self::Mismatch)
    }
}

/// Whether a browser keeps the cookie when `host` sets it, as far as its domain decides it.
pub(super) fn is_kept(received: &Received<'_>, host: &Host<'_>) -> bool {
    received
        .domain_text()
        .is_none_or(|domain| fit(domain, host).is_kept())
}

fn fit(text: &str, host: &Host<'_>) -> Fit {
    let (canonical, name) = (host::canonical(text), host.name.as_ref());
    let domain = bare(&canonical);
    if host.written.is_none() {
        return if is_host_name(domain) {
            Fit::Unknown
        } else {
            Fit::Mismatch
        };
    }
    if domain == name && !name.starts_with('*') {
        return Fit::Equal;
    }
    if is_one_of(domain, name) {
        return Fit::OneOfMany;
    }
    if domain.is_empty() || host::is_ip(name) || !is_below(name, domain) {
        return Fit::Mismatch;
    }
    let suffix = psl::suffix(name.as_bytes());
    match suffix.filter(|suffix| domain.len() <= suffix.as_bytes().len()) {
        Some(suffix) => Fit::Suffix {
            private: suffix.typ() == Some(Type::Private) && !is_open_suffix(domain),
        },
        None => Fit::Wider,
    }
}

/// The domain without the one leading dot that browsers take off.
fn bare(domain: &str) -> &str {
    domain.strip_prefix('.').unwrap_or(domain)
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|head| head.ends_with('.'))
}

/// Whether `domain` is a host that the wildcard `host` stands for: one label more.
fn is_one_of(domain: &str, host: &str) -> bool {
    let label = host
        .strip_prefix('*')
        .and_then(|parent| domain.strip_suffix(parent));
    label.is_some_and(|label| !label.is_empty() && !label.contains('.') && is_host_name(domain))
}

/// Whether `domain` is a suffix by itself without the list's private part.
fn is_open_suffix(domain: &str) -> bool {
    let suffix = psl::suffix(domain.as_bytes());
    suffix.is_some_and(|suffix| {
        suffix.typ() != Some(Type::Private) && suffix.as_bytes() == domain.as_bytes()
    })
}

/// Letters, digits, `-` and `_` between single dots. A name beyond ASCII is
/// judged after its conversion.
fn is_host_name(domain: &str) -> bool {
    let is_host_char =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_') || !b.is_ascii();
    domain
        .split('.')
        .all(|label| !label.is_empty() && label.bytes().all(is_host_char))
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
    let Some(attribute) = case
        .received
        .domain
        .filter(|domain| !domain.text.is_empty())
    else {
        return;
    };
    let refused = |host: &&Host<'_>| !fit(attribute.text, host).is_kept();
    if let Some(host) = case.hosts().find(refused) {
        let all = case.hosts().all(|host| refused(&host));
        found.push(share(refusal(case, attribute, host), all));
    } else {
        tolerated(case, attribute, found);
    }
}

/// A domain that some hosts may not set; `host` is the first of them.
fn refusal(case: &Case<'_>, attribute: Attribute<'_>, host: &Host<'_>) -> Diagnostic {
    let text = attribute.text;
    let domain = quote(text);
    let refused = case.hosts().filter(|host| !fit(text, host).is_kept());
    let hosts = list(refused.map(Host::label));
    let at = |rule, message| case.found(rule, case.value_of(attribute), message);
    let diagnostic = match fit(text, host) {
        Fit::Suffix { private } => {
            let message = format!(
                "cookie domain {domain} is a public suffix for {hosts}: browsers drop the cookie"
            );
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
    let fits = |host: &Host<'_>| matches!(fit(meant, host), Fit::Equal | Fit::Wider);
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
    let fits = |fitting: Fit| {
        case.hosts()
            .find(move |host| fit(attribute.text, host) == fitting)
    };
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

    fn fit_of(domain: &str, written: &str) -> Fit {
        let name = host::canonical(written);
        let host = Host {
            written: Some(written),
            name,
            tls: None,
        };
        fit(domain, &host)
    }

    const ICANN: Fit = Fit::Suffix { private: false };
    const PRIVATE: Fit = Fit::Suffix { private: true };

    #[test]
    fn domains_fit_hosts_or_not() {
        use Fit::{Equal, Mismatch, OneOfMany, Wider};
        for (domain, host, expected) in [
            ("cafe.example.com", "cafe.example.com", Equal),
            (".cafe.example.com", "cafe.example.com", Equal),
            ("CAFE.example.COM", "cafe.example.com", Equal),
            ("example.com", "cafe.example.com", Wider),
            (".example.com", "cafe.example.com", Wider),
            ("svc.cluster.local", "tea.default.svc.cluster.local", Wider),
            ("10.0.0.5", "10.0.0.5", Equal),
            (".10.0.0.5", "10.0.0.5", Equal),
            ("cafe", "cafe", Equal),
            ("github.io", "github.io", Equal),
            ("me.github.io", "me.github.io", Equal),
            ("xn--bcher-kva.example", "bücher.example", Equal),
            ("bücher.example", "xn--bcher-kva.example", Equal),
            ("bücher.example", "shop.bücher.example", Wider),
            ("cafe.example.com.", "cafe.example.com.", Equal),
            ("example.com.", "cafe.example.com.", Wider),
            ("com", "cafe.example.com", ICANN),
            ("co.uk", "cafe.co.uk", ICANN),
            ("uk", "cafe.co.uk", ICANN),
            ("kobe.jp", "a.kobe.jp", ICANN),
            ("kobe.jp", "city.kobe.jp", ICANN),
            ("bar.ck", "foo.bar.ck", ICANN),
            ("local", "cafe.local", ICANN),
            ("internal", "cafe.internal", ICANN),
            ("example", "shop.bücher.example", ICANN),
            ("github.io", "me.github.io", PRIVATE),
            ("io", "me.github.io", ICANN),
            (
                "us-east-1.elb.amazonaws.com",
                "lb.us-east-1.elb.amazonaws.com",
                PRIVATE,
            ),
            (
                "elb.amazonaws.com",
                "lb.us-east-1.elb.amazonaws.com",
                PRIVATE,
            ),
            ("com", "lb.us-east-1.elb.amazonaws.com", ICANN),
            ("com.", "cafe.example.com.", ICANN),
            ("shop.cafe.example.com", "cafe.example.com", Mismatch),
            ("tea.example.com", "cafe.example.com", Mismatch),
            ("ample.com", "cafe.example.com", Mismatch),
            ("example.org", "cafe.example.com", Mismatch),
            ("..example.com", "cafe.example.com", Mismatch),
            ("cafe.example.com", "cafe.example.com.", Mismatch),
            ("cafe.example.com.", "cafe.example.com", Mismatch),
            (".", "cafe.example.com", Mismatch),
            ("0xa.0.0.5", "10.0.0.5", Mismatch),
            ("0.0.5", "10.0.0.5", Mismatch),
            ("example.com", "*.example.com", Wider),
            ("foo.example.com", "*.example.com", OneOfMany),
            ("a.b.example.com", "*.example.com", Mismatch),
            ("*.example.com", "*.example.com", Mismatch),
            ("com", "*.example.com", ICANN),
            ("github.io", "*.github.io", PRIVATE),
            ("kobe.jp", "*.kobe.jp", ICANN),
        ] {
            assert_eq!(fit_of(domain, host), expected, "{domain} on {host}");
        }
    }

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
