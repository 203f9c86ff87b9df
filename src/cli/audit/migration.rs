//! `stickler audit --migrate`: a table of what a cluster has to migrate.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::process::ExitCode;

use crate::cli::migrate::code_of;
use crate::cli::migrate::json::migration;
use crate::cli::{Failure, terminal};
use crate::finding::ObjectRef;
use crate::lint::Subject;
use crate::lint::migrate::{Condemned, Migration, Options, Outcome, migrate};
use crate::policy::Policies;
use crate::render::Format;

const NOTHING: &str = "Nothing to migrate: no Ingress has affinity keys of ingress-nginx.\n";

/// The Ingresses that have affinity keys, in the order of the API server.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: RefCell<Vec<Row>>,
}

#[derive(Debug)]
struct Row {
    object: ObjectRef,
    result: Result<Migration, Condemned>,
}

impl Table {
    /// Adds an Ingress, if it has affinity keys that are not migrated.
    pub(super) fn add(&self, subject: &Subject<'_>, policies: &Policies) {
        let policy = policies.for_namespace(subject.namespace.as_deref());
        let result = migrate(subject, &policy.lint, &Options::default());
        if matches!(&result, Ok(migration) if migration.outcome == Outcome::Nothing) {
            return;
        }
        let object = ObjectRef {
            api_version: "networking.k8s.io/v1".to_owned(),
            kind: "Ingress".to_owned(),
            namespace: subject.namespace.as_deref().map(str::to_owned),
            name: subject.name.as_deref().map(str::to_owned),
        };
        self.rows.borrow_mut().push(Row { object, result });
    }

    /// Prints the table, or for machines what `stickler migrate` prints; the
    /// exit code is that of `stickler migrate`.
    pub(super) fn print(self, format: Format) -> Result<ExitCode, Failure> {
        let rows = self.rows.into_inner();
        terminal::print(written(&rows, format))?;
        Ok(ExitCode::from(exit_code(&rows)))
    }
}

fn written(rows: &[Row], format: Format) -> String {
    match format {
        Format::Json => document(rows),
        Format::Jsonl => lines(rows),
        _ if rows.is_empty() => NOTHING.to_owned(),
        _ => table(rows),
    }
}

fn exit_code(rows: &[Row]) -> u8 {
    let failed = rows.iter().any(|row| row.result.is_err());
    code_of(failed, rows.iter().filter_map(Row::outcome).max())
}

impl Row {
    /// `None` for an error of this program.
    fn outcome(&self) -> Option<Outcome> {
        self.result.as_ref().ok().map(|it| it.outcome)
    }

    fn name(&self) -> String {
        let namespace = self.object.namespace.as_deref().unwrap_or("default");
        let name = self.object.name.as_deref().unwrap_or_default();
        format!("{namespace}/{name}")
    }

    fn differs(&self) -> String {
        match &self.result {
            Ok(migration) => differs(migration),
            Err(condemned) => format!("error: {}", condemned.diagnostic.message),
        }
    }

    fn json(&self) -> serde_json::Value {
        migration(&self.object, &self.result)
    }
}

fn lines(rows: &[Row]) -> String {
    let mut lines = String::new();
    for row in rows {
        let _ = writeln!(lines, "{}", row.json());
    }
    lines
}

fn document(rows: &[Row]) -> String {
    let migrations: Vec<_> = rows.iter().map(Row::json).collect();
    let document = serde_json::json!({"version": 1, "migrations": migrations});
    format!("{document}\n")
}

/// The notes that keep the outcome from being exact.
fn differs(migration: &Migration) -> String {
    let notes = migration.notes.iter();
    let mut ids: Vec<_> = notes
        .filter(|note| note.outcome > Outcome::Exact)
        .map(|note| note.id.as_str())
        .collect();
    ids.dedup();
    if ids.is_empty() {
        "-".to_owned()
    } else {
        ids.join(", ")
    }
}

