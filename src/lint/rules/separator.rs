//! Parameters after `;`, as in a Set-Cookie header: to the controller each `;`
//! begins the next entry.

use super::{Context, Report, Rule};
use crate::lint::consequence::Consequence;
use crate::lint::diagnostic::Diagnostic;
use crate::lint::read::ValueReading;
use crate::lint::read::controller::{Error, ErrorKind};
use crate::lint::read::nginx::{self, Parameter, suggest};
use crate::lint::release::value::Reader;
use crate::lint::span::Span;
use crate::lint::text::quote;

/// Parameters that `;` separates from their entry.
struct Separated {
    /// The entry's number and text.
    entry: usize,
    text: Span,
    /// The numbers of the pieces that hold only parameters.
    last: usize,
    /// From the first `;` to the end of the last parameter.
    range: Span,
    /// The first of them.
    parameter: Span,
}

/// Reports parameters after `;` in values that the controller rejects for it,
/// or in those that it accepts.
pub(super) fn separated(context: &Context<'_>, is_rejected: bool, report: &mut Report) {
    for value in context.reading.values() {
        for separated in read(value.value) {
            if separated.is_rejected(value) == is_rejected {
                report.cookie_is_unintended(separated.entry);
                report.push_covering(separated.diagnostic(value, is_rejected), separated.range);
            }
        }
    }
}

fn read(value: &str) -> Vec<Separated> {
    if !value.contains(';') {
        return Vec::new();
    }
    let (mut all, mut start) = (Vec::<Separated>::new(), 0);
    let (mut entry, mut is_open) = (None, false);
    for (index, piece) in value.split(';').enumerate() {
        let span = Span::new(start, start + piece.len());
        start = span.end + 1;
        let text = piece.trim();
        let is_last_and_empty = is_open && text.is_empty() && span.end == value.len();
        if !is_last_and_empty && !is_parameters(text) {
            (entry, is_open) = (is_entry(text).then_some((index + 1, span)), false);
            continue;
        }
        match (all.last_mut().filter(|_| is_open), entry) {
            (Some(separated), _) => {
                separated.range.end = span.end;
                separated.last = index + 1;
            }
            (None, Some((number, text_span))) => {
                let word = piece.len() - piece.trim_start().len();
                let length = text.find(char::is_whitespace).unwrap_or(text.len());
                let word = span.start + word;
                all.push(Separated {
                    entry: number,
                    text: text_span,
                    last: index + 1,
                    range: Span::new(span.start - 1, span.end),
                    parameter: Span::new(word, word + length),
                });
                is_open = true;
            }
            (None, None) => {}
        }
    }
    all
}

/// Whether a piece has the form of an entry. In quotes a `;` is part of a word
/// for nginx, so such pieces are left to other rules.
fn is_entry(piece: &str) -> bool {
    let left = piece.split_whitespace().next().unwrap_or_default();
    let is_quoted = piece.contains(['\'', '\\']);
    left.matches('=').count() == 1 && piece.contains(' ') && !is_quoted
}

/// Whether a piece begins with a parameter and names no service.
fn is_parameters(piece: &str) -> bool {
    let word = piece.split_whitespace().next().unwrap_or_default();
    let (name, value) = suggest::split(word);
    let is = |names: &[&str]| names.iter().any(|it| it.eq_ignore_ascii_case(name));
    let is_parameter = is(&["secure", "httponly", "partitioned"])
        || (value.is_some() && is(&["expires", "domain", "path", "samesite", "max-age"]));
    let names_service = || piece.to_ascii_lowercase().contains("servicename");
    is_parameter && !names_service() && !piece.contains(['\'', '\\'])
}

impl Separated {
    fn is_rejected(&self, value: &ValueReading<'_>) -> bool {
        // Those of the strict check come after the others, in an order of their own.
        let is_split = |it: &Error| !matches!(it.kind, ErrorKind::Strict(_));
        let errors = &value.errors[..value.errors.partition_point(is_split)];
        let first = errors.partition_point(|it| it.number <= self.entry);
        errors.get(first).is_some_and(|it| it.number <= self.last)
    }

    fn diagnostic(&self, value: &ValueReading<'_>, is_rejected: bool) -> Diagnostic {
        let rule = if is_rejected {
            Rule::MalformedEntry
        } else {
            Rule::UnknownKeyword
        };
        let semicolon = Span::new(self.range.start, self.range.start + 1);
        let parameter = quote(self.parameter.of(value.value));
        let message = format!("';' begins the next service, but {parameter} is a parameter");
        let diagnostic = value.at(rule, semicolon, message);
        let diagnostic = diagnostic.with_help("separate parameters with spaces");
        let entries = &value.entries;
        let entry = entries.binary_search_by_key(&self.entry, |it| it.entry.number);
        let diagnostic = if is_rejected && value.reader == Reader::Lenient {
            diagnostic.with_consequence(Consequence::NoEffect)
        } else {
            diagnostic
        };
        let diagnostic = match entry {
            Ok(index) => diagnostic.with_entry(self.entry, entries[index].service),
            Err(_) => diagnostic,
        };
        match self.with_spaces(value.value) {
            Some(text) => diagnostic.with_edit(true, self.range, text),
            None => diagnostic,
        }
    }

    /// The parameters after spaces, where nginx accepts them so.
    fn with_spaces(&self, value: &str) -> Option<String> {
        let words = self.range.of(value).split([';', ' ', '\t', '\n', '\r']);
        let mut text = String::new();
        for word in words.filter(|word| !word.is_empty()) {
            let word = match Parameter::named(suggest::split(word).0) {
                Some(_) if suggest::is_one_word(word) && !word.contains(':') => word.to_owned(),
                _ => suggest::parameter(word)?.to_string(),
            };
            text.push(' ');
            text.push_str(&word);
        }
        let whole = format!("{}{text}", self.text.of(value));
        let left = whole.trim_start().find(' ')? + whole.len() - whole.trim_start().len();
        let parameters = Span::new(left + 1, whole.len());
        nginx::read(&whole, parameters).accepted().then_some(text)
    }
}
