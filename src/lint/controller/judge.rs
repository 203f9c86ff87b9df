//! What the controller refuses in a value, said to people.

use super::{Entry, Error, ErrorKind, KEYWORD, Reading};
use crate::lint::diagnostic::{Diagnostic, Edit, Fix, Place};
use crate::lint::nginx;
use crate::lint::rule::Rule;
use crate::lint::span::Span;
use crate::lint::text::quote;

/// An annotation under judgement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Annotation<'s> {
    pub(crate) key: &'s str,
    pub(crate) value: &'s str,
}

impl<'s> Annotation<'s> {
    /// A diagnostic at a range of the value.
    pub(crate) fn at(self, rule: Rule, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(rule, Place::value(self.key, span), message)
    }

    /// A diagnostic at a range of the value that is about an entry.
    pub(crate) fn about(
        self,
        entry: &Entry,
        rule: Rule,
        span: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        self.at(rule, span, message)
            .with_entry(entry.number, self.text(entry.service))
    }

    /// The text of a range of the value.
    pub(crate) fn text(self, span: Span) -> &'s str {
        span.of(self.value)
    }
}

/// What the controller refuses, and what it lets pass that no grammar has.
pub(crate) fn judge(annotation: Annotation<'_>, reading: &Reading, found: &mut Vec<Diagnostic>) {
    for error in &reading.errors {
        let diagnostic = refusal(annotation, error);
        let entries = &reading.entries;
        let entry = entries.binary_search_by_key(&error.number, |entry| entry.number);
        let entry = entry.ok().map(|index| &entries[index]);
        found.push(match entry {
            Some(entry) => diagnostic.with_entry(entry.number, annotation.text(entry.service)),
            None => diagnostic,
        });
    }
    for entry in &reading.entries {
        found.extend(unknown_keyword(annotation, entry));
    }
}

fn refusal(annotation: Annotation<'_>, error: &Error) -> Diagnostic {
    let at = |rule, message: String| annotation.at(rule, error.span, message);
    let piece = annotation.text(error.span);
    match error.kind {
        ErrorKind::EmptyValue => at(Rule::EmptyValue, "the value is empty".to_owned()).with_help(
            format!("write '{KEYWORD}=<service> <cookie>', or remove the annotation"),
        ),
        ErrorKind::BlankValue => at(Rule::EmptyValue, "the value has no entry".to_owned())
            .with_help(format!(
                "write '{KEYWORD}=<service> <cookie>', or remove the annotation"
            )),
        ErrorKind::EmptyPiece => empty_piece(annotation, error),
        ErrorKind::LeadingBlank => leading_blank(annotation, error),
        ErrorKind::NoBlank => no_blank(annotation, error),
        ErrorKind::EqualsSigns(0) => no_equals_sign(annotation, error),
        ErrorKind::EqualsSigns(count) => {
            let message = format!("{count} equals signs in {}", quote(piece));
            let help = format!("an entry begins with '{KEYWORD}=<service>' and a blank");
            at(Rule::MalformedEntry, message).with_help(help)
        }
        ErrorKind::Forbidden(character) => forbidden(annotation, error, character),
    }
}

fn empty_piece(annotation: Annotation<'_>, error: &Error) -> Diagnostic {
    let piece = error.piece;
    let message = match error.number {
        1 => "a semicolon at the start",
        _ if piece.end == annotation.value.len() => "a semicolon at the end",
        _ => "two semicolons with nothing between",
    };
    // The semicolon that stands to no purpose is the one before, or after the first.
    let cut = if error.number > 1 {
        Span::new(piece.start - 1, piece.end)
    } else {
        Span::new(piece.start, piece.end + 1)
    };
    annotation
        .at(Rule::EmptyEntry, cut, message)
        .with_help("remove the semicolon")
        .with_edit(true, cut, "")
}

