//! What holds for every value, whatever it is.

#![allow(clippy::expect_used, reason = "a panic is how a test fails")]

use proptest::prelude::*;
use stickler::lint::release::Release;
use stickler::lint::subject::{Annotation, Backend, HostRule, PathRule, PathType};
use stickler::lint::{self, Consequence, Diagnostic, Policy, Severity, Subject};

const KEY: &str = lint::read::keys::ORG_KEY;

fn subject(value: &str) -> Subject<'_> {
    let path = |path: &'static str, service: &'static str| PathRule {
        path: Some(path.into()),
        path_type: PathType::Prefix,
        backend: Backend {
            service: Some(service.into()),
            ..Backend::default()
        },
    };
    Subject {
        annotations: vec![Annotation {
            key: KEY.into(),
            value: value.into(),
        }],
        rules: vec![HostRule {
            host: Some("cafe.example.com".into()),
            paths: Some(vec![path("/tea", "tea-svc"), path("/coffee", "coffee-svc")]),
        }],
        ..Subject::default()
    }
}

/// One release of each reader that has the key: a fix makes a value worse for
/// none of them.
const RELEASES: [&str; 2] = ["5.5", "5.6"];

fn check(value: &str) -> Vec<Diagnostic> {
    lint::check(&subject(value), &Policy::default())
}

fn read_by(value: &str, release: Release) -> Vec<Diagnostic> {
    lint::check_release(&subject(value), &Policy::default(), release)
}

/// What values near the grammar are made of.
const PIECES: &[&str] = &[
    "serviceName=",
    "serviceName",
    "tea-svc",
    "coffee-svc",
    "tea-scv",
    "milk",
    " ",
    " ",
    " ",
    ";",
    ";",
    "; ",
    "\n",
    "\t",
    "srv_id",
    "id",
    "expires=",
    "expires=1h",
    "expire=1h",
    "expires=1H",
    "expires=max",
    "expires=0",
    "expires=1 h",
    "max-age=60",
    "path=/",
    "path=/tea",
    "path=",
    "path='/tea'",
    "'path=/tea'",
    "domain=.example.com",
    "domain=",
    "httponly",
    "HttpOnly",
    "secure",
    "secure=true",
    "samesite=lax",
    "SameSite=None",
    "samesite=loose",
    ",",
    ",secure",
    ",serviceName=tea-svc id",
    "'",
    "\"",
    "\\",
    "\\n",
    "$",
    "{",
    "}",
    "#",
    "# x\n",
    "=",
    "name=x",
    "é",
    "\u{a0}",
    "\u{202e}",
    "\0",
    "__Host-id",
    "partitioned",
];

/// Values near the grammar, where the interesting mistakes are.
fn value() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(PIECES);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

/// The gravest consequence among errors; those come first in the order.
fn gravest(found: &[Diagnostic]) -> Consequence {
    let errors = found.iter().filter(|d| d.severity == Severity::Error);
    let gravest = errors.filter_map(|d| d.consequence).min();
    gravest.unwrap_or(Consequence::Policy)
}

fn has(found: &[Diagnostic], consequence: Consequence) -> bool {
    let mut found = found.iter();
    found.any(|diagnostic| diagnostic.consequence == Some(consequence))
}

fn spans_are_ranges_of(value: &str, found: &[Diagnostic]) {
    for diagnostic in found {
        let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits);
        let spans = edits.map(|edit| edit.span).chain(diagnostic.place.span);
        for span in spans {
            assert!(
                value.get(span.start..span.end).is_some(),
                "{span:?} of {value:?}: {diagnostic:?}"
            );
        }
    }
}

fn fixes_make_nothing_worse(value: &str, found: &[Diagnostic]) {
    for diagnostic in found {
        let Some(fix) = &diagnostic.fix else { continue };
        let fixed = fix.apply(value);
        assert!(
            fixed != value,
            "{value:?}: a fix that changes nothing: {diagnostic:?}"
        );
        for release in RELEASES {
            let release = release.parse().expect("a release");
            let (before, after) = (read_by(value, release), read_by(&fixed, release));
            let change = format!("{release}: {value:?} became {fixed:?} by {diagnostic:?}");
            // Of an Ingress that the controller rejects nginx sees nothing.
            if !has(&before, Consequence::RejectsIngress) {
                for consequence in [Consequence::RejectsIngress, Consequence::BreaksReload] {
                    let worse = has(&after, consequence) && !has(&before, consequence);
                    assert!(!worse, "{change}");
                }
            }
            assert!(
                gravest(&after) >= gravest(&before),
                "{change}\nnow: {after:?}"
            );
        }
    }
}

/// How many cases: `CASES=1000000 cargo test --release --test properties`.
fn cases() -> u32 {
    let cases = std::env::var("CASES").ok();
    cases.and_then(|cases| cases.parse().ok()).unwrap_or(4096)
}

#[test]
fn fixes_that_once_made_values_worse_do_not() {
    for value in ["expire=1h \u{a0} ", "serviceName=tea-svc \u{a0} expires=1h"] {
        let found = check(value);
        assert!(!found.is_empty(), "{value:?}");
        fixes_make_nothing_worse(value, &found);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn any_string_has_sound_spans(value in any::<String>()) {
        spans_are_ranges_of(&value, &check(&value));
    }

    #[test]
    fn values_near_the_grammar_have_sound_spans(value in value()) {
        spans_are_ranges_of(&value, &check(&value));
    }

    #[test]
    fn a_fix_never_makes_a_value_worse(value in value()) {
        fixes_make_nothing_worse(&value, &check(&value));
    }

    #[test]
    fn without_fixes_the_same_is_found(value in value()) {
        let mut found = check(&value);
        for diagnostic in &mut found {
            diagnostic.fix = None;
        }
        let without = lint::check_without_fixes(&subject(&value), &Policy::default());
        prop_assert_eq!(found, without);
    }
}
