//! Values as large as annotations can be, made to cost time. Nothing is timed
//! here: where the time grows with more than the size, this does not end.

use stickler::lint::subject::{Annotation, Backend, HostRule, PathRule, PathType};
use stickler::lint::{self, Policy, Subject};

/// The most that the API server takes for all annotations of an object
/// (`k8s.io/apimachinery/pkg/api/validation/objectmeta.go`).
const LARGEST: usize = 256 * 1024;

fn filled(start: &str, piece: &str) -> String {
    let count = (LARGEST - start.len()) / piece.len();
    format!("{start}{}", piece.repeat(count))
}

fn entries(count: usize, entry: impl Fn(usize) -> String) -> String {
    (0..count).map(entry).collect::<Vec<_>>().join(";")
}

/// An Ingress with that many backends, each at a path of its own.
fn subject(value: String, backends: usize, path: impl Fn(usize) -> String) -> Subject<'static> {
    let path = |number| PathRule {
        path: Some(path(number).into()),
        path_type: PathType::Prefix,
        backend: Backend {
            service: Some(format!("tea-{number}").into()),
            ..Backend::default()
        },
    };
    Subject {
        annotations: vec![Annotation {
            key: lint::read::keys::ORG_KEY.into(),
            value: value.into(),
        }],
        rules: vec![HostRule {
            host: Some("cafe.example.com".into()),
            paths: Some((0..backends).map(path).collect()),
        }],
        ..Subject::default()
    }
}

#[test]
fn large_values_of_one_kind_are_refused() {
    let first = "serviceName=tea-0 id ";
    for (start, piece) in [
        ("", ";"),
        ("x", ";"),
        ("", "a=b c;"),
        ("", "serviceName=tea-0 id;"),
        (first, "{ "),
        (first, "Secure "),
        (first, "expires=1h "),
        (first, "a,b,secure "),
        ("serviceName=tea-0 id,", "secure,"),
        (first, "'a' "),
        (first, "\u{1}a"),
        (first, "#"),
        (first, "\\'"),
        ("serviceName=tea-0 ", "x"),
        ("serviceName=tea-0 id path=/", "x"),
        ("serviceName=tea-0 id domain=", "a."),
        ("serviceName=tea-0 id expires=", "1h"),
    ] {
        let subject = subject(filled(start, piece), 1, |_| "/".to_owned());
        let found = lint::check(&subject, &Policy::default());
        assert!(!found.is_empty(), "{start}{piece}…");
    }
}

#[test]
fn many_entries_beside_many_backends_are_judged() {
    let own = |number: usize| format!("/tea/{number}");
    for (value, least) in [
        (
            entries(5000, |n| format!("serviceName=tea-{n} id{n} path=/tea/{n}")),
            0,
        ),
        (
            entries(5000, |n| format!("serviceName=tea-{n} id path=/tea")),
            5000,
        ),
        (
            entries(5000, |n| format!("serviceName=tee-{n} id path=/tea")),
            5000,
        ),
    ] {
        let found = lint::check(&subject(value.clone(), 5000, own), &Policy::default());
        let about: usize = found.iter().filter(|d| d.entry.is_some()).count();
        assert!(about >= least, "{about} {value:.60}");
        assert!(least > 0 || about == 0, "{about} {value:.60}");
    }
}

#[test]
fn deeply_nested_paths_are_judged() {
    let deep = |number: usize| "/a".repeat(number % 200 + 1) + &format!("/{number}");
    let value = entries(2000, |n| {
        format!("serviceName=tea-{n} id path={}", "/a".repeat(n % 200 + 1))
    });
    let found = lint::check(&subject(value, 2000, deep), &Policy::default());
    assert!(!found.is_empty());
}
