//! The cookie's name: whether a request brings it back as nginx looks for it.

use super::{Case, harmless};
use crate::lint::consequence::Severity;
use crate::lint::diagnostic::Diagnostic;
use crate::lint::rule::Rule;
use crate::lint::text::quote;

pub(super) fn judge(case: &Case<'_>, found: &mut Vec<Diagnostic>) {
    let name = case.emitted.name;
    let span = case.emitted.name_span();
    if !comes_back(case) {
        let message = format!(
            "browsers do not return a cookie by the name {}",
            quote(name)
        );
        found.push(
            case.found(Rule::InvalidCookieName, span, message)
                .with_help("use letters, digits, '_' and '-'"),
        );
    } else if let Some(odd) = name.chars().find(|&c| !is_name_char(c)) {
        let odd = quote(odd.encode_utf8(&mut [0; 4]));
        let message =
            format!("{odd} in a cookie name: browsers keep it, other clients and proxies may not");
        let diagnostic = case
            .found(Rule::InvalidCookieName, span, message)
            .with_help("use letters, digits, '_' and '-'");
        found.push(harmless(diagnostic, Severity::Warning));
    }
}

/// Whether nginx finds its cookie in the `Cookie` header of the next request.
/// nginx compares the name without case, then wants an equals sign, perhaps
/// after blanks (`ngx_http_parse_multi_header_lines`).
fn comes_back(case: &Case<'_>) -> bool {
    let name = case.emitted.name;
    let (received, value) = (case.received.name, case.received.value);
    if received.is_empty() {
        return is_found(name, value);
    }
    // Most names hold no equals sign: then the browser's is nginx', or not.
    if received.len() >= name.len() {
        return received.eq_ignore_ascii_case(name);
    }
    is_found(name, &format!("{received}={value}"))
}

fn is_found(name: &str, sent: &str) -> bool {
    let Some(head) = sent.as_bytes().get(..name.len()) else {
        return false;
    };
    let rest = sent
        .get(name.len()..)
        .unwrap_or_default()
        .trim_start_matches(' ');
    head.eq_ignore_ascii_case(name.as_bytes()) && rest.starts_with('=')
}

/// A character of an RFC 9110 token (section 5.6.2), or one that has a rule of its own.
fn is_name_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~\\".contains(c)
}
