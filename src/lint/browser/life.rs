//! How long the cookie lives.

use super::{Case, harmless};
use crate::lint::consequence::Severity;
use crate::lint::diagnostic::Diagnostic;
use crate::lint::rule::Rule;

/// Browsers cap a cookie's life at 400 days (RFC 6265bis, section 5.5).
const LONGEST: u64 = 400 * 86_400;
/// Below this a pause between two clicks outlives the cookie.
const SHORTEST: u64 = 60;

pub(super) fn judge(case: &Case<'_>, found: &mut Vec<Diagnostic>) {
    let Some(life) = case.received.life else {
        return;
    };
    let seconds = life.seconds;
    if (SHORTEST..=LONGEST).contains(&seconds) {
        return;
    }
    let span = case.emitted.origin(life.offset);
    let name = case.name();
    if seconds == 0 {
        let message = format!("cookie {name} expires as soon as it is set");
        found.push(
            case.found(Rule::ExpiresZero, span, message)
                .with_help(
                    "leave 'expires=' out for a cookie that lasts as long as the browser runs",
                )
                .with_edit(false, case.with_blank(span), ""),
        );
    } else if seconds < SHORTEST {
        let unit = if seconds == 1 { "second" } else { "seconds" };
        let message = format!("cookie {name} is gone after a pause of {seconds} {unit}");
        found.push(
            case.found(Rule::ShortExpires, span, message)
                .with_help("each response renews it; give it an hour or more"),
        );
    } else {
        let message = format!("browsers keep cookie {name} for 400 days at most");
        found.push(harmless(
            case.found(Rule::LongExpires, span, message),
            Severity::Note,
        ));
    }
}
