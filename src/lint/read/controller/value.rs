//! What the controller makes of a value: entries, and what makes it reject.
//!
//! Source: nginx/kubernetes-ingress (NIC), releases 1.0
//! to 5.6, `internal/configs/parsing_helpers.go`.

use std::collections::HashMap;

use crate::lint::bytes::ByteSet;
use crate::lint::meter;
use crate::lint::release::value::{Reader, StrictErrorKind, strict_errors};
use crate::lint::span::Span;

/// The word before a service's name. The controller does not compare it; the
/// documented grammar does.
pub const KEYWORD: &str = "serviceName";

/// A value with more errors is refused all the same: the rest is not recorded.
const MOST_ERRORS: usize = 1000;

/// What the controller makes of a value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Value {
    /// The entries that can be read, those whose meaning is certain although
    /// the controller refuses them included.
    pub entries: Vec<Entry>,
    /// Empty if and only if the controller accepts the whole value; the lenient
    /// reader skips the pieces that are here, and rejects nothing.
    pub errors: Vec<Error>,
}

/// One entry: `serviceName=<service> <parameters>`. The ranges are the value's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Counted from 1, pieces that cannot be read included.
    pub number: usize,
    /// The whole piece, from after one semicolon to before the next.
    pub span: Span,
    /// The word before the equals sign.
    pub keyword: Span,
    /// The service's name.
    pub service: Span,
    /// What is pasted after `sticky cookie`.
    pub parameters: Span,
}

/// Something that makes the controller reject the Ingress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Error {
    /// The range of the mistake.
    pub span: Span,
    /// The number of the piece, counted from 1.
    pub number: usize,
    /// The piece, from after one semicolon to before the next.
    pub piece: Span,
    /// What is wrong.
    pub kind: ErrorKind,
}

/// What makes the controller reject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The value is empty.
    EmptyValue,
    /// The value is whitespace and semicolons only.
    NoEntry,
    /// The piece is empty or whitespace.
    EmptyPiece,
    /// The piece begins with a space.
    LeadingSpace,
    /// There is no space after the service.
    MissingSpace,
    /// There is no equals sign before the first space, or more than one.
    EqualsSigns(usize),
    /// `"`, `$`, or a backslash at the end or before `$` in the parameters.
    Forbidden(char),
    /// What the strict reader alone does not like.
    Strict(StrictErrorKind),
}

/// Reads a value as the controller does: split at every semicolon, then at the
/// first space, then at the one equals sign; nothing is trimmed. What it does
/// not like depends on the reader, and so on the release.
#[must_use]
pub fn read(value: &str, reader: Reader) -> Value {
    let mut read = Value::default();
    if value.is_empty() {
        read.refuse(Span::at(0), 1, Span::at(0), ErrorKind::EmptyValue);
        return read;
    }
    if value.chars().all(|c| c == ';' || c.is_whitespace()) {
        let whole = Span::whole(value);
        read.refuse(whole, 1, whole, ErrorKind::NoEntry);
        return read;
    }
    let mut start = 0;
    for (index, piece) in value.split(';').enumerate() {
        let span = Span::new(start, start + piece.len());
        read.piece(value, reader, span, index + 1);
        start = span.end + 1;
    }
    if reader == Reader::Strict {
        read.check_strictly(value);
    }
    read
}

