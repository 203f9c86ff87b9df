//! Places: YAML in every style around a value, and each character of the value
//! is found where it was put.
//!
//! `PROPTEST_CASES=10000 cargo test --test places` runs more cases.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use stickler::lint::Span;
use stickler::lint::read::keys::PLUS_KEY;
use stickler::yaml::{documents, places, read_json};

#[path = "support/emitter.rs"]
mod emitter;

#[path = "support/values.rs"]
mod values;

use emitter::{Choices, Emitter, Frame, Style};
use values::{config, values};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn each_character_is_found_where_it_was_put(
        value in values(),
        style in prop::sample::select(Style::ALL),
        frame in prop::sample::select(Frame::ALL),
        crlf: bool,
        mark: bool,
        seeds in prop::collection::vec(any::<u8>(), 64),
        from in 0_usize..40,
        length in 1_usize..12,
    ) {
        let choices = Choices::new(seeds);
        let mut emitter = Emitter::new(choices, crlf, mark);
        prop_assume!(emitter.document(&value, style, frame));
        let text = emitter.text.clone();
        let characters: Vec<(usize, char)> = value.char_indices().collect();
        let first = from % characters.len();
        let last = (first + length - 1).min(characters.len() - 1);
        let document = documents(&text).last().expect("a document");
        let root = if frame == Frame::Json {
            read_json(&text, Span::whole(&text))
        } else {
            document.read().map(Option::unwrap_or_default)
        };
        let root = root.unwrap_or_else(|error| panic!("{error} in\n{text}"));
        let node = root.get("metadata").and_then(|metadata| metadata.get("annotations"));
        let node = node.and_then(|annotations| annotations.get(PLUS_KEY));
        let node = node.unwrap_or_else(|| panic!("no value in\n{text}"));
        prop_assert_eq!(&node.scalar().unwrap().value, &value, "the value of\n{}", text);
        let found = places(&text, node);
        let found = found.unwrap_or_else(|| panic!("no places for {value:?} in\n{text}"));
        let (start, end) = (characters[first].0, characters[last].0 + characters[last].1.len_utf8());
        if let (Some(put_first), Some(put_last)) = (emitter.marks[first], emitter.marks[last]) {
            let span = found.span_of(Span::new(start, end));
            let put = Span::new(put_first.start, put_last.end);
            prop_assert_eq!(span, put, "{:?} as {:?} in\n{}", &value[start..end], style, text);
        }
        prop_assert!(found.span.contains(found.body));
    }
}
