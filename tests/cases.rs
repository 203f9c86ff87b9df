//! The cases of each rule, `src/lint/rules/cases/<id>.txt`: a value, and below
//! it what `check` reports of it.
//!
//! A file consists of lines:
//!
//! ```text
//! # a comment
//! @ https://cafe.example.com/tea tea-svc   the Ingress of the values below
//! serviceName=tea-svc a;                   a value
//!   empty-entry `;`: message; help         a finding: the words, message and help
//!   -> serviceName=tea-svc a               the value after a safe fix; `~>` after one that is a guess
//! ```
//!
//! A finding names its consequence and severity where they are not those of the
//! catalogue. `UPDATE_CASES=1 cargo test --test cases` writes the findings.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fmt::Write as _;
use std::fs;

use stickler::lint::{CATALOGUE, Rule};

#[path = "cases/ingress.rs"]
mod ingress;
#[path = "cases/report.rs"]
mod report;
#[path = "cases/symbols.rs"]
mod symbols;

use ingress::Ingress;

const FOLDER: &str = "src/lint/rules/cases";
/// These are found in a manifest before or after `check`: src/manifest/tests.
const NOT_OF_CHECK: [Rule; 3] = [
    Rule::UnreadableIngress,
    Rule::UnusedIgnore,
    Rule::Placeholder,
];

/// The file as it must be: its own lines, and below each value what is found.
fn checked(table: &str) -> String {
    let mut written = String::new();
    let mut ingress = Ingress::default();
    let mut in_directives = false;
    for line in table.lines().filter(|line| !line.starts_with("  ")) {
        let _ = writeln!(written, "{line}");
        if let Some(directive) = line.strip_prefix('@') {
            if !in_directives {
                ingress = Ingress::default();
            }
            ingress.directive(directive);
        } else if !line.is_empty() && !line.starts_with('#') {
            written.push_str(&report::of(&ingress, &symbols::read(line)));
        }
        in_directives = line.starts_with('@');
    }
    written
}

#[test]
fn values_have_their_findings() {
    let mut stale = Vec::new();
    for file in fs::read_dir(FOLDER).unwrap() {
        let path = file.unwrap().path();
        let table = fs::read_to_string(&path).unwrap();
        let checked = checked(&table);
        if checked == table {
            continue;
        }
        if std::env::var_os("UPDATE_CASES").is_some() {
            fs::write(&path, checked).unwrap();
            continue;
        }
        let mut differing = table.lines().zip(checked.lines()).enumerate();
        let first = differing.find(|(_, (is, must))| is != must);
        stale.push(format!("{}: {first:#?}", path.display()));
    }
    assert!(stale.is_empty(), "{}", stale.join("\n"));
}

/// Each rule has a file with a value that has the finding and one that has not.
#[test]
fn every_rule_has_cases() {
    for row in CATALOGUE {
        if NOT_OF_CHECK.contains(&row.rule) {
            continue;
        }
        let path = format!("{FOLDER}/{}.txt", row.id);
        let table = fs::read_to_string(&path).expect(&path);
        let finding = format!("  {} ", row.id);
        assert!(
            table.lines().any(|line| line.starts_with(&finding)),
            "{path}: no finding"
        );
        assert!(
            has_a_value_without(&table, &finding),
            "{path}: only findings"
        );
    }
    assert_eq!(
        fs::read_dir(FOLDER).unwrap().count(),
        CATALOGUE.len() - NOT_OF_CHECK.len()
    );
}

fn has_a_value_without(table: &str, finding: &str) -> bool {
    let is_value = |line: &str| !line.is_empty() && !line.starts_with(['#', '@', ' ']);
    let mut lines = table.lines().peekable();
    while let Some(line) = lines.next() {
        let mut has = false;
        while let Some(found) = lines.next_if(|line| line.starts_with("  ")) {
            has |= found.starts_with(finding);
        }
        if is_value(line) && !has {
            return true;
        }
    }
    false
}
