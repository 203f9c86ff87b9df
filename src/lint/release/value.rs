//! The four readers of an annotation's value.
//!
//! All of them split a value alike and keep the same services; a newer one
//! rejects more. So an upgrade never changes a cookie.

use super::{Fact, Release, Releases};
use crate::lint::bytes::ByteSet;

/// How a release reads the value. Ordered: each rejects what the ones before reject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    /// 1.0 to 1.9: a malformed entry is skipped alone.
    Lenient,
    /// 1.10 to 2.2: a malformed entry rejects the Ingress.
    Whole,
    /// 2.3 to 5.5: so do `"`, `$` and a last `\` in the parameters.
    Quoted,
    /// From 5.6 on: so does what [`strict_errors`] finds.
    Strict,
}

impl Reader {
    /// Every reader, the oldest first.
    pub const ALL: [Self; 4] = [Self::Lenient, Self::Whole, Self::Quoted, Self::Strict];

    /// The releases that read as it does.
    #[must_use]
    pub fn releases(self) -> Releases {
        match self {
            Self::Lenient => Fact::LenientReader,
            Self::Whole => Fact::WholeReader,
            Self::Quoted => Fact::QuotedReader,
            Self::Strict => Fact::StrictReader,
        }
        .releases()
    }

    /// The reader of a release.
    #[must_use]
    pub fn of(release: Release) -> Self {
        match () {
            () if Fact::LenientReader.holds(release) => Self::Lenient,
            () if Fact::WholeReader.holds(release) => Self::Whole,
            () if Fact::QuotedReader.holds(release) => Self::Quoted,
            () => Self::Strict,
        }
    }
}

/// Something that the strict reader rejects in an entry's parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StrictError {
    /// The byte of the parameters at which it begins.
    pub at: usize,
    /// What it is.
    pub kind: StrictErrorKind,
}

/// What the strict reader rejects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StrictErrorKind {
    /// The parameters are empty, or white space (Unicode) only.
    NoCookie,
    /// CR or LF, quoted or escaped too.
    LineBreak,
    /// A backtick, quoted or escaped too.
    Backtick,
    /// `#`, quoted or escaped too.
    Hash,
    /// `{` or `}` outside quotes, within a word too.
    Brace,
    /// A word begins with `'`, and no other `'` follows.
    OpenQuote,
    /// Something other than a space, a TAB or the end follows a quoted word.
    AfterQuote,
}

/// What the strict reader rejects in the parameters of an entry, in the order
/// of the text (NIC from 5.6, `ValidateDirectiveValue` in
/// `internal/configs/commonhelpers`).
///
/// ```
/// use stickler::lint::release::value::{StrictErrorKind, strict_errors};
///
/// let errors = strict_errors("srv_id path=/#a");
/// assert_eq!((errors[0].at, errors[0].kind), (13, StrictErrorKind::Hash));
/// ```
#[must_use]
pub fn strict_errors(parameters: &str) -> Vec<StrictError> {
    if is_ordinary(parameters) {
        return Vec::new();
    }
    if parameters.chars().all(char::is_whitespace) {
        let kind = StrictErrorKind::NoCookie;
        return vec![StrictError { at: 0, kind }];
    }
    let mut errors = forbidden_anywhere(parameters);
    Words::new(parameters).check(&mut errors);
    errors.sort_by_key(|error| error.at);
    errors
}

/// Whether the parameters have none of the bytes that matter, and a word.
fn is_ordinary(parameters: &str) -> bool {
    const MATTER: ByteSet = ByteSet::of(b"\r\n`#{}'");
    parameters.starts_with(|c: char| c.is_ascii_alphanumeric()) && !MATTER.meets(parameters)
}

fn forbidden_anywhere(parameters: &str) -> Vec<StrictError> {
    let kind = |byte| match byte {
        b'\r' | b'\n' => Some(StrictErrorKind::LineBreak),
        b'`' => Some(StrictErrorKind::Backtick),
        b'#' => Some(StrictErrorKind::Hash),
        _ => None,
    };
    let bytes = parameters.bytes().enumerate();
    bytes
        .filter_map(|(at, byte)| kind(byte).map(|kind| StrictError { at, kind }))
        .collect()
}

/// The words of the parameters, as the strict reader finds them: a word starts
/// at the beginning and after a space or TAB, and `\` takes the next character along.
struct Words<'v> {
    bytes: &'v [u8],
    at: usize,
}

impl<'v> Words<'v> {
    fn new(parameters: &'v str) -> Self {
        let bytes = parameters.as_bytes();
        Self { bytes, at: 0 }
    }

    fn check(mut self, errors: &mut Vec<StrictError>) {
        let mut word_start = true;
        while let Some(&byte) = self.bytes.get(self.at) {
            let at = self.at;
            self.at += 1;
            match byte {
                b'\\' => self.at += 1,
                b'\'' if word_start => {
                    if let Some(kind) = self.quoted() {
                        let at = if kind == StrictErrorKind::OpenQuote {
                            at
                        } else {
                            self.at
                        };
                        errors.push(StrictError { at, kind });
                    }
                }
                b'{' | b'}' => {
                    let kind = StrictErrorKind::Brace;
                    errors.push(StrictError { at, kind });
                }
                _ => {}
            }
            word_start = matches!(byte, b' ' | b'\t');
        }
    }

    /// Reads on after a `'`, to after the one that ends the word.
    fn quoted(&mut self) -> Option<StrictErrorKind> {
        loop {
            let byte = self.bytes.get(self.at);
            self.at += 1;
            match byte {
                None => return Some(StrictErrorKind::OpenQuote),
                Some(b'\\') => self.at += 1,
                Some(b'\'') => break,
                Some(_) => {}
            }
        }
        let ends = matches!(self.bytes.get(self.at), None | Some(b' ' | b'\t'));
        (!ends).then_some(StrictErrorKind::AfterQuote)
    }
}

#[cfg(test)]
mod tests {
    use super::StrictErrorKind::{
        AfterQuote, Backtick, Brace, Hash, LineBreak, NoCookie, OpenQuote,
    };
    use super::*;

    #[test]
    fn what_the_strict_reader_rejects() {
        for (parameters, expected) in [
            ("srv_id path=/tea", &[] as &[(usize, StrictErrorKind)]),
            ("'srv id' 'path=/{}'", &[]),
            (r"srv\'id \{x\}", &[]),
            ("srv'id it's", &[]),
            (r"'a\' b' c", &[]),
            ("", &[(0, NoCookie)]),
            (" \u{2003}", &[(0, NoCookie)]),
            ("srv\n", &[(3, LineBreak)]),
            ("'a\rb'", &[(2, LineBreak)]),
            (r"a\`", &[(2, Backtick)]),
            ("rou#e '#'", &[(3, Hash), (7, Hash)]),
            ("a{b}", &[(1, Brace), (3, Brace)]),
            ("a 'b", &[(2, OpenQuote)]),
            ("a\t'b", &[(2, OpenQuote)]),
            (r"'b\'", &[(0, OpenQuote)]),
            ("'a'b c", &[(3, AfterQuote)]),
            ("'a'\u{b}", &[(3, AfterQuote)]),
        ] {
            let errors = strict_errors(parameters);
            let found: Vec<_> = errors.iter().map(|error| (error.at, error.kind)).collect();
            assert_eq!(found, expected, "{parameters:?}");
        }
    }
}
