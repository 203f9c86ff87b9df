//! YAML with places: text in, trees of nodes out, each with its range of the
//! text; and serde's views of them, whose errors say where.
//!
//! `saphyr-parser` reports what the text means; the place of every byte of a
//! value in the text is found here ([`places`]), because parsers do not keep it
//! once escapes are decoded and lines are folded.
//!
//! ```text
//! text ─ split ─▶ documents ─ read ─▶ nodes ─ de ─▶ typed views
//!                                       └── place ─▶ bytes of the text
//! ```

mod de;
mod error;
mod json;
mod nesting;
mod node;
mod place;
mod position;
mod read;
mod scalar;
mod spanned;
mod split;

pub use de::NodeDeserializer;
pub use error::Error;
pub use json::read as read_json;
pub use node::{Content, Node, Pair, Scalar, Style, Tag};
pub use place::{Places, places};
pub use position::{Lines, Position};
pub use spanned::Spanned;
pub use split::{Document, Documents, documents};

use serde::de::DeserializeOwned;

use crate::lint::text::quote;

/// Nodes may nest this deep, aliases counted in: what recurses over a tree
/// stays within its stack. `serde_json` has the same limit.
pub const DEEPEST: usize = 128;

/// A typed view of a text that holds one document.
///
/// An empty text reads as null; of several documents the second is an error.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let mut found = documents(text);
    let node = match found.next() {
        Some(document) => document.read()?.unwrap_or_default(),
        None => Node::default(),
    };
    if let Some(second) = found.next() {
        return Err(Error::new(second.range, "a second document"));
    }
    refuse_repeated(&node)?;
    T::deserialize(NodeDeserializer::new(&node))
}

/// An error for the first key that is repeated in a mapping.
fn refuse_repeated(node: &Node<'_>) -> Result<(), Error> {
    match &node.content {
        Content::Sequence(nodes) => nodes.iter().try_for_each(refuse_repeated),
        Content::Mapping(pairs) => pairs.iter().try_for_each(|pair| {
            if !pair.earlier.is_empty() {
                let key = pair.key.scalar().map_or("", |key| key.value.as_ref());
                let message = format!("the key {} is repeated", quote(key));
                return Err(Error::new(pair.key.span, message));
            }
            refuse_repeated(&pair.value)
        }),
        Content::Anchor(inner) => refuse_repeated(inner),
        Content::Scalar(_) | Content::Alias(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
