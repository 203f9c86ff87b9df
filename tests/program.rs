//! The program as a shell has it: standard streams, files that it replaces,
//! flags that are in force, names that would like to draw on a terminal.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[path = "program/commands.rs"]
mod commands;
#[path = "program/hostile.rs"]
mod hostile;
#[path = "program/terminal.rs"]
mod terminal;
#[path = "program/upgrade.rs"]
mod upgrade;

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_stickler");

/// What came of a run: exit code, standard output, standard error.
type Seen = (i32, String, String);

/// Runs stickler in `folder` with `input`.
fn run(folder: &Path, arguments: &[&str], input: &str) -> Seen {
    finish(&mut command(folder, arguments), input)
}

/// stickler in `folder`, whatever the environment of the tests asks for.
fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    isolate(command.args(arguments).current_dir(folder));
    command
}

fn isolate(command: &mut Command) {
    command
        .env("GITHUB_ACTIONS", "")
        .env_remove("STICKLER_POLICY");
}

fn finish(command: &mut Command, input: &str) -> Seen {
    isolate(command);
    command.stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // Who does not read is no matter here.
    let writing = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writing.join().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

/// An Ingress whose annotation has this value.
fn ingress(value: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: cafe\n  \
         annotations:\n    nginx.com/sticky-cookie-services: {value}\nspec:\n  rules:\n  - host: \
         cafe.example.com\n    http:\n      paths:\n      - path: /tea\n        pathType: Prefix\n        \
         backend: {{service: {{name: tea, port: {{number: 80}} }} }}\n"
    )
}

const GOOD: &str = "serviceName=tea srv expires=1h path=/tea";
const BAD: &str = "serviceName=tea srv expire=1h path=/tea";
const NOTED: &str = "serviceName=tea srv expires=1h path=/tea samesite=strict";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn check_reads_standard_input_and_files_beside_it() {
    let folder = folder(&[("good.yaml", &ingress(GOOD))]);
    let check = |arguments: &[&str], input: &str| {
        let arguments = [&["check", "--format", "concise"], arguments].concat();
        run(folder.path(), &arguments, input)
    };
    let line =
        ":6:59: error[unknown-parameter] unknown parameter 'expire': nginx refuses to reload\n";
    let summary = |files| format!("Checked {files}: 1 error (1 fixable with 'stickler fix').\n");
    let one = summary("1 Ingress (1 with sticky cookies) in 1 file");
    assert_eq!(
        check(&["-"], &ingress(BAD)),
        (1, format!("<stdin>{line}{one}"), String::new())
    );
    let named = check(&["-", "--stdin-filename", "chart/cafe.yaml"], &ingress(BAD));
    assert_eq!(named.1, format!("chart/cafe.yaml{line}{one}"));
    let two = summary("2 Ingresses (2 with sticky cookies) in 2 files");
    assert_eq!(
        check(&["good.yaml", "-"], &ingress(BAD)).1,
        format!("<stdin>{line}{two}")
    );
    assert_eq!(check(&["-"], &ingress(GOOD)).0, 0);
    assert_eq!(check(&["-"], "").0, 3);
    assert_eq!(check(&["-"], "apiVersion: [").0, 2);
}

#[test]
fn fix_writes_from_standard_input_to_standard_output() {
    let folder = folder(&[]);
    let fix = |arguments: &[&str], input: &str| {
        let arguments = [&["fix"], arguments].concat();
        run(folder.path(), &arguments, input)
    };
    let (bad, good) = (ingress(BAD), ingress(GOOD));
    let made = |what: &str| {
        format!("{what} in 1 of 1 file (1 Ingress, 1 with sticky cookies): nothing is left.\n")
    };
    assert_eq!(fix(&["-"], &bad), (0, good.clone(), made("Made 1 fix")));
    let (code, printed, _) = fix(&["-"], &good);
    assert_eq!((code, printed), (0, good));
    // What cannot be read is no reason to lose it.
    let (code, printed, said) = fix(&["-"], "apiVersion: [");
    assert_eq!((code, printed.as_str()), (2, "apiVersion: ["), "{said}");
    let (code, diff, _) = fix(&["--diff", "-"], &bad);
    assert_eq!(code, 1);
    assert!(
        diff.contains("\n-    nginx.com/") && diff.contains("\n+    nginx.com/"),
        "{diff}"
    );
    let (code, told, said) = fix(&["--check", "-"], &bad);
    assert_eq!((code, told.as_str()), (1, "would fix <stdin> (1 fix)\n"));
    assert_eq!(said, made("Would make 1 fix"));
}

