//! Whatever the annotation holds: all readers come to an end, spans are ranges
//! of the value, edits stay inside it, no certain fix makes it worse for a
//! release, and the work is in proportion to the bytes.

use stickler::lint::meter;
use stickler::lint::read::controller;
use stickler::lint::read::keys::{ORG_KEY, USE_CLUSTER_IP};
use stickler::lint::release::value::Reader;
use stickler::lint::subject::{Annotation, Backend, HostRule, PathRule, PathType, TlsBlock};
use stickler::lint::{
    Consequence, Diagnostic, Policy, Severity, Span, Subject, check, check_release,
    check_without_fixes,
};

/// Units of work that a value may take whatever its length, and for each byte.
const MOST_WORK: (u64, u64) = (4_000, 64);

/// Panics where something does not hold.
pub(crate) fn assert_sound(input: &[u8]) {
    let Ok(value) = std::str::from_utf8(input) else {
        return;
    };
    let found = checked(value);
    assert_eq!(found, checked(value), "the same is said twice");
    let refused = found
        .iter()
        .any(|it| it.consequence == Some(Consequence::RejectsIngress));
    let accepted = controller::read(value, Reader::Quoted).accepted();
    assert!(
        accepted || refused,
        "{value:?}: what the controller rejects is told"
    );
    let spans = found.iter().filter_map(|it| it.place.span);
    for span in spans {
        is_of(value, span);
        let (first, last) = span.columns(value);
        assert!(1 <= first && first <= last && last <= value.chars().count() + 1);
    }
    for diagnostic in &found {
        stays_inside(value, diagnostic);
        makes_nothing_worse(value, diagnostic, &found);
    }
}

fn is_of(value: &str, span: Span) {
    assert!(
        value.get(span.start..span.end).is_some(),
        "{span:?} of {value:?}"
    );
}

/// Edits are ranges of the value in ascending order that do not overlap.
fn stays_inside(value: &str, diagnostic: &Diagnostic) {
    let mut end = 0;
    for edit in diagnostic.fix.iter().flat_map(|fix| &fix.edits) {
        is_of(value, edit.span);
        assert!(end <= edit.span.start, "{value:?}: {diagnostic:?}");
        end = edit.span.end;
    }
}

fn makes_nothing_worse(value: &str, diagnostic: &Diagnostic, found: &[Diagnostic]) {
    let Some(fix) = &diagnostic.fix else { return };
    let fixed = fix.apply(value);
    assert_ne!(fixed, value, "a fix that changes nothing: {diagnostic:?}");
    // A guess may name a service that another entry names already; whoever
    // applies guesses looks at what comes of them.
    if !fix.safe {
        return;
    }
    let after = checked(&fixed);
    assert!(
        gravest(&after) >= gravest(found),
        "{value:?} became {fixed:?} by {diagnostic:?}\nnow: {after:?}"
    );
    for release in ["5.5", "5.6"] {
        let release = release.parse().expect("a release");
        let read = |value| {
            with_a_little_of_everything(value, |subject| {
                check_release(subject, &Policy::default(), release)
            })
        };
        let (before, after) = (gravest(&read(value)), gravest(&read(&fixed)));
        assert!(
            after >= before,
            "{release}: {value:?} became {fixed:?} by {diagnostic:?}: {before:?}, then {after:?}"
        );
    }
}

/// The gravest consequence among errors; those come first in the order.
fn gravest(found: &[Diagnostic]) -> Consequence {
    let errors = found.iter().filter(|it| it.severity == Severity::Error);
    errors
        .filter_map(|it| it.consequence)
        .min()
        .unwrap_or(Consequence::Policy)
}

/// What is said of the value on an Ingress with a little of everything.
fn checked(value: &str) -> Vec<Diagnostic> {
    with_a_little_of_everything(value, |subject| {
        let (_, work) = meter::count(|| check_without_fixes(subject, &Policy::default()));
        let (always, a_byte) = MOST_WORK;
        let most = always + a_byte * value.len() as u64;
        assert!(work <= most, "{work} units of work for {value:?}");
        check(subject, &Policy::default())
    })
}

fn with_a_little_of_everything<T>(value: &str, then: impl FnOnce(&Subject<'_>) -> T) -> T {
    let backend = |service: &'static str| Backend {
        service: Some(service.into()),
        ..Backend::default()
    };
    let path = |path: &'static str, path_type, service| PathRule {
        path: Some(path.into()),
        path_type,
        backend: backend(service),
    };
    let rule = |host: &'static str, paths| HostRule {
        host: Some(host.into()),
        paths: Some(paths),
    };
    let cafe = vec![
        path("/tea", PathType::Prefix, "tea-svc"),
        path("/coffee", PathType::Prefix, "coffee-svc"),
        path("/tea/green", PathType::Exact, "green"),
    ];
    let subject = Subject {
        annotations: vec![
            Annotation {
                key: ORG_KEY.into(),
                value: value.into(),
            },
            Annotation {
                key: USE_CLUSTER_IP.into(),
                value: "false".into(),
            },
        ],
        rules: vec![
            rule("cafe.example.com", cafe),
            rule("*.example.org", vec![path("/", PathType::Prefix, "a")]),
        ],
        tls: vec![TlsBlock {
            hosts: vec!["cafe.example.com".into()],
            ..TlsBlock::default()
        }],
        ..Subject::default()
    };
    then(&subject)
}
