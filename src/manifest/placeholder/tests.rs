//! Marks that are known, and what is reported in spite of a placeholder.

use super::*;
use crate::lint::subject::{Annotation, Backend, HostRule, PathRule};

#[test]
fn the_marks_of_every_tool_are_known() {
    for (text, expected) in [
        ("a.${B}", &["${B}"][..]),
        ("${A:=x}-${B}", &["${A:=x}", "${B}"]),
        ("${A:-${B}}x", &["${A:-${B}}"]),
        ("$(A).b", &["$(A)"]),
        ("#{A.B}", &["#{A.B}"]),
        ("@@A@@", &["@@A@@"]),
        ("{{ .Values.a }}", &["{{ .Values.a }}"]),
        ("<%= a %>", &["<%= a %>"]),
        ("(@ a @)", &["(@ a @)"]),
        ("{% a %}x", &["{% a %}"]),
        ("__A_1__", &["__A_1__"]),
        ("$HOST/x", &["$HOST"]),
        ("#@ data.values.a", &["#@ data.values.a"]),
        ("path=/$request_uri", &[]),
        ("__Host-id $1 $A $() ${ {} #x @ __a__ __A", &[]),
    ] {
        let found: Vec<&str> = find(text).iter().map(|span| span.of(text)).collect();
        assert_eq!(found, expected, "{text}");
    }
}

/// One finding, of which a placeholder may be the cause.
fn found(rule: Rule, consequence: Option<Consequence>, place: Place) -> Diagnostic {
    Diagnostic {
        consequence,
        ..Diagnostic::new(rule, place, "m")
    }
}

/// Whether the finding is reported for a subject with these texts.
fn is_reported(found: &Diagnostic, value: &str, host: &str, path: &str, service: &str) -> bool {
    let text = |text: &str| Some(Cow::Owned(text.to_owned()));
    let backend = Backend {
        service: text(service),
        ..Backend::default()
    };
    let path = PathRule {
        path: text(path),
        backend,
        ..PathRule::default()
    };
    let rule = HostRule {
        host: text(host),
        paths: Some(vec![path]),
    };
    let annotation = Annotation {
        key: PLUS_KEY.into(),
        value: Cow::Owned(value.to_owned()),
    };
    let subject = Subject {
        annotations: vec![annotation],
        rules: vec![rule],
        ..Subject::default()
    };
    let all = check(&subject, &|_| vec![found.clone()]);
    all.iter().any(|it| it.rule == found.rule)
}

#[test]
fn a_rule_waits_for_what_it_depends_on() {
    use Rule::{
        CookieClash, CookiePrefix, DomainMismatch, DroppedBackend, DuplicatePath, MissingPath,
        PathMismatch, PublicSuffixDomain, SecureWithoutTls, UnknownBackend, UnknownParameter,
        WideDomain,
    };
    for (rules, depends_on) in [
        (&[UnknownParameter][..], [false, false, false]),
        (&[UnknownBackend], [false, false, true]),
        (&[DroppedBackend, CookieClash, DuplicatePath], [true; 3]),
        (
            &[
                PublicSuffixDomain,
                DomainMismatch,
                WideDomain,
                SecureWithoutTls,
                CookiePrefix,
            ],
            [true, false, false],
        ),
        (&[PathMismatch, MissingPath], [false, true, true]),
    ] {
        for &rule in rules {
            let found = found(rule, None, Place::value(PLUS_KEY, Span::new(0, 1)));
            let none = is_reported(&found, "a", "b", "/c", "d");
            let host = is_reported(&found, "a", "${B}", "/c", "d");
            let path = is_reported(&found, "a", "b", "/${C}", "d");
            let service = is_reported(&found, "a", "b", "/c", "${D}");
            let waits = [!host, !path, !service];
            assert!(none, "{rule:?}");
            assert_eq!(waits, depends_on, "{rule:?}");
        }
    }
}

#[test]
fn within_a_value_what_a_word_may_become_counts() {
    let (broken, policy, lost) = (
        Some(Consequence::BreaksReload),
        Some(Consequence::Policy),
        Some(Consequence::NoEffect),
    );
    // The span is that of the Bs.
    for (value, consequence, expected) in [
        ("BB ${X}", broken, true),
        ("BB ${X}", policy, false),
        ("BB ${X}", lost, false),
        ("BB a=${X}", broken, true),
        ("BB a=${X}", policy, true),
        ("BB a=${X}", lost, false),
        ("BB;a ${X}", policy, true),
        ("BB;a ${X}", lost, true),
        ("BB${X}", broken, false),
        ("${X}BB", broken, false),
        ("${X} a BB", broken, true),
    ] {
        let start = value.find('B').unwrap();
        let span = Span::new(start, start + 2);
        let found = found(
            Rule::UnknownParameter,
            consequence,
            Place::value(PLUS_KEY, span),
        );
        let reported = is_reported(&found, value, "b", "/c", "d");
        assert_eq!(reported, expected, "{value} {consequence:?}");
    }
}

#[test]
fn a_field_with_a_placeholder_is_not_found_fault_with() {
    let rules = || FieldPath::names(&["spec", "rules"]);
    for (field, reported) in [
        (rules().index(0).name("host"), false),
        (rules().index(0), false),
        (rules(), false),
        (rules().index(1).name("host"), true),
        (rules().index(0).name("http"), true),
        (FieldPath::names(&["metadata", "name"]), true),
    ] {
        let found = found(Rule::RejectedIngress, None, Place::field(field.clone()));
        assert_eq!(
            is_reported(&found, "a", "${B}", "/c", "d"),
            reported,
            "{field}"
        );
    }
}

#[test]
fn a_word_of_many_x_is_no_placeholder() {
    let place = Place::value(PLUS_KEY, Span::new(0, 4));
    let found = Diagnostic::new(Rule::UnknownParameter, place, "xxxx is unknown");
    assert!(is_reported(&found, "xxxx", "b", "/c", "d"));
    assert!(!is_reported(&found, "xxxx", "${B}", "/c", "d"));
}
