//! Words that nginx does not know because a space or a `;` is misplaced.

use super::Rule;
use super::context::Words;
use crate::lint::diagnostic::{Diagnostic, Edit, Fix};
use crate::lint::read::controller;
use crate::lint::read::nginx::{Parameter, Word, suggest};
use crate::lint::release::value::Reader;
use crate::lint::span::Span;
use crate::lint::text::quote;

/// The diagnostic of an unknown word that is unknown because of a space or a
/// missing `;`, and the range in which it explains all errors.
pub(super) fn misplaced(words: &Words<'_>, span: Span, word: &str) -> Option<(Diagnostic, Span)> {
    let all = &words.directive.words;
    let index = all.binary_search_by_key(&span.start, |other| other.span.start);
    let index = index.ok()?;
    split_time(words, index)
        .or_else(|| spaced_equals(words, index))
        .or_else(|| missing_semicolon(words, index, word))
}

/// `expires=1 h`, `expires=30 days`: a time with a space.
fn split_time(words: &Words<'_>, index: usize) -> Option<(Diagnostic, Span)> {
    let all = &words.directive.words;
    let (before, unit) = (all.get(index.checked_sub(1)?)?, &all[index]);
    let number = before
        .text
        .strip_prefix("expires=")
        .filter(|it| !it.is_empty())?;
    let time = suggest::expires(&format!("{number}{}", unit.text))?;
    let text = format!("expires={time}");
    let cut = quote(&format!("{number} {}", unit.text));
    Some(joined(
        words,
        before,
        unit,
        text,
        format!("space in the time {cut}"),
    ))
}

/// `path = /tea`, `path =/tea`, `path= /tea`.
fn spaced_equals(words: &Words<'_>, index: usize) -> Option<(Diagnostic, Span)> {
    let all = &words.directive.words;
    let word = &all[index];
    let is_valued = |name: &str| Parameter::named(name).is_some_and(Parameter::takes_value);
    let (first, last, text) = if is_valued(&word.text) {
        let next = all.get(index + 1)?;
        let value = next.text.strip_prefix('=')?;
        match value {
            "" => {
                let value = all.get(index + 2)?;
                (word, value, format!("{}={}", word.text, value.text))
            }
            _ => (word, next, format!("{}{}", word.text, next.text)),
        }
    } else {
        let before = all.get(index.checked_sub(1)?).filter(|_| index > 1)?;
        let name = before.text.strip_suffix('=')?;
        if !is_valued(name) {
            return None;
        }
        (before, word, format!("{}{}", before.text, word.text))
    };
    let text = suggest::parameter(&text)?.to_string();
    let written = quote(words.entry.text(Span::new(first.span.start, last.span.end)));
    Some(joined(
        words,
        first,
        last,
        text,
        format!("space around '=' in {written}"),
    ))
}

/// One parameter instead of several words.
fn joined(
    words: &Words<'_>,
    first: &Word<'_>,
    last: &Word<'_>,
    text: String,
    message: String,
) -> (Diagnostic, Span) {
    let range = Span::new(first.span.start, last.span.end);
    let diagnostic = words.refused_at(Rule::UnknownParameter, range, message);
    let help = format!("write {}", quote(&text));
    (
        diagnostic.with_help(help).with_edit(true, range, text),
        range,
    )
}

/// `serviceName=tea-svc a serviceName=coffee-svc b`, often on two lines.
fn missing_semicolon(words: &Words<'_>, index: usize, word: &str) -> Option<(Diagnostic, Span)> {
    if !begins_an_entry(word) {
        return None;
    }
    let all = &words.directive.words;
    let (span, end) = (all[index].span, words.entry.entry.span.end);
    let message = format!("no ';' before {}", quote(word));
    let diagnostic = words.refused_at(Rule::UnknownParameter, span, message);
    let diagnostic = diagnostic.with_help("separate entries with ';'");
    let starts = (index..all.len()).filter(|&at| begins_an_entry(&all[at].text));
    let edits = starts.map(|at| Edit {
        span: Span::new(all[at - 1].span.end, all[at].span.start),
        text: ";".to_owned(),
    });
    let fix = Fix::of_edits(true, edits.collect());
    let fixed = fix.apply(words.entry.value);
    let diagnostic = if controller::read(&fixed, Reader::Quoted).accepted() {
        diagnostic.with_fix(fix)
    } else {
        diagnostic
    };
    Some((diagnostic, Span::new(span.start, end)))
}

fn begins_an_entry(word: &str) -> bool {
    word.strip_prefix(controller::KEYWORD)
        .and_then(|rest| rest.strip_prefix('='))
        .is_some_and(|service| !service.is_empty() && !service.contains('='))
}
