//! Name prefixes that bind a cookie to conditions (RFC 6265bis, section 4.1.3).

use super::set_cookie::ParsedCookie;
use crate::lint::read::controller::Host;

/// A prefix and what it asks for besides `secure` and TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prefix {
    /// As the standard writes it; browsers compare it without case.
    pub text: &'static str,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// `secure`.
    Secure,
    /// `httponly`.
    HttpOnly,
    /// `path=/`, written out.
    RootPath,
    /// No `domain=`.
    NoDomain,
    /// TLS for the host.
    Tls,
}

impl Need {
    /// Every need, in the order in which they are listed.
    pub const ALL: [Self; 5] = [
        Self::Secure,
        Self::HttpOnly,
        Self::RootPath,
        Self::NoDomain,
        Self::Tls,
    ];
}

/// What a cookie lacks for its name: a set of [`Need`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs(u8);

impl Prefix {
    /// The prefix of a cookie's name.
    #[must_use]
    pub fn of(name: &str) -> Option<&'static Self> {
        PREFIXES.iter().find(|prefix| {
            let head = name.get(..prefix.text.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(prefix.text))
        })
    }
}

impl Needs {
    /// What the cookie lacks for its name on `host`.
    #[must_use]
    pub fn on_host(parsed: &ParsedCookie<'_>, host: &Host<'_>) -> Self {
        match Prefix::of(parsed.name) {
            Some(prefix) => Self::in_header(prefix, parsed)
                .and(Need::Tls, host.is_secure_origin() == Some(false)),
            None => Self::default(),
        }
    }

    /// What the header lacks for a prefix, whatever the host.
    #[must_use]
    pub fn in_header(prefix: &Prefix, parsed: &ParsedCookie<'_>) -> Self {
        let rooted = parsed.path.is_some_and(|path| path.text == "/");
        let (http_only, domain) = (parsed.http_only, parsed.effective_domain());
        Self::default()
            .and(Need::Secure, parsed.secure.is_none())
            .and(Need::HttpOnly, prefix.http_only && http_only.is_none())
            .and(Need::RootPath, prefix.host_only && !rooted)
            .and(Need::NoDomain, prefix.host_only && domain.is_some())
    }

    /// Whether nothing is lacking.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether `need` is among them.
    #[must_use]
    pub fn has(self, need: Need) -> bool {
        self.0 & (1 << need as u8) != 0
    }

    /// The same, with `need` if it is lacking.
    #[must_use]
    pub fn and(self, need: Need, lacks: bool) -> Self {
        Self(self.0 | (u8::from(lacks) << need as u8))
    }
}
