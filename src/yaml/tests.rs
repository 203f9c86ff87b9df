mod edges;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;
use crate::lint::Span;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Shape {
    name: String,
    #[serde(default)]
    max_size: Option<u32>,
    #[serde(default)]
    mode: Mode,
    #[serde(default)]
    parts: Vec<Part>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize, PartialEq, Default)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    #[default]
    Enforce,
    Warn,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Part {
    on: Spanned<bool>,
}

#[test]
fn typed_views_read_every_style_and_merge_keys() {
    let shape: Shape = from_str(
        "name: 'it''s'\nmaxSize: 0x10\nmode: warn\nparts:\n- on: yes\nlabels: {<<: {a: x, b: y}, b: \"\\x7a\"}\n",
    )
    .unwrap();
    assert_eq!(shape.name, "it's");
    assert_eq!((shape.max_size, shape.mode), (Some(16), Mode::Warn));
    assert_eq!(
        shape.parts[0].on,
        Spanned {
            span: Span::new(52, 55),
            value: true
        }
    );
    let labels: Vec<(&str, &str)> = shape
        .labels
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    assert_eq!(labels, [("a", "x"), ("b", "z")]);
}

#[test]
fn errors_have_a_place_a_message_and_a_suggestion() {
    for (text, error) in [
        (
            "name: 5",
            "1:7 name: expected a string, found the number '5'",
        ),
        (
            "name: x\nmaxSise: 5",
            "2:1 maxSise: unknown key 'maxSise'; did you mean 'maxSize'?",
        ),
        (
            "name: x\nmode: audit",
            "2:7 mode: unknown value 'audit'; known are 'enforce', 'warn'",
        ),
        (
            "name: x\nparts:\n- on: true\n- on: 'yes'",
            "4:7 parts[1].on: expected a boolean, found the string 'yes'",
        ),
        (
            "name: x\nlabels:\n  a.b/c: [1]",
            "3:10 labels[a.b/c]: expected a string, found a list",
        ),
        ("maxSize: 5", "1:1 the key 'name' is missing"),
        (
            "name: x\nmaxSize: -1",
            "2:10 maxSize: expected u32, found the number '-1'",
        ),
        ("name: x\nname: y", "2:1 the key 'name' is repeated"),
        ("name: [", "1:8 "),
        ("name: x\n---\nname: y", "2:1 a second document"),
    ] {
        let found = from_str::<Shape>(text).unwrap_err();
        let Position { line, column } = found.position(text);
        let actual = format!("{line}:{column} {found}");
        assert!(actual.starts_with(error), "{actual}");
    }
}

#[test]
fn json_is_read_to_the_same_tree() {
    let text = r#" {"a": [1, "\ud834\udd1e\n", null], "b": {}} "#;
    let root = read_json(text, Span::whole(text)).unwrap();
    let list = root.get("a").and_then(Node::sequence).unwrap();
    assert_eq!(list[1].string(), Some("𝄞\n"));
    assert!(list[2].is_null());
    for (text, message) in [
        ("{\"a\" 1}", "not JSON: expected ':' here"),
        ("[1,]", "not JSON: expected a value here"),
        ("[1 2]", "not JSON: expected ',' or ']' here"),
        ("[01]", "not JSON: expected a value here"),
        ("\"a", "a string without its end"),
        (
            "\"\\q\"",
            "not JSON: expected an escape that JSON knows here",
        ),
        ("1 2", "not JSON: expected the end here"),
    ] {
        assert_eq!(
            read_json(text, Span::whole(text)).unwrap_err().message,
            message
        );
    }
}
