use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use super::read;

/// Reads `text` in every way, and says whether it was read: always as serde_json
/// reads it, or not at all.
fn is_read(text: &str) -> bool {
    let theirs = serde_json::from_str::<Value>(text).ok();
    let whole = read::<Value>(text);
    if whole.is_some() {
        assert_eq!(whole, theirs, "{text:?}");
    }
    let skipped = read::<IgnoredAny>(text).is_some();
    if skipped {
        assert!(serde_json::from_str::<IgnoredAny>(text).is_ok(), "{text:?}");
    }
    let raw = read::<Option<&RawValue>>(text);
    assert_eq!(raw.is_some(), skipped, "{text:?}");
    if let Some(raw) = raw {
        let theirs = serde_json::from_str::<Option<&RawValue>>(text).expect("JSON");
        assert_eq!(
            raw.map(RawValue::get),
            theirs.map(RawValue::get),
            "{text:?}"
        );
    }
    // What is skipped may have a lone surrogate, and a number of any size.
    assert!(skipped || whole.is_none(), "{text:?}");
    whole.is_some()
}

const SOUND: &[&str] = &[
    "null",
    " true ",
    "\t\r\nfalse",
    "0",
    "-0",
    "-0.0e-0",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775809",
    "1.5E+3",
    "0e1",
    r#""""#,
    r#""tea""#,
    r#""a text of more than eight bytes, and of more than sixteen""#,
    r#""\"\\\/\b\f\n\r\t\u00e9\uD83C\uDF75""#,
    r#""1234567\"1234567\\""#,
    "\"\u{7f}\u{e9}\u{2028}\u{1f375}\"",
    "[]",
    "[ ]",
    "[ 1 , 2 ]",
    "{}",
    "{ }",
    r#"{ "a" : 1 , "a" : [ { } , null ] }"#,
    r#"{"a\u0062":"\"","":{"f:x":{".":{},"f:y":{}}}}"#,
];

const BROKEN: &[&str] = &[
    "",
    " ",
    "nul",
    "nulll",
    "True",
    "truefalse",
    "00",
    "01",
    "+1",
    "-",
    "1.",
    ".5",
    "1e",
    "1e+",
    "1 2",
    "1e999",
    "'tea'",
    r#""tea"#,
    r#""1234567\"#,
    r#""\x""#,
    r#""\u00e""#,
    r#""\u00eg""#,
    r#""\u+123""#,
    r#""\uD83C""#,
    "\"\u{1f}\"",
    "\"1234567\n1234567\"",
    "[",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1}",
    "]",
    "{",
    r#"{"a""#,
    r#"{"a":"#,
    r#"{"a":1"#,
    r#"{"a":1,"#,
    r#"{"a":1,}"#,
    r#"{"a" 1}"#,
    r#"{"a","b"}"#,
    r#"{"a":1]"#,
    "{1:2}",
    "{null:2}",
    "{,}",
    "{} {}",
    "\u{feff}{}",
    "\u{c}1",
    "[1\u{b}]",
    "\u{a0}{}",
];

#[test]
fn json_is_read_and_nothing_else() {
    for text in SOUND {
        assert!(is_read(text), "{text:?}");
        let within = format!(r#"{{"skipped": [{text}, {text}]}}"#);
        assert!(is_read(&within), "{within:?}");
    }
    for text in BROKEN {
        assert!(!is_read(text), "{text:?}");
        let within = format!(r#"{{"skipped": [{text}, {text}]}}"#);
        assert!(!is_read(&within), "{within:?}");
    }
}

#[test]
fn a_special_byte_is_found_wherever_it_is() {
    for before in 0..20 {
        let text = "x".repeat(before);
        assert!(is_read(&format!("\"{text}\"")));
        assert!(is_read(&format!("\"{text}\\\"{text}\"")));
        for control in '\0'..' ' {
            assert!(!is_read(&format!("\"{text}{control}{text}\"")));
        }
        for plain in [
            ' ', '!', '#', '[', ']', '\u{7f}', '\u{80}', '\u{a2}', '\u{dc}',
        ] {
            assert!(is_read(&format!("\"{text}{plain}{text}\"")));
        }
    }
}

#[test]
fn what_is_deep_is_left_to_others() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        for (depth, is_ours) in [(64, true), (65, false), (100_000, false)] {
            let text = format!("{}0{}", open.repeat(depth), close.repeat(depth));
            assert_eq!(read::<IgnoredAny>(&text).is_some(), is_ours, "{depth}");
            if depth < 1_000 {
                assert_eq!(is_read(&text), is_ours, "{depth}");
            }
        }
        assert!(!is_read(&open.repeat(100_000)));
    }
    // Depth is how many are open, not how many there are.
    assert!(is_read(&format!("[{}0]", "[{}],".repeat(1_000))));
}

/// A list that is not read to its end.
struct First;

impl<'de> serde::Deserialize<'de> for First {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = First;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: serde::de::SeqAccess<'de>>(
                self,
                mut list: A,
            ) -> Result<First, A::Error> {
                list.next_element::<u64>().map(|_| First)
            }
        }
        deserializer.deserialize_seq(Visitor)
    }
}

#[test]
fn a_list_is_read_to_its_end_or_not_at_all() {
    for text in ["[1]", "[1,2]"] {
        assert!(read::<First>(text).is_none(), "{text}");
        assert!(
            read::<Vec<First>>(&format!("[{text},[]]")).is_none(),
            "{text}"
        );
    }
}

#[test]
fn a_type_that_wants_another_value_has_none() {
    assert_eq!(read::<String>("1"), None);
    assert_eq!(read::<bool>("null"), None);
    assert_eq!(read::<u8>("256"), None);
    assert_eq!(read::<u8>("\"1\""), None);
    assert_eq!(read::<i64>("1.0"), None);
    assert_eq!(read::<i64>("-7"), Some(-7));
    assert_eq!(read::<Option<u16>>("null"), Some(None));
    assert_eq!(read::<Option<u16>>("80"), Some(Some(80)));
    assert_eq!(read::<&str>(r#""\n""#), None);
    assert_eq!(read::<String>(r#""\n""#), Some("\n".to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Texts that are nearly JSON.
    #[test]
    fn pieces_are_read_as_serde_json_reads_them(
        pieces in prop::collection::vec(
            prop_oneof![
                Just("{"), Just("}"), Just("["), Just("]"), Just(","), Just(":"), Just("\""),
                Just("\\"), Just("\\u00e9"), Just("\\ud83c"), Just("null"), Just("true"),
                Just("-1"), Just("0"), Just("2.5e3"), Just("."), Just(" "), Just("\n"),
                Just("\u{1}"), Just("\u{e9}"), Just("\"a\""), Just("\"a\":"), Just("abcdefgh"),
            ],
            0..24,
        )
    ) {
        is_read(&pieces.concat());
    }

    /// JSON with a byte more, less or other.
    #[test]
    fn a_byte_that_changes_is_read_as_serde_json_reads_it(
        source in prop::sample::select(SOUND),
        place in any::<prop::sample::Index>(),
        byte in prop::option::of(0_u8..0x80),
        replaces in any::<bool>(),
    ) {
        let mut bytes = format!(r#"{{"a":[{source}],"b":{source}}}"#).into_bytes();
        let at = place.index(bytes.len());
        bytes.splice(at..at + usize::from(replaces || byte.is_none()), byte);
        if let Ok(text) = std::str::from_utf8(&bytes) {
            is_read(text);
        }
    }
}
