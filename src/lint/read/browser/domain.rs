//! How a domain fits a host (RFC 6265bis, sections 5.1.3 and 5.7). The public
//! suffixes are those of <https://publicsuffix.org>.

use std::borrow::Cow;

use psl::Type;

use crate::lint::meter;
use crate::lint::read::controller::Host;
use crate::lint::read::host;

/// How a domain fits a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It is the host.
    Equal,
    /// It is a parent of the host, below the public suffix.
    Wider,
    /// It is one of the hosts that a wildcard matches.
    OneOfMany,
    /// Not known: the rule has no host.
    Unknown,
    /// It is a public suffix, or lies above one.
    Suffix {
        /// Whether it is in the list's private part, which changes often.
        private: bool,
    },
    /// It does not belong to the host.
    Mismatch,
}

impl Fit {
    /// Whether a browser stores a cookie with such a domain.
    #[must_use]
    pub fn is_stored(self) -> bool {
        !matches!(self, Self::Suffix { .. } | Self::Mismatch)
    }
}

/// A cookie's domain as the header has it, and as browsers write it: converting
/// it again for each host would take long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CookieDomain<'t> {
    /// As the header has it.
    pub text: &'t str,
    canonical: Cow<'t, str>,
}

impl<'t> CookieDomain<'t> {
    /// The domain that a header writes as `text`.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let canonical = host::canonical(text);
        Self { text, canonical }
    }

    /// As browsers write it.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// How it fits `host`.
    #[must_use]
    pub fn fit(&self, host: &Host<'_>) -> Fit {
        fit(self, host)
    }
}

fn fit(written: &CookieDomain<'_>, host: &Host<'_>) -> Fit {
    meter::spend_on(&host.name);
    let (text, name) = (written.text, host.name.as_ref());
    let domain = strip_leading_dot(&written.canonical);
    if host.spec_host.is_none() {
        return if is_host_name(domain) {
            Fit::Unknown
        } else {
            Fit::Mismatch
        };
    }
    // Of an address, browsers compare the text.
    let compared = if host::is_ip(name) {
        strip_leading_dot(text)
    } else {
        domain
    };
    if compared == name && !name.starts_with('*') {
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

/// Whether a cookie whose domain is `host` itself goes to that host alone, like
/// one without a domain: addresses, single labels, public suffixes.
#[must_use]
pub fn is_kept_host_only(host: &str) -> bool {
    host::is_ip(host) || psl::suffix(host.as_bytes()).is_some_and(|suffix| suffix == host)
}

/// The domain without the one leading dot that browsers take off.
#[must_use]
pub fn strip_leading_dot(domain: &str) -> &str {
    domain.strip_prefix('.').unwrap_or(domain)
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain)
        .is_some_and(|head| head.ends_with('.'))
}

/// Whether the wildcard `host` matches `domain`, which has one label more.
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
/// checked after its conversion.
#[must_use]
pub fn is_host_name(domain: &str) -> bool {
    let is_host_char =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_') || !b.is_ascii();
    domain
        .split('.')
        .all(|label| !label.is_empty() && label.bytes().all(is_host_char))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit_of(domain: &str, written: &str) -> Fit {
        let name = host::canonical(written);
        let host = Host {
            spec_host: Some(written),
            name,
            tls: None,
        };
        fit(&CookieDomain::new(domain), &host)
    }

    fn assert_fits(rows: &[(&str, &str, Fit)]) {
        for &(domain, host, expected) in rows {
            assert_eq!(fit_of(domain, host), expected, "{domain} on {host}");
        }
    }

    const ICANN: Fit = Fit::Suffix { private: false };
    const PRIVATE: Fit = Fit::Suffix { private: true };

    #[test]
    fn domains_fit_hosts_or_not() {
        use Fit::{Equal, Mismatch, Wider};
        assert_fits(&[
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
            ("１０.0.0.5", "10.0.0.5", Mismatch),
            ("ｃafe。example．com", "cafe.example.com", Equal),
            ("σίσυφος.gr", "ΣΊΣΥΦΟΣ.gr", Mismatch),
        ]);
    }

    #[test]
    fn public_suffixes_fit_none() {
        assert_fits(&[
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
        ]);
    }

    #[test]
    fn some_hosts_keep_their_own_domain_to_themselves() {
        for (host, alone) in [
            ("cafe", true),
            ("localhost", true),
            ("github.io", true),
            ("co.uk", true),
            ("10.0.0.5", true),
            ("me.github.io", false),
            ("cafe.local", false),
            ("example.com", false),
        ] {
            assert_eq!(is_kept_host_only(host), alone, "{host}");
        }
    }

    #[test]
    fn a_wildcard_matches_one_label() {
        use Fit::{Mismatch, OneOfMany, Wider};
        assert_fits(&[
            ("example.com", "*.example.com", Wider),
            ("foo.example.com", "*.example.com", OneOfMany),
            ("a.b.example.com", "*.example.com", Mismatch),
            ("*.example.com", "*.example.com", Mismatch),
            ("com", "*.example.com", ICANN),
            ("github.io", "*.github.io", PRIVATE),
            ("kobe.jp", "*.kobe.jp", ICANN),
        ]);
    }
}
