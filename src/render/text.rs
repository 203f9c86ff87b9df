//! What the formats for people share: the origin line, colours, lines that fit.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use crate::finding::{Failure, Finding};
use crate::lint::{self, Diagnostic, Severity};

/// `file:line:col`; for what came from a cluster, the object and the field.
pub(super) fn place(finding: &Finding) -> String {
    match &finding.location {
        Some(at) => format!("{}:{}:{}", printable(&at.file), at.line, at.column),
        None => printable(&finding.object.title()),
    }
}

/// What is said of a value that was checked without the Ingress around it.
pub(super) const VALUE_ALONE: &str =
    "only the value is checked here: its hosts, paths and backends are not known";

/// `text` with everything that a terminal would obey or not draw escaped.
pub(crate) fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        if lint::text::is_invisible(c) {
            printable.extend(c.escape_default());
        } else {
            printable.push(c);
        }
    }
    printable
}

/// `Ingress default/cafe, entry 1, service coffee-svc`; a value by itself has
/// no object.
pub(super) fn subject(finding: &Finding) -> String {
    let object = &finding.object;
    let object = (!object.kind.is_empty()).then(|| printable(&object.title()));
    let entry = entry(&finding.diagnostic);
    let known: Vec<_> = object.into_iter().chain(entry).collect();
    known.join(", ")
}

/// `entry 1, service coffee-svc`.
pub(super) fn entry(diagnostic: &Diagnostic) -> Option<String> {
    let entry = diagnostic.entry.as_ref()?;
    let service = printable(&entry.service);
    Some(format!("entry {}, service {service}", entry.number))
}

/// The message with what follows from it and what to do about it, in one
/// line: for formats that have one text for everything.
pub(super) fn in_one_line(diagnostic: &Diagnostic) -> String {
    let mut line = diagnostic.message.clone();
    if let Some(consequence) = diagnostic.consequence {
        line.push_str(": ");
        line.push_str(consequence.clause());
    }
    if let Some(help) = &diagnostic.help {
        line.push_str("; ");
        line.push_str(help);
    }
    line
}

/// As [`in_one_line`], of input that cannot be read.
pub(super) fn failed_in_one_line(failure: &Failure) -> String {
    match &failure.help {
        Some(help) => format!("{}; {help}", failure.message),
        None => failure.message.clone(),
    }
}

/// The field that a diagnostic stands at, in the short form that the
/// controller's events use for annotations.
pub(super) fn field(diagnostic: &Diagnostic) -> String {
    match diagnostic.place.field.annotation_key() {
        Some(key) => format!("annotations.{}", printable(key)),
        None => printable(&diagnostic.place.field.to_string()),
    }
}

/// The colour of a severity's word, as rustc has it.
pub(super) fn colour(severity: Severity) -> Style {
    let colour = match severity {
        Severity::Error => AnsiColor::BrightRed,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::BrightGreen,
    };
    colour.on_default().bold()
}

/// `file:line:col`, or the file alone where there is no place in it.
pub(super) fn failed_place(failure: &Failure) -> String {
    let at = &failure.location;
    if at.line == 0 {
        return printable(&at.file);
    }
    format!("{}:{}:{}", printable(&at.file), at.line, at.column)
}

/// A file for those who know paths relative to the repository's root only.
pub(super) fn from_root(file: &str) -> &str {
    file.strip_prefix("./").unwrap_or(file)
}

/// The colour of line numbers and arrows, as rustc has it.
pub(super) fn line_number_colour() -> Style {
    AnsiColor::BrightBlue.on_default().bold()
}

/// `text` in lines of at most `width` columns where its words allow it.
pub(crate) fn wrap(text: &str, width: usize) -> String {
    let mut wrapped = String::with_capacity(text.len() + 4);
    let mut column = 0;
    for word in text.split_inclusive(' ') {
        let long = word.trim_end().width();
        if column > 0 && column + long > width {
            wrapped.truncate(wrapped.trim_end().len());
            wrapped.push('\n');
            column = 0;
        }
        wrapped.push_str(word);
        column += word.width();
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two three", 7), "one two\nthree");
        assert_eq!(wrap("one two three", 80), "one two three");
        assert_eq!(wrap("immeasurable", 4), "immeasurable");
        assert_eq!(wrap("", 4), "");
    }
}
