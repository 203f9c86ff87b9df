//! A place in a text, and the grammar of RFC 8259 from there on.

use std::fmt;

/// Deeper values are left to serde_json, which has a limit of its own (128).
const DEEPEST: u32 = 64;

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

    /// The next byte that is no white space, which stays.
    #[inline]
    pub(super) fn peek(&mut self) -> Result<u8, Unsure> {
        loop {
            match self.text.as_bytes().get(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(&byte) => return Ok(byte),
                None => return Err(Unsure),
            }
        }
    }

    /// Goes past `byte`, if it is what comes next.
    #[inline]
    fn take(&mut self, byte: u8) -> Result<(), Unsure> {
        if self.peek()? == byte {
            self.at += 1;
            return Ok(());
        }
        Err(Unsure)
    }

    /// Whether nothing but white space is left.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.peek().is_err()
    }

    /// Goes into an object or a list; whether there is anything in it.
    #[inline]
    pub(super) fn open(&mut self, bracket: Bracket) -> Result<bool, Unsure> {
        self.take(bracket.open())?;
        if self.depth == DEEPEST {
            return Err(Unsure);
        }
        self.depth += 1;
        if self.peek()? == bracket.close() {
            return self.close();
        }
        Ok(true)
    }

    /// Goes past what follows an element; whether another one comes.
    #[inline]
    pub(super) fn more(&mut self, bracket: Bracket) -> Result<bool, Unsure> {
        match self.peek()? {
            b',' => {
                self.at += 1;
                Ok(true)
            }
            byte if byte == bracket.close() => self.close(),
            _ => Err(Unsure),
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "for those who end with it")]
    fn close(&mut self) -> Result<bool, Unsure> {
        self.at += 1;
        self.depth -= 1;
        Ok(false)
    }

    /// Goes past the sign between a key and its value.
    #[inline]
    pub(super) fn colon(&mut self) -> Result<(), Unsure> {
        self.take(b':')
    }

    /// Whether a string comes: a key is one, whatever is asked for.
    #[inline]
    pub(super) fn quote_comes(&mut self) -> Result<(), Unsure> {
        (self.peek()? == b'"').then_some(()).ok_or(Unsure)
    }

    /// Goes past a string.
    #[inline]
    pub(super) fn string(&mut self) -> Result<Quoted<'t>, Unsure> {
        self.take(b'"')?;
        let start = self.at;
        let is_escaped = self.to_quote()?;
        let text = self.text.get(start..self.at - 1).ok_or(Unsure)?;
        Ok(Quoted { text, is_escaped })
    }

    /// Goes past the quote that ends a string; whether there are escapes before.
    #[inline]
    fn to_quote(&mut self) -> Result<bool, Unsure> {
        let bytes = self.text.as_bytes();
        let mut is_escaped = false;
        loop {
            while let Some(eight) = bytes.get(self.at..).and_then(<[u8]>::first_chunk) {
                let marks = special(u64::from_le_bytes(*eight));
                self.at += (marks.trailing_zeros() / 8) as usize;
                if marks != 0 {
                    break;
                }
            }
            let byte = *bytes.get(self.at).ok_or(Unsure)?;
            self.at += 1;
            match byte {
                b'"' => return Ok(is_escaped),
                b'\\' => {
                    self.escape()?;
                    is_escaped = true;
                }
                0..0x20 => return Err(Unsure),
                _ => {}
            }
        }
    }

    /// Goes past an escape whose backslash is behind us.
    fn escape(&mut self) -> Result<(), Unsure> {
        let rest = self.text.as_bytes().get(self.at..).ok_or(Unsure)?;
        self.at += match rest {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => 1,
            [b'u', digits @ ..] => {
                let four = digits.first_chunk::<4>().ok_or(Unsure)?;
                if !four.iter().all(u8::is_ascii_hexdigit) {
                    return Err(Unsure);
                }
                5
            }
            _ => return Err(Unsure),
        };
        Ok(())
    }

    /// Goes past `true`, `false` or `null`.
    #[inline]
    pub(super) fn word(&mut self, word: &str) -> Result<(), Unsure> {
        let rest = self.text.as_bytes().get(self.at..).ok_or(Unsure)?;
        if !rest.starts_with(word.as_bytes()) {
            return Err(Unsure);
        }
        self.at += word.len();
        Ok(())
    }

    /// Goes past a number.
    #[inline]
    pub(super) fn number(&mut self) -> Result<&'t str, Unsure> {
        let start = self.at;
        self.skip_if(|byte| byte == b'-');
        if !self.skip_if(|byte| byte == b'0') {
            self.digits()?;
        }
        if self.skip_if(|byte| byte == b'.') {
            self.digits()?;
        }
        if self.skip_if(|byte| matches!(byte, b'e' | b'E')) {
            self.skip_if(|byte| matches!(byte, b'+' | b'-'));
            self.digits()?;
        }
        self.text.get(start..self.at).ok_or(Unsure)
    }

    fn digits(&mut self) -> Result<(), Unsure> {
        let start = self.at;
        while self.skip_if(|byte| byte.is_ascii_digit()) {}
        if self.at == start {
            return Err(Unsure);
        }
        Ok(())
    }

    #[inline]
    fn skip_if(&mut self, is_it: impl Fn(u8) -> bool) -> bool {
        let byte = self.text.as_bytes().get(self.at);
        let skip = byte.is_some_and(|&byte| is_it(byte));
        self.at += usize::from(skip);
        skip
    }

    /// Goes past any value.
    pub(super) fn skip(&mut self) -> Result<(), Unsure> {
        match self.peek()? {
            b'"' => {
                self.at += 1;
                self.to_quote().map(drop)
            }
            b'{' => self.skip_all(Bracket::Object),
            b'[' => self.skip_all(Bracket::List),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.number().map(drop),
        }
    }

    fn skip_all(&mut self, bracket: Bracket) -> Result<(), Unsure> {
        let mut more = self.open(bracket)?;
        while more {
            if bracket == Bracket::Object {
                self.take(b'"')?;
                self.to_quote()?;
                self.colon()?;
            }
            self.skip()?;
            more = self.more(bracket)?;
        }
        Ok(())
    }

    /// Goes past any value; its text.
    pub(super) fn raw(&mut self) -> Result<&'t str, Unsure> {
        self.peek()?;
        let start = self.at;
        self.skip()?;
        self.text.get(start..self.at).ok_or(Unsure)
    }
}

/// What holds other values.
#[derive(Clone, Copy, PartialEq, Eq)]
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

/// Marks quotes, backslashes and control characters among eight bytes by their
/// highest bits; above the lowest mark, which is right, others may be wrong.
///
/// A byte is zero if subtracting one from it borrows from its highest bit, which
/// was not set; a borrow from a byte below may pretend so.
#[inline]
fn special(eight: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = EACH << 7;
    let below = |bytes: u64, least: u8| bytes.wrapping_sub(EACH * u64::from(least)) & !bytes;
    let is = |byte: u8| below(eight ^ (EACH * u64::from(byte)), 1);
    (is(b'"') | is(b'\\') | below(eight, b' ')) & HIGHEST
}
