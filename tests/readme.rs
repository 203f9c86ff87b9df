//! What the README shows is what users see.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

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

#[test]
fn check_prints_what_the_readme_shows() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cafe.yaml"), &blocks("yaml")[0]).unwrap();
    let printed = stickler(&["check", "cafe.yaml"], folder.path());
    assert_eq!(printed, blocks("text")[1]);
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
