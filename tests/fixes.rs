//! Fixes in place: whatever style a value is written in and whatever an edit
//! makes of it, parsing the result gives the edited value, and no byte outside
//! the scalar differs.
//!
//! `PROPTEST_CASES=10000 cargo test --test fixes` runs more cases.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;

use proptest::prelude::*;
use serde_json::{Value, json};
use stickler::lint::read::keys::{ORG_KEY, PLUS_KEY};
use stickler::lint::{self, Diagnostic, Edit, Fix, Place, Policy, Rule, Span, Subject};
use stickler::manifest::{Source, check, fix};
use stickler::yaml::{documents, places, read_json};

#[path = "support/emitter.rs"]
mod emitter;
#[path = "support/values.rs"]
mod values;

use emitter::{Choices, Emitter, Frame, Style};
use values::{config, values};

/// The value of the annotation in `text`, and the bytes of its scalar.
fn value_in(text: &str, frame: Frame) -> (String, Span) {
    let root = if frame == Frame::Json {
        read_json(text, Span::whole(text)).map(Some)
    } else {
        documents(text).last().expect("a document").read()
    };
    let root = root
        .unwrap_or_else(|error| panic!("{error} in\n{text}"))
        .unwrap();
    let annotations = root
        .get("metadata")
        .and_then(|metadata| metadata.get("annotations"));
    let node = annotations
        .and_then(|annotations| annotations.get(PLUS_KEY))
        .unwrap();
    let value = node
        .string()
        .unwrap_or_else(|| panic!("no string in\n{text}"));
    let span = places(text, node)
        .unwrap_or_else(|| panic!("no places in\n{text}"))
        .span;
    (value.to_owned(), span)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_edited_value_stands_there_and_nothing_else_differs(
        value in values(),
        put in prop_oneof![values(), Just(String::new())],
        style in prop::sample::select(Style::ALL),
        frame in prop::sample::select(Frame::ALL),
        crlf: bool,
        mark: bool,
        seeds in prop::collection::vec(any::<u8>(), 64),
        cuts in (0_usize..40, 0_usize..40),
    ) {
        let mut emitter = Emitter::new(Choices::new(seeds), crlf, mark);
        prop_assume!(emitter.document(&value, style, frame));
        let ends: Vec<usize> = value.char_indices().map(|(at, _)| at).chain([value.len()]).collect();
        let (one, other) = (ends[cuts.0 % ends.len()], ends[cuts.1 % ends.len()]);
        let span = Span::new(one.min(other), one.max(other));
        let edit = Fix::of_edits(true, vec![Edit { span, text: put }]);
        let wanted = edit.apply(&value);
        prop_assume!(wanted != value && !emitter.text.contains("{{"));
        // Of a value with a placeholder, what it becomes is checked.
        let unfilled = Source { text: emitter.text.clone(), ..Source::default() };
        prop_assume!(check(unfilled, &|_| Vec::new()).findings.is_empty());
        let check_subject = |subject: &Subject<'_>| {
            let bad = subject.annotation(PLUS_KEY) == Some(value.as_str());
            let place = Place::value(PLUS_KEY, span);
            let found = Diagnostic::new(Rule::UnknownParameter, place, "bad");
            bad.then(|| found.with_fix(edit.clone())).into_iter().collect::<Vec<_>>()
        };
        let (name, text) = ("a.yaml".to_owned(), emitter.text.clone());
        let (_, scalar) = value_in(&text, frame);
        let fixed = fix(Source { name, text: text.clone() }, &check_subject, false);
        if matches!(frame, Frame::Aliased | Frame::Merged) {
            prop_assert_eq!(&fixed.after, &text);
            prop_assert_eq!((fixed.applied, fixed.refused.len()), (0, 1));
            return Ok(());
        }
        prop_assert_eq!(fixed.refused, vec![], "{:?} for {:?} in\n{}", wanted, value, text);
        prop_assert_eq!(fixed.applied, 1);
        let (found, _) = value_in(&fixed.after, frame);
        prop_assert_eq!(found, wanted, "{}\n became\n{}", text, fixed.after);
        let (before, behind) = (&text[..scalar.start], &text[scalar.end..]);
        prop_assert!(fixed.after.starts_with(before) && fixed.after.ends_with(behind),
            "{}\n became\n{}", text, fixed.after);
    }
}

/// The cafe of the corpora with the annotation, as a file in JSON.
fn cafe(value: &str) -> Source {
    let path = |path: &str, service: &str| {
        let backend = json!({"service": {"name": service, "port": {"number": 80}}});
        json!({"path": path, "pathType": "Prefix", "backend": backend})
    };
    let paths = [path("/tea", "tea-svc"), path("/coffee", "coffee-svc")];
    let ingress = json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "cafe", "annotations": {ORG_KEY: value}},
        "spec": {"rules": [{"host": "cafe.example.com", "http": {"paths": paths}}]},
    });
    Source {
        name: "cafe.json".to_owned(),
        text: ingress.to_string(),
    }
}

/// Whoever is shown a fix gets it: what a check counts as fixable is fixed, with
/// and without guesses.
#[test]
fn what_is_offered_is_made() {
    let corpus = fs::read_to_string("tests/corpus/nginx.jsonl").unwrap();
    let policy = Policy::default();
    let check_subject = |subject: &Subject<'_>| lint::check(subject, &policy);
    let (mut made, mut withheld) = (0, 0);
    for (number, line) in corpus.lines().enumerate() {
        // A prefix asks for several things at once, of which not all can be had.
        if number % 16 != 0 && !line.contains("__") {
            continue;
        }
        let case: Value = serde_json::from_str(line).unwrap();
        let value = case["value"].as_str().unwrap();
        let found = check(cafe(value), &check_subject).findings;
        let fixes = |safe| {
            let fixes = found.iter().filter_map(|it| it.diagnostic.fix.as_ref());
            fixes.filter(|fix| fix.safe == safe).count()
        };
        let (safe, guesses) = (fixes(true), fixes(false));
        let applied = |unsafe_too| fix(cafe(value), &check_subject, unsafe_too).applied;
        assert_eq!(applied(false), safe, "{value:?}");
        assert_eq!(applied(true), safe + guesses, "{value:?}");
        made += safe + guesses;
        withheld += usize::from(value.contains("__Host-") && guesses == 0);
    }
    assert!(made > 150 && withheld > 0, "{made} {withheld}");
}
