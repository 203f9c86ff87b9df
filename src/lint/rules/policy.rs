//! What the operator requires and forbids of each cookie that is in use.
//! Severities are the catalogue's; [`crate::lint::Policy::apply`] sets the
//! operator's.

use std::borrow::Cow;

use super::{Context, Report, Rule};
use crate::lint::diagnostic::Diagnostic;
use crate::lint::edit;
use crate::lint::policy::Pattern;
use crate::lint::read::EntryReading;
use crate::lint::read::browser::has_secure_hosts;
use crate::lint::read::nginx::{Attribute, Cookie, Parameter};
use crate::lint::text::quote;

pub(super) fn require_secure(context: &Context<'_>, report: &mut Report) {
    if !context.policy.require.secure {
        return;
    }
    for (entry, cookie) in context.live() {
        if cookie.secure.is_none() {
            let diagnostic = lacks(entry, cookie, Rule::RequireSecure, Parameter::Secure);
            let routes = context.reading.routes.as_ref();
            let safe = routes.is_some_and(|routes| has_secure_hosts(routes, entry.service));
            let fix = edit::append(entry.end(), "secure").into_fix(safe);
            report.push(diagnostic.with_help("add 'secure'").with_fix(fix));
        }
    }
}

pub(super) fn require_httponly(context: &Context<'_>, report: &mut Report) {
    if !context.policy.require.http_only {
        return;
    }
    for (entry, cookie) in context.live() {
        if cookie.http_only.is_none() {
            let diagnostic = lacks(entry, cookie, Rule::RequireHttponly, Parameter::HttpOnly);
            let fix = edit::append(entry.end(), "httponly").into_fix(true);
            report.push(diagnostic.with_help("add 'httponly'").with_fix(fix));
        }
    }
}

pub(super) fn require_samesite(context: &Context<'_>, report: &mut Report) {
    let wanted = &context.policy.require.same_site;
    if wanted.is_empty() {
        return;
    }
    for (entry, cookie) in context.live() {
        if let Some(diagnostic) = same_site(wanted, entry, cookie) {
            report.push(diagnostic);
        }
    }
}

pub(super) fn require_path(context: &Context<'_>, report: &mut Report) {
    if !context.policy.require.path {
        return;
    }
    let help = "add 'path=' with the path that leads to the service";
    for (entry, cookie) in context.live() {
        if cookie.path.is_none() {
            let diagnostic = lacks(entry, cookie, Rule::RequirePath, Parameter::Path);
            report.push(diagnostic.with_help(help));
        }
    }
}

pub(super) fn require_expires(context: &Context<'_>, report: &mut Report) {
    if !context.policy.require.expires {
        return;
    }
    let help = "add 'expires=' with the time that a visitor may stay away, such as 'expires=1h'";
    for (entry, cookie) in context.live() {
        if cookie.expires.is_none() {
            let diagnostic = lacks(entry, cookie, Rule::RequireExpires, Parameter::Expires);
            report.push(diagnostic.with_help(help));
        }
    }
}

pub(super) fn max_expires(context: &Context<'_>, report: &mut Report) {
    if let Some(max) = context.policy.limits.max_expires {
        let bound = Bound {
            rule: Rule::MaxExpires,
            seconds: max,
            than: "longer",
            further: "less",
        };
        bound.check(context, |lifetime| lifetime > max, report);
    }
}

pub(super) fn min_expires(context: &Context<'_>, report: &mut Report) {
    if let Some(min) = context.policy.limits.min_expires {
        let bound = Bound {
            rule: Rule::MinExpires,
            seconds: min,
            than: "shorter",
            further: "more",
        };
        bound.check(context, |lifetime| lifetime < min, report);
    }
}

/// A bound on lifetimes, in seconds and in words.
struct Bound {
    rule: Rule,
    seconds: u64,
    than: &'static str,
    further: &'static str,
}