impl Value {
    /// Whether the controller accepts the value.
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.errors.is_empty()
    }

    fn piece(&mut self, value: &str, reader: Reader, span: Span, number: usize) {
        let text = span.of(value);
        meter::spend_on(text);
        let Some(space) = text.find(' ') else {
            let empty = text.trim().is_empty();
            let kind = if empty {
                ErrorKind::EmptyPiece
            } else {
                ErrorKind::MissingSpace
            };
            self.refuse(span, number, span, kind);
            self.recover(value, reader, span, number);
            return;
        };
        let left = Span::new(span.start, span.start + space);
        let parameters = Span::new(left.end + 1, span.end);
        let equals_signs = equals_signs(left.of(value));
        if equals_signs == 1 {
            self.entry(value, number, span, left, parameters);
            if reader >= Reader::Quoted {
                self.check_characters(value, parameters, span, number);
            }
        } else {
            let kind = match () {
                () if text.trim().is_empty() => ErrorKind::EmptyPiece,
                () if left.of(value).trim().is_empty() => ErrorKind::LeadingSpace,
                () => ErrorKind::EqualsSigns(equals_signs),
            };
            self.refuse(left, number, span, kind);
            self.recover(value, reader, span, number);
        }
    }

    fn entry(&mut self, value: &str, number: usize, span: Span, left: Span, parameters: Span) {
        let equals = left.of(value).bytes().position(|byte| byte == b'=');
        let equals = left.start + equals.unwrap_or_default();
        self.entries.push(Entry {
            number,
            span,
            keyword: Span::new(left.start, equals),
            service: Span::new(equals + 1, left.end),
            parameters,
        });
    }

    fn check_characters(&mut self, value: &str, parameters: Span, span: Span, number: usize) {
        if let Some((at, character)) = forbidden(parameters.of(value)) {
            let start = parameters.start + at;
            let at = Span::new(start, start + character.len_utf8());
            self.refuse(at, number, span, ErrorKind::Forbidden(character));
        }
    }

    /// Reads a piece that the controller refuses as it was certainly intended:
    /// without whitespace before it, and with any whitespace after the service in
    /// place of a space. Its other mistakes are then reported in the same run.
    ///
    /// The lenient reader skips such a piece and uses the others, so it is
    /// skipped here too.
    fn recover(&mut self, value: &str, reader: Reader, span: Span, number: usize) {
        if reader == Reader::Lenient {
            return;
        }
        let text = span.of(value);
        let trimmed = text.trim_start();
        let left_start = span.end - trimmed.len();
        let Some(space) = trimmed
            .find(' ')
            .or_else(|| trimmed.find(char::is_whitespace))
        else {
            return;
        };
        let left = Span::new(left_start, left_start + space);
        let width = trimmed[space..].chars().next().map_or(1, char::len_utf8);
        if equals_signs(left.of(value)) == 1 {
            let parameters = Span::new(left.end + width, span.end);
            self.entry(value, number, span, left, parameters);
            if reader >= Reader::Quoted {
                self.check_characters(value, parameters, span, number);
            }
        }
    }

    /// The strict check of the entries in use: an entry is not checked if a later
    /// one for the same service replaces it.
    fn check_strictly(&mut self, value: &str) {
        let errors = |entry: &Entry| strict_errors(entry.parameters.of(value));
        let read = self.entries.iter().map(|entry| (*entry, errors(entry)));
        let refused: Vec<_> = read.filter(|(_, errors)| !errors.is_empty()).collect();
        if refused.is_empty() {
            return;
        }
        let entries = self.entries.iter();
        let last: HashMap<_, _> = entries
            .map(|entry| (entry.service.of(value), entry.number))
            .collect();
        for (entry, errors) in refused {
            if last.get(entry.service.of(value)) != Some(&entry.number) {
                continue;
            }
            for error in errors {
                let at = entry.parameters.start + error.at;
                let width = value[at..].chars().next().map_or(0, char::len_utf8);
                let span = Span::new(at, (at + width).min(entry.parameters.end));
                self.refuse(
                    span,
                    entry.number,
                    entry.span,
                    ErrorKind::Strict(error.kind),
                );
            }
        }
    }

    fn refuse(&mut self, span: Span, number: usize, piece: Span, kind: ErrorKind) {
        meter::spend(1);
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(Error {
                span,
                number,
                piece,
                kind,
            });
        }
    }
}

fn equals_signs(text: &str) -> usize {
    text.bytes().filter(|&byte| byte == b'=').count()
}

