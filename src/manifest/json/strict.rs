//! What Kubernetes refuses and serde accepts.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::ingress::fields::Text;

/// JSON in which every annotation is a string or null. Anything else is an
/// error that says nothing: the tree does.
pub(super) struct Strict;

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Level::Root.deserialize(deserializer).map(|()| Self)
    }
}

/// The level of a value on the path to the annotations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Root,
    Metadata,
    Annotations,
    Annotation,
    Elsewhere,
}

impl Level {
    fn below(self, key: &str) -> Self {
        match (self, key) {
            (Self::Root, "metadata") => Self::Metadata,
            (Self::Metadata, "annotations") => Self::Annotations,
            (Self::Annotations, _) => Self::Annotation,
            _ => Self::Elsewhere,
        }
    }

    fn allow<E: Error>(self) -> Result<(), E> {
        match self {
            Self::Annotation => Err(E::custom("an annotation that is no string")),
            _ => Ok(()),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.allow()
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.allow()
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.allow()
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.allow()
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        self.allow()?;
        while elements.next_element_seed(Self::Elsewhere)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.allow()?;
        while let Some(Text(key)) = map.next_key()? {
            map.next_value_seed(self.below(&key))?;
        }
        Ok(())
    }
}
