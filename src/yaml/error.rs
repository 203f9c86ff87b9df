//! What is wrong with a text: where, which field, and what.

use std::fmt;

use serde::de::{self, Expected, Unexpected};

use super::position::Position;
use crate::lint::Span;
use crate::lint::text::{did_you_mean, quote};

/// A text, or a node as a typed view, that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// The bytes of the text.
    pub span: Span,
    /// The field, such as `spec.rules[0].host`; empty at the root.
    pub path: String,
    /// One sentence without a final stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    placed: bool,
}

impl Error {
    /// An error at a place.
    #[must_use]
    pub fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            span,
            path: String::new(),
            message: message.into(),
            help: None,
            placed: true,
        }
    }

    /// Line and column of the place in the text that was read.
    #[must_use]
    pub fn position(&self, text: &str) -> Position {
        Position::of(text, self.span.start)
    }

    /// The same, at `span` unless it has a place already.
    #[must_use]
    pub(super) fn at(mut self, span: Span) -> Self {
        if !self.placed {
            self.span = span;
            self.placed = true;
        }
        self
    }

    /// The same, one field further down from the root.
    #[must_use]
    pub(super) fn under(mut self, step: &str) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') {
            ""
        } else {
            "."
        };
        self.path = format!("{step}{joint}{}", self.path);
        self
    }

    fn unplaced(message: String, help: Option<String>) -> Self {
        Self {
            span: Span::default(),
            path: String::new(),
            message,
            help,
            placed: false,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::unplaced(message.to_string(), None)
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {expected}, found {}", Found(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let message = format!("unknown key {}", quote(field));
        Self::unplaced(message, suggest(field, expected))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let message = format!("unknown value {}", quote(variant));
        Self::unplaced(message, suggest(variant, expected))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::custom(format_args!("the key {} is missing", quote(field)))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::custom(format_args!("the key {} stands twice", quote(field)))
    }
}

fn suggest(word: &str, known: &'static [&'static str]) -> Option<String> {
    match did_you_mean(word, known.iter().copied()) {
        Some(suggestion) => Some(format!("did you mean {}?", quote(suggestion))),
        None if known.is_empty() => None,
        None => {
            let known: Vec<String> = known.iter().map(|word| quote(word)).collect();
            Some(format!("known are {}", known.join(", ")))
        }
    }
}

/// What was found, in the words of people who write YAML.
struct Found<'a>(Unexpected<'a>);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Unexpected::Bool(value) => write!(f, "the boolean '{value}'"),
            Unexpected::Unsigned(value) => write!(f, "the number '{value}'"),
            Unexpected::Signed(value) => write!(f, "the number '{value}'"),
            Unexpected::Float(value) => write!(f, "the number '{value}'"),
            Unexpected::Str(value) => write!(f, "the string {}", quote(value)),
            Unexpected::Unit | Unexpected::Option => f.write_str("null"),
            Unexpected::Seq => f.write_str("a list"),
            Unexpected::Map => f.write_str("an object"),
            other => write!(f, "{other}"),
        }
    }
}