/// The first character of `parameters` that the controller's expression
/// `^([^"$\\]|\\[^$])*$` does not match, with its offset.
fn forbidden(parameters: &str) -> Option<(usize, char)> {
    const MATTER: ByteSet = ByteSet::of(b"\"$\\");
    if !MATTER.meets(parameters) {
        return None;
    }
    let mut characters = parameters.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' | '$' => return Some((at, character)),
            '\\' => match characters.next() {
                None => return Some((at, '\\')),
                Some((at, '$')) => return Some((at, '$')),
                Some(_) => {}
            },
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(value: &str) -> Vec<(&str, &str, &str)> {
        let entries = read(value, Reader::Quoted).entries;
        let texts = |e: &Entry| {
            (
                e.keyword.of(value),
                e.service.of(value),
                e.parameters.of(value),
            )
        };
        entries.iter().map(texts).collect()
    }

    #[test]
    fn accepted() {
        for (value, expected) in [
            ("serviceName=a x", &[("serviceName", "a", "x")] as &[_]),
            ("serviceName=a ", &[("serviceName", "a", "")]),
            ("foo=a  x", &[("foo", "a", " x")]),
            ("=a x", &[("", "a", "x")]),
            ("serviceName= x", &[("serviceName", "", "x")]),
            (
                "serviceName=a x;\nserviceName=b y",
                &[("serviceName", "a", "x"), ("\nserviceName", "b", "y")],
            ),
            ("serviceName=a\nx y", &[("serviceName", "a\nx", "y")]),
            (
                r#"serviceName=a \" \\ \'"#,
                &[("serviceName", "a", r#"\" \\ \'"#)],
            ),
        ] {
            assert_eq!(read(value, Reader::Quoted).errors, [], "{value:?}");
            assert_eq!(entries(value), expected, "{value:?}");
        }
    }

    #[test]
    fn refused() {
        use ErrorKind::{
            EmptyPiece, EmptyValue, EqualsSigns, Forbidden, LeadingSpace, MissingSpace, NoEntry,
        };
        for (value, start, end, number, kind) in [
            ("", 0, 0, 1, EmptyValue),
            (" ", 0, 1, 1, NoEntry),
            (" ;;", 0, 3, 1, NoEntry),
            ("serviceName=a x;", 16, 16, 2, EmptyPiece),
            ("serviceName=a x;;serviceName=b y", 16, 16, 2, EmptyPiece),
            ("serviceName=a x; serviceName=b y", 16, 16, 2, LeadingSpace),
            ("serviceName=a x;  ;serviceName=b y", 16, 16, 2, EmptyPiece),
            ("serviceName=a\tx", 0, 15, 1, MissingSpace),
            ("serviceName=a", 0, 13, 1, MissingSpace),
            ("a x", 0, 1, 1, EqualsSigns(0)),
            ("serviceName=a=b x", 0, 15, 1, EqualsSigns(2)),
            ("serviceName=a \"x\"", 14, 15, 1, Forbidden('"')),
            ("serviceName=a x=$y", 16, 17, 1, Forbidden('$')),
            (r"serviceName=a x\$", 16, 17, 1, Forbidden('$')),
            (r"serviceName=a x\", 15, 16, 1, Forbidden('\\')),
        ] {
            let span = Span::new(start, end);
            let errors = read(value, Reader::Quoted).errors;
            let [error] = errors.as_slice() else {
                panic!("{value:?}: {errors:?}");
            };
            assert_eq!(
                (error.span, error.number, error.kind),
                (span, number, kind),
                "{value:?}"
            );
        }
    }

    #[test]
    fn what_was_certainly_intended_is_read_too() {
        for value in [" serviceName=a x", "serviceName=a\tx"] {
            assert_eq!(entries(value), [("serviceName", "a", "x")], "{value:?}");
        }
    }
}
