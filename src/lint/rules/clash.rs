//! Cookies that overwrite or shadow each other.

use super::context::{NAMED, list};
use super::path::own_path;
use super::{Context, Report, Rule};
use crate::lint::consequence::{Consequence, Severity};
use crate::lint::diagnostic::Diagnostic;
use crate::lint::edit;
use crate::lint::read::browser::{Browser, Clash, ReceivedCookie};
use crate::lint::text::quote;

pub(super) fn cookie_clash(context: &Context<'_>, report: &mut Report) {
    let Some(browser) = context.browser else {
        return;
    };
    for (index, clash) in &browser.clashes {
        report.push(diagnostic(browser, &browser.cookies[*index], clash));
    }
}

/// The others by name, as many as a message has room for.
fn rivals(browser: &Browser<'_>, clash: &Clash) -> String {
    let rivals = clash.rivals.iter();
    let services = rivals.map(|&rival| browser.cookies[rival].header.service);
    if clash.rivals.len() <= NAMED {
        return list(services);
    }
    let named: Vec<_> = services.take(NAMED).map(quote).collect();
    format!("{} and others", named.join(", "))
}

/// Whether a browser stores the two as one cookie: name, domain and path
/// (RFC 6265bis, section 5.7).
fn is_same(one: &ReceivedCookie<'_>, other: &ReceivedCookie<'_>) -> bool {
    let key = |cookie: &ReceivedCookie<'_>| {
        let domain = cookie.parsed.domain.map(|it| it.text.to_ascii_lowercase());
        (cookie.header.name.to_owned(), domain)
    };
    let path = one.parsed.absolute_path();
    path.is_some() && path == other.parsed.absolute_path() && key(one) == key(other)
}

fn diagnostic(browser: &Browser<'_>, cookie: &ReceivedCookie<'_>, clash: &Clash) -> Diagnostic {
    let rivals = rivals(browser, clash);
    let attribute = cookie.parsed.path.filter(|path| path.text.starts_with('/'));
    let span = attribute.map_or_else(|| cookie.header.name_span(), |path| cookie.word(path));
    let name = cookie.quoted_name();
    let (message, help) = if clash.ports {
        let message =
            format!("two ports of {rivals} have the same cookie {name} and overwrite each other");
        (message, "use one port for all paths of the service")
    } else if clash.overwritten {
        let message = format!("cookie {name} and that of {rivals} overwrite each other");
        (
            message,
            "use a different cookie name or path for each service",
        )
    } else if clash
        .rivals
        .iter()
        .all(|&rival| is_same(cookie, &browser.cookies[rival]))
    {
        let message = format!(
            "cookie {name} and that of {rivals} overwrite each other whenever a visitor moves from one service to the other"
        );
        (
            message,
            "use a different cookie name or path for each service",
        )
    } else {
        let message = format!("nginx may read the cookie of {rivals} instead of {name}");
        (
            message,
            "use a different cookie name or path for each service",
        )
    };
    let diagnostic = cookie.at(Rule::CookieClash, span, message).with_help(help);
    // A path does not help where two ports share all of them.
    let diagnostic = if clash.ports {
        diagnostic
    } else {
        with_own_path(cookie, diagnostic)
    };
    let diagnostic = diagnostic.with_consequence(if clash.overwritten {
        Consequence::NeverSticks
    } else {
        Consequence::PartlySticks
    });
    if clash.same_host && clash.certain {
        diagnostic
    } else {
        diagnostic.with_severity(Severity::Warning)
    }
}

/// A path no wider than the service's own, where the cookie has a wider one.
fn with_own_path(cookie: &ReceivedCookie<'_>, diagnostic: Diagnostic) -> Diagnostic {
    let written = cookie.parsed.absolute_path();
    let Some(own) = own_path(cookie).filter(|&own| written != Some(own)) else {
        return diagnostic;
    };
    let parameter = format!("path={own}");
    diagnostic.with_fix(match cookie.parsed.path {
        Some(path) => edit::replace(cookie.word(path), &parameter).into_fix(false),
        None => edit::append(cookie.header.end, &parameter).into_fix(false),
    })
}
