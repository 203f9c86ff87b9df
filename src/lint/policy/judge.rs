//! What the operator requires and forbids of each cookie.

use std::borrow::Cow;

use super::{Cookies, Limits, Policy, Require};
use crate::lint::diagnostic::Diagnostic;
use crate::lint::entry::Entry;
use crate::lint::nginx::Attribute;
use crate::lint::rule::Rule;
use crate::lint::span::Span;
use crate::lint::text::quote;

/// What `require`, `limits` and `cookies` have to say of `entries`: those that
/// are in effect, as an overridden entry is nobody's cookie. Severities are
/// the catalogue's; [`Policy::apply`] sets the operator's.
pub(crate) fn judge(policy: &Policy, entries: &[Entry<'_>], found: &mut Vec<Diagnostic>) {
    if policy.judges_cookies() {
        for entry in entries {
            required(&policy.require, entry, found);
            limited(&policy.limits, entry, found);
            named(&policy.cookies, entry, found);
        }
    }
}

impl Policy {
    /// Whether it says anything of cookies.
    fn judges_cookies(&self) -> bool {
        self.require != Require::default()
            || self.limits != Limits::default()
            || self.cookies != Cookies::default()
    }
}

/// A parameter that is not there, told at the cookie's name.
fn lacks(entry: &Entry<'_>, rule: Rule, parameter: &str) -> Diagnostic {
    let name = &entry.cookie.name;
    let text = quote(&name.text);
    let message = format!("cookie {text} has no '{parameter}', which the policy requires");
    entry.at(rule, name.span, message)
}

fn required(require: &Require, entry: &Entry<'_>, found: &mut Vec<Diagnostic>) {
    let cookie = &entry.cookie;
    let end = entry.end();
    if require.secure && cookie.secure.is_none() {
        let lack = lacks(entry, Rule::RequireSecure, "secure");
        found.push(
            lack.with_help("add 'secure'")
                .with_edit(true, end, " secure"),
        );
    }
    if require.http_only && cookie.http_only.is_none() {
        let lack = lacks(entry, Rule::RequireHttponly, "httponly");
        found.push(
            lack.with_help("add 'httponly'")
                .with_edit(true, end, " httponly"),
        );
    }
    if !require.same_site.is_empty() {
        found.extend(same_site(&require.same_site, entry));
    }
    if require.path && cookie.path.is_none() {
        let help = "add 'path=' with the path that leads to the service";
        found.push(lacks(entry, Rule::RequirePath, "path=").with_help(help));
    }
    if require.expires && cookie.expires.is_none() {
        let help =
            "add 'expires=' with the time that a visitor may stay away, such as 'expires=1h'";
        found.push(lacks(entry, Rule::RequireExpires, "expires=").with_help(help));
    }
}

fn same_site(wanted: &[String], entry: &Entry<'_>) -> Option<Diagnostic> {
    let present = entry.cookie.same_site.as_ref();
    let fits = |value: &str| wanted.iter().any(|word| word.eq_ignore_ascii_case(value));
    if present.is_some_and(|attribute| fits(&attribute.value)) {
        return None;
    }
    let first = wanted.first()?;
    // Browsers drop `none` without `secure`, so that is no mending.
    let safe = wanted.len() == 1 && (first != "none" || entry.cookie.secure.is_some());
    let rule = Rule::RequireSamesite;
    let (diagnostic, span, text) = match present {
        None => (
            lacks(entry, rule, "samesite="),
            entry.end(),
            format!(" samesite={first}"),
        ),
        Some(Attribute { span, value, .. }) => {
            let (value, list) = (quote(value), alternatives("", wanted));
            let message = format!("samesite is {value}, and the policy requires {list}");
            let text = format!("samesite={first}");
            (entry.at(rule, *span, message), *span, text)
        }
    };
    let help = format!("use {}", alternatives("samesite=", wanted));
    Some(diagnostic.with_help(help).with_edit(safe, span, text))
}

/// `'a'`, `'a' or 'b'`, `'a', 'b' or 'c'`, each word behind `before`.
fn alternatives(before: &str, words: &[String]) -> String {
    let quoted = words.iter().map(|word| quote(&format!("{before}{word}")));
    let quoted: Vec<_> = quoted.collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

fn limited(limits: &Limits, entry: &Entry<'_>, found: &mut Vec<Diagnostic>) {
    let Some(expires) = &entry.cookie.expires else {
        return;
    };
    let life = expires.value.max_age();
    let bounds = [
        (
            Rule::MaxExpires,
            limits.max_expires.filter(|&max| life > max),
            "longer",
            "less",
        ),
        (
            Rule::MinExpires,
            limits.min_expires.filter(|&min| life < min),
            "shorter",
            "more",
        ),
    ];
    for (rule, bound, than, further) in bounds {
        let Some(bound) = bound else { continue };
        let (life, bound) = (duration(life), duration(bound));
        let message = format!("the cookie lives {life}, {than} than the {bound} of the policy");
        let help = format!("use 'expires={bound}' or {further}");
        found.push(
            entry
                .at(rule, expires.span, message)
                .with_help(help)
                .with_edit(false, expires.span, format!("expires={bound}")),
        );
    }
}

/// Seconds as nginx reads them, in the largest units that leave no rest.
fn duration(seconds: u64) -> String {
    let scales = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
    let whole = |&&(scale, _): &&(u64, char)| seconds >= scale && seconds.is_multiple_of(scale);
    match scales.iter().find(whole) {
        Some((scale, unit)) => format!("{}{unit}", seconds / scale),
        None => format!("{seconds}s"),
    }
}

fn named(cookies: &Cookies, entry: &Entry<'_>, found: &mut Vec<Diagnostic>) {
    let name = &entry.cookie.name;
    if let Some(pattern) = &cookies.name_pattern
        && !pattern.matches(&name.text)
    {
        let (text, glob) = (quote(&name.text), quote(pattern.as_str()));
        let message = format!("cookie name {text} does not fit {glob}, as the policy requires");
        let help = format!("use a name that fits {glob}");
        found.push(
            entry
                .at(Rule::CookieNamePattern, name.span, message)
                .with_help(help),
        );
    }
    if let (Some(allowed), Some(domain)) = (&cookies.allowed_domains, &entry.cookie.domain) {
        let bare = domain.value.trim_start_matches('.').to_ascii_lowercase();
        if !allowed.iter().any(|pattern| pattern.matches(&bare)) {
            found.push(forbidden_domain(allowed, domain, entry));
        }
    }
}

fn forbidden_domain(
    allowed: &[super::Pattern],
    domain: &Attribute<Cow<'_, str>>,
    entry: &Entry<'_>,
) -> Diagnostic {
    let value = quote(&domain.value);
    let message = format!("the policy does not allow the cookie domain {value}");
    let help = if allowed.is_empty() {
        "leave out 'domain=', so that only the host itself gets the cookie".to_owned()
    } else {
        let globs: Vec<_> = allowed.iter().map(|glob| quote(glob.as_str())).collect();
        format!("leave out 'domain=', or use one of {}", globs.join(", "))
    };
    entry
        .at(Rule::ForbiddenDomain, domain.span, message)
        .with_help(help)
        .with_edit(false, Span::new(domain.span.start - 1, domain.span.end), "")
}

#[cfg(test)]
mod tests;
