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
        let rivals = rivals(browser, clash);
        report.push(diagnostic(&browser.cookies[*index], clash, &rivals));
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

fn diagnostic(cookie: &ReceivedCookie<'_>, clash: &Clash, rivals: &str) -> Diagnostic {
    let attribute = cookie.parsed.path.filter(|path| path.text.starts_with('/'));
    let span = attribute.map_or_else(|| cookie.header.name_span(), |path| cookie.word(path));
    let name = cookie.quoted_name();
    let (message, help) = if clash.ports {
        let message = format!("two ports of {rivals} share cookie {name} and overwrite each other");
        (message, "lead all paths of the service to one port")
    } else if clash.overwritten {
        let message = format!("cookie {name} and that of {rivals} overwrite each other");
        (
            message,
            "give each service a cookie name or path of its own",
        )
    } else {
        let message = format!("nginx can take the cookie of {rivals} for {name}");
        (
            message,
            "give each service a cookie name or path of its own",
        )
    };
    let diagnostic = cookie.at(Rule::CookieClash, span, message).with_help(help);
    // A path is no help to two ports that share all of them.
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
