//! A typed view's value with its place.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

use crate::lint::Span;

/// A value and its range of the text.
///
/// Deserializes from a [`super::Node`] with its place, and from anything else
/// with an empty one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spanned<T> {
    /// The bytes of the text.
    pub span: Span,
    /// The value.
    pub value: T,
}

/// The name by which a [`super::NodeDeserializer`] knows that a place is asked for.
pub(super) const NAME: &str = "stickler::yaml::Spanned";

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(NAME, SpannedVisitor(PhantomData))
    }
}

struct SpannedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Self::Value, D::Error> {
        let value = T::deserialize(inner)?;
        let span = Span::default();
        Ok(Spanned { span, value })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        let mut part = || parts.next_element::<usize>();
        let (start, end) = (part()?.unwrap_or_default(), part()?.unwrap_or_default());
        let span = Span::new(start, end.max(start));
        match parts.next_element()? {
            Some(value) => Ok(Spanned { span, value }),
            None => Err(serde::de::Error::invalid_length(2, &self)),
        }
    }
}
