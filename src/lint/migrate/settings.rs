//! What ingress-nginx makes of the affinity keys of one Ingress.
//!
//! A value is validated as it is written and normalised afterwards; what does
//! not pass is silently treated as absent. Source: ingress-nginx v1.15.1,
//! `internal/ingress/annotations/parser/{main,validators}.go`,
//! `sessionaffinity/main.go`, and `rootfs/etc/nginx/lua/balancer/sticky.lua`.

use std::fmt::Write as _;

use super::number::{LuaNumber, print, tonumber};
use crate::lint::read::keys::COMMUNITY;
use crate::lint::subject::Subject;

/// The cookie's name where no key gives one.
pub const DEFAULT_NAME: &str = "INGRESSCOOKIE";

/// One key of an Ingress.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Key<'s> {
    /// As it is written; `None` where it is absent.
    pub raw: Option<&'s str>,
    /// What is left of an accepted value after normalisation; never empty.
    pub value: Option<String>,
}

/// The affinity settings of an Ingress, as ingress-nginx has them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings<'s> {
    /// `affinity`; only `cookie` has an effect.
    pub affinity: Key<'s>,
    /// `affinity-mode`.
    pub mode: Key<'s>,
    /// `session-cookie-name`.
    pub name: Key<'s>,
    /// `session-cookie-expires`.
    pub expires: Key<'s>,
    /// `session-cookie-max-age`.
    pub max_age: Key<'s>,
    /// `session-cookie-path`.
    pub path: Key<'s>,
    /// `session-cookie-domain`.
    pub domain: Key<'s>,
    /// `session-cookie-samesite`.
    pub same_site: Key<'s>,
    /// `session-cookie-secure`: whether it is true.
    pub secure: bool,
    /// `session-cookie-conditional-samesite-none`: whether it is true.
    pub conditional: bool,
    /// `session-cookie-change-on-failure`: whether it is true.
    pub change_on_failure: bool,
    /// `affinity-canary-behavior` is `legacy`: read from a canary.
    pub legacy_canary: bool,
}

/// The `Expires` attribute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Expires {
    /// Not set.
    None,
    /// So many seconds from now, rounded down; it may be infinite.
    In(f64),
    /// The value is not a number: HTTP 500 for each request without a valid cookie.
    Fails,
    /// A number in a spelling that the model does not cover.
    Unmodelled,
}

/// The annotation `name` of ingress-nginx as it is written; the empty value is absent.
#[must_use]
pub fn raw<'s>(subject: &'s Subject<'_>, name: &str) -> Option<&'s str> {
    let annotations = subject.annotations.iter().rev();
    let is_it = |key: &str| key.strip_prefix(COMMUNITY) == Some(name);
    let mut values = annotations.filter(|annotation| is_it(&annotation.key));
    values.next().map(|annotation| annotation.value.as_ref())
}

