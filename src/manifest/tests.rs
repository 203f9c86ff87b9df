//! Texts as cases: what is found in them, and where.

mod edges;
mod embedded;
mod errors;
mod ignores;
mod paths;

use super::*;
use crate::finding::{Counts, Finding, Location};
use crate::lint::read::keys::PLUS_KEY;
use crate::lint::{FieldPath, Place, Rule, Span};

/// Finds each `BAD` of the annotation, each host `bad.example`, and that the
/// second rule has no host.
fn check_subject(subject: &Subject<'_>) -> Vec<Diagnostic> {
    let value = subject.annotation(PLUS_KEY).unwrap_or_default();
    let bad = value.match_indices("BAD").map(|(at, bad)| {
        let span = Span::new(at, at + bad.len());
        let place = Place::value(PLUS_KEY, span);
        Diagnostic::new(Rule::UnknownParameter, place, "bad")
    });
    let hosts = subject
        .rules
        .iter()
        .enumerate()
        .filter_map(|(index, rule)| {
            let field = FieldPath::names(&["spec", "rules"])
                .index(index)
                .name("host");
            let place = Place::field(field);
            (rule.host.is_none() || rule.host.as_deref() == Some("bad.example"))
                .then(|| Diagnostic::new(Rule::RejectedIngress, place, "host"))
        });
    bad.chain(hosts).collect()
}

fn report(text: &str) -> Report {
    let source = Source {
        name: "a.yaml".to_owned(),
        text: text.to_owned(),
    };
    check(source, &check_subject)
}

fn ingress(value: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: cafe\n  \
         annotations:\n    nginx.com/sticky-cookie-services: {value}\n"
    )
}

/// `document:line:column-end_line:end_column` of each finding and error.
fn places(report: &Report) -> Vec<String> {
    let write = |location: &Location| {
        let Location {
            document,
            line,
            column,
            end_line,
            end_column,
            ..
        } = location;
        format!("{document}:{line}:{column}-{end_line}:{end_column}")
    };
    let findings = report
        .findings
        .iter()
        .filter_map(|finding| finding.location.as_ref());
    let errors = report.errors.iter().map(|error| &error.location);
    findings.chain(errors).map(write).collect()
}

#[test]
fn findings_stand_where_they_stand_in_the_file() {
    for (text, expected) in [
        (ingress("a BAD"), "1:6:41-6:44"),
        (ingress("'it''s BAD'"), "1:6:46-6:49"),
        (ingress(r#""\u00e9 BAD""#), "1:6:47-6:50"),
        (ingress("|-\n      a\n      é BAD"), "1:8:9-8:12"),
        (ingress(">\n      a\n      BAD\n"), "1:8:7-8:10"),
        (
            format!("---\n# x\n---\r\n{}", ingress("BAD")),
            "2:9:39-9:42",
        ),
        (format!("x: &a BAD\n{}", ingress("*a")), "1:1:7-1:10"),
    ] {
        assert_eq!(places(&report(&text)), [expected], "{text}");
    }
}

#[test]
fn an_alias_is_named_beside_its_anchor() {
    let text = format!("x: &a BAD\n{}", ingress("*a"));
    let found = report(&text);
    let location = found.findings[0].location.as_ref().unwrap();
    assert_eq!(
        location.notes(),
        ["the alias on line 7 stands for this value"]
    );

    let merged = "x: &x\n  nginx.com/sticky-cookie-services: BAD\n\
        apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  annotations:\n    <<: *x\n";
    let found = report(merged);
    let location = found.findings[0].location.as_ref().unwrap();
    assert_eq!((location.line, location.alias), (2, Some(7)));
}

/// What stickler itself finds.
fn lint_report(text: &str) -> Report {
    let source = Source {
        name: "a.yaml".to_owned(),
        text: text.to_owned(),
    };
    let policy = crate::lint::Policy::default();
    check(source, &|subject: &Subject<'_>| {
        crate::lint::check(subject, &policy)
    })
}

#[test]
fn what_is_wrong_with_a_key_is_shown_at_the_key() {
    let text = ingress("x").replace("services:", "service:");
    assert_eq!(places(&lint_report(&text)), ["1:6:5-6:36"]);
}

#[test]
fn what_an_alias_shares_cannot_be_edited() {
    let value = "serviceName=a b expires=1h HttpOnly path=/";
    let fixable = |text: &str| {
        let findings = lint_report(text).findings;
        let of_rule = |finding: &&Finding| finding.diagnostic.rule == Rule::UnknownParameter;
        let edits = |finding: &Finding| finding.edits.len();
        findings
            .iter()
            .filter(of_rule)
            .map(edits)
            .collect::<Vec<_>>()
    };
    let anchored = ingress(&format!("&v {value}"));
    assert_eq!(fixable(&anchored), [1]);
    assert_eq!(fixable(&format!("{anchored}    other: *v\n")), [0]);
}

#[test]
fn what_is_absent_is_shown_by_its_parent() {
    let text =
        ingress("x") + "spec:\n  rules:\n  - host: bad.example\n  - http:\n      paths: []\n";
    assert_eq!(places(&report(&text)), ["1:9:11-9:22", "1:10:5-10:9"]);
    let empty = ingress("a") + "spec:\n  rules:\n  - host:\n  - http: {paths: []}\n";
    assert_eq!(places(&report(&empty)), ["1:9:5-9:9", "1:10:5-10:9"]);
}

#[test]
fn lists_are_read_at_any_depth_in_yaml_and_json() {
    let json = r#"{"kind": "List", "items": [{"kind": "IngressList",
        "apiVersion": "networking.k8s.io/v1", "items": [
        {"metadata": {"name": "é", "annotations": {"nginx.com/sticky-cookie-services": "\ud834\udd1e BAD"}}},
        {"apiVersion": "v1", "kind": "Service"}]}], "apiVersion": "v1"}"#;
    let yaml = "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  - \
        apiVersion: extensions/v1beta1\n    kind: Ingress\n    metadata: {annotations: {\
        nginx.com/sticky-cookie-services: BAD}}\n- {apiVersion: v1, kind: Secret}\nkind: List\n";
    for (text, place) in [(json, "1:3:102-3:105"), (yaml, "1:8:64-8:67")] {
        let report = report(text);
        assert_eq!(places(&report), [place]);
        assert_eq!((report.counts.values_alone, report.counts.skipped), (1, 1));
        let kind = &report.findings[0].object.kind;
        assert_eq!(kind, "Ingress");
    }
}

