//! The shapes in which affinity is found in public manifests, and what people
//! see of each: in a terminal, in a pull request, through kubectl.
//!
//! `SNAPSHOTS=overwrite cargo test --test migrate` writes `shapes/*.txt`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::{fs, str};

use jiff::Timestamp;
use serde_json::Value;
use snapbox::{Assert, Data};
use stickler::admission::{RequestPolicy, answer};
use stickler::policy::Policies;

/// One warning of the webhook is at most so long, or clients cut it.
const LONGEST: usize = 256;

const POLICY: &str = "ingressClasses: [nginx]\n";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/migrate/shapes")
}

pub(crate) fn shapes() -> Vec<(String, String)> {
    let files = fs::read_dir(folder()).unwrap();
    let files = files.map(|file| file.unwrap().path());
    let mut shapes: Vec<_> = files
        .filter(|path| path.extension().is_some_and(|end| end == "yaml"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    shapes.sort();
    shapes
}

/// A command line and its standard output: what is said of every run is in
/// `tests/cli/migrate.trycmd`.
fn session(arguments: &[&str], file: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_stickler"))
        .args(arguments)
        .arg(file)
        .current_dir(folder())
        .env_remove("STICKLER_POLICY")
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    let code = match code {
        0 => String::new(),
        code => format!("[exit code {code}]\n"),
    };
    let shown = str::from_utf8(&output.stdout).unwrap();
    format!("$ stickler {} {file}\n{shown}{code}\n", arguments.join(" "))
}

/// What `kubectl apply` shows of the webhook's answer.
fn through_kubectl(manifest: &str) -> String {
    let object: Value = stickler::yaml::from_str(manifest).unwrap();
    let review = serde_json::json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "u-1",
            "kind": {"group": "networking.k8s.io", "version": "v1", "kind": "Ingress"},
            "operation": "CREATE",
            "namespace": "shop",
            "object": object,
        },
    });
    let now = Timestamp::UNIX_EPOCH;
    let (policies, _) = Policies::parse("policy.yaml", POLICY, now).unwrap();
    let policies = Arc::new(policies);
    let request_policy = RequestPolicy { policies, now };
    let review = review.to_string();
    let answer = answer(review.as_bytes(), &request_policy).unwrap();
    let answer: Value = serde_json::from_slice(&answer.body).unwrap();
    let response = &answer["response"];
    assert_eq!(response["allowed"], true, "{response}");
    let warnings = response["warnings"].as_array().cloned().unwrap_or_default();
    let mut shown = String::new();
    for warning in &warnings {
        let warning = warning.as_str().unwrap();
        assert!(warning.chars().count() <= LONGEST, "{warning}");
        assert!(!warning.contains(char::is_control), "{warning:?}");
        writeln!(shown, "Warning: {warning}").unwrap();
    }
    shown
}

#[test]
fn each_shape_as_people_see_it() {
    let shapes = shapes();
    assert_eq!(shapes.len(), 22);
    for (file, manifest) in shapes {
        let seen = [
            session(&["migrate"], &file),
            session(&["migrate", "--diff"], &file),
            format!("$ kubectl apply -f {file}\n{}", through_kubectl(&manifest)),
        ];
        let golden = folder().join(file.replace(".yaml", ".txt"));
        Assert::new()
            .action_env("SNAPSHOTS")
            .normalize_paths(false)
            .eq(seen.concat(), Data::read_from(&golden, None).raw());
    }
}
