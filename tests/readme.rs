//! What the README shows is what users see.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use snapbox::data::DataFormat;
use snapbox::{Assert, Data, IntoData as _};

/// The blocks of the README in that language.
fn blocks(language: &str) -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let text = fs::read_to_string(path).unwrap();
    let fence = format!("```{language}\n");
    let blocks = text.split(&fence).skip(1);
    blocks
        .map(|block| block.split("```").next().unwrap().to_owned())
        .collect()
}

fn stickler(arguments: &[&str], folder: &std::path::Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_stickler"))
        .args(arguments)
        .env_remove("GITHUB_ACTIONS")
        .current_dir(folder)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// A folder with the README's manifest.
fn cafe() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cafe.yaml"), &blocks("yaml")[0]).unwrap();
    folder
}

/// `SNAPSHOTS=overwrite` draws the picture.
#[test]
fn the_picture_shows_what_check_prints() {
    let printed = stickler(&["check", "--color", "always", "cafe.yaml"], cafe().path());
    let picture = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/check.svg");
    let picture = Data::read_from(&picture, Some(DataFormat::TermSvg));
    Assert::new()
        .action_env("SNAPSHOTS")
        .eq(printed.into_data(), picture.raw());
}

#[test]
fn the_policy_in_the_readme_is_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("stickler.yaml"), &blocks("yaml")[1]).unwrap();
    let checked = Command::new(env!("CARGO_BIN_EXE_stickler"))
        .args(["policy", "check", "--fail-on", "warning", "stickler.yaml"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(checked.status.success(), "{checked:?}");
}

#[test]
fn the_webhook_says_what_the_readme_shows() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = &blocks("yaml")[0];
    let object: Value = stickler::yaml::from_str(manifest).unwrap();
    let review = json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "u",
            "kind": {"group": "networking.k8s.io", "version": "v1", "kind": "Ingress"},
            "namespace": "default",
            "name": "cafe",
            "operation": "CREATE",
            "object": object,
        },
    });
    fs::write(folder.path().join("review.json"), review.to_string()).unwrap();
    let answer = stickler(&["review", "review.json"], folder.path());
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let message = answer["response"]["status"]["message"].as_str().unwrap();
    let shown = &blocks("text")[0];
    let prefix = "admission webhook \"stickler.stickler.svc\" denied the request: ";
    assert_eq!(shown.split(prefix).nth(1).unwrap().trim_end(), message);
}
