//! What nginx refuses in an entry.

use super::comma::Joined;
use super::context::Words;
use super::{Context, Report, Rule};
use crate::lint::consequence::Consequence;
use crate::lint::diagnostic::{Diagnostic, Edit, Fix};
use crate::lint::read::nginx::{self, ErrorKind, LexErrorKind, Parameter, TimeError, suggest};
use crate::lint::span::Span;
use crate::lint::text::{did_you_mean, quote};

const TIMES: &str = "write a time such as '90', '30m', '12h', '7d' or '1h30m', or 'max'";

/// The parameters in the order in which help lists them.
const LISTED: [Parameter; 6] = Parameter::ALL;

impl Words<'_> {
    /// A diagnostic about something that nginx refuses.
    pub(super) fn refused_at(
        &self,
        rule: Rule,
        span: Span,
        message: impl Into<String>,
    ) -> Diagnostic {
        let diagnostic = self.entry.at(rule, span, message);
        diagnostic.with_consequence(Consequence::BreaksReload)
    }
}

pub(super) fn missing_cookie(context: &Context<'_>, report: &mut Report) {
    for (words, error) in context.refused() {
        if error.kind == ErrorKind::NoCookie {
            let message = "there is no cookie name";
            let diagnostic = words.refused_at(Rule::MissingCookie, error.span, message);
            report.push(diagnostic.with_help("write the name of the cookie behind the service"));
        }
    }
}

pub(super) fn empty_cookie_name(context: &Context<'_>, report: &mut Report) {
    for (words, error) in context.refused() {
        if error.kind == ErrorKind::EmptyName {
            let message = "the cookie name is empty";
            let diagnostic = words.refused_at(Rule::EmptyCookieName, error.span, message);
            report.push(diagnostic.with_help("write the name of the cookie without quotes"));
        }
    }
}

pub(super) fn unknown_parameter(context: &Context<'_>, report: &mut Report) {
    for (words, error) in context.refused() {
        if let ErrorKind::Unknown(word) = &error.kind
            && Joined::read(&words, error.span).is_none()
        {
            report.push(unknown(&words, error.span, word));
        }
    }
}

pub(super) fn duplicate_parameter(context: &Context<'_>, report: &mut Report) {
    for (words, error) in context.refused() {
        if let ErrorKind::Duplicate(parameter) = error.kind {
            report.push(duplicate(&words, error.span, parameter));
        }
    }
}

pub(super) fn empty_parameter(context: &Context<'_>, report: &mut Report) {
    for (words, error) in context.refused() {
        if let ErrorKind::EmptyValue(parameter) = error.kind {
            let message = format!("'{parameter}' has no value");
            let diagnostic = words.refused_at(Rule::EmptyParameter, error.span, message);
            report.push(diagnostic.with_help("write a value, or remove the parameter"));
        }
    }
}

pub(super) fn invalid_expires(context: &Context<'_>, report: &mut Report) {
    for (words, error) in context.refused() {
        if let ErrorKind::Expires(value, reason) = &error.kind {
            report.push(expires(&words, error.span, value, *reason));
        }
    }
}

pub(super) fn invalid_samesite(context: &Context<'_>, report: &mut Report) {
    for (words, error) in context.refused() {
        if let ErrorKind::SameSite(value) = &error.kind {
            report.push(same_site(&words, error.span, value));
        }
    }
}

pub(super) fn oversized_word(context: &Context<'_>, report: &mut Report) {
    for (words, span, _) in context.refused_by_lexer(&[LexErrorKind::TooLong]) {
        let message = format!("a word of {} bytes", span.len());
        let diagnostic = words.refused_at(Rule::OversizedWord, span, message);
        report.push(diagnostic.with_help("nginx reads words of up to 4094 bytes"));
    }
}

fn unknown(words: &Words<'_>, span: Span, word: &str) -> Diagnostic {
    if let Some(diagnostic) = split_time(words, span, word) {
        return diagnostic;
    }
    let (name, value) = suggest::split(word);
    // Without a value there is only the word; with one, the name is what is wrong.
    let plain = words.entry.text(span) == word;
    let place = match value {
        Some(_) if plain && !name.is_empty() => Span::new(span.start, span.start + name.len()),
        _ => span,
    };
    let message = format!("unknown parameter {}", quote(words.entry.text(place)));
    let diagnostic = words.refused_at(Rule::UnknownParameter, place, message);
    let cookie = words.directive.words.first().map(|word| word.span);
    let repeats = |parameter| words.directive.has_other(parameter, span, cookie);
    let suggestion = suggest::parameter(word).filter(|it| !repeats(it.parameter));
    match suggestion.map(|it| it.to_string()) {
        Some(meant) => diagnostic
            .with_help(unknown_help(name, value, Some(&meant)))
            .with_fix(rename(span, word, &meant)),
        None => diagnostic.with_help(unknown_help(name, value, None)),
    }
}

