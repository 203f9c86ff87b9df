//! Names that would like to draw on a terminal.

use serde_json::json;

use super::{BAD, folder, ingress, run};

/// Names as nobody gives them but to harm.
const ESCAPES: &str = "\u{1b}[31m\u{1b}]0;x\u{7}\u{9b}31m\u{202e}";

#[test]
#[allow(clippy::too_many_lines, reason = "most of it is an object and a list")]
fn nothing_of_a_manifest_is_obeyed_by_a_terminal() {
    let hostile = format!("x{ESCAPES}");
    let value = format!("serviceName=tea{ESCAPES} srv expire=1h path=/tea");
    let object = |kind: &str, value: &str| {
        json!({
            "apiVersion": "networking.k8s.io/v1",
            "kind": kind,
            "metadata": {
                "name": hostile,
                "namespace": hostile,
                "annotations": {
                    "nginx.com/sticky-cookie-services": value,
                    "nginx.ingress.kubernetes.io/affinity": "cookie",
                    "nginx.ingress.kubernetes.io/session-cookie-name": value,
                },
            },
            "spec": {"ingressClassName": hostile, "rules": [{"host": hostile, "http": {"paths": [
                {"path": hostile, "pathType": hostile, "backend": {"service": {"name": hostile}}}]}}]},
        })
    };
    let list = json!({"apiVersion": "v1", "kind": "List", "items": [
        object("Ingress", &value), object("Ingress", BAD), object(&hostile, BAD), {"apiVersion": hostile},
    ]});
    let name = format!("a{ESCAPES}.yaml");
    let broken = format!("b{ESCAPES}.yaml");
    let folder = folder(&[
        (&name, &list.to_string()),
        (&broken, "apiVersion: v1\nkind: [\n"),
        ("list.json", &list.to_string()),
    ]);
    let formats = [
        "full", "concise", "text", "json", "jsonl", "sarif", "junit", "github", "gitlab",
    ];
    let mut runs: Vec<Vec<&str>> = formats
        .iter()
        .map(|format| {
            vec![
                "check",
                ".",
                "--verbose",
                "--statistics",
                "--format",
                format,
            ]
        })
        .collect();
    runs.extend([
        vec!["fix", "--check", "."],
        vec!["fix", "--diff", "."],
        vec!["fix", "."],
        vec!["migrate", "."],
        vec!["check", &hostile],
        vec!["check", "--policy", &hostile],
        vec!["explain", &hostile],
        vec!["parse", &hostile],
    ]);
    for arguments in runs {
        let (code, printed, said) = run(folder.path(), &arguments, "");
        assert!(code <= 3, "{arguments:?}: {said}");
        for text in [&printed, &said] {
            // Machines read those of JSON and XML as they are beyond ASCII.
            let machine = ["json", "jsonl", "sarif", "junit", "gitlab", "--diff"];
            let is_machine = arguments.iter().any(|word| machine.contains(word));
            let obeyed =
                |c: char| c.is_control() && !"\n\t".contains(c) && (c.is_ascii() || !is_machine);
            let line = text.lines().find(|line| line.contains(obeyed));
            assert_eq!(line, None, "{arguments:?}");
        }
    }
}

/// GitHub obeys lines of a log that begin with `::`.
#[test]
fn no_name_begins_a_line() {
    let folder = folder(&[]);
    let inner = folder.path().join("a\n::error::forged");
    std::fs::create_dir(&inner).unwrap();
    let text = ingress(BAD).replace("name: cafe", r#"name: "a\n::error::forged""#);
    let other = "    nginx.ingress.kubernetes.io/affinity: cookie\nspec:";
    let migrated = text.replace("spec:", other);
    let template = "metadata: {{ toYaml . }}\nnginx.org/sticky-cookie-services: {{ x }}\n";
    for (name, text) in [
        ("a.yaml", &*text),
        ("b.yaml", &migrated),
        ("c.yaml", template),
    ] {
        std::fs::write(inner.join(name), text).unwrap();
    }
    for arguments in [
        &["check", "--verbose", "--format", "full", "."][..],
        &["check", "--verbose", "--format", "concise", "."],
        &["check", "--verbose", "--format", "text", "."],
        &["check", "--format", "github", "."],
        &["migrate", "."],
        &["migrate", "--write", "."],
        &["fix", "--check", "."],
        &["fix", "--diff", "."],
        &["fix", "."],
    ] {
        let (_, printed, said) = run(folder.path(), arguments, "");
        assert!(
            printed.contains("forged") || said.contains("forged"),
            "{arguments:?}"
        );
        let begins = |line: &&str| line.starts_with("::error::forged");
        let forged = printed.lines().chain(said.lines()).find(begins);
        assert_eq!(forged, None, "{arguments:?}");
    }
}