#[test]
fn fix_replaces_a_file_for_those_who_read_it() {
    let folder = folder(&[("a.yaml", &ingress(BAD))]);
    let path = folder.path().join("a.yaml");
    let mut reader = fs::File::open(&path).unwrap();
    assert_eq!(run(folder.path(), &["fix", "a.yaml"], "").0, 0);
    let mut old = String::new();
    reader.read_to_string(&mut old).unwrap();
    assert_eq!(old, ingress(BAD));
    assert_eq!(fs::read_to_string(&path).unwrap(), ingress(GOOD));
    assert_ne!(
        reader.metadata().unwrap().ino(),
        fs::metadata(&path).unwrap().ino()
    );
}

/// The program as somebody whom permissions concern: root is not.
fn as_somebody(folder: &Path) -> Command {
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    if !is_root {
        return Command::new(BINARY);
    }
    // A folder of ours may not be theirs to look into.
    let program = folder.join("stickler");
    if !program.exists() {
        // By a process of its own: what is being written cannot be run.
        let copied = Command::new("cp").arg(BINARY).arg(&program).status();
        assert!(copied.unwrap().success());
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    command.arg(program);
    command
}

#[test]
fn fix_leaves_a_file_whole_where_it_may_not_write() {
    let outer = tempfile::tempdir().unwrap();
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(outer.path(), 0o755);
    let inner = outer.path().join("deploy");
    fs::create_dir(&inner).unwrap();
    fs::write(inner.join("a.yaml"), ingress(BAD)).unwrap();
    mode(&inner, 0o555);
    let mut command = as_somebody(outer.path());
    let command = command
        .args(["fix", "deploy/a.yaml"])
        .current_dir(outer.path());
    let (code, printed, said) = finish(command, "");
    mode(&inner, 0o755);
    assert_eq!((code, printed.as_str()), (2, ""), "{said}");
    assert!(said.starts_with("error: deploy/a.yaml: "), "{said}");
    assert!(said.contains("Permission denied"), "{said}");
    assert!(
        said.ends_with("1 input could not be read or written.\n"),
        "{said}"
    );
    assert_eq!(
        fs::read_to_string(inner.join("a.yaml")).unwrap(),
        ingress(BAD)
    );
    assert_eq!(fs::read_dir(&inner).unwrap().count(), 1);
}

#[test]
fn what_may_not_be_read_is_an_error() {
    let outer = tempfile::tempdir().unwrap();
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(outer.path(), 0o755);
    fs::create_dir(outer.path().join("closed")).unwrap();
    fs::write(outer.path().join("a.yaml"), ingress(GOOD)).unwrap();
    fs::write(outer.path().join("b.yaml"), ingress(GOOD)).unwrap();
    mode(&outer.path().join("closed"), 0o000);
    mode(&outer.path().join("b.yaml"), 0o000);
    let mut command = as_somebody(outer.path());
    let command = command.args(["check", "--format", "concise", "."]);
    let (code, _, said) = finish(command.current_dir(outer.path()), "");
    mode(&outer.path().join("closed"), 0o755);
    assert_eq!(code, 2, "{said}");
    for path in ["b.yaml: ", "closed: "] {
        let line = said.lines().find(|line| line.contains(path));
        let denied = |line: &str| line.to_lowercase().contains("permission");
        assert!(line.is_some_and(denied), "{path} in {said}");
    }
}

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let folder = folder(&[]);
    for number in 0..200 {
        let path = folder.path().join(format!("{number:03}.yaml"));
        fs::write(path, ingress(BAD)).unwrap();
    }
    for arguments in [
        "check . --format github",
        "check .",
        "explain",
        "completions bash",
        "man",
    ] {
        let line = format!("\"$0\" {arguments} | head -n1");
        let mut command = Command::new("sh");
        command
            .args(["-c", &line, BINARY])
            .current_dir(folder.path());
        let (code, printed, said) = finish(&mut command, "");
        assert!(code == 0 && !said.contains("ipe"), "{arguments}: {said}");
        assert_eq!(printed.lines().count(), 1, "{arguments}: {printed}");
    }
}

#[test]
fn fail_on_note_is_below_warning() {
    let folder = folder(&[("a.yaml", &ingress(NOTED))]);
    for (least, expected) in [("note", 1), ("warning", 0), ("error", 0), ("never", 0)] {
        let arguments = ["check", "a.yaml", "--fail-on", least];
        let (code, printed, _) = run(folder.path(), &arguments, "");
        assert_eq!(code, expected, "{least}: {printed}");
        assert!(printed.contains("note[samesite-strict]"), "{printed}");
    }
}

