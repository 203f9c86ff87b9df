//! The cookie's path against the paths of its service (RFC 6265bis, section 5.1.4).

use super::context::{list, never_or_partly, without_consequence};
use super::cookie_name::control_in_header;
use super::{Context, Report, Rule};
use crate::lint::consequence::Severity;
use crate::lint::diagnostic::Diagnostic;
use crate::lint::edit;
use crate::lint::read::browser::{Attribute, MAX_ATTRIBUTE, Need, Needs, Prefix, ReceivedCookie};
use crate::lint::read::controller::Route;
use crate::lint::read::nginx::suggest;
use crate::lint::read::url;
use crate::lint::text::quote;

/// To which of a route's requests a cookie is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    All,
    Part,
    None,
}

fn reach(path: &str, route: &Route<'_>, cookie: &ReceivedCookie<'_>) -> Reach {
    if !url::is_possible(path) || is_pattern(path) {
        Reach::None
    } else if route.is_covered_by(path) {
        Reach::All
    } else if route.has_part(path) && !cookie.is_taken(route, path) {
        Reach::Part
    } else {
        Reach::None
    }
}

/// Whether a path ends as a pattern does: no URL is intended that has this end.
fn is_pattern(path: &str) -> bool {
    ["/*", "/.*", "/(.*)"].iter().any(|end| path.ends_with(end))
}

/// The cookies whose path can be compared with their routes, but for those
/// whose name asks for `path=/`: what they have instead is reported there.
pub(super) fn comparable<'c>(
    context: &Context<'c>,
) -> impl Iterator<Item = &'c ReceivedCookie<'c>> {
    context.cookies().filter(|cookie| {
        let prefix = Prefix::of(cookie.parsed.name);
        let wants_root = prefix
            .is_some_and(|prefix| Needs::in_header(prefix, &cookie.parsed).has(Need::RootPath));
        cookie.has_comparable_paths() && !wants_root
    })
}

/// The attribute of that name that is ignored for its length.
pub(super) fn oversized<'c>(cookie: &ReceivedCookie<'c>, name: &str) -> Option<Attribute<'c>> {
    let mut oversized = cookie.parsed.oversized.iter();
    let found = oversized.find(|attribute| attribute.name.eq_ignore_ascii_case(name));
    found.copied()
}

/// Whether the first URL decides where the cookie goes, as its path is missing
/// or ignored. It does not where the service has exact paths only, and each
/// one's folder covers all.
pub(super) fn depends_on_first_url(cookie: &ReceivedCookie<'_>) -> bool {
    let routes: Vec<_> = cookie.routes().collect();
    let mut hosts = routes.chunk_by(|a, b| a.host == b.host);
    hosts.any(|routes| {
        let folders = routes.iter().map(|route| url::default_path(&route.path));
        let deepest = folders.max_by_key(|folder| folder.len()).unwrap_or("/");
        let is_covered = |route: &&Route<'_>| route.exact && route.is_covered_by(deepest);
        !routes.iter().all(is_covered)
    })
}

pub(super) fn path_mismatch(context: &Context<'_>, report: &mut Report) {
    control_in_header(context, Rule::PathMismatch, report);
    for cookie in comparable(context) {
        if let Some(path) = cookie.parsed.absolute_path()
            && let Some(attribute) = cookie.parsed.path
        {
            mismatch(cookie, attribute, path, report);
        }
    }
}

pub(super) fn relative_path(context: &Context<'_>, report: &mut Report) {
    for cookie in comparable(context) {
        if let Some(attribute) = cookie.parsed.path
            && cookie.parsed.absolute_path().is_none()
            && oversized(cookie, "path").is_none()
        {
            report.push(relative(cookie, attribute));
        }
    }
}

pub(super) fn missing_path(context: &Context<'_>, report: &mut Report) {
    for cookie in comparable(context) {
        let has_path = cookie.parsed.path.is_some() || oversized(cookie, "path").is_some();
        if !has_path && depends_on_first_url(cookie) {
            report.push(missing(cookie));
        }
    }
}

/// The same, without a consequence where the first URL decides nothing.
pub(super) fn unless_settled(cookie: &ReceivedCookie<'_>, diagnostic: Diagnostic) -> Diagnostic {
    if depends_on_first_url(cookie) {
        diagnostic
    } else {
        without_consequence(diagnostic, Severity::Warning)
    }
}

