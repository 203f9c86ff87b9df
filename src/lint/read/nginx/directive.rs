//! A directive: words, parameters, and what makes nginx refuse it.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::lexer::{self, LexError, LexErrorKind, Word};
use super::set_cookie::{Attribute, Cookie};
use super::time::{Expires, TimeError};
use super::{MOST_ERRORS, Parameter, suggest};
use crate::lint::meter;
use crate::lint::span::Span;

/// What nginx makes of one entry's parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Directive<'v> {
    /// The words in the order of the text.
    pub words: Vec<Word<'v>>,
    /// Comments, from `#` to before the line's end.
    pub comments: Vec<Span>,
    /// The cookie, where there is a word to name it. Parameters that nginx
    /// refuses are missing from it, unless what was intended is certain.
    pub cookie: Option<Cookie<'v>>,
    /// Empty if and only if nginx accepts the directive.
    pub errors: Vec<Error<'v>>,
    /// Which parameters each word is called, made when first asked for.
    called: OnceCell<Called>,
}

/// For each word the set of parameters that it is, or was intended to be, and how
/// many words there are of each.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Called {
    words: Vec<u8>,
    of_each: [usize; Parameter::ALL.len()],
}

/// Something that makes nginx refuse the directive, and with it the whole configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error<'v> {
    /// The range of the mistake.
    pub span: Span,
    /// What is wrong.
    pub kind: ErrorKind<'v>,
}

/// What makes nginx refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorKind<'v> {
    /// The lexer refuses.
    Lexer(LexErrorKind),
    /// There is no word at all.
    NoCookie,
    /// The cookie's name is `''`.
    EmptyName,
    /// A word that is not a parameter.
    Unknown(Cow<'v, str>),
    /// A parameter that is repeated.
    Duplicate(Parameter),
    /// `domain=` or `path=` without a value.
    EmptyValue(Parameter),
    /// `expires=` with this value, which is not a valid time.
    Expires(Cow<'v, str>, TimeError),
    /// `samesite=` with this value, which is not one of the three.
    SameSite(Cow<'v, str>),
}

/// Reads the parameters in `range` of `value`.
///
/// An empty range is an empty directive: the controller renders nothing, so
/// nginx has nothing to refuse.
#[must_use]
pub fn read(value: &str, range: Span) -> Directive<'_> {
    let lexer::Lexed {
        words,
        comments,
        errors,
    } = lexer::read(value, range);
    let errors = errors.into_iter().map(|LexError { span, kind }| Error {
        span,
        kind: ErrorKind::Lexer(kind),
    });
    let mut directive = Directive {
        words,
        comments,
        cookie: None,
        errors: errors.collect(),
        called: OnceCell::new(),
    };
    if !range.is_empty() {
        directive.read_cookie(range);
    }
    directive
}

impl<'v> Directive<'v> {
    /// Whether nginx accepts the directive.
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.errors.is_empty()
    }

    /// The cookie, unless the lexer refuses the text or the name is empty: what
    /// the words say is then uncertain.
    #[must_use]
    pub fn sound_cookie(&self) -> Option<&Cookie<'v>> {
        let unsound =
            |error: &Error<'_>| matches!(error.kind, ErrorKind::Lexer(_) | ErrorKind::EmptyName);
        let sound = !self.errors.iter().any(unsound);
        self.cookie.as_ref().filter(|_| sound)
    }

    /// Whether a word is that parameter, or was certainly intended to be, other
    /// than those at two places.
    #[must_use]
    pub(crate) fn has_other(
        &self,
        parameter: Parameter,
        here: Span,
        nor_here: Option<Span>,
    ) -> bool {
        let bit = 1 << parameter as u8;
        let called = self.called.get_or_init(|| Called::of(&self.words));
        let nor_here = nor_here.filter(|span| *span != here);
        let own = [Some(here), nor_here].into_iter().flatten().filter(|span| {
            let index = self
                .words
                .binary_search_by_key(&span.start, |word| word.span.start);
            index.is_ok_and(|index| called.words[index] & bit != 0)
        });
        called.of_each[parameter as usize] > own.count()
    }

    fn read_cookie(&mut self, range: Span) {
        let mut words = self.words.iter();
        let Some(name) = words.next() else {
            if self.errors.is_empty() {
                self.errors.push(Error {
                    span: range,
                    kind: ErrorKind::NoCookie,
                });
            }
            return;
        };
        let mut reader = Reader {
            cookie: Cookie::named(name.clone()),
            seen: [false; Parameter::ALL.len()],
            errors: Vec::new(),
            suggestions: Vec::new(),
        };
        if name.text.is_empty() {
            reader.refuse(name.span, ErrorKind::EmptyName);
        }
        for word in words {
            reader.parameter(word);
        }
        reader.read_suggestions();
        self.errors.append(&mut reader.errors);
        self.cookie = Some(reader.cookie);
    }
}

impl Called {
    fn of(words: &[Word<'_>]) -> Self {
        let mut called = Self::default();
        for word in words {
            meter::spend(1);
            let parameters = suggest::parameters(&word.text);
            let mut set = 0;
            for parameter in Parameter::ALL {
                if parameters.contains(&Some(parameter)) {
                    set |= 1 << parameter as u8;
                    called.of_each[parameter as usize] += 1;
                }
            }
            called.words.push(set);
        }
        called
    }
}

/// Reads parameters into a cookie.
struct Reader<'v> {
    cookie: Cookie<'v>,
    seen: [bool; Parameter::ALL.len()],
    errors: Vec<Error<'v>>,
    /// What refused words were certainly intended to be.
    suggestions: Vec<Word<'v>>,
}

