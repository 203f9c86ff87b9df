//! What nginx accepts although it cannot be intended, and what its lexer refuses: text that
//! alters the configuration or the response beyond its cookie.

use super::context::{SUSPICIOUS, Words};
use super::{Context, Report, Rule};
use crate::lint::read::nginx::{ErrorKind, LexErrorKind, Word, suggest};
use crate::lint::span::Span;
use crate::lint::text::quote;

/// The most words of one entry that are checked for each mistake: so the time
/// stays in proportion to the text.
pub(super) const MOST_WORDS: usize = 100;

pub(super) fn brace(context: &Context<'_>, report: &mut Report) {
    for (words, span, _) in context.refused_by_lexer(&[LexErrorKind::Brace]) {
        let message = format!(
            "curly brace {} is not allowed",
            quote(words.entry.text(span))
        );
        let diagnostic = words.refused_at(Rule::Brace, span, message);
        report
            .push(diagnostic.with_help("remove it: nginx reads it as the start or end of a block"));
    }
    for words in context.suspicious() {
        for word in words.suspicious() {
            let raw = words.entry.text(word.span);
            if let Some(at) = raw.find(['{', '}'])
                && !words.lexer_refuses(word.span, LexErrorKind::Brace)
            {
                let message = format!("curly brace in {}", quote(raw));
                let diagnostic = words.entry.at(Rule::Brace, byte(word, at), message);
                report.push(diagnostic.with_help("remove it"));
            }
        }
    }
}

pub(super) fn quote_mark(context: &Context<'_>, report: &mut Report) {
    let kinds = &[LexErrorKind::UnclosedQuote, LexErrorKind::AfterQuote];
    for (words, span, kind) in context.refused_by_lexer(kinds) {
        let text = quote(words.entry.text(span));
        let message = if kind == LexErrorKind::UnclosedQuote {
            format!("the quote in {text} does not end")
        } else {
            format!("{text} directly after a closing quote")
        };
        let diagnostic = words.refused_at(Rule::Quote, span, message);
        report.push(diagnostic.with_help("write it without quotes"));
    }
    for words in context.suspicious() {
        for word in words.suspicious() {
            let raw = words.entry.text(word.span);
            if raw.contains('\'') {
                let message = format!("single quote in {}", quote(raw));
                let diagnostic = words.entry.at(Rule::Quote, word.span, message);
                let diagnostic = diagnostic.with_help("write it without quotes");
                report.push(match unquote(raw) {
                    Some(bare) => diagnostic.with_edit(true, word.span, bare),
                    None => diagnostic,
                });
            }
        }
    }
}

pub(super) fn backslash(context: &Context<'_>, report: &mut Report) {
    for words in context.suspicious() {
        for word in words.suspicious() {
            let raw = words.entry.text(word.span);
            if let Some(at) = raw.find('\\') {
                let message = format!("backslash in {}", quote(raw));
                let help =
                    "remove it: nginx decodes escapes, and the result is sent in the response";
                let diagnostic = words.entry.at(Rule::Backslash, byte(word, at), message);
                report.push(diagnostic.with_help(help));
            }
        }
    }
}

pub(super) fn control_character(context: &Context<'_>, report: &mut Report) {
    for words in context.suspicious() {
        for word in words.suspicious() {
            controls(&words, word.span, report);
        }
        let keyword = words.entry.entry.keyword;
        let text = words.entry.text(keyword);
        let leading = text.len() - text.trim_start().len();
        controls(
            &words,
            Span::new(keyword.start + leading, keyword.end),
            report,
        );
        // White space in a service's name is reported as what it does: no backend.
        if !words.service_has_white_space() {
            controls(&words, words.entry.entry.service, report);
        }
    }
}

/// Control characters in a range, one diagnostic for each run of them.
fn controls(words: &Words<'_>, range: Span, report: &mut Report) {
    let text = words.entry.text(range);
    let mut rest = 0;
    for _ in 0..MOST_WORDS {
        let Some(at) = text[rest..].find(char::is_control) else {
            return;
        };
        let start = rest + at;
        let run = text[start..].find(|c: char| !c.is_control());
        rest = run.map_or(text.len(), |length| start + length);
        let span = Span::new(range.start + start, range.start + rest);
        let message = format!("control character {}", quote(&text[start..rest]));
        let diagnostic = words.entry.at(Rule::ControlCharacter, span, message);
        report.push(diagnostic.with_help("remove it"));
    }
}

