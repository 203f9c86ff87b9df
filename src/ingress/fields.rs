//! Reading an object field by field, as Go's decoder does: unknown fields are
//! skipped, null is absent, and of two fields with one name the last counts.
//!
//! Derived implementations of `Deserialize` refuse a repeated field
//! and cannot borrow an optional string; both matter on the webhook's path.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use crate::lint::meter;

/// An object that is read one field at a time.
pub(crate) trait Fields<'de>: Default {
    /// Takes the value of the field `name`, or skips it.
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error>;
}

/// No object may have more elements in all its lists together. The API server
/// stores 1.5 MB of an object, and no controller serves so many paths. More
/// would take too much memory: `null,` becomes a path of 200 bytes.
pub(crate) const MOST_ELEMENTS: usize = 20_000;

/// The value of the field at hand, to be taken in one of the shapes below.
pub(crate) struct Value<'m, A> {
    map: &'m mut A,
    /// How many elements the object may still have.
    room: &'m Cell<usize>,
}

impl<'de, A: MapAccess<'de>> Value<'_, A> {
    /// Anything that knows how to read itself; `None` for null.
    pub(crate) fn any<T: Deserialize<'de>>(self) -> Result<Option<T>, A::Error> {
        self.map.next_value()
    }

    /// A string, borrowed where it holds no escapes.
    pub(crate) fn text(self) -> Result<Option<Cow<'de, str>>, A::Error> {
        Ok(self.any::<Text>()?.map(|text| text.0))
    }

    /// An object.
    pub(crate) fn object<T: Fields<'de>>(self) -> Result<Option<T>, A::Error> {
        let room = self.room;
        self.map.next_value_seed(OrNull(ObjectSeed::within(room)))
    }

    /// A list of objects; a null among them is an empty object.
    pub(crate) fn objects<T: Fields<'de>>(self) -> Result<Vec<T>, A::Error> {
        let room = self.room;
        let list = List(OrNull(ObjectSeed::within(room)), room);
        let objects = self.map.next_value_seed(OrNull(list))?;
        Ok(objects.unwrap_or_default())
    }

    /// A list of strings; a null among them is an empty string.
    pub(crate) fn texts(self) -> Result<Vec<Cow<'de, str>>, A::Error> {
        let list = List(OrNull(TextSeed), self.room);
        let texts = self.map.next_value_seed(OrNull(list))?;
        Ok(texts.unwrap_or_default())
    }

    /// Whether there is anything but null.
    pub(crate) fn present(self) -> Result<bool, A::Error> {
        Ok(self.any::<IgnoredAny>()?.is_some())
    }

    /// A field that is not checked.
    pub(crate) fn skip(self) -> Result<(), A::Error> {
        self.map.next_value::<IgnoredAny>().map(drop)
    }
}

/// Makes an object of any [`Fields`].
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Fields<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let room = Cell::new(MOST_ELEMENTS);
        ObjectSeed::within(&room)
            .deserialize(deserializer)
            .map(Self)
    }
}

/// Reads an object, or a part of one.
struct ObjectSeed<'r, T> {
    room: &'r Cell<usize>,
    object: PhantomData<T>,
}

impl<'r, T> ObjectSeed<'r, T> {
    fn within(room: &'r Cell<usize>) -> Self {
        let object = PhantomData;
        Self { room, object }
    }
}

impl<T> Clone for ObjectSeed<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ObjectSeed<'_, T> {}

impl<'de, T: Fields<'de>> DeserializeSeed<'de> for ObjectSeed<'_, T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: Fields<'de>> Visitor<'de> for ObjectSeed<'_, T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        meter::spend(1);
        let mut object = T::default();
        while let Some(Text(name)) = map.next_key()? {
            let (map, room) = (&mut map, self.room);
            object.read(&name, Value { map, room })?;
        }
        Ok(object)
    }
}

/// Reads what may be null.
#[derive(Clone, Copy)]
struct OrNull<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for OrNull<S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for OrNull<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("something or null")
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }
}

/// Reads a list; a null among its elements is read as an empty one.
struct List<'r, S>(OrNull<S>, &'r Cell<usize>);

impl<'de, S> DeserializeSeed<'de> for List<'_, S>
where
    S: DeserializeSeed<'de, Value: Default> + Copy,
{
    type Value = Vec<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, S> Visitor<'de> for List<'_, S>
where
    S: DeserializeSeed<'de, Value: Default> + Copy,
{
    type Value = Vec<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let Self(element, room) = self;
        let mut list = Vec::new();
        while let Some(read) = sequence.next_element_seed(element)? {
            let left = room.get().checked_sub(1);
            let many = || format!("more than {MOST_ELEMENTS} rules, paths and hosts");
            room.set(left.ok_or_else(|| Error::custom(many()))?);
            list.push(read.unwrap_or_default());
        }
        Ok(list)
    }
}

/// Reads a string.
#[derive(Clone, Copy)]
struct TextSeed;

impl<'de> DeserializeSeed<'de> for TextSeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Text::deserialize(deserializer).map(|text| text.0)
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
