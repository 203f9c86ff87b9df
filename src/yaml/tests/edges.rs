//! Bounds, and what one parser reads otherwise than another.

use super::*;

/// The message about a text, or an empty one.
fn complaint(text: &str) -> String {
    let read = documents(text).next().unwrap().read();
    read.map_or_else(|error| error.message, |_| String::new())
}

#[test]
fn depth_is_bounded_in_yaml_and_in_json() {
    let deep = format!("nested deeper than {DEEPEST} levels");
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let rows = |levels: usize| {
        let row = |level: usize| "  ".repeat(level) + "a:\n";
        (0..levels).map(row).collect::<String>()
    };
    let json = |levels: usize| {
        let text = nested(levels);
        let read = read_json(&text, Span::whole(&text));
        read.map_or_else(|error| error.message, |_| String::new())
    };
    assert_eq!(complaint(&nested(DEEPEST)), "");
    assert_eq!(complaint(&nested(DEEPEST + 1)), deep);
    assert_eq!(complaint(&rows(DEEPEST + 1)), deep);
    assert_eq!(json(DEEPEST), "");
    assert_eq!(json(DEEPEST + 1), deep);
}

#[test]
fn a_raw_control_character_is_none_of_json() {
    for text in ["\"a\nb\"", "\"a\u{1}\"", "{\"a\tb\": 1}"] {
        let error = read_json(text, Span::whole(text)).unwrap_err();
        let expected = "not JSON: expected no control character within a string here";
        assert_eq!(error.message, expected, "{text:?}");
    }
}

