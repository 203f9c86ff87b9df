//! Attributes that browsers ignore for their length.

use super::context::without_consequence;
use super::path::{comparable, oversized, unless_settled};
use super::{Context, Report, Rule};
use crate::lint::consequence::Severity;
use crate::lint::read::browser::MAX_ATTRIBUTE;

pub(super) fn oversized_attribute(context: &Context<'_>, report: &mut Report) {
    for cookie in context.cookies() {
        for attribute in &cookie.parsed.oversized {
            if attribute.name.eq_ignore_ascii_case("domain") {
                let message =
                    format!("browsers ignore a cookie domain of more than {MAX_ATTRIBUTE} bytes");
                let diagnostic =
                    cookie.at(Rule::OversizedAttribute, cookie.word(*attribute), message);
                report.push(without_consequence(diagnostic, Severity::Warning));
            }
        }
    }
    for cookie in comparable(context) {
        if let Some(attribute) = oversized(cookie, "path")
            && cookie.parsed.absolute_path().is_none()
        {
            let message =
                format!("browsers ignore a cookie path of more than {MAX_ATTRIBUTE} bytes");
            let diagnostic = cookie.at(Rule::OversizedAttribute, cookie.word(attribute), message);
            report.push(unless_settled(cookie, diagnostic));
        }
    }
}
