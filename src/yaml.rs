//! YAML with places: text in, trees of nodes out, each with its range of the
//! text; and serde's views of them, whose errors say where.
//!
//! `saphyr-parser` tells what the text means; where every byte of a value
//! stands in the text is found here ([`places`]), because parsers forget it
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
    T::deserialize(NodeDeserializer::new(&node))
}

#[cfg(test)]
mod tests;
