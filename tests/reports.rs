//! Reports: the names of files in them, where they are written, and who reads
//! them.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::process::Stdio;
use std::time::Instant;

use serde_json::Value;

#[path = "support/bad_ingress.rs"]
mod bad_ingress;

use bad_ingress::{BAD, KEY, bad, ingress, stdout, stickler};

fn assert_valid(schema: &str, value: &Value) {
    let schema = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator
        .iter_errors(value)
        .map(|it| it.to_string())
        .collect();
    assert_eq!(errors, [""; 0]);
}

fn folder_of_odd_names() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        &b"a\nb\x1b[31m.yaml"[..],
        "bidi\u{202e}.yaml".as_bytes(),
        b"no\xff %.yaml",
        b"a b,c:d#e?.yaml",
    ] {
        fs::write(folder.path().join(OsStr::from_bytes(name)), bad()).unwrap();
    }
    folder
}

#[test]
fn odd_names_are_escaped_where_people_read_them_and_exact_in_uris() {
    let folder = folder_of_odd_names();
    let format = |format: &str| {
        let mut command = stickler(folder.path());
        let output = command.args(["check", ".", "--format", format]).output();
        stdout(&output.unwrap())
    };
    for text in ["full", "concise", "text", "junit"] {
        let report = format(text);
        assert!(!report.contains(['\u{1b}', '\u{202e}']), "{report}");
        assert!(!report.contains("a\nb"), "{report}");
    }
    let log: Value = serde_json::from_str(&format("sarif")).unwrap();
    assert_valid(include_str!("schemas/sarif-2.1.0.json"), &log);
    let json: Value = serde_json::from_str(&format("json")).unwrap();
    assert_valid(include_str!("../docs/findings.schema.json"), &json);
    let results = log["runs"][0]["results"].as_array().unwrap().iter();
    let uri = "/locations/0/physicalLocation/artifactLocation/uri";
    let mut uris: Vec<_> = results
        .map(|result| result.pointer(uri).unwrap().as_str().unwrap())
        .collect();
    uris.sort_unstable();
    let expected = [
        "a%0Ab%1B%5B31m.yaml",
        "a%20b%2Cc%3Ad%23e%3F.yaml",
        "bidi%E2%80%AE.yaml",
        "no%FF%20%25.yaml",
    ];
    assert_eq!(uris, expected);
    let fixed = stickler(folder.path()).args(["fix", "."]).output().unwrap();
    assert_eq!(fixed.status.code(), Some(0));
    assert!(!stdout(&fixed).contains(['\u{1b}', '\u{202e}']));
    assert_eq!(format("concise").lines().count(), 1, "nothing is left");
}

/// A link beside the file that it leads to is fixed with it.
#[test]
fn links_stay_links() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), bad()).unwrap();
    symlink("a.yaml", folder.path().join("b.yaml")).unwrap();
    symlink(".", folder.path().join("loop")).unwrap();
    let fixed = stickler(folder.path()).args(["fix", "."]).output().unwrap();
    assert_eq!(fixed.status.code(), Some(0), "{fixed:?}");
    let link = fs::symlink_metadata(folder.path().join("b.yaml")).unwrap();
    assert!(link.is_symlink());
}

