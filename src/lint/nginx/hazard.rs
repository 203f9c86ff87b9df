//! What nginx accepts and nobody means: text that alters the configuration or
//! the response beyond its cookie.

use super::lexer::Word;
use super::{Directive, ErrorKind, LexErrorKind, joined, meant};
use crate::lint::controller::{Annotation, Entry};
use crate::lint::diagnostic::Diagnostic;
use crate::lint::rule::Rule;
use crate::lint::span::Span;
use crate::lint::text::quote;

/// No more words of one entry are looked at for each hazard: the rest are as
/// bad, and the time it takes stays in proportion to the text.
const MOST_WORDS: usize = 100;

/// The hazards of one entry.
pub(crate) fn judge(
    annotation: Annotation<'_>,
    entry: &Entry,
    directive: &Directive<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let hazards = Hazards {
        annotation,
        entry,
        directive,
    };
    if annotation.text(entry.span).bytes().any(is_suspicious) {
        hazards.characters(found);
    }
    hazards.name(found);
    hazards.commas(found);
}

fn is_suspicious(byte: u8) -> bool {
    matches!(byte, b'\'' | b'\\' | b'{' | b'}' | b'#' | 0..0x20 | 0x7f..)
}

struct Hazards<'h, 's> {
    annotation: Annotation<'s>,
    entry: &'h Entry,
    directive: &'h Directive<'s>,
}

impl Hazards<'_, '_> {
    fn at(&self, rule: Rule, span: Span, message: String) -> Diagnostic {
        self.annotation.about(self.entry, rule, span, message)
    }

    fn characters(&self, found: &mut Vec<Diagnostic>) {
        let suspicious =
            |word: &&Word<'_>| self.annotation.text(word.span).bytes().any(is_suspicious);
        let words = self.directive.words.iter().filter(suspicious);
        for word in words.take(MOST_WORDS) {
            self.quote(word, found);
            self.marks(word, found);
            self.controls(word.span, found);
        }
        for &span in self.comments().take(MOST_WORDS) {
            let message = format!(
                "{} is a comment to nginx",
                quote(self.annotation.text(span))
            );
            let help = "remove it: nginx ignores what stands behind '#'";
            found.push(self.at(Rule::Comment, span, message).with_help(help));
        }
        let Entry {
            keyword, service, ..
        } = *self.entry;
        let keyword_text = self.annotation.text(keyword);
        let leading = keyword_text.len() - keyword_text.trim_start().len();
        self.controls(Span::new(keyword.start + leading, keyword.end), found);
        // White space in a service's name is told as what it does: no backend.
        if !self.names_white_space() {
            self.controls(service, found);
        }
    }

    /// Whether the cookie's name ran into the service's, for want of a blank.
    fn names_white_space(&self) -> bool {
        self.annotation
            .text(self.entry.service)
            .contains(char::is_whitespace)
    }

    /// Comments that nginx accepts; the others are refused already.
    fn comments(&self) -> impl Iterator<Item = &Span> {
        let refused = |span: &Span| {
            self.directive
                .errors
                .iter()
                .any(|error| error.span == *span && matches!(error.kind, ErrorKind::Lexer(_)))
        };
        self.directive
            .comments
            .iter()
            .filter(move |span| !refused(span))
    }

    /// Whether the lexer refuses something within `span` for that reason already.
    fn refused(&self, span: Span, reasons: &[LexErrorKind]) -> bool {
        self.directive.errors.iter().any(|error| match error.kind {
            ErrorKind::Lexer(kind) => span.contains(error.span) && reasons.contains(&kind),
            _ => false,
        })
    }

    fn quote(&self, word: &Word<'_>, found: &mut Vec<Diagnostic>) {
        let raw = self.annotation.text(word.span);
        if !raw.contains('\'') {
            return;
        }
        let message = format!("a single quote in {}", quote(raw));
        let diagnostic = self.at(Rule::Quote, word.span, message);
        let diagnostic = diagnostic.with_help("write it without quotes");
        found.push(match unquote(raw) {
            Some(bare) => diagnostic.with_edit(true, word.span, bare),
            None => diagnostic,
        });
    }

