//! What the controller refuses in a value, and what it lets pass that the
//! documented grammar does not have.

use super::{Context, Report, Rule};
use crate::lint::diagnostic::{Diagnostic, Edit, Fix};
use crate::lint::read::controller::{Error, ErrorKind, KEYWORD};
use crate::lint::read::nginx;
use crate::lint::read::{EntryReading, ValueReading};
use crate::lint::span::Span;
use crate::lint::text::quote;

/// Reports each error of which `check` makes something.
fn for_errors(
    context: &Context<'_>,
    report: &mut Report,
    check: fn(&ValueReading<'_>, &Error) -> Option<Diagnostic>,
) {
    for value in context.reading.values() {
        for error in &value.errors {
            if let Some(diagnostic) = check(value, error) {
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
            ErrorKind::BlankValue => "the value has no entry",
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
    for_errors(context, report, |value, error| match error.kind {
        ErrorKind::LeadingBlank => Some(leading_blank(value, error)),
        ErrorKind::NoBlank => Some(no_blank(value, error)),
        ErrorKind::EqualsSigns(0) => Some(no_equals_sign(value, error)),
        ErrorKind::EqualsSigns(count) => {
            let piece = quote(error.span.of(value.value));
            let message = format!("{count} equals signs in {piece}");
            let help = format!("an entry begins with '{KEYWORD}=<service>' and a blank");
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
        1 => "a semicolon at the start",
        _ if piece.end == value.value.len() => "a semicolon at the end",
        _ => "two semicolons with nothing between",
    };
    // The semicolon that stands to no purpose is the one before, or after the first.
    let cut = if error.number > 1 {
        Span::new(piece.start - 1, piece.end)
    } else {
        Span::new(piece.start, piece.end + 1)
    };
    value
        .at(Rule::EmptyEntry, cut, message)
        .with_help("remove the semicolon")
        .with_edit(true, cut, "")
}

fn leading_blank(value: &ValueReading<'_>, error: &Error) -> Diagnostic {
    let piece = error.piece;
    let text = piece.of(value.value);
    let blanks = Span::new(piece.start, piece.end - text.trim_start().len());
    let help = if error.number == 1 {
        "begin the value with the entry"
    } else {
        "write the entry right behind the semicolon"
    };
    value
        .at(Rule::MalformedEntry, blanks, "a blank before the entry")
        .with_help(help)
        .with_edit(true, blanks, "")
}

fn no_blank(value: &ValueReading<'_>, error: &Error) -> Diagnostic {
    let text = error.span.of(value.value);
    // White space around an entry is none of the controller's business.
    let leading = text.len() - text.trim_start().len();
    if let Some(at) = text.trim().find(char::is_whitespace) {
        let at = leading + at;
        let width = text[at..].chars().next().map_or(1, char::len_utf8);
        let white = Span::new(error.span.start + at, error.span.start + at + width);
        let message = format!("{} where a blank must stand", quote(white.of(value.value)));
        return value
            .at(Rule::MalformedEntry, white, message)
            .with_help("write a plain blank between service and cookie")
            .with_edit(true, white, " ");
    }
    let message = format!("nothing follows {}", quote(text));
    value
        .at(Rule::MalformedEntry, error.span, message)
        .with_help(format!("write '{KEYWORD}=<service> <cookie>'"))
}

fn no_equals_sign(value: &ValueReading<'_>, error: &Error) -> Diagnostic {
    let left = error.span.of(value.value);
    let rest = &value.value[error.span.end..];
    let behind = rest.trim_start_matches(' ');
    if left == KEYWORD
        && let Some(service) = behind.strip_prefix('=')
    {
        let service = service.trim_start_matches(' ');
        let gap = Span::new(error.span.end, value.value.len() - service.len());
        return value
            .at(Rule::MalformedEntry, gap, "a blank before the equals sign")
            .with_help(format!("write '{KEYWORD}=<service>' without blanks"))
            .with_edit(true, gap, "=");
    }
    value
        .at(
            Rule::MalformedEntry,
            error.span,
            format!("no equals sign in {}", quote(left)),
        )
        .with_help(format!("an entry begins with '{KEYWORD}=<service>'"))
}

fn forbidden(value: &ValueReading<'_>, error: &Error, character: char) -> Diagnostic {
    let (message, help) = match character {
        '"' => ("a double quote", "write it without quotes"),
        '$' => ("a dollar sign", "variables are not read here"),
        _ => ("a lone backslash at the end", "remove it"),
    };
    Diagnostic {
        fix: without(value, error, character).filter(|_| character != '$'),
        ..value
            .at(Rule::ForbiddenCharacter, error.span, message)
            .with_help(help)
    }
}

/// Takes a character out of the entry, wherever it stands, if that leaves one
/// that nginx accepts.
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
    sound.then(|| Fix {
        safe: true,
        edits: edits.collect(),
    })
}

fn other_keyword(entry: &EntryReading<'_>) -> Diagnostic {
    let keyword = entry.entry.keyword;
    let written = entry.text(keyword);
    let word = written.trim();
    let start = keyword.end - written.trim_start().len();
    let span = Span::new(start, start + word.len());
    let message = match word {
        "" => format!("'{KEYWORD}' is missing before the equals sign"),
        word => format!("{} instead of '{KEYWORD}'", quote(word)),
    };
    let diagnostic = entry.at(Rule::UnknownKeyword, span, message);
    match word {
        "domain" | "path" | "expires" | "samesite" => {
            diagnostic.with_help("a semicolon ends the entry: parameters are separated by blanks")
        }
        _ => diagnostic
            .with_help(format!("write '{KEYWORD}='"))
            .with_edit(true, span, KEYWORD),
    }
}
