//! The cookie that an entry asks for, and the header that nginx sends for it.

use std::borrow::Cow;

use super::lexer::Word;
use super::time::{Expires, MAX_ALIAS};
use crate::lint::span::Span;

/// A cookie as nginx' `sticky cookie` directive describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie<'v> {
    /// The first word, whatever it holds.
    pub name: Word<'v>,
    /// `expires=`.
    pub expires: Option<Attribute<Expires>>,
    /// `domain=`.
    pub domain: Option<Attribute<Cow<'v, str>>>,
    /// The range of `httponly`.
    pub http_only: Option<Span>,
    /// The range of `secure`.
    pub secure: Option<Span>,
    /// `samesite=`, as it is spelled.
    pub same_site: Option<Attribute<Cow<'v, str>>>,
    /// `path=`.
    pub path: Option<Attribute<Cow<'v, str>>>,
}

/// A parameter with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute<T> {
    /// The whole word, with the parameter's name.
    pub span: Span,
    /// The value alone; the whole word where quotes or escapes blur the border.
    pub value_span: Span,
    /// What nginx makes of it.
    pub value: T,
}

/// A Set-Cookie header as nginx sends it with every proxied response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetCookie {
    /// The header's value, with a made-up session id and moment of expiry.
    pub text: String,
    /// Which ranges of `text` come from which ranges of the annotation's
    /// value, in the order of the text.
    pub parts: Vec<(std::ops::Range<usize>, Span)>,
}

impl SetCookie {
    /// A session id as nginx makes them: 32 hexadecimal digits (an MD5 of the
    /// server's address).
    pub const SAMPLE_ID: &'static str = "49d93890628afec4f1964241841ebd2a";
}

impl<'v> Attribute<Cow<'v, str>> {
    /// The value that starts at a byte of `word`'s text.
    pub(super) fn from(word: &Word<'v>, value_at: usize) -> Self {
        let plain = matches!(word.text, Cow::Borrowed(_)) && !word.quoted;
        let value = match &word.text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[value_at..]),
            Cow::Owned(text) => Cow::Owned(text[value_at..].to_owned()),
        };
        let start = word.span.start + if plain { value_at } else { 0 };
        Self {
            span: word.span,
            value_span: Span::new(start, word.span.end),
            value,
        }
    }

    /// The same place with what nginx makes of the value.
    pub(super) fn with<T>(&self, value: T) -> Attribute<T> {
        Attribute {
            span: self.span,
            value_span: self.value_span,
            value,
        }
    }
}

impl<'v> Cookie<'v> {
    /// A cookie of that name and no attributes.
    pub(super) fn named(name: Word<'v>) -> Self {
        Self {
            name,
            expires: None,
            domain: None,
            http_only: None,
            secure: None,
            same_site: None,
            path: None,
        }
    }

    /// The header that nginx sends. Its attributes are in nginx' order, not
    /// in that of the entry; a value is written as it is, whatever it holds.
    #[must_use]
    pub fn set_cookie(&self) -> SetCookie {
        let mut header = Header::default();
        header.part(
            self.name.span,
            &[&self.name.text, "=", SetCookie::SAMPLE_ID],
        );
        if let Some(Attribute { span, value, .. }) = &self.expires {
            header.part(*span, &["; expires=", &date(*value)]);
            header.part(*span, &["; max-age=", &value.max_age().to_string()]);
        }
        if let Some(Attribute { span, value, .. }) = &self.domain {
            header.part(*span, &["; domain=", value]);
        }
        if let Some(span) = self.http_only {
            header.part(span, &["; httponly"]);
        }
        if let Some(span) = self.secure {
            header.part(span, &["; secure"]);
        }
        if let Some(Attribute { span, value, .. }) = &self.same_site {
            header.part(*span, &["; samesite=", value]);
        }
        if let Some(Attribute { span, value, .. }) = &self.path {
            header.part(*span, &["; path=", value]);
        }
        header.0
    }
}

/// When the cookie expires: a date where it is fixed, else `NOW+n` in place of
/// a date that the core, which has no clock, cannot write.
fn date(expires: Expires) -> String {
    match expires {
        Expires::Max | Expires::Seconds(MAX_ALIAS) => "Thu, 31-Dec-37 23:55:55 GMT".to_owned(),
        Expires::Seconds(seconds) => format!("NOW+{seconds}"),
    }
}

/// A header in the making.
#[derive(Default)]
struct Header(SetCookie);

impl Header {
    fn part(&mut self, origin: Span, texts: &[&str]) {
        let SetCookie { text, parts } = &mut self.0;
        let start = text.len();
        text.extend(texts.iter().copied());
        parts.push((start..text.len(), origin));
    }
}

impl Default for SetCookie {
    fn default() -> Self {
        Self {
            text: String::with_capacity(128),
            parts: Vec::with_capacity(8),
        }
    }
}
