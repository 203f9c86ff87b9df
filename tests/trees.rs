//! Trees as repositories have them, in tests/trees: `stickler check .` exits as
//! their owners expect.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::path::Path;
use std::process::Command;

/// The exit code, the findings, and the summary with the notes.
fn check(tree: &str, args: &[&str]) -> (i32, Vec<String>, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trees");
    let output = Command::new(env!("CARGO_BIN_EXE_stickler"))
        .args(["check", "--format", "concise", "."])
        .args(args)
        .current_dir(root.join(tree))
        .env_remove("STICKLER_POLICY")
        .env_remove("GITHUB_ACTIONS")
        .env_remove("GITHUB_STEP_SUMMARY")
        .output()
        .unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let mut lines: Vec<_> = stdout.lines().map(str::to_owned).collect();
    let notes = String::from_utf8(output.stderr).unwrap();
    let summary = lines.pop().unwrap() + "\n" + &notes;
    (output.status.code().unwrap(), lines, summary)
}

/// As `helm create` makes it: quotes within quotes in a template, values that
/// are no manifest, and values with the annotation.
#[test]
fn a_chart_with_values_and_templates() {
    let (code, found, summary) = check("chart", &[]);
    assert_eq!(found, [""; 0]);
    let first = "Checked 2 values alone in 9 files: nothing found.\n";
    assert!(summary.starts_with(first), "{summary}");
    assert!(
        summary.contains("2 files are sources of Helm templates"),
        "{summary}"
    );
    assert_eq!(code, 0);
}

/// Patches without a spec, and one that takes the annotation away.
#[test]
fn a_kustomize_base_with_overlays() {
    let (code, found, summary) = check("kustomize", &[]);
    assert_eq!(found, [""; 0]);
    let counts = "Checked 2 Ingresses (none with sticky cookies) and 2 values alone in 11 files";
    assert_eq!(summary, format!("{counts}: nothing found.\n"));
    assert_eq!(code, 0);
}

/// What `postBuild.substitute` fills in is not known yet.
#[test]
fn a_flux_tree() {
    let (code, found, _) = check("flux", &[]);
    let [note] = found.as_slice() else {
        panic!("{found:?}")
    };
    let place = "apps/base/cafe/ingress.yaml:6:78: note[placeholder]";
    assert!(note.starts_with(place), "{note}");
    assert_eq!(code, 0);
}

/// Values as a string, as an object and as a parameter; a template of an
/// ApplicationSet.
#[test]
fn an_argo_cd_tree() {
    let (code, found, summary) = check("argocd", &[]);
    let [note] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert!(
        note.starts_with("apps/previews.yaml:17:64: note[placeholder]"),
        "{note}"
    );
    assert_eq!(summary, "Checked 3 values alone in 4 files: 1 note.\n");
    assert_eq!(code, 0);
}

/// Nothing to check, and no error, in what is not for Kubernetes; the blocks of
/// Markdown where they are asked for.
#[test]
fn a_documentation_tree() {
    assert_eq!(check("docs", &[]).0, 3);
    assert_eq!(check("docs", &["--allow-empty"]).0, 0);
    let (code, found, summary) = check("docs", &["--markdown"]);
    let [error] = found.as_slice() else {
        panic!("{found:?}")
    };
    let place = "docs/index.md:11:70: error[unknown-parameter]";
    assert!(error.starts_with(place), "{error}");
    assert!(summary.contains("1 value alone"), "{summary}");
    assert_eq!(code, 1);
}
