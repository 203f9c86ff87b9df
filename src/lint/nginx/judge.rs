//! What nginx refuses in an entry, said to people.

use super::lexer::LexErrorKind;
use super::time::TimeError;
use super::{Directive, Error, ErrorKind, PARAMETERS, joined, meant};
use crate::lint::consequence::Consequence;
use crate::lint::controller::{Annotation, Entry};
use crate::lint::diagnostic::{Diagnostic, Edit, Fix};
use crate::lint::rule::Rule;
use crate::lint::span::Span;
use crate::lint::text::{did_you_mean, quote};

const TIMES: &str = "write a time such as '90', '30m', '12h', '7d' or '1h30m', or 'max'";

/// What nginx refuses in one entry.
pub(crate) fn judge(
    annotation: Annotation<'_>,
    entry: &Entry,
    directive: &Directive<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let refusal = Refusal {
        annotation,
        entry,
        directive,
    };
    let errors = directive
        .errors
        .iter()
        .filter(|error| !refusal.is_explained(error));
    found.extend(errors.map(|error| refusal.diagnostic(error)));
}

struct Refusal<'r, 's> {
    annotation: Annotation<'s>,
    entry: &'r Entry,
    directive: &'r Directive<'s>,
}

impl Refusal<'_, '_> {
    fn at(&self, rule: Rule, span: Span, message: impl Into<String>) -> Diagnostic {
        let diagnostic = self.annotation.about(self.entry, rule, span, message);
        diagnostic.with_consequence(Consequence::BreaksReload)
    }