#[test]
fn surrogates_stand_for_what_go_makes_of_them() {
    for (text, expected) in [
        (r#""\ud834\udd1e""#, "𝄞"),
        (r#""\udd1e\ud834""#, "\u{fffd}\u{fffd}"),
        (r#""\udd1e\udd1e""#, "\u{fffd}\u{fffd}"),
        (r#""\ud834x""#, "\u{fffd}x"),
        (r#""\ud834\u0041""#, "\u{fffd}A"),
        (r#""\b\f\/""#, "\u{8}\u{c}/"),
    ] {
        let node = read_json(text, Span::whole(text)).unwrap();
        assert_eq!(node.string(), Some(expected), "{text}");
    }
}

#[test]
fn a_tag_makes_a_string_or_takes_a_merge_key_its_meaning() {
    let text = "a: ! 5\nb: !!str 5\nc: {<<: {d: 1}}\ne: {! <<: {f: 1}}\ng: {'<<': {h: 1}}\n";
    let root = documents(text).next().unwrap().read().unwrap().unwrap();
    let get = |key| root.get(key).unwrap();
    assert_eq!(get("a").string(), Some("5"));
    assert_eq!(get("b").string(), Some("5"));
    let merged = |key, name| {
        get(key)
            .merged_pairs()
            .iter()
            .any(|pair| pair.key.is_key(name))
    };
    assert!(merged("c", "d"));
    assert!(!merged("e", "f"));
    assert!(!merged("g", "h"));
}

/// YAML 1.1's merge key: what is its own counts, then the earlier source.
#[test]
fn of_what_is_merged_the_first_counts() {
    let text = "a: &a {x: 1, y: 1}\nb: &b {x: 2, z: 2}\nc: {<<: [*b, *a], z: 3}\n";
    let root = documents(text).next().unwrap().read().unwrap().unwrap();
    let merged = root.get("c").unwrap();
    let values = ["x", "y", "z"].map(|key| merged.get(key).unwrap().span.of(text));
    assert_eq!(values, ["2", "1", "3"]);
    let pairs = merged.merged_pairs();
    let values: Vec<_> = pairs.iter().map(|pair| pair.value.span.of(text)).collect();
    assert_eq!(values, ["3", "2", "1"]);
}

#[test]
fn places_are_bytes_beyond_ascii_whichever_way_the_parser_looks() {
    let text = "é: 'ü'\nö: >-\n  ß\n  a\nä:\n- ñ: x\n\nz: y\n";
    let root = documents(text).next().unwrap().read().unwrap().unwrap();
    for (key, expected) in [("é", "'ü'"), ("z", "y")] {
        assert_eq!(root.get(key).unwrap().span.of(text), expected, "{key}");
    }
    let list = root.get("ä").and_then(Node::sequence).unwrap();
    assert_eq!(list[0].get("ñ").unwrap().span.of(text), "x");
    assert!(list[0].span.of(text).starts_with("ñ: x"));
}

#[test]
fn what_has_no_value_is_shown_at_its_key() {
    let text = "a:\nb: {}\nc: x\nd: ''\ne: &f\ng: *f\n";
    let root = documents(text).next().unwrap().read().unwrap().unwrap();
    let places = ["a", "b", "c", "d", "e", "g"].map(|key| root.pair(key).unwrap().place());
    assert_eq!(
        places.map(|place| place.of(text)),
        ["a", "b", "x", "''", "e", "g"]
    );
}

/// A carriage return alone ends a line for YAML (1.2.2, section 5.4), and none
/// where texts are cut.
#[test]
fn a_document_that_was_not_cut_off_is_an_error() {
    for text in ["a: 1\r---\rb: 2\r", "a: 1\r...\rb: 2\r"] {
        assert_eq!(documents(text).count(), 1, "{text:?}");
        assert_eq!(
            complaint(text),
            "a second document without '---' before it",
            "{text:?}"
        );
    }
}

#[test]
fn bare_words_become_what_they_mean() {
    let text =
        "a: ~\nb: null\nc:\nd: 'null'\ne: yes\nf: -5\ng: 0x1F\nh: 1.5\ni: \"5\"\nj: {k: []}\n";
    let read: serde_json::Value = from_str(text).unwrap();
    let expected = serde_json::json!({
        "a": null, "b": null, "c": null, "d": "null", "e": true,
        "f": -5, "g": 31, "h": 1.5, "i": "5", "j": {"k": []},
    });
    assert_eq!(read, expected);
}

/// Empty lines become line breaks, of which none has bytes of its own.
#[test]
fn what_is_folded_has_one_place() {
    let text = "a: 'x\n\n\n  y'\n";
    let root = documents(text).next().unwrap().read().unwrap().unwrap();
    let places = places(text, root.get("a").unwrap()).unwrap();
    for (start, end, expected) in [
        (1, 2, "\n\n\n  "),
        (2, 3, "\n\n\n  "),
        (1, 4, "\n\n\n  y"),
        (3, 4, "y"),
    ] {
        let place = places.span_of(Span::new(start, end));
        assert_eq!(place.of(text), expected, "{start}..{end}");
    }
}

/// Whatever ends a line, it folds, and what follows keeps its place.
#[test]
fn every_line_break_folds() {
    for (style, expected) in [
        ("'x\n\n  y'", "x\ny"),
        ("\"x\n\n  y\"", "x\ny"),
        ("\"x \n  y\"", "x y"),
        ("x\n\n  y", "x\ny"),
        ("x \n  y", "x y"),
        ("|\n  x\n  y\n", "x\ny\n"),
        (">\n  x\n  y\n", "x y\n"),
        (">\n  x\n\n\n  y\n", "x\n\ny\n"),
    ] {
        for line_break in ["\n", "\r\n", "\r"] {
            // What begins a block scalar is read up to a line feed.
            let style = match style.split_once('\n') {
                Some((head @ ("|" | ">"), rest)) => {
                    format!("{head}\n{}", rest.replace('\n', line_break))
                }
                _ => style.replace('\n', line_break),
            };
            let text = format!("a: {style}");
            let root = documents(&text).next().unwrap().read().unwrap().unwrap();
            let node = root.get("a").unwrap();
            assert_eq!(node.string(), Some(expected), "{text:?}");
            let places = places(&text, node).expect(&text);
            let y = expected.find('y').unwrap();
            let span = places.span_of(Span::new(y, y + 1));
            assert_eq!(span.start, text.find('y').unwrap(), "{text:?}");
            assert_eq!(span.of(&text), "y", "{text:?}");
            let x = places.span_of(Span::new(0, 1));
            assert_eq!(x.of(&text), "x", "{text:?}");
        }
    }
}

#[test]
fn a_node_has_a_place_a_kind_and_a_tag() {
    for (value, place, what) in [
        ("[b]", (3, 6), "a list"),
        ("!x [b]", (6, 9), "a list"),
        ("&x [b]", (6, 9), "a list"),
        ("!x &x {b: c}", (9, 15), "an object"),
        ("!x b", (6, 7), "a string"),
        ("~", (3, 4), "null"),
        ("null", (3, 7), "null"),
        ("on", (3, 5), "a boolean"),
        ("-5", (3, 5), "a number"),
        ("5.5", (3, 6), "a number"),
        ("! 5", (5, 6), "a string"),
        ("!!str 5", (9, 10), "a string"),
    ] {
        let text = format!("a: {value}");
        let root = documents(&text).next().unwrap().read().unwrap().unwrap();
        let node = root.get("a").unwrap();
        let span = node.resolved().span;
        assert_eq!(
            ((span.start, span.end), node.what()),
            (place, what),
            "{text}"
        );
    }
    for (tag, is_text) in [("!", true), ("!!str", true), ("!x", false), ("!<x>", false)] {
        let text = format!("a: {tag} 5");
        let root = documents(&text).next().unwrap().read().unwrap().unwrap();
        assert_eq!(root.get("a").unwrap().string().is_some(), is_text, "{text}");
    }
}

#[test]
fn a_string_without_its_end_is_shown_at_its_beginning() {
    for text in [r#"{"a": "b"#, r#"{"a": "b\""#] {
        let error = read_json(text, Span::whole(text)).unwrap_err();
        assert_eq!(error.span, Span::at(6), "{text}");
    }
}

#[test]
fn each_escape_is_what_it_stands_for_and_has_its_place() {
    for (escape, expected) in [
        ("0", "\0"),
        ("a", "\u{7}"),
        ("b", "\u{8}"),
        ("t", "\t"),
        ("\t", "\t"),
        ("n", "\n"),
        ("v", "\u{b}"),
        ("f", "\u{c}"),
        ("r", "\r"),
        ("e", "\u{1b}"),
        (" ", " "),
        ("\"", "\""),
        ("/", "/"),
        ("\\", "\\"),
        ("N", "\u{85}"),
        ("_", "\u{a0}"),
        ("L", "\u{2028}"),
        ("P", "\u{2029}"),
        ("x7a", "z"),
        ("u00e9", "é"),
        ("U0001d11e", "\u{1d11e}"),
    ] {
        let text = format!("a: \"x\\{escape}y\"");
        let root = documents(&text).next().unwrap().read().unwrap().unwrap();
        let node = root.get("a").unwrap();
        let value = node.string().unwrap();
        assert_eq!(value, format!("x{expected}y"), "{text}");
        let places = places(&text, node).unwrap_or_else(|| panic!("no places in {text}"));
        let end = 1 + expected.len();
        assert_eq!(
            places.span_of(Span::new(1, end)),
            Span::new(5, 6 + escape.len()),
            "{text}"
        );
    }
}

#[test]
fn a_comma_stands_between_elements() {
    for (text, good) in [
        ("[1,2]", true),
        ("{\"a\":1,\"b\":2}", true),
        ("[,1]", false),
        ("[1,]", false),
        ("[1 2]", false),
        ("{,\"a\":1}", false),
        ("{\"a\":1,}", false),
    ] {
        assert_eq!(read_json(text, Span::whole(text)).is_ok(), good, "{text}");
    }
}

/// What is within an element stays there, and so does what other keys hold.
#[test]
fn only_elements_of_items_are_given_away() {
    let text = "kind: List\nitems:\n- a: [x, y]\n- - p\n  - q\nother:\n- z\n";
    let document = documents(text).next().unwrap();
    let mut given = Vec::new();
    let root = document
        .read_items(&mut |element| given.push(element))
        .unwrap()
        .unwrap();
    let length = |node: &Node<'_>| match &node.content {
        Content::Sequence(elements) => elements.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(given.len(), 2, "{given:?}");
    assert_eq!(length(given[0].get("a").unwrap()), 2);
    assert_eq!(length(&given[1]), 2);
    assert_eq!(length(root.get("items").unwrap()), 0);
    assert_eq!(length(root.get("other").unwrap()), 1);
}
