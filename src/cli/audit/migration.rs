//! `stickler audit --migrate`: a table of what a cluster has to migrate.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::process::ExitCode;

use crate::cli::{Failure, terminal};
use crate::lint::Subject;
use crate::lint::migrate::{Condemned, Migration, Options, Outcome, migrate};
use crate::policy::Policies;

/// The rows of the table, in the order of the API server.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: RefCell<Vec<Row>>,
}

#[derive(Debug)]
struct Row {
    name: String,
    /// `None` for an error of this program.
    outcome: Option<Outcome>,
    differs: String,
}

impl Table {
    /// Adds an Ingress that has affinity keys.
    pub(super) fn add(&self, subject: &Subject<'_>, policies: &Policies) {
        let policy = policies.for_namespace(subject.namespace.as_deref());
        let result = migrate(subject, &policy.lint, &Options::default());
        let namespace = subject.namespace.as_deref().unwrap_or("default");
        let name = subject.name.as_deref().unwrap_or_default();
        let name = format!("{namespace}/{name}");
        self.rows.borrow_mut().extend(row(name, result));
    }

    /// Prints the table; the exit code is that of `stickler migrate`.
    pub(super) fn print(self) -> Result<ExitCode, Failure> {
        let rows = self.rows.into_inner();
        if rows.is_empty() {
            terminal::print(
                "Nothing to migrate: no Ingress has affinity keys of ingress-nginx.\n",
            )?;
            return Ok(ExitCode::from(3));
        }
        terminal::print(&table(&rows))?;
        let worst = rows.iter().map(|row| row.outcome).max().flatten();
        let failed = rows.iter().any(|row| row.outcome.is_none());
        Ok(ExitCode::from(match worst {
            _ if failed => 2,
            Some(Outcome::Partial | Outcome::WasBroken | Outcome::Blocked) => 1,
            _ => 0,
        }))
    }
}

fn row(name: String, result: Result<Migration, Condemned>) -> Option<Row> {
    let (outcome, differs) = match result {
        Ok(migration) if migration.outcome == Outcome::Nothing => return None,
        Ok(migration) => (Some(migration.outcome), differs(&migration)),
        Err(condemned) => (None, format!("error: {}", condemned.diagnostic.message)),
    };
    Some(Row {
        name,
        outcome,
        differs,
    })
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
    let width = rows
        .iter()
        .map(|row| row.name.len())
        .max()
        .unwrap_or_default()
        .max("INGRESS".len());
    let mut text = format!("{:width$}  {:10}  WHAT DIFFERS\n", "INGRESS", "OUTCOME");
    for Row {
        name,
        outcome,
        differs,
    } in rows
    {
        let outcome = outcome.map_or("error", Outcome::as_str);
        let name = terminal::safe(name);
        let _ = writeln!(text, "{name:width$}  {outcome:10}  {differs}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::read::keys::COMMUNITY;
    use crate::lint::subject::{Annotation, Backend, HostRule, PathRule};

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

    #[test]
    fn a_row_for_each_ingress_with_affinity() {
        let table = Table::default();
        let policies = Policies::default();
        for (name, keys) in [
            ("sticky", &[("affinity", "cookie")][..]),
            (
                "odd",
                &[("affinity", "cookie"), ("session-cookie-name", "a/b")],
            ),
            ("plain", &[("rewrite-target", "/")]),
        ] {
            table.add(&subject(name, keys), &policies);
        }
        assert_eq!(
            super::table(&table.rows.into_inner()),
            "INGRESS      OUTCOME     WHAT DIFFERS\n\
             shop/sticky  exact       -\n\
             shop/odd     differs     name-changed\n"
        );
    }
}
