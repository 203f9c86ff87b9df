//! Reading an object field by field, as Go's decoder does: unknown fields are
//! skipped, null is absent, and of two fields with one name the last counts.
//!
//! Derived implementations of `Deserialize` refuse a field that stands twice
//! and cannot borrow an optional string; both matter on the webhook's path.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

/// An object that is read one field at a time.
pub(crate) trait Fields<'de>: Default {
    /// Takes the value of the field `name`, or skips it.
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error>;
}

/// The value of the field at hand, to be taken in one of the shapes below.
pub(crate) struct Value<'m, A>(&'m mut A);

impl<'de, A: MapAccess<'de>> Value<'_, A> {
    /// Anything that knows how to read itself; `None` for null.
    pub(crate) fn any<T: Deserialize<'de>>(self) -> Result<Option<T>, A::Error> {
        self.0.next_value()
    }

    /// A string, borrowed where it holds no escapes.
    pub(crate) fn text(self) -> Result<Option<Cow<'de, str>>, A::Error> {
        Ok(self.any::<Text>()?.map(|text| text.0))
    }

    /// An object.
    pub(crate) fn object<T: Fields<'de>>(self) -> Result<Option<T>, A::Error> {
        Ok(self.any::<Object<T>>()?.map(|object| object.0))
    }

    /// A list of objects; a null among them is an empty object.
    pub(crate) fn objects<T: Fields<'de>>(self) -> Result<Vec<T>, A::Error> {
        let objects = self.any::<Vec<Option<Object<T>>>>()?.unwrap_or_default();
        let object = |object: Option<Object<T>>| object.map(|object| object.0);
        Ok(objects
            .into_iter()
            .map(|o| object(o).unwrap_or_default())
            .collect())
    }

    /// A list of strings; a null among them is an empty string.
    pub(crate) fn texts(self) -> Result<Vec<Cow<'de, str>>, A::Error> {
        let texts = self.any::<Vec<Option<Text>>>()?.unwrap_or_default();
        Ok(texts
            .into_iter()
            .map(|text| text.unwrap_or_default().0)
            .collect())
    }

    /// Whether there is anything but null.
    pub(crate) fn present(self) -> Result<bool, A::Error> {
        Ok(self.any::<IgnoredAny>()?.is_some())
    }

    /// Not ours.
    pub(crate) fn skip(self) -> Result<(), A::Error> {
        self.0.next_value::<IgnoredAny>().map(drop)
    }
}

/// Makes an object of any [`Fields`].
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Fields<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Fields<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<T>, A::Error> {
        let mut object = T::default();
        while let Some(Text(name)) = map.next_key()? {
            object.read(&name, Value(&mut map))?;
        }
        Ok(Object(object))
    }
}

/// A string, borrowed where the source allows it. `Cow` itself borrows only
/// as a field of a derived type, and never within an `Option`.
#[derive(Default)]
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(text)))
    }
}
