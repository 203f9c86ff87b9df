//! The chart's README has a table of all values, written from their schema.

use std::fmt::Write;
use std::fs;

use serde_json::Value;

use crate::file;

const BEGIN: &str = "<!-- written from values.schema.json: -->\n";
const END: &str = "<!-- up to here -->\n";

#[test]
fn lists_every_value() {
    let schema = fs::read_to_string(file("deploy/chart/values.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let mut table = "\n| value | default | meaning |\n|---|---|---|\n".to_owned();
    rows(&mut table, "", &schema);
    table.push('\n');

    let readme = fs::read_to_string(file("deploy/chart/README.md")).unwrap();
    let (head, rest) = readme.split_once(BEGIN).expect("where the table begins");
    let (_, tail) = rest.split_once(END).expect("where the table ends");
    let fresh = format!("{head}{BEGIN}{table}{END}{tail}");
    crate::rendered::committed("deploy/chart/README.md", &fresh);
}

/// A row for each value, depth first, by name.
fn rows(table: &mut String, path: &str, schema: &Value) {
    for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
        let path = format!("{path}{name}");
        let meaning = schema["description"].as_str();
        let meaning = meaning.unwrap_or_else(|| panic!("{path} has no description"));
        match schema.get("default") {
            Some(default) => {
                writeln!(table, "| `{path}` | `{default}` | {meaning} |").unwrap();
            }
            None if schema.get("properties").is_some() => {
                writeln!(table, "| **`{path}`** | | {meaning} |").unwrap();
                rows(table, &format!("{path}."), schema);
            }
            // `global` belongs to Helm.
            None => {}
        }
    }
}
