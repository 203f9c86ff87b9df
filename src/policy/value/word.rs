//! Values that are words of a closed list.

use schemars::{Schema, json_schema};

use super::super::fault::suggest;
use super::super::reader::{self, Reading, Seen};
use super::super::{Mode, OnUpdate};
use super::{Value, show_list};
use crate::lint::policy::{Edition, TlsTermination};
use crate::lint::text::{did_you_mean, quote};
use crate::lint::{CATALOGUE, Rule, Severity};
use crate::yaml::Node;

/// A type whose values are words.
pub(in super::super) trait Words: Copy + PartialEq + 'static {
    /// What the word is, for messages.
    const WHAT: &'static str;
    /// Each word and its value.
    const WORDS: &'static [(&'static str, Self)];

    /// The value's word.
    fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, value)| *value == self);
        found.map_or("", |(word, _)| word)
    }
}

impl<W: Words> Value for W {
    fn read(node: &Node<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let text = reader::text(node, Self::WHAT, reading)?;
        let found = Self::WORDS.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let known: Vec<_> = Self::WORDS.iter().map(|(word, _)| *word).collect();
            let message = format!("invalid {}: {}", Self::WHAT, quote(text));
            reading.error_with_help(node, message, suggest(text, &known));
        }
        found.map(|(_, value)| *value)
    }

    fn schema() -> Schema {
        let words: Vec<_> = Self::WORDS.iter().map(|(word, _)| *word).collect();
        json_schema!({ "enum": words })
    }

    fn show(&self) -> String {
        self.word().to_owned()
    }
}

impl Words for Mode {
    const WHAT: &'static str = "mode";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("enforce", Self::Enforce),
        ("warn", Self::Warn),
        ("audit", Self::Audit),
    ];
}

impl Words for OnUpdate {
    const WHAT: &'static str = "value for 'onUpdate'";
    const WORDS: &'static [(&'static str, Self)] =
        &[("ratchet", Self::Ratchet), ("strict", Self::Strict)];
}

impl Words for Edition {
    const WHAT: &'static str = "edition";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("plus", Self::Plus),
        ("oss", Self::Oss),
        ("unknown", Self::Unknown),
    ];
}

impl Words for TlsTermination {
    const WHAT: &'static str = "value for 'tls'";
    const WORDS: &'static [(&'static str, Self)] =
        &[("ingress", Self::Ingress), ("upstream", Self::Upstream)];
}

impl Value for bool {
    fn read(node: &Node<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let text = reader::text(node, "switch", reading)?;
        match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => {
                let message = format!("{} is neither true nor false", quote(text));
                reading.error(node, message);
                None
            }
        }
    }

    fn schema() -> Schema {
        json_schema!({ "type": "boolean" })
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

/// The severity that the operator gives a rule; `None` turns it off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct RuleSeverity(pub(in super::super) Option<Severity>);

impl RuleSeverity {
    const WORDS: [&'static str; 3] = ["error", "warning", "off"];
}

impl Value for RuleSeverity {
    fn read(node: &Node<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        match reader::text(node, "severity", reading)? {
            "error" => Some(Self(Some(Severity::Error))),
            "warning" => Some(Self(Some(Severity::Warning))),
            // A reader of YAML 1.1, such as Helm, turns a plain `off` into this.
            "off" | "false" => Some(Self(None)),
            text => {
                let message = format!("invalid severity: {}", quote(text));
                let help = suggest(text, &Self::WORDS);
                reading.error_with_help(node, message, help);
                None
            }
        }
    }

    fn schema() -> Schema {
        json_schema!({ "enum": ["error", "warning", "off", false] })
    }

    fn show(&self) -> String {
        self.0.map_or("off", Severity::as_str).to_owned()
    }
}

/// A value of `samesite=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum SameSite {
    Strict,
    Lax,
    None,
}

impl Words for SameSite {
    const WHAT: &'static str = "value for 'sameSite'";
    const WORDS: &'static [(&'static str, Self)] = &[
        ("strict", Self::Strict),
        ("lax", Self::Lax),
        ("none", Self::None),
    ];
}

/// One value of `samesite=`, or a list of those that will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct SameSites(pub(in super::super) Vec<SameSite>);

impl Value for SameSites {
    fn read(node: &Node<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        if node.sequence().is_none() {
            return SameSite::read(node, reading).map(|value| Self(vec![value]));
        }
        let values = reader::list(node, "values of 'samesite='", reading, SameSite::read)?;
        Some(Self(values))
    }

    fn schema() -> Schema {
        let one = SameSite::schema();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
    }

    fn show(&self) -> String {
        match self.0.as_slice() {
            [one] => one.show(),
            many => show_list(many.iter().map(|value| value.word())),
        }
    }
}

/// Rules by their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct RuleIds(pub(in super::super) Vec<Rule>);

impl Value for RuleIds {
    fn read(node: &Node<'_>, reading: &mut Reading<'_>) -> Option<Self> {
        let mut seen = Seen::default();
        let rules = reader::list(node, "rules", reading, |node, reading| {
            let text = reader::text(node, "rule", reading)?;
            seen.note(text, node, reading);
            rule_id(text, node, reading)
        })?;
        Some(Self(rules))
    }

    fn schema() -> Schema {
        let ids: Vec<_> = CATALOGUE.iter().map(|entry| entry.id).collect();
        json_schema!({ "type": "array", "items": { "enum": ids }, "minItems": 1, "uniqueItems": true })
    }

    fn show(&self) -> String {
        show_list(self.0.iter().map(|rule| rule.id()))
    }
}

/// The rule of that id, or a fault with a suggestion.
pub(in super::super) fn rule_id(
    text: &str,
    node: &Node<'_>,
    reading: &mut Reading<'_>,
) -> Option<Rule> {
    let rule = Rule::from_id(text);
    if rule.is_none() {
        let known = CATALOGUE.iter().map(|entry| entry.id);
        let help = match did_you_mean(text, known) {
            Some(suggestion) => format!("did you mean '{suggestion}'?"),
            None => "'stickler explain' lists the rules".to_owned(),
        };
        let message = format!("unknown rule {}", quote(text));
        reading.error_with_help(node, message, help);
    }
    rule
}
