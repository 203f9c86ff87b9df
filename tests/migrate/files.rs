//! The cases as files: what changes is the lines of the affinity keys, and a
//! second run changes nothing.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use stickler::lint::migrate::{Migration, Options, is_affinity, migrate};
use stickler::lint::policy::Policy;
use stickler::lint::read::keys::COMMUNITY;
use stickler::lint::subject::Subject;
use stickler::manifest::{self, Migrated, Migrator, Source};

use crate::corpus::cases;

/// An Ingress as a file has it: a line for each annotation, in YAML's double
/// quotes, the rest on one line.
fn manifest(json: &str, line_break: &str) -> String {
    let ingress: Value = serde_json::from_str(json).unwrap();
    let mut text = String::from("# kept\napiVersion: networking.k8s.io/v1\nkind: Ingress\n");
    writeln!(text, "metadata:\n  name: {}", ingress["metadata"]["name"]).unwrap();
    text.push_str("  annotations:\n    first: kept # as it is\n");
    for (key, value) in ingress["metadata"]["annotations"].as_object().unwrap() {
        writeln!(text, "    {key}: {value}   # {}", key.len()).unwrap();
        text.push_str("    # between\n");
    }
    writeln!(text, "    last:   'kept'\nspec: {}", ingress["spec"]).unwrap();
    text.replace('\n', line_break)
}

fn run(text: &str, options: &Options, keep_old: bool) -> Migrated {
    let migrator = Migrator {
        migrate: &|subject: &Subject<'_>| migrate(subject, &Policy::default(), options),
        withheld: &|migration: &Migration| migration.withheld(options.intent),
        prefix: COMMUNITY,
        keep_old,
    };
    let source = Source {
        name: "a.yaml".to_owned(),
        text: text.to_owned(),
    };
    manifest::migrate(source, &migrator)
}

/// What must come of a text: the annotation in place of the first affinity key.
fn expected(text: &str, value: &str, keep_old: bool) -> String {
    let is_old = |line: &str| {
        let key = line.trim_start().split(':').next().unwrap_or_default();
        key.strip_prefix(COMMUNITY).is_some_and(is_affinity)
    };
    let line_break = if text.contains('\r') { "\r\n" } else { "\n" };
    let line = format!("    nginx.org/sticky-cookie-services: \"{value}\"{line_break}");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let first = lines.iter().position(|line| is_old(line)).unwrap();
    let last = lines.iter().rposition(|line| is_old(line)).unwrap();
    let mut after = String::new();
    for (number, old) in lines.into_iter().enumerate() {
        if keep_old || !is_old(old) {
            after.push_str(old);
        }
        if number == (if keep_old { last } else { first }) {
            after.push_str(&line);
        }
    }
    after
}

#[test]
fn only_the_lines_of_the_keys_change_and_only_once() {
    let (mut changed, mut same) = (0, 0);
    for case in cases() {
        let line_break = if case.line % 2 == 0 { "\n" } else { "\r\n" };
        let text = manifest(&case.ingresses[0].1, line_break);
        for (intent, keep_old) in [(false, false), (true, false), (false, true)] {
            let options = Options {
                intent,
                ..Options::default()
            };
            let migrated = run(&text, &options, keep_old);
            let [ingress] = &migrated.ingresses[..] else {
                panic!("line {}: {text}", case.line)
            };
            let migration = ingress.result.as_ref().unwrap();
            let value = migration.value.as_ref();
            if let Some(value) = value.filter(|_| migration.withheld(intent).is_none()) {
                assert!(ingress.written, "line {}: {ingress:?}", case.line);
                let expected = expected(&text, value, keep_old);
                assert_eq!(migrated.after, expected, "line {}", case.line);
                changed += 1;
            } else {
                assert!(!ingress.written);
                assert_eq!(migrated.after, text, "line {}", case.line);
                same += 1;
            }
            let again = run(&migrated.after, &options, keep_old);
            assert_eq!(again.after, migrated.after, "line {}", case.line);
        }
    }
    assert!(changed > 3000 && same > 500, "{changed} {same}");
}

/// What a folder holds: each file's bytes, and which file it is.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>, u64)> {
    let files = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = files
        .map(|file| {
            let file = file.unwrap();
            let name = file.file_name().into_string().unwrap();
            let inode = file.metadata().unwrap().ino();
            (name, fs::read(file.path()).unwrap(), inode)
        })
        .collect();
    files.sort();
    files
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn a_file_in_which_nothing_is_migrated_is_the_same_file() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("migrate-untouched");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let plain = "spec: {rules: [{host: a.example.com, http: {paths: [{path: /, backend: {service: {name: web}}}]}}]}";
    let head =
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: a\n  annotations:\n";
    let affinity = format!("    {COMMUNITY}affinity: cookie\n");
    for (name, text) in [
        ("changes.yaml", format!("{head}{affinity}{plain}\n")),
        ("no-keys.yaml", format!("{head}    a: b\r\n{plain}")),
        (
            "broken.yaml",
            format!("{head}{affinity}    {COMMUNITY}session-cookie-expires: 1h30\n{plain}\n"),
        ),
        (
            "blocked.yaml",
            format!("{head}{affinity}    {COMMUNITY}canary: 'true'\n{plain}\n"),
        ),
        (
            "flow.yaml",
            format!(
                "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{annotations: {{{COMMUNITY}affinity: cookie}}}}, {plain}}}"
            ),
        ),
        (
            "no-end.yaml",
            format!("{head}{affinity}    {COMMUNITY}canary: 'true'\n{plain}"),
        ),
        (
            "template.yaml",
            format!("{head}{affinity}    a: {{{{ .Values.a }}}}\n{plain}\n"),
        ),
        (
            "other.yaml",
            "\u{feff}kind: Service\napiVersion: v1\n".to_owned(),
        ),
        ("unreadable.yaml", "a: [\n".to_owned()),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    let before = contents(&folder);
    let migrate = || {
        let program = env!("CARGO_BIN_EXE_stickler");
        let output = Command::new(program)
            .args(["migrate", "--write"])
            .arg(&folder)
            .output();
        output.unwrap().status.code()
    };
    assert_eq!(migrate(), Some(1));
    let after = contents(&folder);
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before == after, before.0 != "changes.yaml", "{}", before.0);
    }
    migrate();
    assert_eq!(contents(&folder), after);
}
