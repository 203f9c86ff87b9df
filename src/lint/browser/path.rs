//! The cookie's path against the paths of its service (RFC 6265bis, section 5.1.4).

use super::set_cookie::{Attribute, MAX_ATTRIBUTE};
use super::site::{Place, Site};
use super::{Case, harmless, list, prefix, share, url};
use crate::lint::consequence::Severity;
use crate::lint::diagnostic::Diagnostic;
use crate::lint::nginx::meant;
use crate::lint::rule::Rule;
use crate::lint::text::quote;

/// To which of a place's requests a cookie is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    All,
    Part,
    None,
}

fn reach(cookie: &str, place: &Place<'_>, site: &Site<'_>) -> Reach {
    if !url::is_possible(cookie) {
        Reach::None
    } else if place.is_covered_by(cookie) {
        Reach::All
    } else if place.has_part(cookie) && !site.is_taken(place, cookie) {
        Reach::Part
    } else {
        Reach::None
    }
}

pub(super) fn judge(case: &Case<'_>, found: &mut Vec<Diagnostic>) {
    let unseen = !case.site.plain_paths || case.places().next().is_none();
    if unseen || prefix::wants_other_path(&case.received) {
        return;
    }
    let mut oversized = case.received.oversized.iter();
    if let Some(cookie) = case.received.absolute_path() {
        mismatch(case, cookie, found);
    } else if let Some(attribute) =
        oversized.find(|attribute| attribute.name.eq_ignore_ascii_case("path"))
    {
        let message = format!("browsers ignore a cookie path of more than {MAX_ATTRIBUTE} bytes");
        let diagnostic = case.found(Rule::OversizedAttribute, case.word(*attribute), message);
        found.push(unless_settled(case, diagnostic));
    } else if let Some(attribute) = case.received.path {
        relative(case, attribute, found);
    } else if !is_settled(case) {
        missing(case, found);
    }
}

/// Whether it does not matter which URL comes first to a cookie without a
/// path: its service has exact paths only, and each one's folder covers all.
fn is_settled(case: &Case<'_>) -> bool {
    let places: Vec<_> = case.places().collect();
    let mut hosts = places.chunk_by(|a, b| a.host == b.host);
    hosts.all(|places| {
        let folders = places.iter().map(|place| url::default_path(&place.path));
        let deepest = folders.max_by_key(|folder| folder.len()).unwrap_or("/");
        places
            .iter()
            .all(|place| place.exact && place.is_covered_by(deepest))
    })
}

fn unless_settled(case: &Case<'_>, diagnostic: Diagnostic) -> Diagnostic {
    if is_settled(case) {
        harmless(diagnostic, Severity::Warning)
    } else {
        diagnostic
    }
}

fn mismatch(case: &Case<'_>, cookie: &str, found: &mut Vec<Diagnostic>) {
    let reach = |place: &Place<'_>| reach(cookie, place, case.site);
    let missed = |place: &&Place<'_>| reach(place) != Reach::All;
    let mut places = case.places().filter(missed);
    let (Some(first), Some(attribute)) = (places.next(), case.received.path) else {
        return;
    };
    let never = case.places().all(|place| reach(place) == Reach::None);
    let path = quote(cookie);
    let message = if places.next().is_none() && reach(first) == Reach::Part {
        let rule = quote(first.written);
        match cookie.strip_suffix('/') {
            Some(head) if head == first.path => {
                format!("cookie path {path} is not sent for {rule} itself")
            }
            _ => format!("cookie path {path} is sent for a part of {rule} only"),
        }
    } else {
        let rules = list(case.places().filter(missed).map(|place| place.written));
        format!("cookie path {path} is not sent for {rules}")
    };
    let diagnostic = case.found(Rule::PathMismatch, case.value_of(attribute), message);
    let meant = meant_path(case);
    let safe = meant.is_some_and(|meant| cookie.strip_suffix('/') == Some(meant));
    found.push(share(
        replace(case, attribute, meant, safe, diagnostic),
        never,
    ));
}

fn relative(case: &Case<'_>, attribute: Attribute<'_>, found: &mut Vec<Diagnostic>) {
    let path = quote(attribute.text);
    let message = format!("browsers ignore cookie path {path}: it does not begin with '/'");
    let diagnostic = case.found(Rule::RelativePath, case.value_of(attribute), message);
    let absolute = format!(
        "/{}",
        attribute
            .text
            .trim_matches(['\'', '"'])
            .trim_start_matches('/')
    );
    let fits = is_writable(&absolute)
        && case
            .places()
            .all(|place| reach(&absolute, place, case.site) == Reach::All);
    let diagnostic = if fits {
        replace(case, attribute, Some(&absolute), true, diagnostic)
    } else {
        replace(case, attribute, meant_path(case), false, diagnostic)
    };
    found.push(unless_settled(case, diagnostic));
}

fn missing(case: &Case<'_>, found: &mut Vec<Diagnostic>) {
    let rules = list(case.places().map(|place| place.written));
    let message = format!(
        "without 'path=', cookie {} stays in the folder of the first URL opened below {rules}",
        case.name()
    );
    let mut diagnostic = case.found(Rule::MissingPath, case.emitted.name_span(), message);
    if let Some(meant) = meant_path(case) {
        let single = case.places().all(|place| place.path == meant);
        let parameter = format!("path={meant}");
        diagnostic = diagnostic
            .with_help(format!("add {}", quote(&parameter)))
            .with_edit(single, case.emitted.end(), format!(" {parameter}"));
    }
    found.push(diagnostic);
}

fn replace(
    case: &Case<'_>,
    attribute: Attribute<'_>,
    meant: Option<&str>,
    safe: bool,
    diagnostic: Diagnostic,
) -> Diagnostic {
    let Some(meant) = meant else {
        return diagnostic;
    };
    let parameter = format!("path={meant}");
    diagnostic
        .with_help(format!("use {}", quote(&parameter)))
        .with_edit(safe, case.word(attribute), parameter)
}

/// The narrowest path that covers all of the service's, where it can be
/// written into an annotation.
pub(super) fn meant_path<'c>(case: &Case<'c>) -> Option<&'c str> {
    let paths = case.places().map(|place| place.path.as_ref());
    url::common_ancestor(paths).filter(|path| is_writable(path))
}

/// Whether no reader on the way stumbles over `path`.
fn is_writable(path: &str) -> bool {
    path.len() <= MAX_ATTRIBUTE
        && path.starts_with('/')
        && url::is_possible(path)
        && meant::is_one_word(path)
}