/// A boolean as Go's `strconv.ParseBool` reads it, untrimmed; `None` where it
/// is absent or refused.
#[must_use]
pub fn boolean(subject: &Subject<'_>, name: &str) -> Option<bool> {
    match raw(subject, name)? {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

impl<'s> Settings<'s> {
    /// Reads the affinity keys of `subject`.
    #[must_use]
    pub fn of(subject: &'s Subject<'_>) -> Self {
        let key = |name: &str, accepts: fn(&str) -> bool| Key::read(subject, name, accepts);
        let is_true = |name| boolean(subject, name) == Some(true);
        let behavior = Key::read(subject, "affinity-canary-behavior", |value| {
            matches!(value.trim(), "sticky" | "legacy")
        });
        Self {
            affinity: key("affinity", |value| value.trim() == "cookie"),
            mode: key("affinity-mode", |value| {
                matches!(value.trim(), "balanced" | "persistent")
            }),
            name: key("session-cookie-name", is_name),
            expires: key("session-cookie-expires", |value| {
                is_duration(&value.replace(' ', ""))
            }),
            max_age: key("session-cookie-max-age", is_duration),
            path: key("session-cookie-path", is_path),
            domain: key("session-cookie-domain", is_name),
            same_site: key("session-cookie-samesite", |value| {
                let lower = value.trim().to_ascii_lowercase();
                matches!(lower.as_str(), "none" | "lax" | "strict")
            }),
            secure: is_true("session-cookie-secure"),
            conditional: is_true("session-cookie-conditional-samesite-none"),
            change_on_failure: is_true("session-cookie-change-on-failure"),
            legacy_canary: behavior.value.as_deref() == Some("legacy"),
        }
    }

    /// Whether there is affinity: a line break at the end (`|` in YAML) survives
    /// the normalisation, and the value is then another one.
    #[must_use]
    pub fn has_affinity(&self) -> bool {
        self.affinity.value.as_deref() == Some("cookie")
    }

    /// Whether a client keeps its pod for good; compared like the affinity.
    #[must_use]
    pub fn is_persistent(&self) -> bool {
        self.mode.value.as_deref() == Some("persistent")
    }

    /// The cookie's name; spaces inside stay.
    #[must_use]
    pub fn cookie_name(&self) -> &str {
        self.name.value.as_deref().unwrap_or(DEFAULT_NAME)
    }

    /// The `SameSite` attribute as it is sent: only in the exact spelling.
    #[must_use]
    pub fn sent_same_site(&self) -> Option<&str> {
        let value = self.same_site.value.as_deref();
        value.filter(|value| matches!(*value, "None" | "Lax" | "Strict"))
    }

    /// The `Expires` attribute.
    #[must_use]
    pub fn expires(&self) -> Expires {
        match self.expires.value.as_deref().map(tonumber) {
            None => Expires::None,
            Some(LuaNumber::Number(seconds)) => Expires::In(seconds.floor()),
            Some(LuaNumber::Nil) => Expires::Fails,
            Some(LuaNumber::Unmodelled) => Expires::Unmodelled,
        }
    }

    /// The `Max-Age` attribute as it is printed.
    #[must_use]
    pub fn printed_max_age(&self) -> Option<String> {
        match self.max_age.value.as_deref().map(tonumber) {
            Some(LuaNumber::Number(seconds)) => Some(print(seconds)),
            _ => None,
        }
    }

    /// The lifetime that browsers take from `Max-Age`: an integer, or nothing.
    #[must_use]
    pub fn effective_max_age(&self) -> Option<i64> {
        self.printed_max_age()?.parse().ok()
    }

    /// The cookie's path for a location: the key's, else the rule's as it is written.
    #[must_use]
    pub fn cookie_path<'p>(&'p self, location: &'p str) -> &'p str {
        self.path.value.as_deref().unwrap_or(location)
    }

    /// The `Set-Cookie` header for a request without a valid cookie, with `KEY`
    /// and `NOW` in place of what differs each time; an error where
    /// ingress-nginx answers 500.
    ///
    /// `https` says whether nginx itself ended TLS, `refuses_none` whether the
    /// client is one that does not know `SameSite=None`.
    pub fn set_cookie(
        &self,
        location: &str,
        https: bool,
        refuses_none: bool,
    ) -> Result<String, InternalServerError> {
        let mut line = format!("{}=KEY", self.cookie_name());
        match self.expires() {
            Expires::None | Expires::Unmodelled => {}
            Expires::In(seconds) => {
                let _ = write!(line, "; Expires=NOW{seconds:+}");
            }
            Expires::Fails => return Err(InternalServerError),
        }
        if let Some(seconds) = self.printed_max_age() {
            let _ = write!(line, "; Max-Age={seconds}");
        }
        if let Some(domain) = &self.domain.value {
            let _ = write!(line, "; Domain={domain}");
        }
        let _ = write!(line, "; Path={}", self.cookie_path(location));
        if self.secure || https {
            line.push_str("; Secure");
        }
        line.push_str("; HttpOnly");
        let omitted = self.conditional && refuses_none;
        match self.sent_same_site() {
            Some("None") if omitted => {}
            Some(value) => {
                let _ = write!(line, "; SameSite={value}");
            }
            None => {}
        }
        Ok(line)
    }
}

/// ingress-nginx answers the request with HTTP 500.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InternalServerError;

impl<'s> Key<'s> {
    fn read(subject: &'s Subject<'_>, name: &str, accepts: impl Fn(&str) -> bool) -> Self {
        let raw = raw(subject, name);
        let accepted = raw.filter(|value| accepts(value)).map(normalise);
        Self {
            raw,
            value: accepted.filter(|value| !value.is_empty()),
        }
    }

    /// Whether the key is there, holds something, and is refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.value.is_none() && self.raw.is_some_and(|raw| !raw.trim().is_empty())
    }
}

/// Each line without whitespace at its ends.
fn normalise(value: &str) -> String {
    let lines: Vec<_> = value.split('\n').map(str::trim).collect();
    lines.join("\n")
}

fn is_name(value: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/: ".contains(&byte);
    value.bytes().all(allowed)
}

fn is_path(value: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/:,?&= ".contains(&byte);
    value.bytes().all(allowed)
}

/// `^(0|-?[1-9]\d*$)` as it is written there: the two ends bind to one
/// alternative each, so a `0` at the start is enough, and so is a number at the end.
fn is_duration(value: &str) -> bool {
    let head = value.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = value[head.len()..].trim_start_matches('0');
    let line_break = value.contains(['\n', '\r']);
    !line_break && (value.starts_with('0') || !number.is_empty())
}
