//! How long the cookie lives.

use super::context::without_consequence;
use super::{Context, Report, Rule};
use crate::lint::consequence::Severity;
use crate::lint::edit;
use crate::lint::read::browser::ReceivedCookie;
use crate::lint::span::Span;
use crate::lint::text::quote;

/// Browsers cap a cookie's lifetime at 400 days (RFC 6265bis, section 5.5).
const LONGEST: u64 = 400 * 86_400;
/// Below this a minute between two clicks outlives the cookie.
const SHORTEST: u64 = 60;

/// The cookies with a lifetime, how long it is in seconds, and where it is set.
fn lifetimes<'c>(
    context: &Context<'c>,
) -> impl Iterator<Item = (&'c ReceivedCookie<'c>, u64, Span)> {
    context.cookies().filter_map(|cookie| {
        let lifetime = cookie.parsed.lifetime?;
        let span = cookie.header.origin(lifetime.offset);
        Some((cookie, lifetime.seconds, span))
    })
}

pub(super) fn expires_zero(context: &Context<'_>, report: &mut Report) {
    for (cookie, _, span) in lifetimes(context).filter(|(_, seconds, _)| *seconds == 0) {
        let message = format!("cookie {} expires at once", cookie.quoted_name());
        let help = "remove 'expires=' for a cookie that lasts as long as the browser session";
        let fix = edit::remove(cookie.header.value, span).into_fix(false);
        let diagnostic = cookie.at(Rule::ExpiresZero, span, message);
        report.push(diagnostic.with_help(help).with_fix(fix));
    }
}

pub(super) fn short_expires(context: &Context<'_>, report: &mut Report) {
    for (cookie, seconds, span) in lifetimes(context) {
        if (1..SHORTEST).contains(&seconds) {
            let unit = if seconds == 1 { "second" } else { "seconds" };
            let name = cookie.quoted_name();
            let message = format!("cookie {name} expires after {seconds} {unit} of inactivity");
            let diagnostic = cookie.at(Rule::ShortExpires, span, message);
            report.push(
                diagnostic.with_help("write an hour or more: each response renews the cookie"),
            );
        }
    }
}

pub(super) fn long_expires(context: &Context<'_>, report: &mut Report) {
    for (cookie, _, span) in lifetimes(context).filter(|(_, seconds, _)| *seconds > LONGEST) {
        let name = cookie.quoted_name();
        let message = format!("browsers store cookie {name} for 400 days at most");
        let written = span.of(cookie.header.value);
        let mut diagnostic = cookie.at(Rule::LongExpires, span, message);
        if written.contains('M') {
            let minutes = quote(&written.replace('M', "m"));
            let help = format!("'M' is 30 days; for minutes write {minutes}");
            diagnostic = diagnostic.with_help(help);
        }
        report.push(without_consequence(diagnostic, Severity::Note));
    }
}
