//! Values as text of a scalar, with the escapes that its style needs.

use std::fmt::Write as _;

use crate::yaml::Style;

/// A piece of a value as text of a scalar; `None` where the style cannot
/// hold it.
pub(super) fn encode(style: Style, piece: &str) -> Option<String> {
    let simple = !piece.chars().any(char::is_control);
    match style {
        Style::Plain | Style::Literal | Style::Folded => simple.then(|| piece.to_owned()),
        Style::Single => simple.then(|| piece.replace('\'', "''")),
        Style::Double => Some(escape(piece)),
        Style::Json => Some(json(piece)),
        Style::JsonWord => None,
    }
}

/// A value between single quotes; `None` where they cannot hold it.
pub(super) fn single(value: &str) -> Option<String> {
    encode(Style::Single, value).map(|inside| format!("'{inside}'"))
}

/// A value between double quotes.
pub(super) fn double(value: &str) -> String {
    format!("\"{}\"", escape(value))
}

/// A piece of a value for between double quotes (YAML 1.2.2, section 5.7).
fn escape(piece: &str) -> String {
    let mut escaped = String::with_capacity(piece.len() + 8);
    for c in piece.chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            c if c.is_control() || c == '\u{feff}' => {
                let _ = write!(escaped, "\\u{:04x}", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

/// A piece of a value for between the quotes of JSON.
pub(super) fn json(value: &str) -> String {
    let quoted = serde_json::Value::from(value).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}
