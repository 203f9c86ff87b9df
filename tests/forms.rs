//! Forms of files that people come with, beside those of tests/field.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;

#[path = "support/bad_ingress.rs"]
mod bad_ingress;

use bad_ingress::{BAD, KEY, bad, ingress, stdout, stickler};

/// The places of the findings of a text, which is checked as `name`.
fn places(name: &str, text: &[u8]) -> (i32, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), text).unwrap();
    let mut command = stickler(folder.path());
    let output = command.args(["check", "--format=concise", name]).output();
    let output = output.unwrap();
    let found = stdout(&output);
    let found = found.lines().filter(|line| line.contains("error["));
    let place = |line: &str| {
        let rest = line.strip_prefix(&format!("{name}:")).unwrap();
        rest.split(": ").next().unwrap().to_owned()
    };
    (output.status.code().unwrap(), found.map(place).collect())
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table of cases")]
fn the_ways_to_write_yaml_are_read() {
    let json = |name: &str| {
        format!(
            r#"{{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{{"name":"{name}","annotations":{{"{KEY}":"serviceName=tea-svc id expire=1h path=/"}}}},"spec":{{"rules":[{{"host":"a.example.com","http":{{"paths":[{{"path":"/","pathType":"Prefix","backend":{{"service":{{"name":"tea-svc","port":{{"number":80}}}}}}}}]}}}}]}}}}"#
        )
    };
    let indented = bad().replace('\n', "\n    ");
    for (what, text, expected) in [
        (
            "an anchor",
            ingress(&format!("x: &v \"{BAD}\"\n    {KEY}: *v")),
            &["6:42"][..],
        ),
        (
            "a merge key",
            ingress("<<: *c").replace(
                "metadata:",
                &format!("x: &c {{{KEY}: \"{BAD}\"}}\nmetadata:"),
            ),
            &["3:73"],
        ),
        ("CRLF", bad().replace('\n', "\r\n"), &["6:70"]),
        (
            "markers",
            format!("--- # first\n{}...\n---\n---\n# nothing\n", bad()),
            &["7:70"],
        ),
        (
            "JSON lines",
            format!("{}\n{}\n", json("a"), json("b")),
            &["1:152", "2:152"],
        ),
        (
            "a list in a list",
            format!(
                "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - {indented}\n"
            ),
            &["12:74"],
        ),
        (
            "an indentation indicator",
            ingress(&format!("{KEY}: |2-\n      {BAD}")),
            &["7:37"],
        ),
        (
            "a folded scalar",
            ingress(&format!(
                "{KEY}: >-\n      serviceName=coffee-svc srv_id\n      expire=1h path=/coffee"
            )),
            &["8:7"],
        ),
        (
            "deep nesting before it",
            format!(
                "a: {}{}\n---\n{}",
                "[".repeat(5000),
                "]".repeat(5000),
                bad()
            ),
            &["8:70"],
        ),
        (
            "a comment between",
            ingress(&format!("{KEY}:\n      # a comment\n      \"{BAD}\"")),
            &["8:38"],
        ),
        (
            "an escape in the key",
            ingress(&format!(
                "\"nginx.org\\x2Fsticky-cookie-services\": \"{BAD}\""
            )),
            &["6:75"],
        ),
        (
            "an explicit key",
            ingress(&format!("? {KEY}\n    : {BAD}")),
            &["7:37"],
        ),
        (
            "a byte order mark between documents",
            format!("{}\u{feff}---\n{}", bad(), bad()),
            &["6:70", "22:70"],
        ),
        (
            "a tag",
            ingress(&format!("{KEY}: !!str \"{BAD}\"")),
            &["6:76"],
        ),
        ("no line end", bad().trim_end().to_owned(), &["6:70"]),
        (
            "directives",
            format!("%YAML 1.1\n---\n{}", bad()),
            &["8:70"],
        ),
    ] {
        let (code, found) = places("a.yaml", text.as_bytes());
        assert_eq!(
            (code, &found[..]),
            (
                1,
                &expected
                    .iter()
                    .map(|it| (*it).to_owned())
                    .collect::<Vec<_>>()[..]
            ),
            "{what}"
        );
    }
}

/// One document that cannot be read hides no other.
#[test]
fn a_bad_document_is_told_and_the_others_are_checked() {
    let text = format!("{}---\napiVersion: v1\nkind: [\n---\n{}", bad(), bad());
    let (code, found) = places("a.yaml", text.as_bytes());
    assert_eq!(
        (code, found),
        (2, vec!["6:70".to_owned(), "25:70".to_owned()])
    );
}

/// `helm create` writes quotes within quotes.
#[test]
fn a_template_within_quotes_is_a_template() {
    let name = "name: \"{{ include \"web.name\" . }}-test\"";
    let text = bad().replace("name: cafe", name);
    assert_eq!(places("a.yaml", text.as_bytes()).0, 3);
    // What is wrong elsewhere is still told.
    let broken = bad().replace("name: cafe", "labels: {a: \"{{ b }}\"}\n  name: [");
    assert_eq!(places("a.yaml", broken.as_bytes()).0, 2);
}