#[test]
fn one_file_has_one_name_in_every_report() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    fs::create_dir(root.join("b")).unwrap();
    fs::write(root.join("b/a.yaml"), bad()).unwrap();
    let absolute = root.join("b/a.yaml");
    for (named, shown) in [
        (OsStr::new("./b/a.yaml"), "b/a.yaml"),
        (OsStr::new("b//a.yaml"), "b/a.yaml"),
        (OsStr::new("./b/../b/a.yaml"), "b/../b/a.yaml"),
        (absolute.as_os_str(), absolute.to_str().unwrap()),
    ] {
        let report = |format: &str| {
            let mut command = stickler(&root);
            let command = command.arg("check").arg(named).args(["--format", format]);
            stdout(&command.output().unwrap())
        };
        assert!(
            report("concise").starts_with(&format!("{shown}:6:70: ")),
            "{named:?}"
        );
        let json: Value = serde_json::from_str(&report("json")).unwrap();
        assert_eq!(json["findings"][0]["location"]["file"], shown);
        let from_root = if shown.starts_with('/') {
            "b/a.yaml"
        } else {
            shown
        };
        let rows: Value = serde_json::from_str(&report("gitlab")).unwrap();
        assert_eq!(rows[0]["location"]["path"], from_root);
        let log: Value = serde_json::from_str(&report("sarif")).unwrap();
        let result = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(result["artifactLocation"]["uri"], from_root);
        assert!(report("github").starts_with(&format!("::error file={from_root},line=6,")));
    }
}

#[test]
fn standard_output_is_a_file_like_others() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), bad()).unwrap();
    let run = |args: &[&str]| {
        let mut command = stickler(folder.path());
        command
            .args(["check", "a.yaml"])
            .args(args)
            .output()
            .unwrap()
    };
    let asked = run(&["--output", "sarif=-"]);
    assert_eq!(asked.status.code(), Some(1));
    assert_eq!(stdout(&asked), stdout(&run(&["--format", "sarif"])));
    for twice in [
        &["--output", "sarif=-", "--output", "json=-"][..],
        &["--format", "full", "--output", "json=-"],
    ] {
        assert_eq!(run(twice).status.code(), Some(2), "{twice:?}");
    }
    assert_eq!(run(&["--output", "sarif=/dev/full"]).status.code(), Some(2));
}

/// A reader that goes away changes no exit code; a full disk does.
#[test]
fn closed_pipes_and_full_disks() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), bad()).unwrap();
    for format in [
        "full", "concise", "text", "json", "jsonl", "sarif", "junit", "github", "gitlab",
    ] {
        let run = |out: Stdio| {
            let mut command = stickler(folder.path());
            let command = command.args(["check", "a.yaml", "--format", format]);
            command.stdout(out).stderr(Stdio::null()).status().unwrap()
        };
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        assert_eq!(run(writer.into()).code(), Some(1), "{format}");
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        assert_eq!(run(full.into()).code(), Some(2), "{format}");
    }
}

#[test]
fn a_diff_is_coloured_where_colour_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), bad()).unwrap();
    let diff = |args: &[&str], name: &str, value: &str| {
        let mut command = stickler(folder.path());
        let command = command.args(["fix", "--diff", "a.yaml"]).args(args);
        stdout(&command.env(name, value).output().unwrap())
    };
    let plain = diff(&[], "NO_COLOR", "");
    assert!(plain.starts_with("--- a/a.yaml\n+++ b/a.yaml\n"), "{plain}");
    for coloured in [
        diff(&["--color=always"], "NO_COLOR", "1"),
        diff(&[], "CLICOLOR_FORCE", "1"),
    ] {
        assert!(coloured.contains("\u{1b}[32m+    nginx.org/"), "{coloured}");
        assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
    }
}

#[test]
fn a_step_of_github_actions_gets_a_table() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), bad()).unwrap();
    let summary = folder.path().join("summary.md");
    fs::write(&summary, "before\n").unwrap();
    for format in ["full", "sarif"] {
        let mut command = stickler(folder.path());
        let command = command.args(["check", "a.yaml", "--format", format]);
        let status = command
            .env("GITHUB_STEP_SUMMARY", &summary)
            .output()
            .unwrap();
        assert_eq!(status.status.code(), Some(1));
    }
    let table = fs::read_to_string(&summary).unwrap();
    assert!(table.starts_with("before\n### stickler\n"), "{table}");
    let row = "| error | unknown-parameter | a.yaml:6:70 | Ingress cafe, entry 1";
    assert_eq!(table.matches(row).count(), 2, "{table}");
    // One that cannot be written takes nothing else away.
    let mut command = stickler(folder.path());
    let output = command
        .args(["check", "a.yaml"])
        .env("GITHUB_STEP_SUMMARY", "/nowhere/x");
    assert_eq!(output.output().unwrap().status.code(), Some(1));
}

