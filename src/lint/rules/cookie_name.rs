//! The cookie's name: whether a browser stores it, and whether a request brings
//! it back as nginx looks for it.

use super::context::{list, never_or_partly, without_consequence};
use super::injection::is_disguised;
use super::{Context, Report, Rule};
use crate::lint::consequence::Severity;
use crate::lint::diagnostic::{Diagnostic, Fix};
use crate::lint::edit;
use crate::lint::read::browser::SetCookieHeader;
use crate::lint::read::browser::{MAX_PAIR, Need, Needs, Prefix, ReceivedCookie, Rejection};
use crate::lint::read::controller::Host;
use crate::lint::span::Span;
use crate::lint::text::quote;

pub(super) fn oversized_cookie(context: &Context<'_>, report: &mut Report) {
    for (header, refusal) in context.refused_headers() {
        if refusal == Rejection::Oversized {
            let name = quote(header.name);
            let most = MAX_PAIR - 32;
            let message = format!("cookie {name} is too long");
            let help = format!("a name may have {most} bytes, as 32 more are the server's id");
            let diagnostic = header.at(Rule::OversizedCookie, header.name_span(), message);
            report.push(diagnostic.with_help(help));
        }
    }
}

/// Reports headers that a browser drops for a control character in a word that
/// is a matter for `rule`.
pub(super) fn control_in_header(context: &Context<'_>, rule: Rule, report: &mut Report) {
    for (header, refusal) in context.refused_headers() {
        let Rejection::Control(offset) = refusal else {
            continue;
        };
        let span = header.origin(offset);
        if rule_for_control(header, span) == rule {
            let word = quote(span.of(header.value));
            let message = format!("browsers reject a cookie with a control character in {word}");
            report.push(header.at(rule, span, message));
        }
    }
}

fn rule_for_control(header: &SetCookieHeader<'_>, word: Span) -> Rule {
    match header.written_by(word) {
        text if text.starts_with("; path=") => Rule::PathMismatch,
        text if text.starts_with("; domain=") => Rule::InvalidDomain,
        _ => Rule::InvalidCookieName,
    }
}

pub(super) fn invalid_cookie_name(context: &Context<'_>, report: &mut Report) {
    control_in_header(context, Rule::InvalidCookieName, report);
    let help = "use letters, digits, '_' and '-'";
    for cookie in context.cookies() {
        let name = cookie.header.name;
        let at = |message| cookie.at(Rule::InvalidCookieName, cookie.header.name_span(), message);
        if !cookie.comes_back() {
            let name = quote(name);
            let message = format!("browsers do not return a cookie with the name {name}");
            report.push(at(message).with_help(help));
        } else if let Some(odd) = name.chars().find(|&c| !is_name_char(c))
            // That it is not a name at all is reported already.
            && !is_disguised(name)
        {
            let odd = quote(odd.encode_utf8(&mut [0; 4]));
            let message = format!(
                "{odd} in a cookie name: browsers accept it, other clients and proxies may not"
            );
            let diagnostic = at(message).with_help(help);
            report.push(without_consequence(diagnostic, Severity::Warning));
        }
    }
}

/// A character of an RFC 9110 token (section 5.6.2), or one that has a rule of its own.
fn is_name_char(c: char) -> bool {
    let is_mark = || "!#$%&'*+-.^_`|~\\".contains(c);
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-') || is_mark()
}

pub(super) fn cookie_prefix(context: &Context<'_>, report: &mut Report) {
    for cookie in context.cookies() {
        let Some(prefix) = Prefix::of(cookie.parsed.name) else {
            continue;
        };
        let in_header = Needs::in_header(prefix, &cookie.parsed);
        let needs = in_header.and(Need::Tls, cookie.hosts().any(is_untrusted));
        if !needs.is_empty() {
            report.push(lacking(cookie, prefix, in_header, needs));
        }
    }
}

fn is_untrusted(host: &Host<'_>) -> bool {
    host.is_secure_origin() == Some(false)
}

fn lacking(
    cookie: &ReceivedCookie<'_>,
    prefix: &Prefix,
    in_header: Needs,
    needs: Needs,
) -> Diagnostic {
    let span = cookie.header.name_span();
    let head = Span::new(span.start, span.start + prefix.text.len().min(span.len()));
    let (name, needed) = (cookie.quoted_name(), in_words(cookie, prefix, needs));
    let message = format!("cookie {name}: {needed}");
    let diagnostic = cookie.at(Rule::CookiePrefix, head, message);
    if in_header.is_empty() {
        let help = "list the host in spec.tls, or use a name without the prefix";
        let diagnostic = diagnostic.with_help(help).with_severity(Severity::Warning);
        never_or_partly(diagnostic, cookie.is_rejected_everywhere())
    } else {
        diagnostic.with_fix(meet(cookie, needs))
    }
}

fn in_words(cookie: &ReceivedCookie<'_>, prefix: &Prefix, needs: Needs) -> String {
    let untrusted = || cookie.hosts().filter(|host| is_untrusted(host));
    let word = |need: &Need| match need {
        Need::Secure => "'secure'".to_owned(),
        Need::HttpOnly => "'httponly'".to_owned(),
        Need::RootPath => "'path=/'".to_owned(),
        Need::NoDomain => "no 'domain='".to_owned(),
        Need::Tls if untrusted().count() < cookie.hosts().count() => {
            format!("TLS for {}", list(untrusted().map(Host::label)))
        }
        Need::Tls => "TLS for the host".to_owned(),
    };
    let wanted = Need::ALL.iter().filter(|need| needs.has(**need));
    let wanted: Vec<_> = wanted.map(word).collect();
    let prefix = quote(prefix.text);
    format!("the prefix {prefix} needs {}", wanted.join(", "))
}

/// Adds what is lacking; safe where nothing that was written has to go.
fn meet(cookie: &ReceivedCookie<'_>, needs: Needs) -> Fix {
    let (parsed, value) = (&cookie.parsed, cookie.header.value);
    let mut edits = Vec::new();
    if let Some(domain) = parsed.domain.filter(|_| needs.has(Need::NoDomain)) {
        edits.push(edit::remove(value, cookie.word(domain)));
    }
    let path = parsed.path.filter(|_| needs.has(Need::RootPath));
    if let Some(path) = path {
        edits.push(edit::replace(cookie.word(path), "path=/"));
    }
    let brings_secure = needs.has(Need::Secure) && !cookie.has_secure_hosts();
    let safe = edits.is_empty() && !needs.has(Need::Tls) && !brings_secure;
    edits.sort_unstable_by_key(|edit| edit.span);
    let root_path = needs.has(Need::RootPath) && path.is_none();
    let added = [
        (needs.has(Need::Secure), "secure"),
        (needs.has(Need::HttpOnly), "httponly"),
        (root_path, "path=/"),
    ];
    let added: Vec<_> = added
        .into_iter()
        .filter_map(|(lacks, word)| lacks.then_some(word))
        .collect();
    if !added.is_empty() {
        edits.push(edit::append(cookie.header.end, &added.join(" ")));
    }
    Fix::of_edits(safe, edits)
}