impl<'v> Reader<'v> {
    fn parameter(&mut self, word: &Word<'v>) {
        meter::spend(1);
        let Some((parameter, value_at)) = Parameter::of(&word.text) else {
            return self.unknown(word);
        };
        if std::mem::replace(&mut self.seen[parameter as usize], true) {
            self.refuse(word.span, ErrorKind::Duplicate(parameter));
            return;
        }
        match parameter {
            Parameter::HttpOnly => self.cookie.http_only = Some(word.span),
            Parameter::Secure => self.cookie.secure = Some(word.span),
            _ => self.value(parameter, Attribute::from(word, value_at)),
        }
    }

    fn unknown(&mut self, word: &Word<'v>) {
        if self.errors.len() == MOST_ERRORS {
            return;
        }
        self.refuse(word.span, ErrorKind::Unknown(word.text.clone()));
        let suggestion = suggest::parameter(&word.text).map(|it| it.to_string());
        self.suggestions.extend(suggestion.map(|text| Word {
            span: word.span,
            text: Cow::Owned(text),
            quoted: word.quoted,
        }));
    }

    fn value(&mut self, parameter: Parameter, value: Attribute<Cow<'v, str>>) {
        match parameter {
            Parameter::Expires => self.expires(value),
            Parameter::SameSite => self.same_site(value),
            Parameter::Domain => self.cookie.domain = self.not_empty(parameter, value),
            _ => self.cookie.path = self.not_empty(parameter, value),
        }
    }

    /// Reads refused words as they were intended, so that the readers behind nginx
    /// check the cookie that was asked for.
    fn read_suggestions(&mut self) {
        let refused = self.errors.len();
        for word in std::mem::take(&mut self.suggestions) {
            self.parameter(&word);
            self.errors.truncate(refused);
        }
    }

    fn expires(&mut self, value: Attribute<Cow<'v, str>>) {
        match Expires::parse(&value.value) {
            Ok(expires) => self.cookie.expires = Some(value.with(expires)),
            Err(error) => self.refuse(value.span, ErrorKind::Expires(value.value, error)),
        }
    }

    fn same_site(&mut self, value: Attribute<Cow<'v, str>>) {
        let known = ["strict", "lax", "none"];
        if known
            .iter()
            .any(|mode| mode.eq_ignore_ascii_case(&value.value))
        {
            self.cookie.same_site = Some(value);
        } else {
            self.refuse(value.span, ErrorKind::SameSite(value.value));
        }
    }

    fn not_empty(
        &mut self,
        parameter: Parameter,
        value: Attribute<Cow<'v, str>>,
    ) -> Option<Attribute<Cow<'v, str>>> {
        if value.value.is_empty() {
            self.refuse(value.span, ErrorKind::EmptyValue(parameter));
            return None;
        }
        Some(value)
    }

    fn refuse(&mut self, span: Span, kind: ErrorKind<'v>) {
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(Error { span, kind });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(value: &str) -> Option<(usize, usize, ErrorKind<'_>)> {
        let mut errors = read(value, Span::whole(value)).errors.into_iter();
        let error = errors.next().map(|e| (e.span.start, e.span.end, e.kind));
        assert_eq!(errors.next(), None, "{value:?}");
        error
    }

    #[test]
    fn accepted() {
        for value in [
            "srv_id",
            "expires=1h path=/",
            "srv_id secure samesite=NONE httponly expires=max path=x domain=.",
            "s httponly\0x secure\0=x",
            "s 'expires=1h 30m'",
        ] {
            assert_eq!(error(value), None, "{value:?}");
        }
    }

    #[test]
    fn refused() {
        let unknown = |word: &'static str| ErrorKind::Unknown(word.into());
        for (value, start, end, kind) in [
            ("  ", 0, 2, ErrorKind::NoCookie),
            ("'' path=/", 0, 2, ErrorKind::EmptyName),
            ("s ''", 2, 4, unknown("")),
            ("s expire=1h", 2, 11, unknown("expire=1h")),
            ("s HttpOnly", 2, 10, unknown("HttpOnly")),
            ("s secure=x", 2, 10, unknown("secure=x")),
            (
                "s secure secure",
                9,
                15,
                ErrorKind::Duplicate(Parameter::Secure),
            ),
            (
                "s path=/ path=/",
                9,
                15,
                ErrorKind::Duplicate(Parameter::Path),
            ),
            ("s path=", 2, 7, ErrorKind::EmptyValue(Parameter::Path)),
            (
                "s samesite=lax\0",
                2,
                15,
                ErrorKind::SameSite("lax\0".into()),
            ),
            (
                "s expires=",
                2,
                10,
                ErrorKind::Expires("".into(), TimeError::NoDigits),
            ),
            ("s {", 2, 3, ErrorKind::Lexer(LexErrorKind::Brace)),
        ] {
            let first = read(value, Span::whole(value)).errors.remove(0);
            assert_eq!(
                (first.span.start, first.span.end, first.kind),
                (start, end, kind)
            );
        }
    }

    #[test]
    fn nothing_is_rendered_for_an_empty_range() {
        assert_eq!(read("serviceName=a ", Span::at(14)), Directive::default());
    }
}
