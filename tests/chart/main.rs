//! What Helm makes of the chart, without a cluster; tests/cluster/chart holds
//! it against one.
//!
//! `golden/` has what it renders by default, and what each switch changes of
//! that. `SNAPSHOTS=overwrite cargo test --test chart` writes it anew, and with
//! it all that is generated: the manifests for Kustomize, the alerts, the table
//! of values in the chart's README and the policy's part of the values' schema.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

use std::path::PathBuf;
use std::process::{Command, Output};

#[path = "../tools/built.rs"]
mod built;
#[path = "../tools/installed.rs"]
mod installed;
#[path = "../tools/promql.rs"]
mod promql;

// The tests.
mod alerts;
mod generated;
mod readme;
mod rendered;
mod schema;
mod values;
mod versions;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The lines, each with something in front, as one text.
fn joined<'a>(front: &str, lines: impl Iterator<Item = &'a str>) -> String {
    lines.fold(String::new(), |text, line| text + front + line + "\n")
}

/// A file of the repository.
fn file(name: &str) -> PathBuf {
    PathBuf::from(ROOT).join(name)
}

/// Runs Helm in the repository, with nothing of the user's own settings.
fn helm(arguments: &[&str]) -> Output {
    let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("helm");
    Command::new(installed::HELM.program())
        .args(arguments)
        .current_dir(ROOT)
        .env("HELM_CACHE_HOME", home.join("cache"))
        .env("HELM_CONFIG_HOME", home.join("config"))
        .env("HELM_DATA_HOME", home.join("data"))
        .env_remove("KUBECONFIG")
        .output()
        .expect("helm runs")
}

/// What the chart renders with these arguments.
fn template(chart: &str, arguments: &[&str]) -> Result<String, String> {
    let command = ["template", "stickler", chart, "-n", "stickler"];
    let output = helm(&[&command, arguments].concat());
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout).expect("text"));
    }
    Err(String::from_utf8(output.stderr).expect("text"))
}
