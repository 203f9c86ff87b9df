//! What the formats for people share: the origin line, colours, lines that fit.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use crate::finding::{Failure, Finding, Location, STDIN};
pub(crate) use crate::lint::text::printable;
use crate::lint::{Diagnostic, Severity};

/// `file:line:col`; for what came from a cluster, the object and the field.
pub(super) fn place(finding: &Finding) -> String {
    match &finding.location {
        Some(at) => format!("{}:{}:{}", printable(&at.file), at.line, at.column),
        None => printable(&finding.object.title()),
    }
}

/// The note on a value that was checked without its Ingress.
pub(super) const VALUE_ALONE: &str =
    "only the value is checked here: its hosts, paths and backends are not known";

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

/// The field of a diagnostic, in the short form that the controller's events
/// use for annotations.
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

/// What is known of a place by those who know the files of a repository only.
pub(super) struct Artifact<'a> {
    /// The path from the repository's root, as far as that is the working
    /// directory.
    pub(super) path: &'a [u8],
    /// Whether lines and columns are those of the file: they are not where Helm
    /// rendered it to standard input.
    pub(super) has_lines: bool,
}

/// The file of a place.
pub(super) fn artifact(at: &Location) -> Artifact<'_> {
    match &at.template {
        Some(template) if at.file == STDIN => Artifact {
            path: template.as_bytes(),
            has_lines: false,
        },
        _ => Artifact {
            path: at.path.as_deref().unwrap_or(at.file.as_bytes()),
            has_lines: at.line > 0,
        },
    }
}

/// As [`in_one_line`], with the line where the file's own is not known.
pub(super) fn message(finding: &Finding) -> String {
    let message = in_one_line(&finding.diagnostic);
    match &finding.location {
        Some(at) if at.line > 0 && !artifact(at).has_lines => {
            format!("{message} (line {} of what Helm rendered)", at.line)
        }
        _ => message,
    }
}

/// The colour of line numbers and arrows, as rustc has it.
pub(super) fn line_number_colour() -> Style {
    AnsiColor::BrightBlue.on_default().bold()
}

/// `text` in lines of at most `width` columns where its words allow it. What
/// is quoted stays in one line, so that it can be copied.
pub(crate) fn wrap(text: &str, width: usize) -> String {
    let mut wrapped = String::with_capacity(text.len() + 4);
    let mut column = 0;
    for word in words(text) {
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

/// The words of a text with the spaces after them; what is quoted is one word.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut quoted_until) = (0, 0);
    for (at, c) in text.char_indices() {
        if at < quoted_until {
            continue;
        }
        match c {
            '`' | '\'' if at == 0 || text[..at].ends_with([' ', '(', '[']) => {
                let inside = &text[at + 1..];
                quoted_until = inside.find(c).map_or(0, |end| at + 1 + end + 1);
            }
            ' ' => {
                words.push(&text[start..=at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    words.push(&text[start..]);
    words
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
        assert_eq!(wrap("use `a b c` it's so", 8), "use\n`a b c`\nit's so");
        assert_eq!(wrap("it 'does not end", 8), "it 'does\nnot end");
    }
}
