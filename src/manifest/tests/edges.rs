//! What JSON and YAML have in common, and what a rewritten value looks like.

use super::*;
use crate::manifest::encode::{double, json, single};

/// The errors of an Ingress whose annotation is written so, in JSON or in YAML.
fn of_annotation(value: &str) -> [usize; 2] {
    let object = format!(
        r#"{{"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {{"name": "a", "annotations": {{"b": "c", "x": {value}, "y": "z"}}}}, "spec": {{"rules": []}}}}"#
    );
    let errors = |text: &str| report(text).errors.len();
    [errors(&object), errors(&format!("# YAML\n{object}"))]
}

#[test]
fn an_annotation_is_a_string_in_both() {
    for (value, expected) in [
        (r#""x""#, 0),
        ("true", 1),
        ("5", 1),
        ("-5", 1),
        ("1.5", 1),
        ("[]", 1),
        ("{}", 1),
    ] {
        assert_eq!(of_annotation(value), [expected; 2], "{value}");
    }
}

#[test]
fn a_value_is_written_with_the_escapes_that_its_style_asks_for() {
    let value = "a\u{feff}\u{1}\u{85}'\"\\\n\t";
    assert_eq!(double(value), r#""a\ufeff\u0001\u0085'\"\\\n\t""#);
    assert_eq!(single("it's"), Some("'it''s'".to_owned()));
    assert_eq!(single("a\nb"), None);
    assert_eq!(json("a\"\u{1}"), r#"a\"\u0001"#);
}

#[test]
fn what_is_counted_adds_up() {
    let one = crate::finding::Counts {
        files: 1,
        ingresses: 2,
        annotated: 3,
        values_alone: 4,
        skipped: 5,
        templates: 6,
        mentions: 7,
        ignored: 8,
    };
    let mut two = one;
    two += one;
    let numbers = |counts| {
        let value = serde_json::to_value(counts).unwrap();
        let numbers = value.as_object().unwrap().values();
        numbers.map(|it| it.as_u64().unwrap()).collect::<Vec<_>>()
    };
    let double: Vec<u64> = numbers(one).iter().map(|it| 2 * it).collect();
    assert_eq!(double.len(), 8);
    assert_eq!(numbers(two), double);
}

#[test]
fn a_list_gives_its_elements_their_kind_however_it_is_written() {
    let elements = "items:\n- metadata:\n    name: cafe\n    annotations:\n      \
                    nginx.com/sticky-cookie-services: BAD\n";
    for (kind, found) in [
        ("IngressList", "Ingress"),
        ("'IngressList' # of all", "Ingress"),
        ("&kind IngressList", "Ingress"),
        ("!!str IngressList", "Ingress"),
        ("IngressLists", "IngressLists"),
    ] {
        let head = format!("apiVersion: networking.k8s.io/v1\nkind: {kind}\n");
        let report = report(&format!("{head}{elements}"));
        let kinds = report.findings.iter().map(|it| &it.object.kind);
        assert_eq!(kinds.collect::<Vec<_>>(), [found], "{kind}");
    }
}
