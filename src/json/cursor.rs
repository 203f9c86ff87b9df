//! A place in a text, which goes on with what is read.

use std::fmt;

use super::grammar::{self, DEEPEST};

/// serde_json has to read the text.
#[derive(Debug)]
pub(super) struct Unsure;

impl fmt::Display for Unsure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("serde_json has to read this")
    }
}

impl std::error::Error for Unsure {}

impl serde::de::Error for Unsure {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// The text of a string between its quotes, as it was written.
pub(super) struct Quoted<'t> {
    pub(super) text: &'t str,
    pub(super) is_escaped: bool,
}

/// A place in a text.
pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
    /// How many objects and lists are open.
    depth: u32,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            depth: 0,
        }
    }

    /// The next byte beyond whitespace. The cursor stays before it.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<u8, Unsure> {
        let text = self.text.as_bytes();
        self.at = grammar::whitespace(text, self.at);
        text.get(self.at).copied().ok_or(Unsure)
    }

    /// Goes past `byte`, which comes next.
    #[inline]
    pub(super) fn take(&mut self, byte: u8) -> Result<(), Unsure> {
        self.at = grammar::mark(self.text.as_bytes(), self.at, byte).ok_or(Unsure)?;
        Ok(())
    }

    /// Whether nothing but whitespace is left.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.peek().is_err()
    }

    /// Goes into an object or a list; whether there is anything in it.
    #[inline]
    pub(super) fn open(&mut self, bracket: Bracket) -> Result<bool, Unsure> {
        self.take(bracket.open())?;
        if self.depth >= DEEPEST {
            return Err(Unsure);
        }
        self.depth += 1;
        Ok(self.peek()? != bracket.close() || self.close())
    }

    /// Goes past what follows an element; whether another one comes.
    #[inline]
    pub(super) fn more(&mut self, bracket: Bracket) -> Result<bool, Unsure> {
        match self.peek()? {
            b',' => {
                self.at += 1;
                Ok(true)
            }
            byte if byte == bracket.close() => Ok(self.close()),
            _ => Err(Unsure),
        }
    }

    /// Nothing more comes.
    fn close(&mut self) -> bool {
        self.at += 1;
        self.depth -= 1;
        false
    }

    /// Goes past a string.
    #[inline]
    pub(super) fn string(&mut self) -> Result<Quoted<'t>, Unsure> {
        self.take(b'"')?;
        let start = self.at;
        let string = grammar::string(self.text.as_bytes(), start);
        let (end, is_escaped) = string.ok_or(Unsure)?;
        self.at = end;
        let text = self.text.get(start..end - 1).ok_or(Unsure)?;
        Ok(Quoted { text, is_escaped })
    }

    /// Goes past `true`, `false` or `null`.
    #[inline]
    pub(super) fn word(&mut self, word: &str) -> Result<(), Unsure> {
        self.past(grammar::word(self.text.as_bytes(), self.at, word))?;
        Ok(())
    }

    /// Goes past a number.
    pub(super) fn number(&mut self) -> Result<&'t str, Unsure> {
        self.past(grammar::number(self.text.as_bytes(), self.at))
    }

    /// Goes past any value; its text.
    pub(super) fn value(&mut self) -> Result<&'t str, Unsure> {
        self.peek()?;
        self.past(grammar::value(self.text.as_bytes(), self.at))
    }

    /// Goes to `end`, if there is one; the text up to it.
    #[inline]
    fn past(&mut self, end: Option<usize>) -> Result<&'t str, Unsure> {
        let end = end.ok_or(Unsure)?;
        let text = self.text.get(self.at..end).ok_or(Unsure)?;
        self.at = end;
        Ok(text)
    }
}

/// What holds other values.
#[derive(Clone, Copy)]
pub(super) enum Bracket {
    Object,
    List,
}

impl Bracket {
    #[inline]
    fn open(self) -> u8 {
        match self {
            Self::Object => b'{',
            Self::List => b'[',
        }
    }

    #[inline]
    fn close(self) -> u8 {
        match self {
            Self::Object => b'}',
            Self::List => b']',
        }
    }
}
