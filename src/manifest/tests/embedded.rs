//! Values outside of Ingresses: what is checked, what is only named.

use super::*;

/// `KEY` is our key, `~1` in place of its slash where `PATH` is written.
fn text(text: &str) -> String {
    text.replace("KEY", PLUS_KEY)
        .replace("PATH", "nginx.com~1sticky-cookie-services")
}

/// How many findings there are, values that are checked alone, and places that
/// only name the key.
fn seen(text: &str) -> (usize, usize, usize) {
    let report = report(text);
    assert!(report.errors.is_empty(), "{text}: {:?}", report.errors);
    let Counts {
        values_alone,
        mentions,
        ..
    } = report.counts;
    (report.findings.len(), values_alone, mentions)
}

#[test]
fn a_value_is_checked_where_it_is_one_and_named_where_it_is_not() {
    for (yaml, expected) in [
        // Values of a chart.
        ("ingress: {annotations: {KEY: BAD, other: BAD}}", (1, 1, 0)),
        ("a: b\nc: [d, e]\nKEY: BAD", (1, 1, 0)),
        ("KEY: 5", (0, 0, 0)),
        ("KEY: [BAD]", (0, 0, 1)),
        ("KEY: {a: BAD}", (0, 0, 1)),
        // A patch takes it away.
        ("KEY:", (0, 0, 0)),
        ("patch: 'KEY:'", (0, 0, 0)),
        // Named, and no more than that.
        ("note: see KEY", (0, 0, 1)),
        ("note: see KEY\nmore: nothing", (0, 0, 1)),
        ("KEY-of-old: BAD", (0, 0, 1)),
        ("f:KEY: {}", (0, 0, 0)),
        // Paths and names.
        (
            "annotations.nginx\\.com/sticky-cookie-services: BAD",
            (1, 1, 0),
        ),
        ("'[\"KEY\"]': BAD", (1, 1, 0)),
        ("xKEY: BAD", (0, 0, 1)),
        // Strings that are YAML.
        ("a: 'KEY: BAD'", (1, 1, 0)),
        ("a: |\n  - KEY: BAD\n  - KEY: BAD BAD", (3, 2, 0)),
    ] {
        let yaml = text(yaml);
        assert_eq!(seen(&yaml), expected, "{yaml}");
    }
}

#[test]
fn an_operation_has_its_value_beside_its_path() {
    for (fields, expected) in [
        (
            "op: add, path: /metadata/annotations/PATH, value: BAD",
            (1, 1, 0),
        ),
        (
            "op: replace, path: /metadata/annotations/PATH, value: BAD",
            (1, 1, 0),
        ),
        ("path: /metadata/annotations/PATH, value: BAD", (1, 1, 0)),
        ("op: remove, path: /metadata/annotations/PATH", (0, 0, 0)),
        (
            "op: test, path: /metadata/annotations/PATH, value: BAD",
            (0, 0, 0),
        ),
        (
            "op: add, path: /metadata/annotations/PATH, value: ",
            (0, 0, 0),
        ),
        (
            "op: add, path: /metadata/annotations/PATH, value: [BAD]",
            (0, 0, 1),
        ),
        (
            "op: add, path: /metadata/annotations/PATH/x, value: BAD",
            (0, 0, 1),
        ),
        ("name: ingress.annotations.KEY, value: BAD", (1, 1, 0)),
        ("key: KEY, value: BAD", (1, 1, 0)),
        ("name: other, key: KEY, value: BAD", (1, 1, 0)),
        // Other fields of the operation are read as fields.
        ("key: KEY, value: BAD, note: of KEY", (1, 1, 1)),
    ] {
        let yaml = text(&format!("- {{{fields}}}\n"));
        assert_eq!(seen(&yaml), expected, "{yaml}");
    }
}

#[test]
fn a_value_belongs_to_the_nearest_object_that_has_a_name() {
    for (yaml, object) in [
        (
            "apiVersion: a/v1\nkind: A\nmetadata: {name: a}\nx: {KEY: BAD}",
            "A a",
        ),
        (
            "apiVersion: a/v1\nkind: A\nmetadata: {name: a}\nx: {apiVersion: b/v1, kind: B, \
             metadata: {name: b}, y: {KEY: BAD}}",
            "B b",
        ),
        (
            "apiVersion: a/v1\nkind: A\nmetadata: {name: a}\nx: [{apiVersion: b/v1, kind: B}, \
             {KEY: BAD}]",
            "A a",
        ),
        (
            r#"{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"KEY": "BAD"}}"#,
            "ConfigMap c",
        ),
        (
            r#"{"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "i"},
                "spec": {"rules": [{"host": "a.example"}], "annotations": {"KEY": "BAD"}}}"#,
            "Ingress i",
        ),
    ] {
        let yaml = text(yaml);
        let found = report(&yaml);
        let names: Vec<_> = found
            .findings
            .iter()
            .map(|it| {
                format!(
                    "{} {}",
                    it.object.kind,
                    it.object.name.as_deref().unwrap_or("")
                )
            })
            .collect();
        assert_eq!(names, [object], "{yaml}");
    }
}

#[test]
fn what_kubectl_applied_last_is_not_checked_again() {
    let last = "kubectl.kubernetes.io/last-applied-configuration";
    let yaml = text(&format!(
        "x:\n  KEY: BAD\n  {last}: '{{\"KEY\": \"BAD\"}}'\n"
    ));
    assert_eq!(seen(&yaml), (1, 1, 0));
}
