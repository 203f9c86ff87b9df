//! What the alerts and the dashboard ask Prometheus.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

const RULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/prometheus/rules.yaml");
/// The alerts of all groups.
pub(crate) fn alerts() -> Vec<Value> {
    let text = fs::read_to_string(RULES).expect("the rules");
    let rules: Value = stickler::yaml::from_str(&text).expect("YAML");
    let groups = rules["groups"].as_array().expect("groups");
    let rules = groups.iter().filter_map(|group| group["rules"].as_array());
    rules.flatten().cloned().collect()
}

/// The metrics that an expression names: words that are neither functions nor
/// labels nor operators.
pub(crate) fn metrics(expression: &str) -> BTreeSet<String> {
    let bare = without(&without(expression, '{', '}'), '[', ']');
    let mut names = BTreeSet::new();
    let mut rest = bare.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic()) {
        let word = &rest[start..];
        let end = word.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let (word, behind) = word.split_at(end.unwrap_or(word.len()));
        rest = behind;
        if matches!(
            word,
            "by" | "without" | "on" | "ignoring" | "group_left" | "group_right"
        ) {
            // Labels in brackets.
            rest = rest.split_once(')').map_or("", |(_, behind)| behind);
        } else if !rest.trim_start().starts_with(['(']) && !is_aggregation(word, rest) {
            names.insert(word.to_owned());
        }
    }
    names
}

/// `sum by (le) (…)`: a function whose brackets come later.
fn is_aggregation(word: &str, behind: &str) -> bool {
    let next = behind.trim_start();
    matches!(word, "sum" | "min" | "max" | "count" | "avg")
        && (next.starts_with("by") || next.starts_with("without"))
}

/// The text without what stands between two characters.
fn without(text: &str, open: char, close: char) -> String {
    let mut depth = 0;
    let outside = |c: &char| {
        depth += i32::from(*c == open);
        let out = depth == 0;
        depth -= i32::from(*c == close);
        out
    };
    text.chars().filter(outside).collect()
}