#[test]
fn quiet_is_quiet_in_every_format_and_files_hold_what_could_not_be_read() {
    let folder = folder(&[("a.yaml", &ingress(BAD)), ("b.yaml", "apiVersion: [")]);
    for format in [
        "full", "concise", "json", "jsonl", "sarif", "junit", "github", "gitlab",
    ] {
        let arguments = ["check", "a.yaml", "--quiet", "--format", format];
        let (code, printed, said) = run(folder.path(), &arguments, "");
        assert_eq!((code, said.as_str()), (1, ""), "{format}");
        assert!(printed.contains("expire"), "{format}");
        let to = format!("{format}=out");
        let arguments = ["check", "a.yaml", "b.yaml", "--output", &to];
        assert_eq!(run(folder.path(), &arguments, "").0, 2);
        let written = fs::read_to_string(folder.path().join("out")).unwrap();
        assert!(written.contains("b.yaml"), "{format}: {written}");
    }
}

#[test]
fn policies_are_in_force_and_their_warnings_are_told() {
    let policy = "mode: warn\nrequire: {httpOnly: true}\nrules: {require-path: warning}\n";
    let folder = folder(&[("a.yaml", &ingress(GOOD)), ("p.yaml", policy)]);
    let (code, printed, said) = run(
        folder.path(),
        &["check", "a.yaml", "--policy", "p.yaml"],
        "",
    );
    assert_eq!(code, 1, "{printed}");
    assert!(printed.contains("error[require-httponly]"), "{printed}");
    let warning = "p.yaml:3:23: warning: 'require-path' finds nothing";
    assert!(said.contains(warning), "{said}");
    let review = |arguments: &[&str]| {
        let object: Value = stickler::yaml::from_str(&ingress(BAD)).unwrap();
        let kind = json!({"group": "networking.k8s.io", "version": "v1", "kind": "Ingress"});
        let request = json!({"uid": "u", "kind": kind, "namespace": "a", "name": "cafe",
            "operation": "CREATE", "object": object});
        let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
            "request": request});
        let arguments = [&["review"], arguments].concat();
        let (code, answer, said) = run(folder.path(), &arguments, &review.to_string());
        assert_eq!(code, 0, "{said}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        answer["response"]["allowed"].clone()
    };
    assert_eq!(review(&[]), json!(false));
    assert_eq!(review(&["--policy", "p.yaml"]), json!(true));
}

#[test]
fn completions_know_the_rules_and_their_consequences() {
    let folder = folder(&[]);
    for shell in ["bash", "zsh"] {
        let (code, script, _) = run(folder.path(), &["completions", shell], "");
        assert_eq!(code, 0);
        for name in ["unknown-parameter", "samesite-strict", "breaks-reload"] {
            assert!(script.contains(name), "{shell}: {name}");
        }
    }
}

#[test]
fn what_is_printed_as_a_whole_is_whole() {
    let folder = folder(&[]);
    let print = |arguments: &[&str]| {
        let (code, printed, said) = run(folder.path(), arguments, "");
        assert_eq!((code, said.as_str()), (0, ""), "{arguments:?}");
        printed
    };
    let list = print(&["explain"]);
    for entry in stickler::lint::CATALOGUE {
        let own = |line: &&str| line.trim_start().starts_with(entry.id);
        assert_eq!(list.lines().filter(own).count(), 1, "{}", entry.id);
    }
    let schema: Value = serde_json::from_str(&print(&["policy", "schema"])).unwrap();
    assert_eq!(schema, stickler::policy::schema());
    assert!(print(&["man"]).contains(".TH stickler 1"));
    assert!(print(&["man", "check"]).contains(".TH stickler-check 1"));
}

#[test]
fn annotations_of_github_stand_beside_text_alone() {
    let folder = folder(&[("a.yaml", &ingress(BAD))]);
    let check = |format: &str| {
        let mut command = Command::new(BINARY);
        command.args(["check", "a.yaml", "--quiet", "--format", format]);
        let output = command
            .current_dir(folder.path())
            .env("GITHUB_ACTIONS", "true");
        String::from_utf8(output.output().unwrap().stdout).unwrap()
    };
    for format in ["full", "concise", "text"] {
        assert_eq!(
            check(format).matches("::error file=a.yaml").count(),
            1,
            "{format}"
        );
    }
    for format in ["json", "sarif", "gitlab"] {
        let report = check(format);
        assert!(serde_json::from_str::<Value>(&report).is_ok(), "{report}");
    }
    for format in ["jsonl", "junit"] {
        assert!(!check(format).contains("::error"), "{format}");
    }
}

#[test]
fn strict_and_markdown_are_in_force() {
    let page = format!("# Page\n\n```yaml\n{}```\n", ingress(BAD));
    let folder = folder(&[
        ("a.md", &page),
        ("b.yaml", "a: b: c\n"),
        ("c.yaml", &ingress(GOOD)),
    ]);
    for (flags, code) in [(&[][..], 0), (&["--markdown"], 1), (&["--strict"], 2)] {
        let arguments = [&["check", "."], flags].concat();
        let (seen, printed, said) = run(folder.path(), &arguments, "");
        assert_eq!(seen, code, "{flags:?}: {printed}{said}");
    }
}
