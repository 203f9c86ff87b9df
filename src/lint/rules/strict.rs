//! What the controller rejects from 5.6 on in an entry's parameters.
//!
//! Most of it is reported already, as what nginx would do with it. Such a
//! finding gets the consequence that comes first; the rest is reported here.

use std::collections::{BTreeMap, HashMap};

use super::Rule;
use crate::lint::consequence::Consequence;
use crate::lint::diagnostic::Diagnostic;
use crate::lint::read::controller::{Error, ErrorKind};
use crate::lint::read::{Reading, ValueReading};
use crate::lint::release::value::StrictErrorKind;
use crate::lint::span::Span;
use crate::lint::text::quote;

/// Gives the findings about what the strict reader rejects their consequence,
/// and adds those that are missing.
pub(crate) fn reject_strictly(reading: &Reading<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for value in reading.values() {
        let mut errors: BTreeMap<usize, Vec<(&Error, StrictErrorKind)>> = BTreeMap::new();
        for error in &value.errors {
            if let ErrorKind::Strict(kind) = error.kind {
                errors.entry(error.number).or_default().push((error, kind));
            }
        }
        if errors.is_empty() {
            continue;
        }
        let mut by_entry: HashMap<usize, Vec<usize>> = HashMap::new();
        for (index, diagnostic) in diagnostics.iter().enumerate() {
            let key = diagnostic.place.field.annotation_key();
            if let Some(entry) = diagnostic.entry.as_ref().filter(|_| key == Some(value.key)) {
                by_entry.entry(entry.number).or_default().push(index);
            }
        }
        for (number, errors) in errors {
            let own = by_entry.remove(&number).unwrap_or_default();
            reject_entry(value, &errors, &own, diagnostics);
        }
    }
}

/// Does it for one entry, whose findings are `own`.
fn reject_entry(
    value: &ValueReading<'_>,
    errors: &[(&Error, StrictErrorKind)],
    own: &[usize],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let number = errors.first().map(|(error, _)| error.number);
    let entries = &value.entries;
    let at = entries.partition_point(|it| Some(it.entry.number) < number);
    let entry = entries.get(at);
    let parameters = entry.map_or(0, |it| it.entry.parameters.start);
    let mut seen = Vec::new();
    for (error, kind) in errors {
        if seen.contains(kind) {
            continue;
        }
        seen.push(*kind);
        let mut reported = false;
        for &index in own {
            let diagnostic = &mut diagnostics[index];
            // Another control character is another mistake, and so is what is
            // wrong before the parameters.
            let span = diagnostic.place.span;
            let is_here = diagnostic.rule != Rule::ControlCharacter
                || span.is_some_and(|span| span.contains(error.span));
            let start = span.map_or(0, |span| span.start);
            let is_inside = start >= parameters || diagnostic.rule == Rule::NoParameters;
            let is_same = is_here && is_inside && rules(*kind).contains(&diagnostic.rule);
            if is_same || replaces(diagnostic, error.span) {
                *diagnostic = diagnostic
                    .clone()
                    .with_consequence(Consequence::RejectsIngress);
                reported = true;
            }
        }
        if !reported {
            diagnostics.push(rejection(value, error, *kind));
        }
    }
}

/// Whether the fix of a mistake that is reported already takes a line break
/// away: between two entries a `;` belongs there.
fn replaces(diagnostic: &Diagnostic, line_break: Span) -> bool {
    let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits);
    diagnostic.rule == Rule::UnknownParameter
        && edits
            .filter(|edit| edit.text == ";")
            .any(|edit| edit.span.contains(line_break))
}

/// The rules that report the same mistake for what nginx makes of it.
fn rules(kind: StrictErrorKind) -> &'static [Rule] {
    match kind {
        StrictErrorKind::NoCookie => &[Rule::NoParameters, Rule::MissingCookie],
        // A line break that ends a comment goes with the comment.
        StrictErrorKind::LineBreak => &[Rule::ControlCharacter, Rule::Comment],
        StrictErrorKind::Hash => &[Rule::Comment],
        StrictErrorKind::Brace => &[Rule::Brace],
        StrictErrorKind::OpenQuote | StrictErrorKind::AfterQuote => &[Rule::Quote],
        StrictErrorKind::Backtick => &[],
    }
}

fn rejection(value: &ValueReading<'_>, error: &Error, kind: StrictErrorKind) -> Diagnostic {
    let text = value.value;
    let (rule, message, help) = match kind {
        StrictErrorKind::NoCookie => (
            Rule::MissingCookie,
            "the cookie's name is white space".to_owned(),
            "write the name of the cookie after the service",
        ),
        StrictErrorKind::LineBreak => return line_break(value, error),
        StrictErrorKind::Backtick => (
            Rule::ForbiddenCharacter,
            "a backtick is not allowed".to_owned(),
            "remove it",
        ),
        StrictErrorKind::Hash => (
            Rule::ForbiddenCharacter,
            "'#' is not allowed".to_owned(),
            "remove it",
        ),
        StrictErrorKind::Brace => (
            Rule::Brace,
            format!("a curly brace {}", quote(error.span.of(text))),
            "remove it",
        ),
        StrictErrorKind::OpenQuote => (
            Rule::Quote,
            "a quote that does not end".to_owned(),
            "write it without quotes",
        ),
        StrictErrorKind::AfterQuote => (
            Rule::Quote,
            "a quoted word must end at a space".to_owned(),
            "write it without quotes",
        ),
    };
    at_entry(value, error, rule, error.span, message).with_help(help)
}

/// A line break between words, or at the end, as a YAML scalar leaves it.
fn line_break(value: &ValueReading<'_>, error: &Error) -> Diagnostic {
    let text = value.value;
    let before = text[..error.span.start].trim_end().len();
    let rest = text[error.span.start..error.piece.end].trim_start();
    let gap = Span::new(before, error.piece.end - rest.len());
    let at_end = rest.is_empty();
    let (message, help) = if at_end {
        let message = "a line break at the end of an entry";
        (
            message,
            "remove it: YAML leaves one after '|' and '>', not after '|-' and '>-'",
        )
    } else {
        ("a line break between two parameters", "write a space")
    };
    let rule = Rule::ControlCharacter;
    let diagnostic = at_entry(value, error, rule, error.span, message.to_owned()).with_help(help);
    if at_end {
        diagnostic.with_edit(true, gap, "")
    } else {
        diagnostic
    }
}

fn at_entry(
    value: &ValueReading<'_>,
    error: &Error,
    rule: Rule,
    span: Span,
    message: String,
) -> Diagnostic {
    let entries = &value.entries;
    let entry = entries.binary_search_by_key(&error.number, |entry| entry.entry.number);
    let diagnostic = value
        .at(rule, span, message)
        .with_consequence(Consequence::RejectsIngress);
    match entry {
        Ok(index) => diagnostic.with_entry(error.number, entries[index].service),
        Err(_) => diagnostic,
    }
}
