//! What fuzzing once found stays found, and the corpora satisfy its oracles.
//!
//! `fuzz/oracles/` is what the targets of `cargo fuzz` assert;
//! docs/reliability.md tells how to run them.

#![allow(clippy::expect_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;

#[path = "../fuzz/oracles/envelope.rs"]
mod envelope;
#[path = "../fuzz/oracles/json.rs"]
mod json;
#[path = "../fuzz/oracles/policy.rs"]
mod policy;
#[path = "../fuzz/oracles/value.rs"]
mod value;
#[path = "../fuzz/oracles/yaml.rs"]
mod yaml;

/// The targets that something was found of.
const FOUND: [&str; 2] = ["value", "yaml"];

/// The files of a folder, however deep.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn assert_all(folder: &str, assert_sound: fn(&[u8])) {
    let files = files(Path::new(folder));
    assert!(!files.is_empty(), "{folder}");
    for path in files {
        assert_sound(&fs::read(&path).expect("a file"));
    }
}

#[test]
fn what_was_once_found_stays_found() {
    let mut found = Vec::new();
    for entry in fs::read_dir("fuzz/kept").expect("a folder") {
        let target = entry.expect("an entry").file_name();
        let target = target.to_str().expect("a name").to_owned();
        let assert_sound = match target.as_str() {
            "envelope" => envelope::assert_sound as fn(&[u8]),
            "json" => json::assert_sound,
            "policy" => policy::assert_sound,
            "value" => value::assert_sound,
            "yaml" => yaml::assert_sound,
            other => panic!("no oracle for {other}"),
        };
        assert_all(&format!("fuzz/kept/{target}"), assert_sound);
        found.push(target);
    }
    found.sort_unstable();
    // Of the other targets nothing was ever found.
    assert_eq!(found, FOUND);
}

#[test]
fn the_corpora_satisfy_the_oracles() {
    assert_all("tests/corpus/reviews", envelope::assert_sound);
    assert_all("tests/corpus/reviews", json::assert_sound);
    assert_all("deploy", yaml::assert_sound);
    assert_all("deploy/policies", policy::assert_sound);
    for value in values() {
        value::assert_sound(value.as_bytes());
    }
}

/// The reviews of the corpus.
fn reviews() -> &'static [String] {
    static REVIEWS: LazyLock<Vec<String>> = LazyLock::new(|| {
        let files = files(Path::new("tests/corpus/reviews"));
        let read = |path| fs::read_to_string(path).expect("a review");
        files.into_iter().map(read).collect()
    });
    &REVIEWS
}

#[test]
fn recorded_reviews_are_left_to_no_other_reader() {
    for review in reviews() {
        let read = stickler::json::read::<Value>(review);
        assert!(read.is_some(), "{review}");
    }
}

/// The values of the corpus.
fn values() -> &'static [String] {
    static VALUES: LazyLock<Vec<String>> = LazyLock::new(|| {
        let corpus = fs::read_to_string("tests/corpus/nginx.jsonl").expect("the corpus");
        let value = |line| {
            let case: Value = serde_json::from_str(line).expect("a case");
            case["value"].as_str().expect("a value").to_owned()
        };
        corpus.lines().map(value).collect()
    });
    &VALUES
}

/// The part of a value between two places that are near its thousandths.
fn part(value: &str, cuts: (usize, usize)) -> &str {
    let at = |cut| {
        let mut down = (0..=value.len() * cut / 1_000).rev();
        down.find(|&at| value.is_char_boundary(at)).unwrap_or(0)
    };
    &value[at(cuts.0.min(cuts.1))..at(cuts.0.max(cuts.1))]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reviews_with_a_byte_changed_satisfy_the_oracle(
        review in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        byte in prop::option::of(0_u8..0x80),
        replaces in any::<bool>(),
    ) {
        let mut bytes = review.get::<String>(reviews()).clone().into_bytes();
        let at = place.index(bytes.len());
        bytes.splice(at..at + usize::from(replaces || byte.is_none()), byte);
        json::assert_sound(&bytes);
    }

    #[test]
    fn spliced_values_satisfy_the_oracle(
        parts in prop::collection::vec((any::<prop::sample::Index>(), (0..1_001_usize, 0..1_001_usize)), 1..4),
    ) {
        let parts = parts.into_iter().map(|(index, cuts)| part(index.get::<String>(values()), cuts));
        value::assert_sound(format!("serviceName=tea-svc {}", parts.collect::<String>()).as_bytes());
    }
}
