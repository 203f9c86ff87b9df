//! Edits of a value: the only place that knows about the spaces between words.

use super::diagnostic::{Edit, Fix};
use super::read::nginx::is_whitespace;
use super::span::Span;

/// Adds words at `end`, after the last word of an entry.
pub(crate) fn append(end: usize, words: &str) -> Edit {
    Edit {
        span: Span::at(end),
        text: format!(" {words}"),
    }
}

/// Removes a word and a space before it, so that nothing is left when it goes.
pub(crate) fn remove(value: &str, word: Span) -> Edit {
    let before = value.get(..word.start).unwrap_or_default().bytes().last();
    let space = usize::from(before.is_some_and(is_whitespace));
    Edit {
        span: Span::new(word.start - space, word.end),
        text: String::new(),
    }
}

/// Puts other text where a word is.
pub(crate) fn replace(word: Span, text: &str) -> Edit {
    Edit {
        span: word,
        text: text.to_owned(),
    }
}

impl Edit {
    /// A fix of this one edit.
    pub(crate) fn into_fix(self, safe: bool) -> Fix {
        Fix::of_edits(safe, vec![self])
    }
}
