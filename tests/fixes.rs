//! Fixes in place: whatever style a value is written in and whatever an edit
//! makes of it, parsing the result gives the edited value, and no byte outside
//! the scalar differs.
//!
//! `PROPTEST_CASES=10000 cargo test --test fixes` runs more cases.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use stickler::lint::read::keys::PLUS_KEY;
use stickler::lint::{Diagnostic, Edit, Fix, Place, Rule, Span, Subject};
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
