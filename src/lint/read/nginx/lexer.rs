//! Words as nginx' configuration lexer reads them.
//!
//! The text is what the controller pastes after `sticky cookie`, and a `;`
//! follows it. Source: nginx 1.31.5, `src/core/ngx_conf_file.c`,
//! `ngx_conf_read_token`; each fact was confirmed by running it.

use std::borrow::Cow;

use crate::lint::meter;
use crate::lint::span::Span;

/// A word: nginx' unit of configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word<'v> {
    /// Its range, quotes and escapes included.
    pub span: Span,
    /// What nginx makes of it: quotes taken off, escapes decoded.
    pub text: Cow<'v, str>,
    /// Whether it is quoted.
    pub quoted: bool,
}

/// Something that makes nginx refuse the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LexError {
    /// The range of the mistake.
    pub span: Span,
    /// What is wrong.
    pub kind: LexErrorKind,
}

/// What makes nginx' lexer refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LexErrorKind {
    /// `{` anywhere outside quotes, or `}` at a word's start.
    Brace,
    /// A quoted word that does not end.
    UnclosedQuote,
    /// Something other than whitespace after a closing quote.
    AfterQuote,
    /// A comment that runs on over the directive's own semicolon.
    OpenComment,
    /// A word or comment longer than nginx' buffer of 4096 bytes allows.
    TooLong,
}

/// The words of a text and what makes nginx refuse it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Lexed<'v> {
    /// In the order of the text.
    pub words: Vec<Word<'v>>,
    /// Comments, from `#` to before the line's end.
    pub comments: Vec<Span>,
    /// Empty if and only if the lexer accepts the text.
    pub errors: Vec<LexError>,
}

/// The bytes of a word, or of anything that nginx reads at one go, must stay
/// below the size of its buffer (`NGX_CONF_BUFFER`).
const BUFFER: usize = 4096;

/// There are seldom more words: a name and six parameters.
const USUAL: usize = 8;

/// Reads the words of `value` within `range`.
#[must_use]
pub(super) fn read(value: &str, range: Span) -> Lexed<'_> {
    let words = Vec::with_capacity(if range.is_empty() { 0 } else { USUAL });
    let mut lexer = Lexer {
        value,
        at: range.start,
        end: range.end,
        lexed: Lexed {
            words,
            ..Lexed::default()
        },
    };
    while lexer.skip_whitespace() {
        match lexer.byte() {
            b'#' => lexer.comment(),
            b'\'' | b'"' => lexer.quoted(),
            _ => lexer.unquoted(),
        }
    }
    lexer.lexed
}

/// Whether nginx takes the byte for whitespace between words.
#[must_use]
pub fn is_whitespace(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

struct Lexer<'v> {
    value: &'v str,
    at: usize,
    end: usize,
    lexed: Lexed<'v>,
}

impl Lexer<'_> {
    fn byte(&self) -> u8 {
        self.value.as_bytes()[self.at]
    }

    /// Moves to the next word; false at the end.
    fn skip_whitespace(&mut self) -> bool {
        let rest = &self.value.as_bytes()[self.at..self.end];
        let word = rest.iter().position(|&byte| !is_whitespace(byte));
        self.at += word.unwrap_or(rest.len());
        word.is_some()
    }

    fn comment(&mut self) {
        let rest = &self.value.as_bytes()[self.at..self.end];
        let line_end = rest.iter().position(|&byte| byte == b'\n');
        let span = Span::new(self.at, self.at + line_end.unwrap_or(rest.len()));
        self.lexed.comments.push(span);
        if line_end.is_none() {
            self.refuse(span, LexErrorKind::OpenComment);
        } else if span.len() >= BUFFER {
            self.refuse(span, LexErrorKind::TooLong);
        }
        self.at = span.end;
    }

    fn quoted(&mut self) {
        let quote = self.byte();
        let start = self.at;
        let Some(close) = self.closing_quote(quote) else {
            self.refuse(Span::new(start, self.end), LexErrorKind::UnclosedQuote);
            self.at = self.end;
            return;
        };
        let (inside, whole) = (Span::new(start + 1, close), Span::new(start, close + 1));
        self.word(whole, inside, true);
        self.at = close + 1;
        let next = (self.at < self.end).then(|| self.byte());
        // The closing quote is in the buffer too, and so is whitespace after it.
        let behind = 1 + usize::from(next.is_some_and(is_whitespace));
        if inside.len() + behind >= BUFFER {
            self.refuse(whole, LexErrorKind::TooLong);
        }
        if next.is_some_and(|byte| !is_whitespace(byte) && byte != b')') {
            self.refuse(self.character(), LexErrorKind::AfterQuote);
        }
    }

    fn closing_quote(&self, quote: u8) -> Option<usize> {
        let mut at = self.at + 1;
        while at < self.end {
            match self.value.as_bytes()[at] {
                b'\\' => at += 2,
                byte if byte == quote => return Some(at),
                _ => at += 1,
            }
        }
        None
    }

    fn unquoted(&mut self) {
        let start = self.at;
        if self.byte() == b'}' {
            self.refuse(self.character(), LexErrorKind::Brace);
        }
        while self.skip_plain() {
            match self.byte() {
                b'{' => {
                    self.refuse(self.character(), LexErrorKind::Brace);
                    self.at += 1;
                }
                _ => self.skip_escape(),
            }
        }
        let span = Span::new(start, self.at);
        self.word(span, span, false);
        // Whitespace after the word is in the buffer too; the directive's own `;` ends it.
        if span.len() + usize::from(self.at < self.end) >= BUFFER {
            self.refuse(span, LexErrorKind::TooLong);
        }
    }

    /// Moves to the next `{` or `\` of the word; false at its end.
    fn skip_plain(&mut self) -> bool {
        let rest = &self.value.as_bytes()[self.at..self.end];
        let stops = |&byte: &u8| is_whitespace(byte) || matches!(byte, b'{' | b'\\');
        let length = rest.iter().position(stops).unwrap_or(rest.len());
        self.at += length;
        rest.get(length).is_some_and(|&byte| !is_whitespace(byte))
    }

    fn skip_escape(&mut self) {
        self.at += 1;
        if self.at < self.end {
            self.at = self.character().end;
        }
    }

    fn character(&self) -> Span {
        let rest = Span::new(self.at, self.end).of(self.value);
        let width = rest.chars().next().map_or(0, char::len_utf8);
        Span::new(self.at, self.at + width)
    }

    fn word(&mut self, span: Span, inside: Span, quoted: bool) {
        meter::spend_on(inside.of(self.value));
        let text = decode(inside.of(self.value));
        self.lexed.words.push(Word { span, text, quoted });
    }

    fn refuse(&mut self, span: Span, kind: LexErrorKind) {
        meter::spend(1);
        if self.lexed.errors.len() < super::MOST_ERRORS {
            self.lexed.errors.push(LexError { span, kind });
        }
    }
}

