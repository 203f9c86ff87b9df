//! What a part of a text is that cannot be read.

use super::object::{Found, NAME};
use crate::lint::Span;
use crate::yaml::{Document, Error};

/// What a part of a document that cannot be read is: the source of a template,
/// something that was not written for Kubernetes, or an error.
pub(super) fn unreadable<'n, 't>(
    document: &Document<'_>,
    range: Span,
    error: Error,
) -> Found<'n, 't> {
    let text = range.of(document.text);
    let place = error.span.start.clamp(range.start, range.end) - range.start;
    if is_template(text, floor(text, place)) {
        Found::Template(document.range)
    } else if text.contains(NAME) || text.contains("apiVersion") {
        Found::Error(error)
    } else {
        Found::NotManifest(error)
    }
}

/// The last character boundary up to `offset`.
fn floor(text: &str, offset: usize) -> usize {
    let mut offsets = (0..=offset).rev();
    let found = offsets.find(|&at| text.is_char_boundary(at));
    found.unwrap_or_default()
}

/// Whether `{{` is outside quotes and comments, or in the line that cannot
/// be read: between double quotes, `{{ include "name" . }}` ends them.
fn is_template(text: &str, error: usize) -> bool {
    let start = text[..error].rfind('\n').map_or(0, |at| at + 1);
    let end = text[error..].find('\n').map_or(text.len(), |at| error + at);
    let quotes = |text: &str, mark: char| text.matches(mark).count() % 2 == 1;
    let opens = |line: &str, may_be_quoted: bool| {
        line.match_indices("{{").any(|(at, _)| {
            let before = &line[..at];
            let comment = before.trim_start().starts_with('#') || before.contains(" #");
            !comment && (may_be_quoted || (!quotes(before, '"') && !quotes(before, '\'')))
        })
    };
    opens(&text[start..end], true) || text.lines().any(|line| opens(line, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_known_by_braces_outside_of_quotes() {
        for (text, error, expected) in [
            ("a: {{ b }}", 0, true),
            ("{{- if a }}\nb: c", 12, true),
            ("a: b\nc: {{ d }}", 0, true),
            ("a: '{{ b }}'\nc: [", 13, false),
            ("a: \"{{ b }}\"\nc: [", 13, false),
            ("a: 'b' 'c' {{ d }}\nc: [", 20, true),
            ("a: 'b' 'c' '{{ d }}'\nc: [", 22, false),
            ("# {{ a }}\nc: [", 10, false),
            ("a: b # {{ a }}\nc: [", 15, false),
            // In the line that cannot be read quotes say nothing.
            ("a: \"{{ include \"b\" . }}\"", 20, true),
            ("a: \"{{ b }}\"\nc: [\nd: e", 14, false),
            ("a: [", 4, false),
            ("a: {b: {c: d}}\ne: [", 15, false),
        ] {
            assert_eq!(is_template(text, error), expected, "{text}");
        }
    }
}
