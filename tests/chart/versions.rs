//! One version: Cargo.toml's. The chart installs the image of that version, and
//! whatever else names it says the same.

use std::fs;

use serde_json::Value;

use crate::{file, rendered};

fn text(name: &str) -> String {
    fs::read_to_string(file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The first value of a key in a TOML file.
fn toml<'a>(text: &'a str, key: &str) -> &'a str {
    let start = format!("{key} = \"");
    let mut lines = text.lines();
    let value = lines.find_map(|line| line.strip_prefix(&start)?.split('"').next());
    value.unwrap_or_else(|| panic!("Cargo.toml has no {key}"))
}

#[test]
fn chart_and_image_are_of_this_version() {
    let version = env!("CARGO_PKG_VERSION");
    let chart: Value = stickler::yaml::from_str(&text("deploy/chart/Chart.yaml")).unwrap();
    assert_eq!(chart["version"], version, "Chart.yaml: version");
    assert_eq!(chart["appVersion"], version, "Chart.yaml: appVersion");
    let image = format!("image: stickler:{version}\n");
    assert!(rendered::render(&[]).contains(&image), "no {image}");
}

/// No script and no Makefile writes the version out: it would be forgotten.
#[test]
fn scripts_read_the_version() {
    for name in [
        "Makefile",
        "deploy/kind/cluster.sh",
        "deploy/kind/run.sh",
        "deploy/kind/try.sh",
    ] {
        let version = env!("CARGO_PKG_VERSION");
        assert!(!text(name).contains(version), "{name} names {version}");
    }
}

/// The image is built with a Rust that the crate supports.
#[test]
fn the_image_s_rust_is_new_enough() {
    let manifest = text("Cargo.toml");
    let number = |version: &str| -> Vec<u32> {
        version
            .split('.')
            .map(|part| part.parse().unwrap())
            .collect()
    };
    let oldest = number(toml(&manifest, "rust-version"));
    let dockerfile = text("Dockerfile");
    let (_, builder) = dockerfile.split_once("library/rust:").expect("a builder");
    let builder = number(builder.split('-').next().unwrap());
    assert!(
        builder >= oldest,
        "{builder:?} builds, {oldest:?} is needed"
    );
}
