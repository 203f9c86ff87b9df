//! Values that name things: namespaces, users, classes, domains.

use schemars::{Schema, json_schema};

use super::super::reader::{self, Reading, Seen};
use super::{Value, show_list, show_text};
use crate::lint::policy::Pattern;
use crate::lint::text::quote;
use crate::yaml::Node;

/// Globs, of which one must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Patterns(pub(in super::super) Vec<Pattern>);

impl Patterns {
    /// Whether one of the globs matches `name`.
    pub(in super::super) fn match_any(&self, name: &str) -> bool {
        self.0.iter().any(|pattern| pattern.matches(name))
    }
}

impl Value for Patterns {
    fn read(node: &Node<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let mut seen = Seen::default();
        let patterns = reader::list(node, "globs", reading, |node, reading| {
            let text = reader::text(node, "glob", reading)?;
            seen.note(text, node, reading);
            pattern(text, node, reading)
        })?;
        Some(Self(patterns))
    }

    fn schema() -> Schema {
        json_schema!({ "type": "array", "items": { "type": "string", "minLength": 1 }, "minItems": 1 })
    }

    fn show(&self) -> String {
        show_list(self.0.iter().map(Pattern::as_str))
    }
}

fn pattern(text: &str, node: &Node<'_>, reading: &mut Reading<'_>) -> Option<Pattern> {
    if text.is_empty() {
        reading.error(node, "an empty glob matches nothing");
        return None;
    }
    let pattern = Pattern::new(text);
    if let Err(reason) = &pattern {
        let message = format!("invalid glob {}: {reason}", quote(text));
        reading.error(node, message);
    }
    pattern.ok()
}

/// The glob that each cookie's name must fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct NamePattern(pub(in super::super) Pattern);

impl Value for NamePattern {
    fn read(node: &Node<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let text = reader::text(node, "glob", reading)?;
        pattern(text, node, reading).map(Self)
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "minLength": 1 })
    }

    fn show(&self) -> String {
        show_text(self.0.as_str())
    }
}

/// Names of classes, compared exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Classes(pub(in super::super) Vec<String>);

impl Value for Classes {
    fn read(node: &Node<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let mut seen = Seen::default();
        let names = reader::list(node, "class names", reading, |node, reading| {
            let text = reader::text(node, "class name", reading)?;
            seen.note(text, node, reading);
            class(text, node, reading)
        })?;
        Some(Self(names))
    }

    fn schema() -> Schema {
        json_schema!({ "type": "array", "items": { "type": "string", "minLength": 1 }, "minItems": 1 })
    }

    fn show(&self) -> String {
        show_list(self.0.iter().map(String::as_str))
    }
}

fn class(text: &str, node: &Node<'_>, reading: &mut Reading<'_>) -> Option<String> {
    if text.is_empty() || text.contains(['*', '?', '[', '{']) {
        let message = format!("invalid class name {}", quote(text));
        let help = "classes are compared exactly, so write each one";
        reading.error_with_help(node, message, help);
        return None;
    }
    Some(text.to_owned())
}

/// Globs of the domains that `domain=` may name. An empty list allows none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Domains(pub(in super::super) Vec<Pattern>);

impl Value for Domains {
    fn read(node: &Node<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let mut seen = Seen::default();
        let domains = reader::list_or_empty(node, "domains", reading, |node, reading| {
            let text = reader::text(node, "domain", reading)?;
            let text = text.to_ascii_lowercase();
            let bare = text.strip_prefix('.').unwrap_or(&text);
            seen.note(bare, node, reading);
            domain(bare, node, reading)
        })?;
        Some(Self(domains))
    }

    fn schema() -> Schema {
        json_schema!({ "type": "array", "items": { "type": "string", "minLength": 1 } })
    }

    fn show(&self) -> String {
        show_list(self.0.iter().map(Pattern::as_str))
    }
}

fn domain(text: &str, node: &Node<'_>, reading: &mut Reading<'_>) -> Option<Pattern> {
    if text.contains(['/', ':', ' ']) {
        let message = format!("invalid domain {}", quote(text));
        let help = "write host names such as 'example.com', or globs such as '*.example.com'";
        reading.error_with_help(node, message, help);
        return None;
    }
    pattern(text, node, reading)
}

/// Why an exemption is there, in the operator's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Reason(pub(in super::super) String);

impl Value for Reason {
    fn read(node: &Node<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let text = reader::text(node, "reason", reading)?;
        if text.trim().is_empty() {
            reading.error(node, "the reason is empty");
            return None;
        }
        Some(Self(text.trim().to_owned()))
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "minLength": 1 })
    }

    fn show(&self) -> String {
        show_text(&self.0)
    }
}
