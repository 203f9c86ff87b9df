//! The file's JSON schema, for editors.

use schemars::generate::SchemaSettings;

use super::file::File;

/// The schema of the policy file (JSON Schema 2020-12), as docs/policy.schema.json
/// has it.
#[must_use]
pub fn schema() -> serde_json::Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<File>();
    schema.insert("title".to_owned(), "The policy of stickler".into());
    schema.to_value()
}
