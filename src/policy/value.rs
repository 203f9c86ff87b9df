//! The values that a policy's keys take: how each is read from the file, what
//! the schema says of it, and how it is shown.

mod name;
mod number;
mod word;

pub(super) use name::{Classes, Domains, NamePattern, Patterns, Reason};
pub(super) use number::{Day, Life, Version};
pub(super) use word::{RuleIds, RuleSeverity, SameSite, SameSites, Words, rule_id};

use schemars::Schema;

use super::reader::Reading;
use crate::yaml::Node;

/// A type of value.
pub(super) trait Value: Clone {
    /// Reads one; a fault and nothing where it is not one.
    fn read(node: &Node<'_>, reading: &mut Reading<'_>) -> Option<Self>;

    /// What the schema says of it.
    fn schema() -> Schema;

    /// As the file could write it, on one line.
    fn show(&self) -> String;
}

/// Shows a list in YAML's flow style.
fn show_list<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let quoted: Vec<_> = texts.map(show_text).collect();
    format!("[{}]", quoted.join(", "))
}

/// Shows a text as a YAML scalar: plain where that is safe.
fn show_text(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let reserved = ["true", "false", "null", "yes", "no", "on", "off"];
    let is_plain = starts_well
        && text.chars().all(plain)
        && !text.ends_with(':')
        && !reserved.contains(&text.to_ascii_lowercase().as_str());
    if is_plain {
        return text.to_owned();
    }
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_shown_so_that_yaml_reads_them_back() {
        for (text, shown) in [
            ("team-a", "team-a"),
            ("team-*", r#""team-*""#),
            ("", r#""""#),
            ("off", r#""off""#),
            ("5.5", r#""5.5""#),
            (
                "system:serviceaccount:cd:sync",
                "system:serviceaccount:cd:sync",
            ),
            ("a\"b", r#""a\"b""#),
        ] {
            assert_eq!(show_text(text), shown);
        }
    }
}
