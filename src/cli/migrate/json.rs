//! Migrations for machines.

use serde_json::{Map, Value, json};

use super::Tally;
use super::text::outcomes;
use crate::finding::ObjectRef;
use crate::lint::migrate::{Condemned, Migration, Outcome};
use crate::manifest::MigratedIngress;

/// One Ingress of a file as a line.
pub(super) fn line(ingress: &MigratedIngress) -> String {
    format!("{}\n", of_file(ingress))
}

/// The summary as a line.
pub(super) fn summary(tally: &Tally) -> String {
    format!("{}\n", summarize(tally))
}

/// All of it as one document.
pub(super) fn document(tally: &Tally) -> String {
    let migrations: Vec<_> = tally.migrated.iter().map(of_file).collect();
    let document = json!({
        "version": 1,
        "migrations": migrations,
        "summary": summarize(tally),
    });
    format!("{document}\n")
}

fn of_file(ingress: &MigratedIngress) -> Value {
    let location = &ingress.location;
    let mut value = migration(&ingress.object, &ingress.result);
    value["location"] = json!({
        "file": location.file,
        "document": location.document,
        "line": location.line,
        "column": location.column,
    });
    value["written"] = ingress.written.into();
    value["notWritten"] = json!(ingress.not_edited);
    value
}

/// The migration of an Ingress without a file, such as one of a cluster.
pub(in crate::cli) fn migration(
    object: &ObjectRef,
    result: &Result<Migration, Condemned>,
) -> Value {
    let mut value = json!({
        "type": "migration",
        "object": {
            "apiVersion": object.api_version,
            "kind": object.kind,
            "namespace": object.namespace,
            "name": object.name,
        },
        "location": null,
        "written": false,
        "notWritten": null,
    });
    let rest = match result {
        Ok(migration) => {
            let entry = |(service, parameters): &(String, String)| json!({"service": service, "parameters": parameters});
            json!({
                "outcome": migration.outcome,
                "annotation": migration.annotation,
                "value": migration.value,
                "entries": migration.entries.iter().map(entry).collect::<Vec<_>>(),
                "notes": migration.notes,
            })
        }
        Err(condemned) => json!({
            "outcome": null,
            "error": condemned.diagnostic.message,
            "condemned": condemned.value,
        }),
    };
    if let (Some(all), Value::Object(rest)) = (value.as_object_mut(), rest) {
        all.extend(rest);
    }
    value
}

fn summarize(tally: &Tally) -> Value {
    let mut summary = Map::new();
    summary.insert("type".to_owned(), "summary".into());
    summary.insert("files".to_owned(), tally.files.into());
    summary.insert("ingresses".to_owned(), tally.ingresses.into());
    let counts = outcomes(tally).into_iter();
    let mut by_outcome: Map<String, Value> = counts
        .map(|(outcome, count)| (outcome.as_str().to_owned(), count.into()))
        .collect();
    let nothing = |it: &&MigratedIngress| matches!(&it.result, Ok(migration) if migration.outcome == Outcome::Nothing);
    let nothing = tally.migrated.iter().filter(nothing).count();
    by_outcome.insert("already-migrated".to_owned(), nothing.into());
    summary.insert("outcomes".to_owned(), by_outcome.into());
    summary.insert("changedFiles".to_owned(), tally.changed.into());
    summary.insert("otherKeys".to_owned(), tally.other_keys.into());
    summary.insert("failures".to_owned(), tally.failures.into());
    Value::Object(summary)
}
