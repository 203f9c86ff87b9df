//! Why something cannot be read, and where: an error for people.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer};
use serde_path_to_error::Segment;

use crate::json;
use crate::lint::text::quote;

/// The longest key that the API server takes: a domain, a slash, a name.
const LONGEST_KEY: usize = 253 + 1 + 63;

/// Why JSON cannot be read: a field has a value of the wrong type, or the
/// syntax is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", prefix(.field))]
pub struct Unreadable {
    /// The field's path from the root of what was read; empty for the root.
    pub field: String,
    /// What belongs there and what was found: a clause that never repeats
    /// what the user wrote.
    pub message: String,
}

fn prefix(field: &str) -> String {
    if field.is_empty() {
        return String::new();
    }
    format!("{field}: ")
}

impl Unreadable {
    /// Reads `json`, and only where that fails reads it again to learn where:
    /// keeping track of the path costs time that the good case need not pay.
    pub(crate) fn or_read<'de, T: Deserialize<'de>>(json: &'de str) -> Result<T, Self> {
        if let Some(read) = json::read(json) {
            return Ok(read);
        }
        let mut deserializer = serde_json::Deserializer::from_str(json);
        let read = Self::or_read_from(&mut deserializer)?;
        let end = deserializer.end();
        end.map_err(|error| Self::at(String::new(), &error.to_string()))?;
        Ok(read)
    }

    /// Reads from any deserializer, keeping track of the path.
    pub fn or_read_from<'de, T, D>(deserializer: D) -> Result<T, Self>
    where
        T: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        serde_path_to_error::deserialize(deserializer)
            .map_err(|error| Self::at(path(error.path()), &error.inner().to_string()))
    }

    /// Text that is not UTF-8 from the byte `offset` on.
    pub(crate) fn not_utf8(offset: usize) -> Self {
        Self::at(String::new(), &format!("byte {offset} is no UTF-8"))
    }

    fn at(field: String, message: &str) -> Self {
        let message = plain(message);
        Self { field, message }
    }
}

/// A path as the API server writes it: `spec.rules[0].host`.
fn path(path: &serde_path_to_error::Path) -> String {
    path.iter()
        .fold(String::new(), |path, segment| match segment {
            Segment::Seq { index } => format!("{path}[{index}]"),
            Segment::Map { key } if path == "metadata.annotations" => {
                format!("{path}[{}]", safe(key))
            }
            Segment::Map { key } if path.is_empty() => key.clone(),
            Segment::Map { key } => format!("{path}.{key}"),
            Segment::Enum { .. } | Segment::Unknown => path,
        })
}

/// An annotation's key is what the user wrote; any other name is a field of `Ingress`.
fn safe(key: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    if key.len() <= LONGEST_KEY && key.bytes().all(plain) {
        return Cow::Borrowed(key);
    }
    Cow::Owned(quote(key))
}

/// serde's words without what the user wrote, which may be long and hostile:
/// `invalid type: string "...", expected an object at line 1 column 5`.
fn plain(message: &str) -> String {
    let message = message
        .rsplit_once(" at line ")
        .map_or(message, |(text, _)| text);
    let Some((found, expected)) = message.rsplit_once(", expected ") else {
        return message.to_owned();
    };
    let found = match found.strip_prefix("invalid type: ").unwrap_or(found) {
        found if found.starts_with("string") => "a string",
        found if found.starts_with("integer") || found.starts_with("floating") => "a number",
        found if found.starts_with("boolean") => "a boolean",
        found if found.starts_with("map") => "an object",
        found if found.starts_with("sequence") => "a list",
        found if found.starts_with("null") => "null",
        _ => "something else",
    };
    let expected = expected.replace("a sequence", "a list");
    format!("expected {expected}, found {found}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_named_by_its_kind() {
        for (found, expected) in [
            ("string \"x\"", "a string"),
            ("integer `5`", "a number"),
            ("floating point `5.5`", "a number"),
            ("boolean `true`", "a boolean"),
            ("map", "an object"),
            ("sequence", "a list"),
            ("null", "null"),
            ("unit variant", "something else"),
        ] {
            let message = format!("invalid type: {found}, expected a sequence at line 1 column 5");
            assert_eq!(
                plain(&message),
                format!("expected a list, found {expected}")
            );
        }
        assert_eq!(
            plain("duplicate field `a` at line 1 column 2"),
            "duplicate field `a`"
        );
    }
}
