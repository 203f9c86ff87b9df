//! The model of each release against the verdicts of its real functions: every
//! value and every path, no exceptions.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::HashMap;
use std::fs;

#[path = "releases/pages.rs"]
mod pages;
#[path = "releases/upgrade.rs"]
mod upgrade;

use serde::Deserialize;
use stickler::lint::policy::Controller;
use stickler::lint::read::keys::PLUS_KEY;
use stickler::lint::release::{Release, path};
use stickler::lint::subject::Annotation;
use stickler::lint::{self, Consequence, Diagnostic, Policy, Severity, Subject};

fn lines<T: for<'de> Deserialize<'de>>(file: &str) -> Vec<T> {
    let path = format!("{}/tests/corpus/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).unwrap();
    let lines = text.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[derive(Deserialize)]
struct PathCase {
    path: String,
    #[serde(rename = "path_type")]
    kind: String,
    rejected_by: Vec<String>,
}

/// The releases whose functions were run on the paths.
const RUN: [&str; 14] = [
    "2.3",
    "2.4",
    "3.0",
    "3.1",
    "3.3",
    "3.4",
    "3.7",
    "4.0",
    "5.0",
    "5.3",
    "5.4",
    "2026-lts-r4",
    "5.5",
    "5.6",
];

#[test]
fn every_path_in_every_release() {
    let cases: Vec<PathCase> = lines("nic-paths.jsonl");
    assert_eq!(cases.len(), 70);
    for case in &cases {
        let typed = case.kind != "ImplementationSpecific";
        for name in RUN {
            let release: Release = name.parse().unwrap();
            let rejected = path::rejection(&case.path, typed, release);
            let expected = case.rejected_by.iter().any(|it| it == name);
            assert_eq!(
                rejected.is_some(),
                expected,
                "{:?} {} in {name}: {rejected:?}",
                case.path,
                case.kind
            );
        }
    }
}

#[derive(Deserialize)]
struct Verdict {
    id: String,
    value: Option<String>,
    rejected_from: Option<String>,
}

/// A release of each reader, oldest first.
const READERS: [(&str, &str); 4] = [
    ("lenient", "1.9"),
    ("whole", "2.2"),
    ("quoted", "5.5"),
    ("strict", "5.6"),
];

/// The values with their ids; those of `nginx.jsonl` are written there alone.
fn values() -> Vec<(Verdict, String)> {
    let known: HashMap<String, String> = lines::<Verdict>("nginx.jsonl")
        .into_iter()
        .map(|case| (case.id, case.value.unwrap()))
        .collect();
    let cases: Vec<Verdict> = lines("nic-versions.jsonl");
    cases
        .into_iter()
        .map(|case| {
            let value = case.value.clone().or(known.get(&case.id).cloned());
            (case, value.unwrap())
        })
        .collect()
}

/// What is found in a value, and not around it.
fn check(value: &str, version: Option<&str>) -> Vec<Diagnostic> {
    let subject = Subject {
        annotations: vec![Annotation {
            key: PLUS_KEY.into(),
            value: value.into(),
        }],
        ..Subject::default()
    };
    let policy = Policy {
        controller: Controller {
            version: version.map(|version| version.parse().unwrap()),
            ..Controller::default()
        },
        ..Policy::default()
    };
    let found = lint::check(&subject, &policy).into_iter();
    found.filter(|it| it.place.span.is_some()).collect()
}

fn rejects(found: &[Diagnostic]) -> bool {
    let rejected = Some(Consequence::RejectsIngress);
    found.iter().any(|it| it.consequence == rejected)
}

#[test]
fn every_value_with_every_reader() {
    let values = values();
    assert_eq!(values.len(), 3548);
    for (case, value) in &values {
        let from = READERS
            .iter()
            .position(|(reader, _)| Some(*reader) == case.rejected_from.as_deref());
        for (index, (reader, version)) in READERS.iter().enumerate() {
            let found = check(value, Some(version));
            let expected = from.is_some_and(|from| from <= index);
            let id = &case.id;
            assert_eq!(
                rejects(&found),
                expected,
                "{id} {reader} {value:?} {found:#?}"
            );
        }
    }
}

#[test]
fn without_a_version_what_all_reject_is_an_error_and_what_some_reject_names_them() {
    for (case, value) in values() {
        let found = check(&value, None);
        let is_error = |it: &Diagnostic| it.severity == Severity::Error;
        let rejected = found.iter().filter(|it| is_error(it)).cloned();
        let error = rejects(&rejected.collect::<Vec<_>>());
        let named = |it: &Diagnostic| it.message.ends_with("(rejected from 5.6 on)");
        let hard = found.iter().any(|it| is_error(it) || named(it));
        let said = found.iter().any(named);
        let expected = match case.rejected_from.as_deref() {
            None => !error && !said,
            Some("strict") => !error && hard,
            Some(_) => error,
        };
        assert!(expected, "{} {value:?} {found:#?}", case.id);
    }
}