pub(super) fn comment(context: &Context<'_>, report: &mut Report) {
    for (words, span, _) in context.refused_by_lexer(&[LexErrorKind::OpenComment]) {
        let text = quote(words.entry.text(span));
        let message = format!("{text} begins a comment that includes the end of the directive");
        let help = "remove it";
        let diagnostic = words.refused_at(Rule::Comment, span, message);
        report.push(diagnostic.with_help(help));
    }
    for words in context.suspicious() {
        for &span in words.accepted_comments().take(MOST_WORDS) {
            let message = format!("{} is a comment for nginx", quote(words.entry.text(span)));
            let help = "remove it: nginx ignores the text after '#'";
            let diagnostic = words.entry.at(Rule::Comment, span, message);
            report.push(diagnostic.with_help(help));
        }
    }
}

/// A parameter where the cookie's name belongs.
pub(super) fn disguised_parameter(context: &Context<'_>, report: &mut Report) {
    for words in context.words() {
        let Some(name) = words.directive.words.first() else {
            continue;
        };
        let Some(help) = disguise(&name.text).filter(|_| !words.service_has_white_space()) else {
            continue;
        };
        let message = format!(
            "expected a cookie name, found {}: nginx uses it as the name",
            quote(&name.text)
        );
        let diagnostic = words.entry.at(Rule::DisguisedParameter, name.span, message);
        let diagnostic = diagnostic.with_help(help);
        let value = suggest::split(&name.text).1;
        let value = value.filter(|value| suggest::is_writable(value));
        report.push(match value {
            Some(_) if name.text.starts_with("name=") => {
                let prefix = Span::new(name.span.start, name.span.start + "name=".len());
                diagnostic.with_edit(true, prefix, "")
            }
            _ => diagnostic,
        });
    }
}

/// The place of one byte of a word.
fn byte(word: &Word<'_>, at: usize) -> Span {
    Span::new(word.span.start + at, word.span.start + at + 1)
}

impl<'c> Words<'c> {
    /// The words with a byte that no plain word has, up to the bound.
    fn suspicious(&self) -> impl Iterator<Item = &'c Word<'c>> {
        let entry = self.entry;
        let words = self.directive.words.iter();
        let suspicious = words.filter(move |word| SUSPICIOUS.meets(entry.text(word.span)));
        suspicious.take(MOST_WORDS)
    }

    /// Whether the cookie's name ran into the service's, because a space is missing.
    fn service_has_white_space(&self) -> bool {
        self.entry.service.contains(char::is_whitespace)
    }

    /// Comments that nginx accepts; the others are refused already.
    fn accepted_comments(&self) -> impl Iterator<Item = &'c Span> {
        let errors = &self.directive.errors;
        let is_refused = move |span: &Span| {
            let mut errors = errors.iter();
            errors.any(|error| error.span == *span && matches!(error.kind, ErrorKind::Lexer(_)))
        };
        let comments = self.directive.comments.iter();
        comments.filter(move |span| !is_refused(span))
    }

    /// Whether the lexer refuses something within `span` for that reason already.
    fn lexer_refuses(&self, span: Span, reason: LexErrorKind) -> bool {
        self.directive
            .errors
            .iter()
            .any(|error| span.contains(error.span) && error.kind == ErrorKind::Lexer(reason))
    }
}

/// Whether a cookie name is a parameter in disguise.
pub(super) fn is_disguised(name: &str) -> bool {
    disguise(name).is_some()
}

/// Why a cookie name is a parameter in disguise.
fn disguise(name: &str) -> Option<&'static str> {
    const BEFORE_IT: &str = "write the name of the cookie before it";
    let (word, value) = suggest::split(name);
    if value.is_none() {
        let mut flags = ["httponly", "secure"].iter();
        let is_flag = flags.any(|flag| word.eq_ignore_ascii_case(flag));
        return is_flag.then_some(BEFORE_IT);
    }
    match &*word.to_ascii_lowercase() {
        "name" | "cookie" => {
            Some("this is the syntax of another controller: write the cookie name alone")
        }
        "hash" => {
            Some("this is the syntax of another controller: remove it, and write the cookie name")
        }
        "servicename" => Some("write the cookie name: the entry has a service already"),
        "expires" | "domain" | "path" | "samesite" | "max-age" => Some(BEFORE_IT),
        _ => None,
    }
}

/// The word without its quotes, where they hold nothing that needs any.
fn unquote(raw: &str) -> Option<String> {
    let bare = raw.replace('\'', "");
    let around = raw.starts_with('\'') && raw.ends_with('\'');
    let value = raw.split_once('=').map(|(_, value)| value);
    let behind = value.is_some_and(|value| value.starts_with('\'') && value.ends_with('\''));
    let without_consequence =
        |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'{' | b'}' | b'#' | b';');
    let pair = raw.len() == bare.len() + 2;
    let sound = !bare.is_empty() && !bare.ends_with('=') && bare.bytes().all(without_consequence);
    (pair && (around || behind) && sound).then_some(bare)
}
