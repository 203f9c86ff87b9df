//! What the controller refuses in a value, and what it lets pass that the
//! documented grammar does not have.

use super::injection::is_disguised;
use super::separator::separated;
use super::{Context, Report, Rule};
use crate::lint::consequence::Consequence;
use crate::lint::diagnostic::{Diagnostic, Edit, Fix};
use crate::lint::read::controller::{Error, ErrorKind, KEYWORD};
use crate::lint::read::nginx::{self, suggest};
use crate::lint::read::{EntryReading, ValueReading};
use crate::lint::release::value::Reader;
use crate::lint::span::Span;
use crate::lint::text::quote;

/// Reports each error of which `check` makes something.
fn for_errors(
    context: &Context<'_>,
    report: &mut Report,
    check: impl Fn(&ValueReading<'_>, &Error) -> Option<Diagnostic>,
) {
    for value in context.reading.values() {
        for error in &value.errors {
            if let Some(mut diagnostic) = check(value, error) {
                if value.reader == Reader::Lenient {
                    diagnostic = diagnostic.with_consequence(Consequence::NoEffect);
                }
                let entries = &value.entries;
                let entry = entries.binary_search_by_key(&error.number, |entry| entry.entry.number);
                report.push(match entry {
                    Ok(index) => diagnostic.with_entry(error.number, entries[index].service),
                    Err(_) => diagnostic,
                });
            }
        }
    }
}

pub(super) fn empty_value(context: &Context<'_>, report: &mut Report) {
    for_errors(context, report, |value, error| {
        let message = match error.kind {
            ErrorKind::EmptyValue => "the value is empty",
            ErrorKind::NoEntry => "the value has no entry",
            _ => return None,
        };
        let help = format!("write '{KEYWORD}=<service> <cookie>', or remove the annotation");
        let diagnostic = value.at(Rule::EmptyValue, error.span, message);
        Some(diagnostic.with_help(help))
    });
}

pub(super) fn empty_entry(context: &Context<'_>, report: &mut Report) {
    for_errors(context, report, |value, error| {
        (error.kind == ErrorKind::EmptyPiece).then(|| empty_piece(value, error))
    });
}

pub(super) fn malformed_entry(context: &Context<'_>, report: &mut Report) {
    separated(context, true, report);
    let is_backend = |service: &str| {
        let routes = context.reading.routes.as_ref();
        routes.is_some_and(|routes| routes.is_backend(service))
    };
    for_errors(context, report, |value, error| match error.kind {
        ErrorKind::LeadingSpace => Some(leading_space(value, error)),
        ErrorKind::MissingSpace => Some(missing_space(value, error)),
        ErrorKind::EqualsSigns(0) => Some(no_equals_sign(value, error, is_backend)),
        ErrorKind::EqualsSigns(count) => {
            let piece = quote(error.span.of(value.value));
            let message = format!("{count} '=' in {piece}");
            let help = format!("an entry begins with '{KEYWORD}=<service>' and a space");
            let diagnostic = value.at(Rule::MalformedEntry, error.span, message);
            Some(diagnostic.with_help(help))
        }
        _ => None,
    });
}

pub(super) fn forbidden_character(context: &Context<'_>, report: &mut Report) {
    for_errors(context, report, |value, error| match error.kind {
        ErrorKind::Forbidden(character) => Some(forbidden(value, error, character)),
        _ => None,
    });
}

/// The controller does not read the word; only white space may surround the
/// one that the grammar has.
pub(super) fn unknown_keyword(context: &Context<'_>, report: &mut Report) {
    separated(context, false, report);
    for value in context.reading.values() {
        for entry in &value.entries {
            let written = entry.text(entry.entry.keyword);
            if written != KEYWORD && written.trim() != KEYWORD {
                report.push(other_keyword(entry));
            }
        }
    }
}

fn empty_piece(value: &ValueReading<'_>, error: &Error) -> Diagnostic {
    let piece = error.piece;
    let message = match error.number {
        1 => "';' at the start of the value",
        _ if piece.end == value.value.len() => "';' at the end of the value",
        _ => "two ';' without an entry between them",
    };
    // The superfluous one is the one before the piece, or after the first.
    let cut = if error.number > 1 {
        Span::new(piece.start - 1, piece.end)
    } else {
        Span::new(piece.start, piece.end + 1)
    };
    value
        .at(Rule::EmptyEntry, cut, message)
        .with_help("remove the ';'")
        .with_edit(true, cut, "")
}

fn leading_space(value: &ValueReading<'_>, error: &Error) -> Diagnostic {
    let piece = error.piece;
    let text = piece.of(value.value);
    let spaces = Span::new(piece.start, piece.end - text.trim_start().len());
    let help = if error.number == 1 {
        "remove the space"
    } else {
        "write the entry directly after ';'"
    };
    value
        .at(
            Rule::MalformedEntry,
            spaces,
            if error.number == 1 {
                "space at the start of the value"
            } else {
                "space after ';'"
            },
        )
        .with_help(help)
        .with_edit(true, spaces, "")
}

fn missing_space(value: &ValueReading<'_>, error: &Error) -> Diagnostic {
    let text = error.span.of(value.value);
    // The controller ignores white space around an entry.
    let leading = text.len() - text.trim_start().len();
    if let Some(at) = text.trim().find(char::is_whitespace) {
        let at = leading + at;
        let width = text[at..].chars().next().map_or(1, char::len_utf8);
        let white = Span::new(error.span.start + at, error.span.start + at + width);
        let message = format!(
            "expected a space after the service, found {}",
            named(white.of(value.value))
        );
        let diagnostic = value
            .at(Rule::MalformedEntry, white, message)
            .with_help("write a space (U+0020) between service and cookie");
        let parameters = Span::new(white.end, error.piece.end);
        return if is_plain_and_accepted(value.value, parameters) {
            diagnostic.with_edit(true, white, " ")
        } else {
            diagnostic
        };
    }
    let message = format!("no cookie after {}", quote(text));
    value
        .at(Rule::MalformedEntry, error.span, message)
        .with_help(format!("write '{KEYWORD}=<service> <cookie>'"))
}

fn no_equals_sign(
    value: &ValueReading<'_>,
    error: &Error,
    is_backend: impl Fn(&str) -> bool,
) -> Diagnostic {
    let left = error.span.of(value.value);
    let message = format!("no '=' in {}", quote(left));
    if is_backend(left) {
        let diagnostic = value
            .at(Rule::MalformedEntry, error.span, message)
            .with_help(format!("did you mean '{KEYWORD}={left}'?"));
        let parameters = Span::new(error.span.end + 1, error.piece.end);
        let start = Span::at(error.span.start);
        return if is_plain_and_accepted(value.value, parameters) {
            diagnostic.with_edit(true, start, format!("{KEYWORD}="))
        } else {
            diagnostic
        };
    }
    let rest = &value.value[error.span.end..];
    let behind = rest.trim_start_matches(' ');
    if left == KEYWORD
        && let Some(service) = behind.strip_prefix('=')
    {
        let service = service.trim_start_matches(' ');
        let gap = Span::new(error.span.end, value.value.len() - service.len());
        return value
            .at(Rule::MalformedEntry, gap, "space before '='")
            .with_help(format!("write '{KEYWORD}=<service>' without spaces"))
            .with_edit(true, gap, "=");
    }
    value
        .at(Rule::MalformedEntry, error.span, message)
        .with_help(format!("an entry begins with '{KEYWORD}=<service>'"))
}

/// Whether nginx accepts the parameters, and every word means itself.
fn is_plain_and_accepted(value: &str, parameters: Span) -> bool {
    let mut words = parameters.of(value).split_whitespace();
    let is_named = words.clone().next().is_some_and(|name| !is_disguised(name));
    let directive = nginx::read(value, parameters);
    is_named && words.all(suggest::is_one_word) && directive.accepted()
}

/// White space by its name.
fn named(white: &str) -> String {
    match white {
        "\t" => "a TAB".to_owned(),
        "\n" | "\r" => "a line break".to_owned(),
        "\u{a0}" => "a no-break space (U+00A0)".to_owned(),
        other => quote(other),
    }
}

fn forbidden(value: &ValueReading<'_>, error: &Error, character: char) -> Diagnostic {
    let (message, help) = match character {
        '"' => ("a double quote is not allowed", "write it without quotes"),
        '$' => (
            "'$' is not allowed",
            "remove it: this annotation has no variables",
        ),
        _ => ("a single backslash at the end of the entry", "remove it"),
    };
    Diagnostic {
        fix: without(value, error, character).filter(|_| character != '$'),
        ..value
            .at(Rule::ForbiddenCharacter, error.span, message)
            .with_help(help)
    }
}

/// Removes a character from the whole entry, if nginx accepts the result.
fn without(value: &ValueReading<'_>, error: &Error, character: char) -> Option<Fix> {
    let piece = error.piece;
    let text = piece.of(value.value);
    let bare = text.replace(character, "");
    let parameters = Span::new(bare.find(' ')? + 1, bare.len());
    let sound = !bare.contains('\\') && nginx::read(&bare, parameters).accepted();
    let edits = text.match_indices(character).map(|(at, _)| Edit {
        span: Span::new(piece.start + at, piece.start + at + 1),
        text: String::new(),
    });
    sound.then(|| Fix::of_edits(true, edits.collect()))
}

fn other_keyword(entry: &EntryReading<'_>) -> Diagnostic {
    let keyword = entry.entry.keyword;
    let written = entry.text(keyword);
    let word = written.trim();
    let start = keyword.end - written.trim_start().len();
    let span = Span::new(start, start + word.len());
    let message = match word {
        "" => format!("'{KEYWORD}' is missing before '='"),
        word => format!("{} instead of '{KEYWORD}'", quote(word)),
    };
    let diagnostic = entry.at(Rule::UnknownKeyword, span, message);
    match word {
        "domain" | "path" | "expires" | "samesite" => {
            diagnostic.with_help("';' begins the next service: separate parameters with spaces")
        }
        _ => diagnostic
            .with_help(format!("write '{KEYWORD}='"))
            .with_edit(true, span, KEYWORD),
    }
}
