//! What holds for every value, whatever it is.

#![allow(clippy::expect_used, reason = "a panic is how a test fails")]

use proptest::prelude::*;
use stickler::lint::read::keys::{ORG_KEY, PLUS_KEY};
use stickler::lint::release::value::Reader;
use stickler::lint::release::{Fact, Releases};
use stickler::lint::subject::{Annotation, Backend, HostRule, PathRule, PathType};
use stickler::lint::{self, Consequence, Diagnostic, Policy, Severity, Subject};

fn subject(value: &str) -> Subject<'_> {
    subject_with(ORG_KEY, value)
}

fn subject_with<'s>(key: &'static str, value: &'s str) -> Subject<'s> {
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
            key: key.into(),
            value: value.into(),
        }],
        rules: vec![HostRule {
            host: Some("cafe.example.com".into()),
            paths: Some(vec![path("/tea", "tea-svc"), path("/coffee", "coffee-svc")]),
        }],
        ..Subject::default()
    }
}

fn check(value: &str) -> Vec<Diagnostic> {
    lint::check(&subject(value), &Policy::default())
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

/// Makes the fixes of a value, one at a time, and asks each release that reads
/// the key in its own way what it finds then.
fn fixes_make_nothing_worse(key: &'static str, value: &str) {
    let policy = Policy::default();
    let of_key = match key {
        ORG_KEY => Fact::OrgKey.releases(),
        _ => Releases::ALL,
    };
    let readers = Reader::ALL.map(|reader| reader.releases().both(Releases::IN_USE).both(of_key));
    for diagnostic in lint::check(&subject_with(key, value), &policy) {
        let Some(fix) = &diagnostic.fix else { continue };
        let fixed = fix.apply(value);
        assert!(
            fixed != value,
            "{value:?}: a fix that changes nothing: {diagnostic:?}"
        );
        for releases in readers.iter().filter(|it| !it.is_empty()) {
            let release = releases.newest();
            let read = |value| lint::check_release(&subject_with(key, value), &policy, release);
            let (before, after) = (read(value), read(&fixed));
            let change = format!("{release}: {value:?} became {fixed:?} by {diagnostic:?}");
            for consequence in [Consequence::RejectsIngress, Consequence::BreaksReload] {
                let worse = has(&after, consequence) && !has(&before, consequence);
                assert!(!worse, "{change}");
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
    for value in [
        "expire=1h \u{a0} ",
        "serviceName=tea-svc \u{a0} expires=1h",
        "serviceName=tea-svc a 'secure'd",
    ] {
        assert!(!check(value).is_empty(), "{value:?}");
        for key in [ORG_KEY, PLUS_KEY] {
            fixes_make_nothing_worse(key, value);
        }
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
    fn a_fix_never_makes_a_value_worse(value in value(), key in prop::sample::select(&[ORG_KEY, PLUS_KEY][..])) {
        fixes_make_nothing_worse(key, &value);
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
