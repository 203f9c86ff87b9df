//! What nginx refuses in an entry.

use super::comma::Joined;
use super::context::Words;
use super::{Context, Report, Rule, spacing};
use crate::lint::consequence::{Consequence, Severity};
use crate::lint::diagnostic::{Diagnostic, Edit, Fix};
use crate::lint::edit;
use crate::lint::read::nginx::{self, ErrorKind, LexErrorKind, Parameter, TimeError, suggest};
use crate::lint::release::Fact;
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
            let message = "the entry has no cookie name";
            let diagnostic = words.refused_at(Rule::MissingCookie, error.span, message);
            report.push(diagnostic.with_help("write the name of the cookie after the service"));
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
            if let Some((diagnostic, range)) = spacing::misplaced(&words, error.span, word) {
                report.push_covering(diagnostic, range);
                report.cookie_is_unintended(words.entry.entry.number);
            } else {
                report.push(unknown(&words, error.span, word));
            }
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
    if !context.reading.facts.is(Fact::SameSite) {
        too_old_for_samesite(context, report);
    }
}

/// NGINX Plus before R23 does not know the parameter. The image may have a
/// newer one than the release came with, hence a warning.
fn too_old_for_samesite(context: &Context<'_>, report: &mut Report) {
    for words in context.words().filter(|words| words.is_rendered) {
        let mut parameters = words.directive.words.iter().skip(1);
        if let Some(word) = parameters.find(|word| word.text.starts_with("samesite=")) {
            let message = "'samesite=' needs NGINX Plus R23, which comes with version 1.10";
            let diagnostic = words.refused_at(Rule::InvalidSamesite, word.span, message);
            let diagnostic = diagnostic.with_severity(Severity::Warning);
            report.push(diagnostic.with_help("remove it, or upgrade the controller"));
        }
    }
}

pub(super) fn oversized_word(context: &Context<'_>, report: &mut Report) {
    for (words, span, _) in context.refused_by_lexer(&[LexErrorKind::TooLong]) {
        let message = format!("a word has {} bytes", span.len());
        let diagnostic = words.refused_at(Rule::OversizedWord, span, message);
        report.push(diagnostic.with_help("shorten it: nginx reads words of up to 4094 bytes"));
    }
}

fn unknown(words: &Words<'_>, span: Span, word: &str) -> Diagnostic {
    let (name, value) = suggest::split(word);
    // Without a value there is only the word; with one, the name is what is wrong.
    let plain = words.entry.text(span) == word;
    let place = match value {
        Some(_) if plain && !name.is_empty() => Span::new(span.start, span.start + name.len()),
        _ => span,
    };
    let (place, message) = match suggest::similar(name) {
        Some(flag) if !flag.takes_value() && value.is_some() => {
            (span, format!("'{}' takes no value", flag.name()))
        }
        Some(known) if known.takes_value() && word[name.len()..].starts_with(':') => (
            span,
            format!("'{}' needs '=' before its value", known.name()),
        ),
        _ => (
            place,
            format!("unknown parameter {}", quote(words.entry.text(place))),
        ),
    };
    let diagnostic = words.refused_at(Rule::UnknownParameter, place, message);
    let cookie = words.directive.words.first().map(|word| word.span);
    let repeats = |parameter| words.directive.has_other(parameter, span, cookie);
    if name.eq_ignore_ascii_case("max-age") && repeats(Parameter::Expires) {
        let fix = edit::remove(words.entry.value, span).into_fix(false);
        let help = "remove it: nginx writes 'max-age' itself, from 'expires='";
        return diagnostic.with_help(help).with_fix(fix);
    }
    let suggestion = suggest::parameter(word).filter(|it| !repeats(it.parameter));
    match suggestion.map(|it| it.to_string()) {
        Some(suggestion) => diagnostic
            .with_help(unknown_help(word, Some(&suggestion)))
            .with_fix(rename(span, word, &suggestion)),
        None => diagnostic.with_help(unknown_help(word, None)),
    }
}