fn table(rows: &[Row]) -> String {
    let names = rows.iter().map(|row| terminal::safe(&row.name()));
    let names: Vec<_> = names.collect();
    let width = names.iter().map(String::len).max().unwrap_or_default();
    let width = width.max("INGRESS".len());
    let mut text = format!("{:width$}  {:10}  WHAT DIFFERS\n", "INGRESS", "OUTCOME");
    for (row, name) in rows.iter().zip(names) {
        let outcome = row.outcome().map_or("error", Outcome::as_str);
        let _ = writeln!(text, "{name:width$}  {outcome:10}  {}", row.differs());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::read::keys::COMMUNITY;
    use crate::lint::subject::{Annotation, Backend, HostRule, PathRule};
    use crate::lint::{Diagnostic, FieldPath, Place, Rule};

    fn subject(name: &'static str, keys: &[(&str, &'static str)]) -> Subject<'static> {
        let annotation = |&(key, value): &(&str, &'static str)| Annotation {
            key: format!("{COMMUNITY}{key}").into(),
            value: value.into(),
        };
        let path = PathRule {
            path: Some("/".into()),
            backend: Backend {
                service: Some("web".into()),
                ..Backend::default()
            },
            ..PathRule::default()
        };
        Subject {
            namespace: Some("shop".into()),
            name: Some(name.into()),
            annotations: keys.iter().map(annotation).collect(),
            rules: vec![HostRule {
                host: Some("a.example.com".into()),
                paths: Some(vec![path]),
            }],
            ..Subject::default()
        }
    }

    fn rows(ingresses: &[(&'static str, &[(&str, &'static str)])]) -> Vec<Row> {
        let table = Table::default();
        let policies = Policies::default();
        for (name, keys) in ingresses {
            table.add(&subject(name, keys), &policies);
        }
        table.rows.into_inner()
    }

    #[test]
    fn a_row_for_each_ingress_with_affinity() {
        let rows = rows(&[
            ("sticky", &[("affinity", "cookie")]),
            (
                "odd",
                &[("affinity", "cookie"), ("session-cookie-name", "a/b")],
            ),
            ("plain", &[("rewrite-target", "/")]),
        ]);
        assert_eq!(
            written(&rows, Format::Full),
            "INGRESS      OUTCOME     WHAT DIFFERS\n\
             shop/sticky  exact       -\n\
             shop/odd     differs     name-changed\n"
        );
        let lines = written(&rows, Format::Jsonl);
        let document = written(&rows, Format::Json);
        let parsed: Vec<serde_json::Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let names: Vec<_> = parsed.iter().map(|it| &it["object"]["name"]).collect();
        assert_eq!(names, ["sticky", "odd"]);
        let document: serde_json::Value = serde_json::from_str(&document).unwrap();
        assert_eq!(
            document,
            serde_json::json!({"version": 1, "migrations": parsed})
        );
    }

    #[test]
    fn the_worst_outcome_is_the_exit_code() {
        let sticky: &[_] = &[("affinity", "cookie")];
        let odd: &[_] = &[("affinity", "cookie"), ("session-cookie-name", "a/b")];
        let partial: &[_] = &[("affinity", "cookie"), ("session-cookie-samesite", "None")];
        for (ingresses, expected) in [
            (&[][..], 3),
            (&[("a", sticky)], 0),
            (&[("a", sticky), ("b", odd)], 0),
            (&[("a", sticky), ("b", partial)], 1),
        ] {
            let mut rows = rows(ingresses);
            assert_eq!(exit_code(&rows), expected, "{rows:?}");
            if let Some(row) = rows.first_mut() {
                let place = Place::field(FieldPath::annotation("a"));
                let diagnostic = Diagnostic::new(Rule::MalformedEntry, place, "m");
                row.result = Err(Condemned {
                    value: "v".to_owned(),
                    diagnostic: Box::new(diagnostic),
                });
                assert_eq!(exit_code(&rows), 2, "{rows:?}");
            }
        }
        assert_eq!(written(&[], Format::Full), NOTHING);
        assert!(written(&[], Format::Json).contains("\"migrations\":[]"));
    }
}