fn mismatch(
    cookie: &ReceivedCookie<'_>,
    attribute: Attribute<'_>,
    written: &str,
    report: &mut Report,
) {
    let reach = |route: &Route<'_>| reach(written, route, cookie);
    let missed = |route: &&Route<'_>| reach(route) != Reach::All;
    let mut routes = cookie.routes().filter(missed);
    let Some(first) = routes.next() else {
        return;
    };
    let never = cookie.routes().all(|route| reach(route) == Reach::None);
    let path = quote(written);
    let message = if routes.next().is_none() && reach(first) == Reach::Part {
        let rule = quote(first.spec_path);
        match written.strip_suffix('/') {
            Some(head) if head == first.path => {
                format!("a cookie with path {path} is not sent for {rule} itself")
            }
            _ => format!("a cookie with path {path} is sent for a part of {rule} only"),
        }
    } else {
        let rules = list(cookie.routes().filter(missed).map(|route| route.spec_path));
        format!("a cookie with path {path} is not sent for {rules}")
    };
    let diagnostic = cookie.at(Rule::PathMismatch, cookie.value_of(attribute), message);
    let own = own_path(cookie);
    let safe = own.is_some_and(|own| written.strip_suffix('/') == Some(own));
    let mut diagnostic = replace(cookie, attribute, own, safe, diagnostic);
    if is_pattern(written) {
        let help = diagnostic.help.take().unwrap_or_default();
        diagnostic = diagnostic.with_help(format!("a cookie path is not a pattern; {help}"));
    }
    report.push(never_or_partly(diagnostic, never));
}

fn relative(cookie: &ReceivedCookie<'_>, attribute: Attribute<'_>) -> Diagnostic {
    let path = quote(attribute.text);
    let message = format!("browsers ignore cookie path {path}: it does not begin with '/'");
    let diagnostic = cookie.at(Rule::RelativePath, cookie.value_of(attribute), message);
    let absolute = format!(
        "/{}",
        attribute
            .text
            .trim_matches(['\'', '"'])
            .trim_start_matches('/')
    );
    let fits = is_writable(&absolute)
        && cookie
            .routes()
            .all(|route| reach(&absolute, route, cookie) == Reach::All);
    let diagnostic = if fits {
        replace(cookie, attribute, Some(&absolute), true, diagnostic)
    } else {
        replace(cookie, attribute, own_path(cookie), false, diagnostic)
    };
    unless_settled(cookie, diagnostic)
}

fn missing(cookie: &ReceivedCookie<'_>) -> Diagnostic {
    let rules = list(cookie.routes().map(|route| route.spec_path));
    let message = format!(
        "cookie {} has no path: it applies to the directory of the first URL below {rules}",
        cookie.quoted_name()
    );
    let mut diagnostic = cookie.at(Rule::MissingPath, cookie.header.name_span(), message);
    if let Some(own) = own_path(cookie) {
        let single = cookie.routes().all(|route| route.path == own);
        let parameter = format!("path={own}");
        diagnostic = diagnostic
            .with_help(format!("add {}", quote(&parameter)))
            .with_fix(edit::append(cookie.header.end, &parameter).into_fix(single));
    }
    diagnostic
}

fn replace(
    cookie: &ReceivedCookie<'_>,
    attribute: Attribute<'_>,
    path: Option<&str>,
    safe: bool,
    diagnostic: Diagnostic,
) -> Diagnostic {
    let Some(path) = path else {
        return diagnostic;
    };
    let parameter = format!("path={path}");
    diagnostic
        .with_help(format!("use {}", quote(&parameter)))
        .with_fix(edit::replace(cookie.word(attribute), &parameter).into_fix(safe))
}

/// The narrowest path that covers all of the service's, where it can be
/// written into an annotation.
pub(super) fn own_path<'c>(cookie: &ReceivedCookie<'c>) -> Option<&'c str> {
    let paths = cookie.routes().map(|route| route.path.as_ref());
    url::common_ancestor(paths).filter(|path| is_writable(path))
}

/// Whether no reader on the way stumbles over `path`.
fn is_writable(path: &str) -> bool {
    path.len() <= MAX_ATTRIBUTE
        && path.starts_with('/')
        && url::is_possible(path)
        && suggest::is_one_word(path)
}
