//! docs/policy.schema.json is generated, and no older than the code.

use stickler::policy::schema;

#[test]
fn the_published_schema_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/policy.schema.json");
    let generated = format!("{:#}\n", schema());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(path, &generated).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        published == generated,
        "docs/policy.schema.json is stale: UPDATE_SCHEMA=1 cargo test --test policy schema"
    );
}

/// Every key that the reader knows has a description, and nothing else may
/// stand beside it.
#[test]
fn every_key_is_described() {
    let schema = schema();
    let mut objects = vec![("#".to_owned(), &schema)];
    let definitions = schema["$defs"].as_object().unwrap();
    objects.extend(
        definitions
            .iter()
            .map(|(name, schema)| (name.clone(), schema)),
    );
    for (name, object) in objects {
        let closed = ["additionalProperties", "unevaluatedProperties"];
        assert!(
            closed.iter().any(|key| object[key] == false),
            "{name} is open"
        );
        for (key, property) in object["properties"].as_object().unwrap() {
            assert!(property["description"].is_string(), "{name}.{key}");
        }
    }
}
