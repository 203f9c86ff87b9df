//! Migrations for people.

use std::fmt::Write as _;

use super::Tally;
use crate::cli::input::unread;
use crate::lint::Severity;
use crate::lint::migrate::{Condemned, Migration, Outcome};
use crate::manifest::MigratedIngress;
use crate::render::{counted, printable};

/// What is true of every migration, printed once a run.
const ALWAYS: &str = "What changes for every session:
  - each response renews the lifetime of the cookie; before, it ran from the first response
  - old cookies are not understood, so every session is balanced anew once
Not seen here: other Ingresses of the same service (ingress-nginx shares their settings) and of the
same host (cookies of one name). Both controllers take the class 'nginx' by default: make sure that
only one of them serves an Ingress.";

/// One Ingress: where, outcome, value, notes.
pub(super) fn ingress(ingress: &MigratedIngress, edits: bool) -> String {
    let location = &ingress.location;
    let mut text = format!(
        "{}:{}: Ingress {}: ",
        printable(&location.file),
        location.line,
        name(ingress)
    );
    match &ingress.result {
        Ok(migration) => push(&mut text, migration, ingress, edits),
        Err(condemned) => push_condemned(&mut text, condemned),
    }
    text.push('\n');
    text
}

fn name(ingress: &MigratedIngress) -> String {
    let name = ingress.object.name.as_deref().unwrap_or("(no name)");
    match &ingress.object.namespace {
        Some(namespace) => printable(&format!("{namespace}/{name}")),
        None => printable(name),
    }
}

fn push(text: &mut String, migration: &Migration, ingress: &MigratedIngress, edits: bool) {
    let _ = writeln!(text, "{}", migration.outcome.as_str());
    if let Some(value) = &migration.value {
        let intended = match migration.outcome {
            Outcome::WasBroken => "as intended: ",
            _ => "",
        };
        let _ = writeln!(text, "  {intended}{}: \"{value}\"", migration.annotation);
    }
    let state = match &ingress.not_edited {
        _ if ingress.written => Some("written".to_owned()),
        Some(reason) if edits => Some(format!("not written: {reason}")),
        Some(reason) => Some(format!("--write would leave it: {reason}")),
        None => None,
    };
    if let Some(state) = state {
        let _ = writeln!(text, "  {state}");
    }
    for (number, note) in migration.notes.iter().enumerate() {
        let service = note.service.as_ref();
        let service = service.map_or_else(String::new, |it| format!("{it}: "));
        let _ = writeln!(
            text,
            "  {}. {}: {service}{}",
            number + 1,
            note.id.as_str(),
            note.message
        );
    }
    let worth = migration.diagnostics.iter();
    for diagnostic in worth.filter(|it| it.severity >= Severity::Warning) {
        let _ = writeln!(
            text,
            "  {}[{}]: {}",
            diagnostic.severity.as_str(),
            diagnostic.rule.id(),
            diagnostic.message
        );
    }
}

fn push_condemned(text: &mut String, condemned: &Condemned) {
    let diagnostic = &condemned.diagnostic;
    let _ = writeln!(
        text,
        "an error of stickler, nothing is written: the value \"{}\" does not pass its own check: \
         {} [{}]",
        condemned.value,
        diagnostic.message,
        diagnostic.rule.id()
    );
}

/// The last lines: how many of which outcome, and what is true of all.
pub(super) fn summary(tally: &Tally, write: bool, diff: bool) -> String {
    let files = counted(tally.files, "file", "files");
    let seen = counted(tally.ingresses, "Ingress", "Ingresses");
    // An error of stickler does not count as an input.
    let own = tally.migrated.iter().filter(|it| it.result.is_err());
    let unread = unread(tally.failures - own.count());
    let outcomes = outcomes(tally);
    if outcomes.is_empty() {
        return format!("Nothing to migrate: {seen} in {files}{unread}.");
    }
    let listed = outcomes
        .iter()
        .map(|(outcome, count)| format!("{count} {}", outcome.as_str()));
    let listed = listed.collect::<Vec<_>>().join(", ");
    let changed = match (write, diff) {
        (true, _) => format!("; {} changed", counted(tally.changed, "file", "files")),
        (_, true) => format!("; {} would change", counted(tally.changed, "file", "files")),
        _ => String::new(),
    };
    let others = match tally.other_keys {
        0 => String::new(),
        count => format!(
            "\n{} of ingress-nginx left alone: they are not about sessions.",
            counted(count, "other key", "other keys")
        ),
    };
    format!("{seen} in {files}: {listed}{changed}{unread}.{others}\n{ALWAYS}")
}

/// How many Ingresses have each outcome, the worst first.
pub(super) fn outcomes(tally: &Tally) -> Vec<(Outcome, usize)> {
    let all = [
        Outcome::Blocked,
        Outcome::WasBroken,
        Outcome::Partial,
        Outcome::Differs,
        Outcome::Exact,
    ];
    let count = |outcome| {
        let results = tally
            .migrated
            .iter()
            .filter_map(|it| it.result.as_ref().ok());
        results
            .filter(|migration| migration.outcome == outcome)
            .count()
    };
    let counts = all.map(|outcome| (outcome, count(outcome)));
    counts.into_iter().filter(|&(_, count)| count > 0).collect()
}