impl Bound {
    fn check(&self, context: &Context<'_>, is_beyond: impl Fn(u64) -> bool, report: &mut Report) {
        let Self { than, further, .. } = self;
        for (entry, cookie) in context.live() {
            let Some(expires) = &cookie.expires else {
                continue;
            };
            let lifetime = expires.value.max_age();
            if !is_beyond(lifetime) {
                continue;
            }
            let (life, bound) = (duration(lifetime), duration(self.seconds));
            let message =
                format!("the cookie's lifetime is {life}, {than} than the policy's {bound}");
            let fix = edit::replace(expires.span, &format!("expires={bound}")).into_fix(false);
            let diagnostic = entry.at(self.rule, expires.span, message);
            let help = format!("use 'expires={bound}' or {further}");
            report.push(diagnostic.with_help(help).with_fix(fix));
        }
    }
}

pub(super) fn cookie_name_pattern(context: &Context<'_>, report: &mut Report) {
    let Some(pattern) = &context.policy.cookies.name_pattern else {
        return;
    };
    for (entry, cookie) in context.live() {
        let name = &cookie.name;
        if !pattern.matches(&name.text) {
            let (text, glob) = (quote(&name.text), quote(pattern.as_str()));
            let message =
                format!("cookie name {text} does not match {glob}, which the policy requires");
            let diagnostic = entry.at(Rule::CookieNamePattern, name.span, message);
            report.push(diagnostic.with_help(format!("use a name that matches {glob}")));
        }
    }
}

pub(super) fn forbidden_domain(context: &Context<'_>, report: &mut Report) {
    let Some(allowed) = &context.policy.cookies.allowed_domains else {
        return;
    };
    for (entry, cookie) in context.live() {
        if let Some(domain) = &cookie.domain {
            let bare = domain.value.trim_start_matches('.').to_ascii_lowercase();
            if !allowed.iter().any(|pattern| pattern.matches(&bare)) {
                report.push(not_allowed(allowed, domain, entry));
            }
        }
    }
}

/// A parameter that is not there, reported at the cookie's name.
fn lacks(
    entry: &EntryReading<'_>,
    cookie: &Cookie<'_>,
    rule: Rule,
    parameter: Parameter,
) -> Diagnostic {
    let name = &cookie.name;
    let text = quote(&name.text);
    let message = format!("cookie {text} has no '{parameter}', which the policy requires");
    entry.at(rule, name.span, message)
}

fn same_site(
    wanted: &[String],
    entry: &EntryReading<'_>,
    cookie: &Cookie<'_>,
) -> Option<Diagnostic> {
    let present = cookie.same_site.as_ref();
    let fits = |value: &str| wanted.iter().any(|word| word.eq_ignore_ascii_case(value));
    if present.is_some_and(|attribute| fits(&attribute.value)) {
        return None;
    }
    let first = wanted.first()?;
    // Browsers drop `none` without `secure`, so that is not a fix.
    let safe = wanted.len() == 1 && (first != "none" || cookie.secure.is_some());
    let rule = Rule::RequireSamesite;
    let parameter = format!("samesite={first}");
    let (diagnostic, edit) = match present {
        None => (
            lacks(entry, cookie, rule, Parameter::SameSite),
            edit::append(entry.end(), &parameter),
        ),
        Some(Attribute { span, value, .. }) => {
            let (value, list) = (quote(value), alternatives("", wanted));
            let message = format!("samesite is {value}, and the policy requires {list}");
            (
                entry.at(rule, *span, message),
                edit::replace(*span, &parameter),
            )
        }
    };
    let help = format!("use {}", alternatives("samesite=", wanted));
    Some(diagnostic.with_help(help).with_fix(edit.into_fix(safe)))
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

fn not_allowed(
    allowed: &[Pattern],
    domain: &Attribute<Cow<'_, str>>,
    entry: &EntryReading<'_>,
) -> Diagnostic {
    let value = quote(&domain.value);
    let message = format!("the policy does not allow the cookie domain {value}");
    let help = if allowed.is_empty() {
        "remove 'domain=': the cookie then belongs to the host alone".to_owned()
    } else {
        let globs: Vec<_> = allowed.iter().map(|glob| quote(glob.as_str())).collect();
        format!("remove 'domain=', or use one of {}", globs.join(", "))
    };
    entry
        .at(Rule::ForbiddenDomain, domain.span, message)
        .with_help(help)
        .with_fix(edit::remove(entry.value, domain.span).into_fix(false))
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

#[cfg(test)]
mod tests;