#[test]
fn what_a_comment_suppresses_is_in_sarif_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let text = ingress(&format!(
        "# stickler: ignore[unknown-parameter] known since May\n    {KEY}: \"{BAD}\""
    ));
    fs::write(folder.path().join("a.yaml"), text).unwrap();
    let mut command = stickler(folder.path());
    let output = command
        .args(["check", "a.yaml", "--format=sarif"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let log: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 1);
    let expected = serde_json::json!([{"kind": "inSource", "justification": "known since May"}]);
    assert_eq!(results[0]["suppressions"], expected);
}

#[test]
fn every_command_with_a_policy_takes_that_of_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.yaml"), bad()).unwrap();
    fs::write(
        folder.path().join("p.yaml"),
        "mode: audit\nrules: {unknwon: off}\n",
    )
    .unwrap();
    for args in [
        &["check", "a.yaml"][..],
        &["fix", "--diff", "a.yaml"],
        &["migrate", "a.yaml"],
        &["policy", "check"],
        &["policy", "show"],
    ] {
        let run = |policy: &str| {
            let mut command = stickler(folder.path());
            command
                .args(args)
                .env("STICKLER_POLICY", policy)
                .output()
                .unwrap()
        };
        let output = run("p.yaml");
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let told = stdout(&output) + &String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("unknwon"), "{args:?}: {told}");
    }
}

/// An Ingress of another controller is not one in which nothing was found.
#[test]
fn an_ingress_of_another_class_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let other = bad().replace("ingressClassName: nginx", "ingressClassName: alb");
    fs::write(folder.path().join("a.yaml"), other).unwrap();
    fs::write(
        folder.path().join("stickler.yaml"),
        "ingressClasses: [nginx]\n",
    )
    .unwrap();
    let run = |format: &str| {
        let mut command = stickler(folder.path());
        let output = command.args(["check", ".", "--format", format]).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(0));
        stdout(&output)
    };
    let line = "Checked 0 Ingresses (none with sticky cookies) in 1 file: nothing found; \
                1 Ingress of another class was not checked.\n";
    assert_eq!(run("full"), line);
    let json: Value = serde_json::from_str(&run("json")).unwrap();
    assert_eq!(json["summary"]["otherClass"], 1);
    assert_eq!(json["summary"]["ingresses"], 0);
}

/// Time in proportion: one value with many findings. Quadratic would be sixteen
/// times as long.
#[test]
fn many_findings_in_one_value_take_time_in_proportion() {
    let text = |count: usize| {
        let entry = |number| format!("serviceName=s{number} id{number} expire=1h path=/{number}");
        let value: Vec<_> = (0..count).map(entry).collect();
        let path = |number| {
            format!(
                "      - {{path: /{number}, pathType: Prefix, backend: {{service: {{name: s{number}, port: {{number: 80}}}}}}}}\n"
            )
        };
        let paths: String = (0..count).map(path).collect();
        let head = ingress(&format!("{KEY}: \"{}\"", value.join(";")));
        head.split_once("      - path:").unwrap().0.to_owned() + &paths
    };
    let folder = tempfile::tempdir().unwrap();
    let time = |count: usize| {
        let name = format!("{count}.yaml");
        fs::write(folder.path().join(&name), text(count)).unwrap();
        let once = || {
            let begun = Instant::now();
            let mut command = stickler(folder.path());
            let output = command.args(["check", "--format=concise", &name]).output();
            let found = stdout(&output.unwrap())
                .matches("unknown-parameter")
                .count();
            assert_eq!(found, count);
            begun.elapsed()
        };
        (0..2).map(|_| once()).min().unwrap()
    };
    let (few, many) = (time(150), time(600));
    assert!(many < few * 10, "{few:?} and {many:?}");
}
