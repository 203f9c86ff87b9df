//! A version is written in Cargo.toml; wherever it appears again it is the same.

use std::fs;
use std::path::Path;
use std::process::Command;

use stickler::lint::release::Release;

use super::{ROOT, files, read};

/// stickler's own version.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The oldest Rust that compiles it.
const RUST: &str = env!("CARGO_PKG_RUST_VERSION");

/// What comes before stickler's version in texts.
const BEFORE: [&str; 9] = [
    "stickler:",
    "stickler:v",
    "stickler-",
    "stickler-v",
    "stickler ",
    "--tag v",
    "rev: v",
    "download/v",
    "stickler==",
];

/// The version that `text` begins with.
fn version(text: &str) -> Option<&str> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let version = text[..end].trim_end_matches('.');
    (version.split('.').count() == 3).then_some(version)
}

fn is_text(name: &str) -> bool {
    let ends = ["md", "yaml", "yml", "toml", "sh", "tpl", "txt", "json"];
    let end = Path::new(name).extension().and_then(|end| end.to_str());
    name != "Cargo.lock"
        && (end.is_some_and(|end| ends.contains(&end))
            || ["Dockerfile", "Makefile"].contains(&name))
}

#[test]
fn one_version_in_all_places() {
    let mut others = Vec::new();
    let mut seen = 0;
    for file in files(is_text) {
        let Ok(text) = fs::read_to_string(Path::new(ROOT).join(&file)) else {
            // Tests have files that are not UTF-8.
            continue;
        };
        for before in BEFORE {
            for (at, _) in text.match_indices(before) {
                let Some(found) = version(&text[at + before.len()..]) else {
                    continue;
                };
                seen += 1;
                if found != VERSION {
                    others.push(format!("{}: {before}{found}", file.display()));
                }
            }
        }
    }
    assert!(seen > 5, "only {seen} versions were read");
    assert!(others.is_empty(), "Cargo.toml says {VERSION}: {others:#?}");
}

#[test]
fn the_chart_is_of_this_version() {
    let chart = read("deploy/chart/Chart.yaml");
    for key in ["version", "appVersion"] {
        let line = format!("{key}: {VERSION}");
        assert!(chart.lines().any(|it| it.replace('"', "") == line), "{key}");
    }
}

#[test]
fn the_changelog_has_this_version() {
    let heading = format!("## {VERSION} ");
    assert!(
        read("CHANGELOG.md")
            .lines()
            .any(|line| line.starts_with(&heading)),
        "{heading}"
    );
}

#[test]
fn the_builder_and_the_docs_have_a_rust_that_is_new_enough() {
    let minor = |version: &str| version.split('.').nth(1).unwrap().parse::<u32>().unwrap();
    let docker = read("Dockerfile");
    let image = docker.split("rust:").nth(1).unwrap();
    let builder = image.split('-').next().unwrap();
    assert!(minor(builder) >= minor(RUST), "Dockerfile: rust:{builder}");
    let ci = read("docs/ci.md");
    for image in ci.split("image: rust:").skip(1) {
        let version = image.split_whitespace().next().unwrap();
        assert!(minor(version) >= minor(RUST), "docs/ci.md: rust:{version}");
    }
    for page in ["README.md", "CONTRIBUTING.md"] {
        assert!(
            read(page).contains(&format!("Rust {RUST}")),
            "{page} names the oldest Rust"
        );
    }
}

#[test]
fn the_list_of_public_suffixes_is_the_one_that_is_named() {
    let lock = read("Cargo.lock");
    let psl = lock.split("name = \"psl\"\nversion = \"").nth(1).unwrap();
    let version = psl.split('"').next().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_stickler"))
        .arg("--version")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(
        printed.starts_with(&format!("stickler {VERSION}\n")),
        "{printed}"
    );
    assert!(
        printed.contains(&format!("(psl {version})")),
        "update psl's version and its day: {printed}"
    );
}

/// Where the newest release of the controller that is modelled is named; the rest
/// is written from `src/lint/release/fact.rs`.
#[test]
fn the_newest_release_of_the_controller_is_in_all_places() {
    let newest = Release::NEWEST;
    for (page, text) in [
        ("README.md", format!("to {newest}")),
        ("docs/upgrades.md", format!("2.3 to {newest}")),
        ("docs/operations.md", format!("releases 2.3 to {newest}")),
        ("docs/policy.schema.json", format!("2.3 to {newest}")),
        ("src/cli/version.rs", format!("1.0 to {newest}")),
    ] {
        assert!(read(page).contains(&text), "{page}: {text}");
    }
}

/// What the backstop refuses, each release that is checked without a version
/// refuses: `tests/cluster/backstop.rs`. So those are the ones it was made for.
#[test]
fn the_backstop_names_the_releases_it_was_made_for() {
    let first = Release::in_use().next().unwrap();
    let named = format!("made for the releases {first} to {}", Release::NEWEST);
    let comment = |line: &str| line.strip_prefix("# ").map(str::to_owned);
    for page in ["deploy/backstop.yaml", "docs/operations.md"] {
        let text = read(page);
        let text: Vec<_> = text
            .lines()
            .map(|line| comment(line).unwrap_or(line.to_owned()))
            .collect();
        assert!(text.join(" ").contains(&named), "{page}: {named}");
    }
}