    fn marks(&self, word: &Word<'_>, found: &mut Vec<Diagnostic>) {
        let raw = self.annotation.text(word.span);
        let place = |at: usize| Span::new(word.span.start + at, word.span.start + at + 1);
        if let Some(at) = raw.find('\\') {
            let message = format!("a backslash in {}", quote(raw));
            let help = "remove it: nginx decodes escapes into the response";
            found.push(self.at(Rule::Backslash, place(at), message).with_help(help));
        }
        if let Some(at) = raw.find(['{', '}'])
            && !self.refused(word.span, &[LexErrorKind::Brace])
        {
            let message = format!("a curly brace in {}", quote(raw));
            found.push(
                self.at(Rule::Brace, place(at), message)
                    .with_help("remove it"),
            );
        }
    }

    /// Control characters in a range, one diagnostic for each run of them.
    fn controls(&self, range: Span, found: &mut Vec<Diagnostic>) {
        let text = self.annotation.text(range);
        let mut rest = 0;
        for _ in 0..MOST_WORDS {
            let Some(at) = text[rest..].find(char::is_control) else {
                return;
            };
            let start = rest + at;
            let run = text[start..].find(|c: char| !c.is_control());
            rest = run.map_or(text.len(), |length| start + length);
            let span = Span::new(range.start + start, range.start + rest);
            let message = format!("a control character {}", quote(&text[start..rest]));
            let diagnostic = self.at(Rule::ControlCharacter, span, message);
            found.push(diagnostic.with_help("remove it"));
        }
    }

    /// A parameter where the cookie's name belongs.
    fn name(&self, found: &mut Vec<Diagnostic>) {
        let Some(name) = self.directive.words.first() else {
            return;
        };
        let Some(help) = disguise(&name.text).filter(|_| !self.names_white_space()) else {
            return;
        };
        let message = format!("{} stands where the cookie name belongs", quote(&name.text));
        let diagnostic = self
            .at(Rule::DisguisedParameter, name.span, message)
            .with_help(help);
        let value = meant::split(&name.text).1;
        let value = value.filter(|value| meant::is_writable(value));
        found.push(match (value, name.text.starts_with("name=")) {
            (Some(_), true) => {
                let prefix = Span::new(name.span.start, name.span.start + "name=".len());
                diagnostic.with_edit(true, prefix, "")
            }
            _ => diagnostic,
        });
    }

    /// Commas in words that nginx accepts.
    fn commas(&self, found: &mut Vec<Diagnostic>) {
        let refused = |word: &Word<'_>| {
            self.directive
                .errors
                .iter()
                .any(|error| word.span.contains(error.span))
        };
        let words = self.directive.words.iter();
        let words = words.filter(|word| word.text.contains(','));
        for word in words.take(MOST_WORDS) {
            let joined = joined::read(self.annotation, self.directive, word.span);
            let Some(joined) = joined.filter(|_| !refused(word)) else {
                continue;
            };
            let diagnostic = self.at(
                Rule::JoinedWords,
                word.span,
                joined.message(self.annotation),
            );
            found.push(joined.help(diagnostic));
        }
    }
}

/// Whether a cookie name is a parameter in disguise.
pub(crate) fn is_disguised(name: &str) -> bool {
    disguise(name).is_some()
}

/// Why a cookie name is a parameter in disguise.
fn disguise(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    let (word, value) = meant::split(&lower);
    match (word, value) {
        ("name" | "cookie", Some(_)) => {
            Some("this is the syntax of another controller: write the cookie name alone")
        }
        ("hash", Some(_)) => {
            Some("this is the syntax of another controller: remove it, and write the cookie name")
        }
        ("servicename", Some(_)) => Some("the service is named already: write the cookie name"),
        ("httponly" | "secure", None)
        | ("expires" | "domain" | "path" | "samesite" | "max-age", Some(_)) => {
            Some("write the name of the cookie before it")
        }
        _ => None,
    }
}

/// The word without its quotes, where they hold nothing that needs any.
fn unquote(raw: &str) -> Option<String> {
    let bare = raw.replace('\'', "");
    let around = raw.starts_with('\'') && raw.ends_with('\'');
    let value = raw.split_once('=').map(|(_, value)| value);
    let behind = value.is_some_and(|value| value.starts_with('\'') && value.ends_with('\''));
    let harmless =
        |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'{' | b'}' | b'#' | b';');
    let pair = raw.len() == bare.len() + 2;
    let sound = !bare.is_empty() && !bare.ends_with('=') && bare.bytes().all(harmless);
    (pair && (around || behind) && sound).then_some(bare)
}
