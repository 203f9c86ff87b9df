//! What serde asks for, answered from the text.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::cursor::{Bracket, Cursor, Quoted, Unsure};

/// What `serde_json::value::RawValue` calls itself begins so.
const RAW: &str = "$serde_json::";

impl<'de> Deserializer<'de> for &mut Cursor<'de> {
    type Error = Unsure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        match self.peek()? {
            b'"' => self.deserialize_str(visitor),
            b'{' => self.deserialize_map(visitor),
            b'[' => self.deserialize_seq(visitor),
            b't' | b'f' => self.deserialize_bool(visitor),
            b'n' => self.deserialize_unit(visitor),
            _ => self.deserialize_number(visitor),
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        let Quoted { text, is_escaped } = self.string()?;
        if !is_escaped {
            return visitor.visit_borrowed_str(text);
        }
        let unescaped = serde_json::from_str(&format!("\"{text}\""));
        visitor.visit_string(unescaped.map_err(|_| Unsure)?)
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        let mut elements = Elements::of(self, Bracket::Object)?;
        let value = visitor.visit_map(&mut elements)?;
        elements.end(value)
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        let mut elements = Elements::of(self, Bracket::List)?;
        let value = visitor.visit_seq(&mut elements)?;
        elements.end(value)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        if self.peek()? == b'n' {
            self.word("null")?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.peek()?;
        self.word("null")?;
        visitor.visit_unit()
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        let is_true = self.peek()? == b't';
        self.word(if is_true { "true" } else { "false" })?;
        visitor.visit_bool(is_true)
    }

    #[inline]
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unsure> {
        self.value()?;
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unsure> {
        if !name.starts_with(RAW) {
            return visitor.visit_newtype_struct(self);
        }
        let (name, text) = (Some(name), self.value()?);
        visitor.visit_map(Raw { name, text })
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char string bytes byte_buf
        unit_struct tuple tuple_struct struct enum identifier
    }
}

impl<'de> Cursor<'de> {
    /// A number, in the type that serde_json has for it.
    fn deserialize_number<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Unsure> {
        let number = self.number()?;
        match number.parse() {
            Ok(number) => visitor.visit_u64(number),
            Err(_) => serde_json::Deserializer::from_str(number)
                .deserialize_any(visitor)
                .map_err(|_| Unsure),
        }
    }
}

/// The elements of an object or a list.
struct Elements<'c, 'de> {
    cursor: &'c mut Cursor<'de>,
    bracket: Bracket,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The first element comes.
    First,
    /// An element was read, or begun.
    Within,
    /// All of them were read.
    Ended,
}

impl<'c, 'de> Elements<'c, 'de> {
    #[inline]
    fn of(cursor: &'c mut Cursor<'de>, bracket: Bracket) -> Result<Self, Unsure> {
        let state = if cursor.open(bracket)? {
            State::First
        } else {
            State::Ended
        };
        Ok(Self {
            cursor,
            bracket,
            state,
        })
    }

    /// Whether another element comes.
    #[inline]
    fn more(&mut self) -> Result<bool, Unsure> {
        self.state = match self.state {
            State::Within if !self.cursor.more(self.bracket)? => State::Ended,
            State::Ended => State::Ended,
            _ => State::Within,
        };
        Ok(self.state == State::Within)
    }

    /// What was made of the elements, if that took all of them.
    #[inline]
    fn end<T>(self, value: T) -> Result<T, Unsure> {
        (self.state == State::Ended).then_some(value).ok_or(Unsure)
    }
}

impl<'de> MapAccess<'de> for Elements<'_, 'de> {
    type Error = Unsure;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unsure> {
        if !self.more()? {
            return Ok(None);
        }
        // A key is a string, whatever is asked for.
        if self.cursor.peek()? != b'"' {
            return Err(Unsure);
        }
        let key = seed.deserialize(&mut *self.cursor)?;
        self.cursor.take(b':')?;
        Ok(Some(key))
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unsure> {
        seed.deserialize(&mut *self.cursor)
    }
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = Unsure;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unsure> {
        if !self.more()? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.cursor).map(Some)
    }
}

/// A text as `RawValue` reads it: an object of one field, which has its name.
struct Raw<'de> {
    name: Option<&'static str>,
    text: &'de str,
}

impl<'de> MapAccess<'de> for Raw<'de> {
    type Error = Unsure;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unsure> {
        let name = self.name.take().map(BorrowedStrDeserializer::new);
        name.map(|name| seed.deserialize(name)).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unsure> {
        seed.deserialize(BorrowedStrDeserializer::new(self.text))
    }
}