/// `expires=1 h`: a time that a blank cuts in two.
fn split_time(words: &Words<'_>, span: Span, word: &str) -> Option<Diagnostic> {
    let all = &words.directive.words;
    let index = all.binary_search_by_key(&span.start, |other| other.span.start);
    let before = all.get(index.ok()?.checked_sub(1)?)?;
    let time = before.text.strip_prefix("expires=")?;
    nginx::seconds(&format!("{time}{word}")).ok()?;
    let gap = Span::new(before.span.end, span.start);
    let cut = quote(&format!("{time} {word}"));
    let message = format!("a blank inside the time {cut}");
    let diagnostic = words.refused_at(Rule::UnknownParameter, span, message);
    let help = format!("write 'expires={time}{word}'");
    Some(diagnostic.with_help(help).with_edit(true, gap, ""))
}

fn duplicate(words: &Words<'_>, span: Span, parameter: Parameter) -> Diagnostic {
    let name = parameter.name();
    let message = format!("'{name}' stands twice in the entry");
    let diagnostic = words.refused_at(Rule::DuplicateParameter, span, message);
    let diagnostic = diagnostic.with_help("remove one of the two");
    let mut earlier = words.directive.words.iter().skip(1);
    let first = earlier.find(|word| suggest::split(&word.text).0 == name);
    let text = |span| words.entry.text(span);
    let same = first.is_some_and(|word| text(word.span) == text(span));
    let gap = before(words.entry.value, span);
    diagnostic.with_edit(same, Span::new(gap, span.end), "")
}

fn expires(words: &Words<'_>, span: Span, value: &str, error: TimeError) -> Diagnostic {
    let message = format!("{} is no time", quote(value));
    let place = value_part(words.entry.text(span), span);
    let diagnostic = words.refused_at(Rule::InvalidExpires, place, message);
    if let Some(meant) = suggest::expires(value) {
        let parameter = format!("expires={meant}");
        let diagnostic = diagnostic.with_help(format!("write '{parameter}'"));
        return diagnostic.with_edit(true, span, parameter);
    }
    let help = match (value, error) {
        ("off" | "epoch" | "-1" | "session" | "never", _) => {
            "leave 'expires=' out for a cookie that ends with the session, or write 'max'"
        }
        (_, TimeError::Milliseconds(_)) => "the smallest unit is the second: write 's' or no unit",
        (_, TimeError::OutOfOrder(_)) => "units descend and stand once each: y M w d h m s",
        (_, TimeError::TooLong) => "the time is too long: write 'max'",
        _ => TIMES,
    };
    diagnostic.with_help(help)
}

fn same_site(words: &Words<'_>, span: Span, value: &str) -> Diagnostic {
    let place = value_part(words.entry.text(span), span);
    let message = format!("{} is no SameSite mode", quote(value));
    let diagnostic = words.refused_at(Rule::InvalidSamesite, place, message);
    match did_you_mean(value, ["strict", "lax", "none"]) {
        Some(mode) => diagnostic
            .with_help(format!("did you mean '{mode}'?"))
            .with_edit(true, span, format!("samesite={mode}")),
        None => diagnostic.with_help("write 'strict', 'lax' or 'none'"),
    }
}

/// The value's part of a parameter that stands in `span`.
fn value_part(text: &str, span: Span) -> Span {
    match text.find('=') {
        Some(equals) if equals + 1 < text.len() && !text.starts_with('\'') => {
            Span::new(span.start + equals + 1, span.end)
        }
        _ => span,
    }
}

/// Where the blanks before `span` begin.
fn before(value: &str, span: Span) -> usize {
    let blanks = |byte: &char| nginx::is_blank(u8::try_from(*byte).unwrap_or_default());
    let text = Span::new(0, span.start).of(value);
    span.start - text.chars().rev().take_while(blanks).count()
}

/// The smallest edit that turns the word into what was meant.
fn rename(span: Span, word: &str, meant: &str) -> Fix {
    let (name, value) = suggest::split(word);
    let (meant_name, meant_value) = suggest::split(meant);
    let same_value = value.is_some() && value == meant_value && span.len() == word.len();
    let edit = if same_value && word[name.len()..].starts_with('=') {
        Edit {
            span: Span::new(span.start, span.start + name.len()),
            text: meant_name.to_owned(),
        }
    } else {
        Edit {
            span,
            text: meant.to_owned(),
        }
    };
    Fix {
        safe: true,
        edits: vec![edit],
    }
}

fn unknown_help(name: &str, value: Option<&str>, certain: Option<&str>) -> String {
    let lower = name.to_ascii_lowercase();
    match lower.as_str() {
        "max-age" | "maxage" => format!(
            "nginx writes 'max-age' itself: write '{}'",
            certain.unwrap_or("expires=")
        ),
        "partitioned" => "nginx has no such parameter: remove it".to_owned(),
        "name" => {
            "this is the syntax of another controller: the first word is the cookie name".to_owned()
        }
        "hash" => "this is the syntax of another controller: remove it".to_owned(),
        "servicename" => "entries are separated by ';'".to_owned(),
        _ => match suggest::similar(name) {
            Some(meant) if !meant.takes_value() && value.is_some() => {
                format!("write '{meant}' without a value, or leave it out")
            }
            Some(meant) if meant.name() == name => format!("write '{meant}' and a value"),
            Some(meant) => format!("did you mean '{}'?", meant.name()),
            None => format!(
                "nginx knows {}",
                LISTED.map(|it| format!("'{it}'")).join(", ")
            ),
        },
    }
}
