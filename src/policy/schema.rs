//! The file's JSON schema, for editors.

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::file::File;

/// The schema of the policy file (JSON Schema 2020-12), as
/// docs/policy.schema.json has it. It is as strict as the reader where a
/// schema can be; contradictions are for `stickler policy check`.
#[must_use]
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<File>().to_value();
    schema["title"] = "The policy of stickler".into();
    schema["$defs"]["Override"]["required"] = json!(["match"]);
    schema["$defs"]["Exemption"]["required"] = json!(["reason"]);
    unwrap_lines(&mut schema);
    schema
}

/// Descriptions are doc comments; their line breaks are those of the source.
fn unwrap_lines(schema: &mut Value) {
    match schema {
        Value::Object(entries) => entries.values_mut().for_each(unwrap_lines),
        Value::Array(values) => values.iter_mut().for_each(unwrap_lines),
        Value::String(text) => *text = text.replace('\n', " "),
        _ => {}
    }
}