    /// Whether a word is unknown only because of what the lexer refuses in it.
    fn is_explained(&self, error: &Error<'_>) -> bool {
        let by_lexer = |other: &Error<'_>| {
            matches!(other.kind, ErrorKind::Lexer(_)) && error.span.contains(other.span)
        };
        matches!(error.kind, ErrorKind::Unknown(_)) && self.directive.errors.iter().any(by_lexer)
    }

    fn diagnostic(&self, error: &Error<'_>) -> Diagnostic {
        let span = error.span;
        match &error.kind {
            ErrorKind::Lexer(kind) => self.lexer(span, *kind),
            ErrorKind::NoCookie => self
                .at(Rule::MissingCookie, span, "there is no cookie name")
                .with_help("write the name of the cookie behind the service"),
            ErrorKind::EmptyName => self
                .at(Rule::EmptyCookieName, span, "the cookie name is empty")
                .with_help("write the name of the cookie without quotes"),
            ErrorKind::Unknown(word) => self.unknown(span, word),
            ErrorKind::Duplicate(name) => self.duplicate(span, name),
            ErrorKind::EmptyValue(name) => self
                .at(
                    Rule::EmptyParameter,
                    span,
                    format!("'{name}=' has no value"),
                )
                .with_help("write a value, or remove the parameter"),
            ErrorKind::Expires(value, error) => self.expires(span, value, *error),
            ErrorKind::SameSite(value) => self.same_site(span, value),
        }
    }

    fn lexer(&self, span: Span, kind: LexErrorKind) -> Diagnostic {
        let text = quote(self.annotation.text(span));
        match kind {
            LexErrorKind::Brace => self
                .at(Rule::Brace, span, format!("a curly brace {text}"))
                .with_help("remove it: to nginx it opens or closes a block"),
            LexErrorKind::UnclosedQuote => self
                .at(
                    Rule::Quote,
                    span,
                    format!("a quote that does not end: {text}"),
                )
                .with_help("write it without quotes"),
            LexErrorKind::AfterQuote => self
                .at(
                    Rule::Quote,
                    span,
                    format!("{text} right behind a closing quote"),
                )
                .with_help("write it without quotes"),
            LexErrorKind::OpenComment => self
                .at(
                    Rule::Comment,
                    span,
                    format!("{text} comments out the end of the directive"),
                )
                .with_help("remove it, or write '#' elsewhere than at the start of a word"),
            LexErrorKind::TooLong => self
                .at(
                    Rule::OversizedWord,
                    span,
                    format!("a word of {} bytes", span.len()),
                )
                .with_help("nginx reads words of up to 4094 bytes"),
        }
    }

    fn unknown(&self, span: Span, word: &str) -> Diagnostic {
        let (name, value) = meant::split(word);
        // Without a value there is only the word; with one, the name is what is wrong.
        let plain = self.annotation.text(span) == word;
        let place = match value {
            Some(_) if plain && !name.is_empty() => Span::new(span.start, span.start + name.len()),
            _ => span,
        };
        if let Some(diagnostic) = self.joined(span).or_else(|| self.split_time(span, word)) {
            return diagnostic;
        }
        let shown = self.annotation.text(place);
        let message = format!("unknown parameter {}", quote(shown));
        let diagnostic = self.at(Rule::UnknownParameter, place, message);
        match meant::parameter(word).filter(|meant| !self.repeats(span, meant)) {
            Some(meant) => diagnostic
                .with_help(unknown_help(name, value, Some(&meant)))
                .with_fix(rename(span, word, &meant)),
            None => diagnostic.with_help(unknown_help(name, value, None)),
        }
    }

    /// Whether another word of the entry is that parameter already.
    fn repeats(&self, span: Span, parameter: &str) -> bool {
        let name = meant::split(parameter).0;
        let cookie = self.directive.words.first().map(|word| word.span);
        self.directive.is_called(name, span, cookie)
    }

    /// `httponly,secure`: words joined by commas.
    fn joined(&self, span: Span) -> Option<Diagnostic> {
        let joined = joined::read(self.annotation, self.directive, span)?;
        let message = joined.message(self.annotation);
        Some(joined.help(self.at(Rule::JoinedWords, span, message)))
    }

    /// `expires=1 h`: a time that a blank cuts in two.
    fn split_time(&self, span: Span, word: &str) -> Option<Diagnostic> {
        let words = &self.directive.words;
        let index = words.iter().position(|other| other.span == span)?;
        let before = words.get(index.checked_sub(1)?)?;
        let time = before.text.strip_prefix("expires=")?;
        super::time::seconds(&format!("{time}{word}")).ok()?;
        let gap = Span::new(before.span.end, span.start);
        let message = format!(
            "a blank inside the time {}",
            quote(&format!("{time} {word}"))
        );
        let diagnostic = self.at(Rule::UnknownParameter, span, message);
        let help = format!("write 'expires={time}{word}'");
        Some(diagnostic.with_help(help).with_edit(true, gap, ""))
    }

    fn duplicate(&self, span: Span, name: &str) -> Diagnostic {
        let message = format!("'{name}' stands twice in the entry");
        let diagnostic = self.at(Rule::DuplicateParameter, span, message);
        let diagnostic = diagnostic.with_help("remove one of the two");
        let mut words = self.directive.words.iter().skip(1);
        let first = words.find(|word| meant::split(&word.text).0 == name);
        let same =
            first.is_some_and(|word| self.annotation.text(word.span) == self.annotation.text(span));
        let gap = before(self.annotation.value, span);
        diagnostic.with_edit(same, Span::new(gap, span.end), "")
    }

    fn expires(&self, span: Span, value: &str, error: TimeError) -> Diagnostic {
        let message = format!("{} is no time", quote(value));
        let place = value_part(self.annotation.text(span), span);
        let diagnostic = self.at(Rule::InvalidExpires, place, message);
        if let Some(meant) = meant::expires(value) {
            let help = format!("write 'expires={meant}'");
            return diagnostic
                .with_help(help)
                .with_edit(true, span, format!("expires={meant}"));
        }
        let help = match (value, error) {
            ("off" | "epoch" | "-1" | "session" | "never", _) => {
                "leave 'expires=' out for a cookie that ends with the session, or write 'max'"
            }
            (_, TimeError::Milliseconds(_)) => {
                "the smallest unit is the second: write 's' or no unit"
            }
            (_, TimeError::OutOfOrder(_)) => "units descend and stand once each: y M w d h m s",
            (_, TimeError::TooLong) => "the time is too long: write 'max'",
            _ => TIMES,
        };
        diagnostic.with_help(help)
    }

    fn same_site(&self, span: Span, value: &str) -> Diagnostic {
        let place = value_part(self.annotation.text(span), span);
        let message = format!("{} is no SameSite mode", quote(value));
        let diagnostic = self.at(Rule::InvalidSamesite, place, message);
        let modes = ["strict", "lax", "none"];
        match did_you_mean(value, modes) {
            Some(mode) => diagnostic
                .with_help(format!("did you mean '{mode}'?"))
                .with_edit(true, span, format!("samesite={mode}")),
            None => diagnostic.with_help("write 'strict', 'lax' or 'none'"),
        }
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
    let blanks = |byte: &char| super::is_blank(u8::try_from(*byte).unwrap_or_default());
    let text = Span::new(0, span.start).of(value);
    span.start - text.chars().rev().take_while(blanks).count()
}

/// The smallest edit that turns the word into what was meant.
fn rename(span: Span, word: &str, meant: &str) -> Fix {
    let (name, value) = meant::split(word);
    let (meant_name, meant_value) = meant::split(meant);
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
        _ => match meant::suggested_name(name) {
            Some(meant @ ("httponly" | "secure")) if value.is_some() => {
                format!("write '{meant}' without a value, or leave it out")
            }
            Some(meant) if meant == name => format!("write '{meant}=' and a value"),
            Some(meant) => format!("did you mean '{meant}'?"),
            None => format!(
                "nginx knows {}",
                PARAMETERS.map(|p| format!("'{p}'")).join(", ")
            ),
        },
    }
}
