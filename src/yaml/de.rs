//! Typed views of a node, with errors that say where.

use std::cell::Cell;
use std::rc::Rc;

use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer, UsizeDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IntoDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::error::Error;
use super::node::{Content, Node, Pair};
use super::scalar::Plain;
use super::spanned;

/// Nodes behind aliases that one view may look at; a text that asks for more
/// multiplies itself.
const MOST_ALIASED: usize = 100_000;

/// A node as a source of serde's data.
#[derive(Clone)]
pub struct NodeDeserializer<'n, 't> {
    node: &'n Node<'t>,
    /// Whether an alias led here.
    aliased: bool,
    /// How many nodes behind aliases were visited so far.
    looked_at: Rc<Cell<usize>>,
}

impl<'n, 't> NodeDeserializer<'n, 't> {
    /// The view of `node` and of what lies below.
    #[must_use]
    pub fn new(node: &'n Node<'t>) -> Self {
        Self {
            node,
            aliased: false,
            looked_at: Rc::default(),
        }
    }

    fn below(&self, node: &'n Node<'t>) -> Self {
        Self {
            node,
            aliased: self.aliased,
            looked_at: Rc::clone(&self.looked_at),
        }
    }

    /// The node behind anchors and aliases, counted where an alias leads to it.
    fn resolve(mut self) -> Result<Self, Error> {
        while let Content::Anchor(node) | Content::Alias(node) = &self.node.content {
            self.aliased |= matches!(self.node.content, Content::Alias(_));
            self.node = node;
        }
        if self.aliased {
            self.looked_at.set(self.looked_at.get() + 1);
            if self.looked_at.get() > MOST_ALIASED {
                let message = format!("aliases stand for more than {MOST_ALIASED} values");
                return Err(Error::new(self.node.head(), message));
            }
        }
        Ok(self)
    }

    fn visit<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Error> {
        let node = self.node;
        match &node.content {
            Content::Mapping(_) => visitor.visit_map(Pairs::new(&self)),
            Content::Sequence(nodes) => visitor.visit_seq(Elements {
                parent: &self,
                nodes: nodes.iter().enumerate(),
            }),
            _ => match node.plain() {
                Some(Plain::Null) => visitor.visit_unit(),
                Some(Plain::Bool(value)) => visitor.visit_bool(value),
                Some(Plain::Unsigned(value)) => visitor.visit_u64(value),
                Some(Plain::Signed(value)) => visitor.visit_i64(value),
                Some(Plain::Float(value)) => visitor.visit_f64(value),
                _ => visitor.visit_borrowed_str(node.scalar().map_or("", |s| &s.value)),
            },
        }
    }
}

impl<'n> Deserializer<'n> for NodeDeserializer<'n, '_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Error> {
        let this = self.resolve()?;
        let place = this.node.head();
        this.visit(visitor).map_err(|error| error.at(place))
    }

    fn deserialize_option<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.node.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'n>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name != spanned::NAME {
            return visitor.visit_newtype_struct(self);
        }
        let span = self.node.resolved().span;
        visitor.visit_seq(SpannedParts {
            ends: [span.end, span.start],
            left: 2,
            value: Some(self),
        })
    }

    fn deserialize_enum<V: Visitor<'n>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let this = self.resolve()?;
        let place = this.node.head();
        let read = match (this.node.string(), this.node.mapping()) {
            (Some(text), _) => {
                BorrowedStrDeserializer::new(text).deserialize_enum(name, variants, visitor)
            }
            (None, Some([_])) => visitor.visit_enum(MapAccessDeserializer::new(Pairs::new(&this))),
            _ => this.visit(visitor),
        };
        read.map_err(|error| error.at(place))
    }

    fn deserialize_ignored_any<V: Visitor<'n>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <W: Visitor<'n>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map struct identifier
    }
}

impl<'n> IntoDeserializer<'n, Error> for NodeDeserializer<'n, '_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

struct Elements<'d, 'n, 't> {
    parent: &'d NodeDeserializer<'n, 't>,
    nodes: std::iter::Enumerate<std::slice::Iter<'n, Node<'t>>>,
}

impl<'n> SeqAccess<'n> for Elements<'_, 'n, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'n>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some((index, node)) = self.nodes.next() else {
            return Ok(None);
        };
        let read = seed.deserialize(self.parent.below(node));
        let place = |error: Error| error.at(node.head()).under(&format!("[{index}]"));
        read.map(Some).map_err(place)
    }
}

struct Pairs<'d, 'n, 't> {
    parent: &'d NodeDeserializer<'n, 't>,
    rest: std::vec::IntoIter<&'n Pair<'t>>,
    current: Option<&'n Pair<'t>>,
}

impl<'d, 'n, 't> Pairs<'d, 'n, 't> {
    fn new(parent: &'d NodeDeserializer<'n, 't>) -> Self {
        Self {
            parent,
            rest: parent.node.merged_pairs().into_iter(),
            current: None,
        }
    }
}

impl<'n> MapAccess<'n> for Pairs<'_, 'n, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'n>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        self.current = self.rest.next();
        let Some(pair) = self.current else {
            return Ok(None);
        };
        let Some(key) = pair.key.scalar() else {
            let what = pair.key.what();
            return Err(Error::new(pair.key.head(), format!("{what} as a key")));
        };
        let read = seed.deserialize(BorrowedStrDeserializer::<Error>::new(&key.value));
        let place = |error: Error| error.at(pair.key.head()).under(&key.value);
        read.map(Some).map_err(place)
    }

    fn next_value_seed<V: DeserializeSeed<'n>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let Some(pair) = self.current.take() else {
            return Err(Error::custom("a value without its key"));
        };
        let read = seed.deserialize(self.parent.below(&pair.value));
        read.map_err(|error| error.at(pair.place()).under(&step(pair)))
    }
}

/// A key as a step of a field path: one with dots or slashes in brackets.
fn step(pair: &Pair<'_>) -> String {
    let key = pair.key.scalar().map_or("", |key| key.value.as_ref());
    if key.contains(['.', '/', '[', ']']) {
        format!("[{key}]")
    } else {
        key.to_owned()
    }
}

/// What a [`spanned::Spanned`] reads: start, end, value.
struct SpannedParts<'n, 't> {
    ends: [usize; 2],
    left: usize,
    value: Option<NodeDeserializer<'n, 't>>,
}

impl<'n> SeqAccess<'n> for SpannedParts<'n, '_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'n>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        if self.left > 0 {
            self.left -= 1;
            let end: UsizeDeserializer<Error> = self.ends[self.left].into_deserializer();
            return seed.deserialize(end).map(Some);
        }
        match self.value.take() {
            Some(value) => seed.deserialize(value).map(Some),
            None => Ok(None),
        }
    }
}
