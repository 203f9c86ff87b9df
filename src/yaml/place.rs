//! The place in the text of each byte of a scalar's value.
//!
//! A scalar is decoded a second time, piece by piece, and each piece remembers
//! its bytes of the text. The parser's value decides: where a piece does not
//! spell it, there are no places ([`places`] says `None`) rather than wrong ones.

mod block;
mod flow;
mod json;

pub(super) use json::escape as json_escape;

use super::node::{Node, Style};
use crate::lint::Span;

/// The pieces of one scalar's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The scalar's bytes of the text, quotes and block header included.
    pub span: Span,
    /// The bytes of the text that spell the value: without quotes and header.
    pub body: Span,
    pieces: Vec<Piece>,
}

/// A run of the value and the bytes of the text that spell it. Where both are
/// of one length they are the same bytes; otherwise the text is one escape,
/// or one line break that folds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    value: Span,
    text: Span,
    verbatim: bool,
}

/// The places of a scalar. `None` for a mapping or sequence, and where they
/// cannot be determined.
#[must_use]
pub fn places(text: &str, node: &Node<'_>) -> Option<Places> {
    let node = node.resolved();
    let scalar = node.scalar()?;
    let mut decoder = Decoder::new(text, node.span.start, &scalar.value);
    match scalar.style {
        Style::Plain => flow::plain(&mut decoder, node.span.end),
        Style::Single => flow::quoted(&mut decoder, '\'')?,
        Style::Double => flow::quoted(&mut decoder, '"')?,
        Style::Json => json::string(&mut decoder)?,
        Style::JsonWord => decoder.copy_to(node.span.end),
        Style::Literal => return block::scalar(text, node.span, &scalar.value, false),
        Style::Folded => return block::scalar(text, node.span, &scalar.value, true),
    }
    decoder.done()
}

impl Places {
    /// The bytes of the text that spell a range of the value. An empty range
    /// is put before the character that follows it.
    #[must_use]
    pub fn span_of(&self, value: Span) -> Span {
        let start = self.start(value.start);
        if value.is_empty() {
            return Span::at(start);
        }
        Span::new(start, self.end(value.end).max(start))
    }

    fn start(&self, offset: usize) -> usize {
        let index = self
            .pieces
            .partition_point(|piece| piece.value.end <= offset);
        match self.pieces.get(index) {
            Some(piece) if piece.verbatim => piece.text.start + (offset - piece.value.start),
            Some(piece) => piece.text.start,
            None => self
                .pieces
                .last()
                .map_or(self.body.start, |last| last.text.end),
        }
    }

    fn end(&self, offset: usize) -> usize {
        let index = self
            .pieces
            .partition_point(|piece| piece.value.end < offset);
        match self.pieces.get(index) {
            Some(piece) if piece.verbatim => piece.text.start + (offset - piece.value.start),
            Some(piece) => piece.text.end,
            None => self.body.end,
        }
    }
}

/// Walks the text and spells the value.
struct Decoder<'t, 'v> {
    text: &'t str,
    /// The next byte of the text.
    at: usize,
    /// The value as the parser has it, and how much of it is spelled.
    value: &'v str,
    spelled: usize,
    /// Whether everything spelled so far is the value.
    agrees: bool,
    first: usize,
    body: Span,
    pieces: Vec<Piece>,
}

impl<'t, 'v> Decoder<'t, 'v> {
    fn new(text: &'t str, at: usize, value: &'v str) -> Self {
        Self {
            text,
            at,
            value,
            spelled: 0,
            agrees: true,
            first: at,
            body: Span::at(at),
            pieces: Vec::new(),
        }
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.text.len());
    }

    /// The length of the line break here: `\n`, `\r\n` or `\r`; 0 for none.
    fn line_break(&self) -> usize {
        match self.rest().as_bytes() {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => 0,
        }
    }

    /// Spells the text up to `end` as it is.
    fn copy_to(&mut self, end: usize) {
        let text = Span::new(self.at, end.max(self.at));
        self.at = text.end;
        self.push(text.of(self.text), text, true);
    }

    /// Spells `spelled` for the text from `start` up to here.
    fn replace(&mut self, start: usize, spelled: &str) {
        self.push(spelled, Span::new(start, self.at.max(start)), false);
    }

    fn push(&mut self, spelled: &str, text: Span, verbatim: bool) {
        if spelled.is_empty() {
            return;
        }
        let value = Span::new(self.spelled, self.spelled + spelled.len());
        self.agrees &= value.of(self.value) == spelled;
        self.spelled = value.end;
        match self.pieces.last_mut() {
            Some(last) if last.verbatim && verbatim && last.text.end == text.start => {
                last.text.end = text.end;
                last.value.end = value.end;
            }
            _ => self.pieces.push(Piece {
                value,
                text,
                verbatim,
            }),
        }
    }

    /// The places, where all of the value is spelled and nothing else.
    fn done(self) -> Option<Places> {
        let body = if self.body.is_empty() {
            Span::new(self.first, self.at)
        } else {
            self.body
        };
        (self.agrees && self.spelled == self.value.len()).then_some(Places {
            span: Span::new(self.first, self.at),
            body,
            pieces: self.pieces,
        })
    }
}

/// Where a node's content begins: after whitespace, comments, indicators, tags
/// and anchors. `None` at the end of the text.
pub(super) fn find_content(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        let followed_by_whitespace = |length: usize| {
            matches!(
                bytes.get(at + length),
                None | Some(b' ' | b'\t' | b'\r' | b'\n')
            )
        };
        match bytes.get(at)? {
            b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' | b']' | b'}' => at += 1,
            b'\xef' if text[at..].starts_with('\u{feff}') => at += 3,
            b'#' | b'%' => at += text[at..].find('\n')?,
            b'-' if text[at..].starts_with("---") && followed_by_whitespace(3) => at += 3,
            b'-' | b'?' if followed_by_whitespace(1) => at += 1,
            b'!' | b'&' => at += property_length(&text[at..]),
            _ => return Some(at),
        }
    }
}

/// The length of a tag or an anchor: up to whitespace, or in flow style up to what ends it.
fn property_length(text: &str) -> usize {
    let ends = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n' | ',' | '[' | ']' | '{' | '}');
    if text.starts_with("!<") {
        return text.find('>').map_or(text.len(), |at| at + 1);
    }
    text.find(ends).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_begins_behind_what_is_none() {
        for (text, from, expected) in [
            ("a", 0, Some(0)),
            (" \t\r\n a", 0, Some(5)),
            ("# b\n a", 0, Some(5)),
            ("%YAML 1.2\n--- a", 0, Some(14)),
            ("x: # b\n c", 1, Some(8)),
            ("- a", 0, Some(2)),
            ("- - a", 0, Some(4)),
            ("-\n a", 0, Some(3)),
            ("-a", 0, Some(0)),
            ("---a", 0, Some(0)),
            ("? a", 0, Some(2)),
            ("?a", 0, Some(0)),
            ("!t a", 0, Some(3)),
            ("!t &x [a]", 0, Some(6)),
            ("!<x y> a", 0, Some(7)),
            ("&x\na", 0, Some(3)),
            ("\u{feff}a", 0, Some(3)),
            ("}, ]: a", 0, Some(6)),
            ("# b", 0, None),
            ("-", 0, None),
            ("", 0, None),
        ] {
            assert_eq!(find_content(text, from), expected, "{text:?}");
        }
    }
}
