//! Files as people keep them, in tests/field: the first line of each says what
//! is right.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

struct Said {
    code: i32,
    stdout: String,
    stderr: String,
}

fn run(folder: &str, args: &[&str], stdin: &[u8]) -> Said {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/field");
    let mut child = Command::new(env!("CARGO_BIN_EXE_stickler"))
        .args(args)
        .current_dir(root.join(folder))
        .env_remove("STICKLER_POLICY")
        .env_remove("GITHUB_ACTIONS")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(stdin).unwrap();
    let output = child.wait_with_output().unwrap();
    Said {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A case, its exit code, and the findings as `line:column: severity[rule]`.
const CASES: &[(&str, i32, &[&str])] = &[
    ("01-helm-duplicate-labels-good.yaml", 0, &[]),
    (
        "02-helm-duplicate-labels-bad.yaml",
        1,
        &["10:70: error[unknown-parameter]"],
    ),
    ("03-configmap-duplicate-key.yaml", 0, &[]),
    ("04-kustomize-patch", 0, &[]),
    ("05-kustomize-patch-removes", 0, &[]),
    (
        "06-kustomize-json6902",
        1,
        &[
            "10:45: error[unknown-parameter]",
            "10:67: error[empty-entry]",
        ],
    ),
    (
        "07-kustomize-common-annotations",
        1,
        &["6:68: error[unknown-parameter]"],
    ),
    ("08-kustomization-without-kind", 0, &[]),
    ("09-chart-with-the-docs-ignore-file", 3, &[]),
    ("10-helm-values.yaml", 1, &["6:40: error[malformed-entry]"]),
    (
        "11-flux-helmrelease.yaml",
        1,
        &["12:67: error[unknown-parameter]"],
    ),
    (
        "12-argocd-values.yaml",
        1,
        &[
            "12:71: error[unknown-parameter]",
            "24:71: error[unknown-parameter]",
        ],
    ),
    (
        "13-flux-kustomization-patch.yaml",
        1,
        &["15:69: error[unknown-parameter]"],
    ),
    (
        "14-certmanager-ingresstemplate.yaml",
        1,
        &["14:75: error[unknown-parameter]"],
    ),
    (
        "15-openshift-template.yaml",
        1,
        &["11:65: error[unknown-parameter]"],
    ),
    (
        "16-operator-resource.yaml",
        1,
        &["10:72: error[unknown-parameter]"],
    ),
    (
        "17-classless-under-policy",
        1,
        &["7:40: error[malformed-entry]"],
    ),
    ("19-placeholder-host.yaml", 0, &["11:11: note[placeholder]"]),
    (
        "20-placeholder-in-value.yaml",
        0,
        &["7:86: note[placeholder]"],
    ),
    ("22-tab-after-colon.yaml", 0, &[]),
    ("23-utf16le.yaml", 0, &[]),
    ("24-latin1-comment.yaml", 0, &[]),
    (
        "25-v1-with-v1beta1-backend.yaml",
        1,
        &[
            "7:51: error[unknown-backend]",
            "15:9: warning[rejected-ingress]",
        ],
    ),
    (
        "26-entries-on-lines-without-semicolon.yaml",
        1,
        &["9:7: error[unknown-parameter]"],
    ),
    (
        "27-serviceName-left-out.yaml",
        1,
        &["7:40: error[malformed-entry]"],
    ),
    (
        "28-nbsp-glued-parameter.yaml",
        1,
        &["7:63: error[joined-words]"],
    ),
    ("29-ytt-value.yaml", 0, &["7:5: note[placeholder]"]),
    (
        "30-foreign-beside-own",
        0,
        &["8:5: note[foreign-annotation]"],
    ),
    (
        "31-old-affinity-prefix",
        0,
        &["8:5: warning[foreign-annotation]"],
    ),
    (
        "32-minion-with-foreign-affinity.yaml",
        0,
        &["8:5: warning[foreign-annotation]"],
    ),
    ("33-custom-annotation.yaml", 0, &[]),
    ("34-own-report", 0, &[]),
    (
        "35-double-brace-in-other-annotation.yaml",
        1,
        &["8:70: error[unknown-parameter]"],
    ),
    (
        "36-double-brace-in-comment.yaml",
        1,
        &["7:70: error[unknown-parameter]"],
    ),
    (
        "37-double-brace-hides-behind-a-good-file",
        1,
        &["8:70: error[unknown-parameter]"],
    ),
    (
        "38-alias-counted-as-fixable.yaml",
        1,
        &[
            "10:65: error[unknown-parameter]",
            "10:65: error[unknown-parameter]",
        ],
    ),
    (
        "39-path-double-star.yaml",
        1,
        &["14:15: error[rejected-ingress]"],
    ),
];

/// What a case's report has to say, and how many fixes it offers.
const SAYINGS: &[(&str, &str, u64)] = &[
    (
        "25-v1-with-v1beta1-backend.yaml",
        "networking.k8s.io/v1 does not read 'serviceName' and 'servicePort'",
        0,
    ),
    (
        "26-entries-on-lines-without-semicolon.yaml",
        "separate entries with ';'",
        1,
    ),
    (
        "27-serviceName-left-out.yaml",
        "did you mean 'serviceName=coffee-svc'?",
        1,
    ),
    (
        "28-nbsp-glued-parameter.yaml",
        "no-break space (U+00A0) between words in 'srv_id\\u{a0}expires=1h'",
        1,
    ),
    (
        "30-foreign-beside-own",
        "remove it: nginx.com/sticky-cookie-services does it",
        0,
    ),
    (
        "31-old-affinity-prefix",
        "ingress.kubernetes.io/affinity is a key of an early ingress-nginx",
        0,
    ),
    (
        "39-path-double-star.yaml",
        "the path '/**' is not a valid regular expression",
        0,
    ),
];

/// `file:line:col: severity[rule] …` without file and message.
fn finding(line: &str) -> Option<&str> {
    let (_, place) = line.split_once(".yaml:")?;
    let end = place.find(']')?;
    Some(&place[..=end])
}

#[test]
fn each_case_does_what_its_first_line_says() {
    for (case, code, expected) in CASES {
        let folder = Path::new("tests/field").join(case).is_dir();
        let (folder, path) = if folder { (*case, ".") } else { ("", *case) };
        let said = run(folder, &["check", "--format", "concise", path], b"");
        let found: Vec<_> = said.stdout.lines().filter_map(finding).collect();
        assert_eq!(found, *expected, "{case}\n{}{}", said.stdout, said.stderr);
        assert_eq!(said.code, *code, "{case}\n{}{}", said.stdout, said.stderr);
    }
}

#[test]
fn what_is_wrong_is_said_in_these_words() {
    for (case, words, fixable) in SAYINGS {
        let folder = Path::new("tests/field").join(case).is_dir();
        let (folder, path) = if folder { (*case, ".") } else { ("", *case) };
        let said = run(folder, &["check", "--format", "json", path], b"");
        let json: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        let findings = json["findings"].as_array().unwrap();
        let has = |field: &serde_json::Value| field.as_str().is_some_and(|it| it.contains(words));
        let said = findings
            .iter()
            .any(|it| has(&it["message"]) || has(&it["help"]));
        assert!(said, "{case}: {findings:?}");
        assert_eq!(json["summary"]["fixable"], *fixable, "{case}");
    }
}

/// cert-manager, which edits an Ingress in place, is not refused for an old
/// mistake.
#[test]
fn an_old_mistake_only_warns_when_a_path_is_added() {
    for (case, rule) in [
        ("a-unknown-backend", "unknown-backend"),
        ("b-samesite", "samesite-none-insecure"),
        ("c-unknown-parameter", "unknown-parameter"),
    ] {
        let file = format!("21-acme-edit-in-place-{case}.review.json");
        let said = run("", &["review", &file], b"");
        let review: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        let response = &review["response"];
        assert_eq!(response["allowed"], true, "{case}: {response}");
        let warnings = response["warnings"].as_array().unwrap();
        let [warning] = warnings.as_slice() else {
            panic!("{case}: {warnings:?}")
        };
        assert!(warning.as_str().unwrap().starts_with(rule), "{warning}");
    }
}

#[test]
fn what_is_ignored_is_left_out_where_it_is_named_too() {
    let folder = "18-ignored-but-named";
    let named = ["check", "docker-compose.yml", "--allow-empty", "-v"];
    let said = run(folder, &named, b"");
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(
        said.stderr.contains("named in .sticklerignore"),
        "{}",
        said.stderr
    );
}

#[test]
fn strict_brings_the_errors_back() {
    for folder in ["08-kustomization-without-kind", "34-own-report"] {
        assert_eq!(
            run(folder, &["check", "--strict", "."], b"").code,
            2,
            "{folder}"
        );
    }
}

/// What `check` counts as fixable is what `fix` fixes.
#[test]
fn check_and_fix_agree() {
    for (case, ..) in CASES {
        let folder = Path::new("tests/field").join(case).is_dir();
        let (folder, path) = if folder { (*case, ".") } else { ("", *case) };
        let checked = run(folder, &["check", "--format", "json", path], b"");
        let checked: serde_json::Value = serde_json::from_str(&checked.stdout).unwrap();
        let fixable = &checked["summary"]["fixable"];
        let fixed = run(folder, &["fix", "--diff", path], b"").stderr;
        let made = fixed.split("Would make ").nth(1).unwrap_or("0 ");
        let made = made.split(' ').next().unwrap();
        assert_eq!(fixable.to_string(), made, "{case}: {fixed}");
    }
}

#[test]
fn standard_input_is_checked_and_fixed() {
    let text = std::fs::read("tests/field/02-helm-duplicate-labels-bad.yaml").unwrap();
    let args = [
        "check",
        "-",
        "--stdin-filename",
        "deploy/cafe.yaml",
        "--format",
        "concise",
    ];
    let said = run("", &args, &text);
    assert!(
        said.stdout.starts_with("deploy/cafe.yaml:10:70: error"),
        "{}",
        said.stdout
    );
    assert_eq!(said.code, 1);
    let said = run("", &["fix", "-"], &text);
    let expected = String::from_utf8(text)
        .unwrap()
        .replace("srv_id expire=", "srv_id expires=");
    assert_eq!((said.code, said.stdout), (0, expected), "{}", said.stderr);
}

#[test]
fn the_policy_of_the_environment_is_used() {
    let text = std::fs::read("tests/field/01-helm-duplicate-labels-good.yaml").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_stickler"))
        .args(["check", "01-helm-duplicate-labels-good.yaml"])
        .current_dir("tests/field")
        .env("STICKLER_POLICY", "missing.yaml")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", text.len());
}

/// An upgrade concerns an Ingress without a class as much as `check` does.
#[test]
fn an_upgrade_is_checked_without_a_class() {
    let text = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: cafe\n  \
        annotations:\n    nginx.org/sticky-cookie-services: \"serviceName=tea rou#e path=/\"\nspec:\n  \
        rules:\n  - host: cafe.example.com\n    http:\n      paths:\n      - path: /\n        \
        pathType: Prefix\n        backend: {service: {name: tea, port: {number: 80}}}\n";
    let args = [
        "check",
        "-",
        "--controller-version=5.5",
        "--upgrade-to=5.6",
        "--format=text",
    ];
    let said = run("17-classless-under-policy", &args, text.as_bytes());
    assert_eq!(said.code, 1, "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("rejected in 5.6"), "{}", said.stdout);
}