fn leading_blank(annotation: Annotation<'_>, error: &Error) -> Diagnostic {
    let piece = error.piece;
    let text = annotation.text(piece);
    let blanks = Span::new(piece.start, piece.end - text.trim_start().len());
    let help = if error.number == 1 {
        "begin the value with the entry"
    } else {
        "write the entry right behind the semicolon"
    };
    annotation
        .at(Rule::MalformedEntry, blanks, "a blank before the entry")
        .with_help(help)
        .with_edit(true, blanks, "")
}

fn no_blank(annotation: Annotation<'_>, error: &Error) -> Diagnostic {
    let text = annotation.text(error.span);
    // White space around an entry is none of the controller's business.
    let leading = text.len() - text.trim_start().len();
    if let Some(at) = text.trim().find(char::is_whitespace) {
        let at = leading + at;
        let width = text[at..].chars().next().map_or(1, char::len_utf8);
        let white = Span::new(error.span.start + at, error.span.start + at + width);
        let message = format!("{} where a blank must stand", quote(annotation.text(white)));
        return annotation
            .at(Rule::MalformedEntry, white, message)
            .with_help("write a plain blank between service and cookie")
            .with_edit(true, white, " ");
    }
    let message = format!("nothing follows {}", quote(text));
    annotation
        .at(Rule::MalformedEntry, error.span, message)
        .with_help(format!("write '{KEYWORD}=<service> <cookie>'"))
}

fn no_equals_sign(annotation: Annotation<'_>, error: &Error) -> Diagnostic {
    let left = annotation.text(error.span);
    let rest = &annotation.value[error.span.end..];
    let behind = rest.trim_start_matches(' ');
    if left == KEYWORD
        && let Some(service) = behind.strip_prefix('=')
    {
        let service = service.trim_start_matches(' ');
        let gap = Span::new(error.span.end, annotation.value.len() - service.len());
        return annotation
            .at(Rule::MalformedEntry, gap, "a blank before the equals sign")
            .with_help(format!("write '{KEYWORD}=<service>' without blanks"))
            .with_edit(true, gap, "=");
    }
    annotation
        .at(
            Rule::MalformedEntry,
            error.span,
            format!("no equals sign in {}", quote(left)),
        )
        .with_help(format!("an entry begins with '{KEYWORD}=<service>'"))
}

fn forbidden(annotation: Annotation<'_>, error: &Error, character: char) -> Diagnostic {
    let (message, help) = match character {
        '"' => ("a double quote", "write it without quotes"),
        '$' => ("a dollar sign", "variables are not read here"),
        _ => ("a lone backslash at the end", "remove it"),
    };
    Diagnostic {
        fix: without(annotation, error, character).filter(|_| character != '$'),
        ..annotation
            .at(Rule::ForbiddenCharacter, error.span, message)
            .with_help(help)
    }
}

/// Takes a character out of the entry, wherever it stands, if that leaves one
/// that nginx accepts.
fn without(annotation: Annotation<'_>, error: &Error, character: char) -> Option<Fix> {
    let piece = error.piece;
    let text = annotation.text(piece);
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

/// The controller does not read the word; only white space may surround the
/// one that the grammar has.
fn unknown_keyword(annotation: Annotation<'_>, entry: &Entry) -> Option<Diagnostic> {
    let written = annotation.text(entry.keyword);
    let word = written.trim();
    if word == KEYWORD {
        return None;
    }
    let start = entry.keyword.end - written.trim_start().len();
    let span = Span::new(start, start + word.len());
    let diagnostic = if word.is_empty() {
        let message = format!("'{KEYWORD}' is missing before the equals sign");
        annotation.about(entry, Rule::UnknownKeyword, span, message)
    } else {
        let message = format!("{} instead of '{KEYWORD}'", quote(word));
        annotation.about(entry, Rule::UnknownKeyword, span, message)
    };
    Some(match word {
        "domain" | "path" | "expires" | "samesite" => {
            diagnostic.with_help("a semicolon ends the entry: parameters are separated by blanks")
        }
        _ => diagnostic
            .with_help(format!("write '{KEYWORD}='"))
            .with_edit(true, span, KEYWORD),
    })
}
