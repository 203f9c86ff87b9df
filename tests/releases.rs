//! The model of each release against the verdicts of its real functions: every
//! value and every path, no exceptions.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;

use serde::Deserialize;
use stickler::lint::release::{Release, path};

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
