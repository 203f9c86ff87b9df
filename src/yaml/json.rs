//! A JSON text as the same tree of nodes, for its places.
//!
//! JSON is read by `serde_json`; only where something is to be shown does this
//! read the object again. It knows what YAML does not: surrogate pairs.

use std::borrow::Cow;

use super::DEEPEST;
use super::error::Error;
use super::node::{Content, Node, Pair, Scalar, Style, keep_last};
use super::place::json_escape;
use super::read::too_deep;
use crate::lint::Span;

/// The value in `range` of `text`, without the whitespace around it.
pub fn read(text: &str, range: Span) -> Result<Node<'_>, Error> {
    let mut reader = Reader {
        text,
        at: range.start,
        end: range.end.min(text.len()),
    };
    let node = reader.value(0)?;
    reader.whitespace();
    if reader.at < reader.end {
        return Err(reader.unexpected("the end"));
    }
    Ok(node)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    end: usize,
}

impl<'t> Reader<'t> {
    fn value(&mut self, depth: usize) -> Result<Node<'t>, Error> {
        self.whitespace();
        let start = self.at;
        if depth >= DEEPEST {
            return Err(too_deep(Span::at(start)));
        }
        let content = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Content::Scalar(self.string()?),
            _ => Content::Scalar(self.word()?),
        };
        let span = Span::new(start, self.at);
        Ok(Node {
            span,
            tag: None,
            content,
        })
    }

    fn object(&mut self, depth: usize) -> Result<Content<'t>, Error> {
        let mut pairs: Vec<Pair<'t>> = Vec::new();
        self.at += 1;
        while !self.ends(b'}', pairs.is_empty())? {
            self.whitespace();
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a key between double quotes"));
            }
            let key = self.value(depth + 1)?;
            self.whitespace();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("':'"));
            }
            self.at += 1;
            let value = self.value(depth + 1)?;
            pairs.push(Pair::new(key, value));
        }
        keep_last(&mut pairs);
        Ok(Content::Mapping(pairs))
    }

    fn array(&mut self, depth: usize) -> Result<Content<'t>, Error> {
        let mut nodes = Vec::new();
        self.at += 1;
        while !self.ends(b']', nodes.is_empty())? {
            nodes.push(self.value(depth + 1)?);
        }
        Ok(Content::Sequence(nodes))
    }

    /// Whether `close` ends the collection here; otherwise a comma is skipped,
    /// which comes before every element but the first.
    fn ends(&mut self, close: u8, first: bool) -> Result<bool, Error> {
        self.whitespace();
        match self.peek() {
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(true)
            }
            Some(b',') if !first => {
                self.at += 1;
                Ok(false)
            }
            Some(_) if first => Ok(false),
            _ => Err(self.unexpected(&format!("',' or '{}'", char::from(close)))),
        }
    }

    fn string(&mut self) -> Result<Scalar<'t>, Error> {
        let style = Style::Json;
        let start = self.at + 1;
        let mut value = Cow::Borrowed("");
        self.at = start;
        loop {
            let rest = Span::new(self.at, self.end).of(self.text);
            let special = |c: char| matches!(c, '"' | '\\') || c < ' ';
            let Some(length) = rest.find(special) else {
                return Err(Error::new(Span::at(start - 1), "a string without its end"));
            };
            append(&mut value, &rest[..length]);
            self.at += length;
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    let Some((spelled, length)) = json_escape(&rest[length..]) else {
                        return Err(self.unexpected("an escape that JSON knows"));
                    };
                    value.to_mut().push(spelled);
                    self.at += length;
                }
                _ => return Err(self.unexpected("no control character within a string")),
            }
        }
        self.at += 1;
        Ok(Scalar { value, style })
    }

    fn word(&mut self) -> Result<Scalar<'t>, Error> {
        let rest = Span::new(self.at, self.end).of(self.text);
        let ends = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
        let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
        let number = || serde_json::from_str::<serde_json::Number>(word).is_ok();
        if !matches!(word, "true" | "false" | "null") && !number() {
            return Err(self.unexpected("a value"));
        }
        self.at += word.len();
        let (value, style) = (Cow::Borrowed(word), Style::JsonWord);
        Ok(Scalar { value, style })
    }

    fn whitespace(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        let bytes = self.text.as_bytes().get(..self.end)?;
        bytes.get(self.at).copied()
    }

    fn unexpected(&self, expected: &str) -> Error {
        let rest = Span::new(self.at.min(self.end), self.end).of(self.text);
        let length = rest.chars().next().map_or(0, char::len_utf8);
        let span = Span::new(self.at, self.at + length);
        Error::new(span, format!("not JSON: expected {expected} here"))
    }
}

fn append<'t>(value: &mut Cow<'t, str>, piece: &'t str) {
    if value.is_empty() {
        *value = Cow::Borrowed(piece);
    } else {
        value.to_mut().push_str(piece);
    }
}