fn duplicate(words: &Words<'_>, span: Span, parameter: Parameter) -> Diagnostic {
    let name = parameter.name();
    let message = format!("'{name}' appears twice in the entry");
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
    let message = format!("{} is not a valid time", quote(value));
    let place = value_part(words.entry.text(span), span);
    let diagnostic = words.refused_at(Rule::InvalidExpires, place, message);
    if let Some(suggestion) = suggest::expires(value) {
        let parameter = format!("expires={suggestion}");
        let diagnostic = diagnostic.with_help(format!("write '{parameter}'"));
        return diagnostic.with_edit(true, span, parameter);
    }
    let help = match (value, error) {
        ("off" | "epoch" | "-1" | "session" | "never", _) => {
            "remove 'expires=' for a cookie that lasts as long as the browser session, or write 'max'"
        }
        (_, TimeError::Milliseconds(_)) => {
            "the smallest unit is the second: write 's' or no unit; nginx has no milliseconds here"
        }
        (_, TimeError::OutOfOrder(_)) => {
            "write each unit at most once, in the order y M w d h m s (M is 30 days, m is a minute)"
        }
        (_, TimeError::TooLong) => "the time is too long: write 'max'",
        _ => TIMES,
    };
    diagnostic.with_help(help)
}

fn same_site(words: &Words<'_>, span: Span, value: &str) -> Diagnostic {
    let place = value_part(words.entry.text(span), span);
    let message = format!("{} is not a SameSite mode", quote(value));
    let diagnostic = words.refused_at(Rule::InvalidSamesite, place, message);
    match did_you_mean(&value.to_ascii_lowercase(), ["strict", "lax", "none"]) {
        Some(mode) => diagnostic
            .with_help(format!("did you mean '{mode}'?"))
            .with_edit(true, span, format!("samesite={mode}")),
        None => diagnostic.with_help("write 'strict', 'lax' or 'none'"),
    }
}

/// The range of the value of the parameter at `span`.
fn value_part(text: &str, span: Span) -> Span {
    match text.find('=') {
        Some(equals) if equals + 1 < text.len() && !text.starts_with('\'') => {
            Span::new(span.start + equals + 1, span.end)
        }
        _ => span,
    }
}

/// Where the whitespace before `span` begins.
fn before(value: &str, span: Span) -> usize {
    let whitespace = |byte: &char| nginx::is_whitespace(u8::try_from(*byte).unwrap_or_default());
    let text = Span::new(0, span.start).of(value);
    span.start - text.chars().rev().take_while(whitespace).count()
}

/// The smallest edit that turns the word into what was intended.
fn rename(span: Span, word: &str, suggestion: &str) -> Fix {
    let (name, value) = suggest::split(word);
    let (new_name, new_value) = suggest::split(suggestion);
    let same_value = value.is_some() && value == new_value && span.len() == word.len();
    let edit = if same_value && word[name.len()..].starts_with('=') {
        Edit {
            span: Span::new(span.start, span.start + name.len()),
            text: new_name.to_owned(),
        }
    } else {
        Edit {
            span,
            text: suggestion.to_owned(),
        }
    };
    Fix::of_edits(true, vec![edit])
}

fn unknown_help(word: &str, certain: Option<&str>) -> String {
    let (name, value) = suggest::split(word);
    let has_colon = word[name.len()..].starts_with(':');
    let lower = name.to_ascii_lowercase();
    match lower.as_str() {
        "max-age" | "maxage" => format!(
            "nginx writes 'max-age' itself: write '{}'",
            certain.unwrap_or("expires=")
        ),
        "partitioned" => "nginx has no such parameter: remove it".to_owned(),
        "name" => {
            "this is the syntax of another controller: write the cookie name as the first word"
                .to_owned()
        }
        "hash" => "this is the syntax of another controller: remove it".to_owned(),
        "servicename" => "entries are separated by ';'".to_owned(),
        _ => match suggest::similar(name) {
            Some(suggestion) if !suggestion.takes_value() && value.is_some() => match certain {
                Some(_) => format!("write '{suggestion}'"),
                None => format!("write '{suggestion}', or remove it"),
            },
            Some(_) if certain.is_some() && value.is_some() && has_colon => {
                format!("write '{}'", certain.unwrap_or_default())
            }
            Some(suggestion) if suggestion.name() == name => {
                format!("write '{suggestion}' and a value")
            }
            Some(suggestion) => format!("did you mean '{}'?", suggestion.name()),
            None => format!(
                "nginx has the parameters {}",
                LISTED.map(|it| format!("'{it}'")).join(", ")
            ),
        },
    }
}