#[test]
fn a_list_without_items_is_an_object_like_any_other() {
    for text in [
        "apiVersion: v1\nkind: List\n",
        "apiVersion: v1\nkind: List\nitem: []\n",
    ] {
        let report = report(text);
        let skipped: Vec<_> = report.skipped.iter().map(|it| &it.reason).collect();
        assert!(
            matches!(skipped[..], [SkipReason::Kind(list)] if list.kind == "List"),
            "{skipped:?}"
        );
        assert_eq!(report.errors.len(), 0);
    }
}

#[test]
fn several_json_values_and_then_yaml_are_one_stream() {
    let value = r#"{"apiVersion":"v1","kind":"Secret"}"#;
    let report = report(&format!(
        "\u{feff}{value}\n{value}\n---\n{}",
        ingress("BAD")
    ));
    assert_eq!((report.counts.skipped, report.errors.len()), (2, 0));
    assert_eq!(places(&report), ["3:9:39-9:42"]);
}

#[test]
fn templates_are_skipped_with_one_note() {
    let text = "{{- if .Values.on }}\nkind: Ingress\n---\na: {{ .b }}\n{{ end }}\n";
    let found = report(text);
    assert_eq!(
        (
            found.errors.len(),
            found.skipped.len(),
            found.counts.templates
        ),
        (0, 1, 1)
    );
    let alert = "apiVersion: v1\nkind: ConfigMap\ndata: {a: '{{ $labels.x }}'}\n";
    assert_eq!(report(alert).counts.skipped, 1);
}

#[test]
fn helms_source_is_remembered() {
    let text = format!(
        "---\n# Source: cafe/templates/ingress.yaml\n{}",
        ingress("BAD")
    );
    let found = report(&text);
    let location = found.findings[0].location.as_ref().unwrap();
    assert_eq!(
        location.notes(),
        ["rendered by Helm from 'cafe/templates/ingress.yaml'"]
    );
}

#[test]
fn a_key_that_resembles_ours_does_not_make_two_ingresses_of_one() {
    let spec = "spec: {rules: [{host: a.example.com}]}\n";
    for key in [
        "ingress.bluemix.net/sticky-cookie-services",
        "nginx.com/sticky-cookie-service",
    ] {
        let text = ingress("serviceName=tea a path=/").replace(PLUS_KEY, key) + spec;
        assert_eq!(report(&text).counts.ingresses, 1, "{text}");
    }
}
