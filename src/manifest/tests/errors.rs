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
            "apiVersion: b: c\n",
            "1:14: mapping values are not allowed in this context",
        ),
        (
            "apiVersion: apps/v1\nmetadata: {}\n",
            "1:1: an object without 'kind'; every manifest has one; \
             if the file is not a manifest, name it in .sticklerignore",
        ),
        (
            "kind: Ingress\n",
            "1:1: an object without 'apiVersion'; every manifest has one; \
             if the file is not a manifest, name it in .sticklerignore",
        ),
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
fn an_annotation_that_is_not_a_string_is_reported() {
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
    let hosts = "x, ".repeat(400);
    let blocks = "{hosts: *h}, ".repeat(400);
    let tls = format!("{text}h: &h [{hosts}]\nspec: {{rules: [], tls: [{blocks}]}}\n");
    let bound = "more than 20000 rules, paths and hosts";
    assert!(errors(&tls).concat().contains(bound), "{:?}", errors(&tls));
    let backend =
        "{service: {name: a, port: {name: b, number: 1}}, serviceName: c, servicePort: d}";
    let paths = "{backend: *b}, ".repeat(15_000);
    let paths =
        format!("{text}b: &b {backend}\nspec: {{rules: [{{http: {{paths: [{paths}]}}}}]}}\n");
    let bound = "aliases stand for more than 100000 values";
    assert!(
        errors(&paths).concat().contains(bound),
        "{:?}",
        errors(&paths)
    );
    let brackets = format!("apiVersion: {}", "[".repeat(500_000));
    let open = "a.yaml:1:1013: more than 1000 brackets are open at once";
    assert_eq!(errors(&brackets), [open]);
    let mut chain = "apiVersion: v1\nlist:\n- &a0 x\n".to_owned();
    for level in 1..3000 {
        let _ = writeln!(chain, "- &a{level} [*a{}]", level - 1);
    }
    let deep = errors(&chain).concat();
    assert!(deep.ends_with("nested deeper than 128 levels"), "{deep}");
}

#[test]
fn what_was_never_a_manifest_is_skipped_unless_it_holds_the_annotation() {
    for text in [
        "a: b: c\n",
        "- a\n",
        "metadata: {}\n",
        "kind: 5\n",
        "kind: dashboard\n",
        "apiVersion: v2\nname: x\nversion: 1.0.0\n",
        "apiVersion: 1\nproviders: []\n",
        "[]",
        "{// a comment\n}",
    ] {
        let report = report(text);
        assert_eq!(
            (report.errors.len(), report.counts.skipped),
            (0, 1),
            "{text}"
        );
    }
    let broken = "a: b: c\nnginx.com/sticky-cookie-services: x\n";
    assert_eq!(errors(broken).len(), 1);
}

#[test]
fn of_a_repeated_key_the_last_is_used_and_ours_are_reported() {
    let key = "    nginx.com/sticky-cookie-services: BAD\n";
    for (text, expected, message) in [
        (
            ingress("x").replace("metadata:", "a: 1\na: 2\nmetadata:"),
            &[][..],
            "",
        ),
        (
            format!("{}{key}", ingress("x")),
            &["6:5", "7:39"],
            "the key 'nginx.com/sticky-cookie-services' is repeated: the value on line 7 is used",
        ),
        (
            ingress("BAD") + "  annotations:\n    other: x\n",
            &["6:5"],
            "'annotations' is repeated: the one on line 7 is used, without this key",
        ),
    ] {
        let found = report(&text);
        let place = |finding: &Finding| {
            let at = finding.location.as_ref().unwrap();
            format!("{}:{}", at.line, at.column)
        };
        let places: Vec<_> = found.findings.iter().map(place).collect();
        assert_eq!(places, expected, "{text}");
        let mut findings = found.findings.iter();
        let lost = findings.find(|it| it.diagnostic.rule == Rule::ShadowedAnnotation);
        let lost = lost.map_or("", |it| &it.diagnostic.message);
        assert_eq!(lost, message, "{text}");
    }
}

#[test]
fn json_lists_within_lists_are_bounded_and_names_may_not_be_empty() {
    let within = |levels: usize, inner: &str| {
        let head = r#"{"apiVersion":"v1","kind":"List","items":["#;
        head.repeat(levels) + inner + &"]}".repeat(levels)
    };
    assert_eq!(errors(&within(3, "")), [""; 0]);
    let deep = errors(&within(200, "")).concat();
    assert!(deep.ends_with("nested deeper than 128 levels"), "{deep}");
    for empty in [
        r#"{"apiVersion":"","kind":"Ingress"}"#,
        r#"{"apiVersion":"networking.k8s.io/v1","kind":""}"#,
    ] {
        let found = report(empty);
        assert_eq!(
            (found.counts.ingresses, found.findings.len()),
            (0, 0),
            "{empty}"
        );
        let as_yaml = report(&empty.replace(':', ": "));
        assert_eq!(found.errors.len(), as_yaml.errors.len(), "{empty}");
    }
}
