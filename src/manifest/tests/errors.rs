//! What cannot be read.

use std::fmt::Write as _;

use super::*;

/// The errors of a text, as they are printed.
fn errors(text: &str) -> Vec<String> {
    let errors = report(text).errors;
    errors.iter().map(ToString::to_string).collect()
}

#[test]
fn what_cannot_be_read_is_one_error_with_its_place_and_hides_nothing() {
    let head = "apiVersion: networking.k8s.io/v1\nkind: Ingress\n";
    for (bad, error) in [
        (
            "a: b: c\n",
            "1:5: mapping values are not allowed in this context",
        ),
        ("- a\n", "1:1: expected a Kubernetes object, found a list"),
        (
            "metadata: {}\n",
            "1:1: an object without 'kind'; every manifest has one; \
             if the file is no manifest, name it in .sticklerignore",
        ),
        ("kind: 5\n", "1:7: kind: expected a string, found a number"),
        (
            "kind: Ingress\n",
            "1:1: an object without 'apiVersion'; every manifest has one; \
             if the file is no manifest, name it in .sticklerignore",
        ),
        ("a: 1\nb: 2\na: 3\n", "3:1: the key 'a' stands twice"),
        (
            &format!("{head}spec: [a]\n"),
            "3:7: spec: expected an object, found a list",
        ),
        (
            &format!("{head}metadata: {{annotations: x}}\n"),
            "3:25: metadata.annotations: expected an object, found the string 'x'",
        ),
        (
            "apiVersion: v1\nkind: List\nitems: 5\n",
            "3:8: items: expected a list, found a number",
        ),
    ] {
        let report = report(&format!("{bad}---\n{}", ingress("BAD")));
        let errors: Vec<String> = report.errors.iter().map(ToString::to_string).collect();
        assert_eq!(errors, [format!("a.yaml:{error}")], "{bad}");
        assert_eq!(report.findings.len(), 1, "{bad}");
    }
}

#[test]
fn an_annotation_that_is_no_string_is_said_to_be_one() {
    let ours = "metadata.annotations[nginx.com/sticky-cookie-services]: expected a string, found the boolean 'true'";
    assert_eq!(errors(&ingress("yes")), [format!("a.yaml:6:39: {ours}")]);
    let other =
        "metadata.annotations[other]: expected a string, found a number; write it between quotes";
    assert_eq!(
        errors(&ingress("x\n    other: 5")),
        [format!("a.yaml:7:12: {other}")]
    );
    assert_eq!(errors(&ingress("x\n    other:")), [""; 0]);
}

#[test]
fn json_is_as_strict_as_yaml() {
    for (rest, error) in [
        (
            r#""spec":[]}"#,
            "62: spec: expected an object, found a list",
        ),
        (r#""a":1,"a":2}"#, "61: the key 'a' stands twice"),
        (
            r#""metadata":{"annotations":{"a":1}}}"#,
            "86: metadata.annotations[a]: expected a string, found a number; write it between quotes",
        ),
    ] {
        let head = r#"{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","#;
        assert_eq!(
            errors(&format!("{head}{rest}")),
            [format!("a.yaml:1:{error}")]
        );
    }
}

#[test]
fn what_multiplies_itself_is_bounded() {
    let mut text = "apiVersion: networking.k8s.io/v1\nkind: Ingress\na0: &a0 [x, x]\n".to_owned();
    for level in 1..12 {
        let below = format!("*a{}, ", level - 1).repeat(9);
        let _ = writeln!(text, "a{level}: &a{level} [{below}]");
    }
    assert_eq!(errors(&text), [""; 0]);
    assert_eq!(errors(&(text + "spec: {rules: *a11}\n")).len(), 1);
    assert_eq!(errors(&format!("a: {}", "[".repeat(500_000))).len(), 1);
    let mut chain = "- &a0 x\n".to_owned();
    for level in 1..3000 {
        let _ = writeln!(chain, "- &a{level} [*a{}]", level - 1);
    }
    assert_eq!(errors(&chain).len(), 1);
}
