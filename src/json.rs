//! JSON as the API server writes it, read fast.
//!
//! More than half of what an answer takes is reading its review, and most of a
//! review is skipped (`managedFields`, the last applied configuration). This
//! reader takes less for that, and examines the same: what it reads, serde_json
//! reads alike, to the last byte of what is skipped. It has no words for what is
//! wrong: where it is unsure it returns nothing, and serde_json reads the text.

use serde::Deserialize;

mod cursor;
mod deserializer;
mod grammar;

use cursor::Cursor;

/// Reads a whole text, or leaves it to serde_json.
///
/// A value is the one that [`serde_json::from_str`] returns, for types whose
/// visitor takes no more than they ask for. `None` says nothing of the text: it may
/// be none of JSON, of another type, or deeper than is read here.
#[must_use]
pub fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Option<T> {
    let mut cursor = Cursor::new(text);
    let value = T::deserialize(&mut cursor).ok()?;
    cursor.is_at_end().then_some(value)
}

#[cfg(test)]
mod tests;