/// `\"`, `\'` and `\\` become the character, `\t`, `\r` and `\n` TAB, CR and
/// LF; a backslash before anything else stays.
fn decode(raw: &str) -> Cow<'_, str> {
    if !raw.contains('\\') {
        return Cow::Borrowed(raw);
    }
    let mut decoded = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        decoded.push_str(&rest[..at]);
        let escaped = rest[at + 1..].chars().next();
        let (text, taken) = match escaped {
            Some('t') => ("\t", 2),
            Some('r') => ("\r", 2),
            Some('n') => ("\n", 2),
            Some('"') => ("\"", 2),
            Some('\'') => ("'", 2),
            Some('\\') => ("\\", 2),
            _ => ("\\", 1),
        };
        decoded.push_str(text);
        rest = &rest[at + taken..];
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(value: &str) -> Vec<String> {
        let lexed = read(value, Span::whole(value));
        assert_eq!(lexed.errors, [], "{value:?}");
        lexed
            .words
            .into_iter()
            .map(|word| word.text.into_owned())
            .collect()
    }

    fn errors(value: &str) -> Vec<(usize, usize, LexErrorKind)> {
        let errors = read(value, Span::whole(value)).errors;
        errors
            .iter()
            .map(|e| (e.span.start, e.span.end, e.kind))
            .collect()
    }

    #[test]
    fn accepted() {
        for (value, expected) in [
            ("", &[] as &[&str]),
            ("  \t\r\n", &[]),
            ("srv_id path=/", &["srv_id", "path=/"]),
            ("\u{b}a\u{a0}b", &["\u{b}a\u{a0}b"]),
            ("a}b#c'd path='/'", &["a}b#c'd", "path='/'"]),
            (r"a\ b \'x\'", &[r"a\ b", "'x'"]),
            (r"'a \' {b' c", &["a ' {b", "c"]),
            (r"\t\r\n\x\\", &["\t\r\n\\x\\"]),
            ("a # b c\nd", &["a", "d"]),
            ("'a')b", &["a", ")b"]),
            ("''", &[""]),
        ] {
            assert_eq!(words(value), expected, "{value:?}");
        }
    }

    #[test]
    fn refused() {
        use LexErrorKind::{AfterQuote, Brace, OpenComment, UnclosedQuote};
        for (value, expected) in [
            ("a {", vec![(2, 3, Brace)]),
            ("a{b", vec![(1, 2, Brace)]),
            ("} a", vec![(0, 1, Brace)]),
            ("a 'b", vec![(2, 4, UnclosedQuote)]),
            (r"'a\'", vec![(0, 4, UnclosedQuote)]),
            ("'a'é", vec![(3, 5, AfterQuote)]),
            ("a # b", vec![(2, 5, OpenComment)]),
        ] {
            assert_eq!(errors(value), expected, "{value:?}");
        }
    }

    #[test]
    fn lengths_are_those_of_the_buffer() {
        let x = |n: usize| "x".repeat(n);
        for (value, fits) in [
            (x(4095), true),
            (x(4096), false),
            (x(4094) + " ", true),
            (x(4095) + " ", false),
            (format!("'{}'", x(4094)), true),
            (format!("'{}'", x(4095)), false),
            (format!("'{}' ", x(4093)), true),
            (format!("'{}' ", x(4094)), false),
            (format!("#{}\na", x(4094)), true),
            (format!("#{}\na", x(4095)), false),
            (" ".repeat(9000) + "a", true),
        ] {
            assert_eq!(errors(&value).is_empty(), fits, "{} bytes", value.len());
        }
    }
}
