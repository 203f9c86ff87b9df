//! Fixes under checks of the tests' own, which ask for what no rule does yet.

use super::*;
use crate::lint::read::keys::PLUS_KEY;
use crate::lint::{Consequence, Diagnostic, Place, Rule, Severity, Span};

/// Finds `old` in the annotation's value and would have `new` there.
fn wants(text: &str, old: &str, new: &str) -> Fixed {
    let check_subject = |subject: &Subject<'_>| {
        let value = subject.annotation(PLUS_KEY).unwrap_or_default();
        let found = value.find(old).map(|at| {
            let span = Span::new(at, at + old.len());
            let place = Place::value(PLUS_KEY, span);
            Diagnostic::new(Rule::UnknownParameter, place, "m").with_edit(true, span, new)
        });
        found.into_iter().collect()
    };
    let name = "a.yaml".to_owned();
    let text = text.to_owned();
    fix(Source { name, text }, &check_subject, false)
}

#[test]
fn a_string_stays_a_string() {
    for (before, after) in [
        ("8080;", "'8080'"),
        ("true;", "'true'"),
        ("null;", "'null'"),
        ("~;", "'~'"),
        ("1e3;", "'1e3'"),
        ("0x1F;", "'0x1F'"),
        ("2027-01-31;", "2027-01-31"),
        ("a;", "a"),
        ("'8080;'", "'8080'"),
        ("\"8080;\"", "\"8080\""),
        ("!!str 8080;", "!!str 8080"),
        ("- ;", "- ;"),
    ] {
        let fixed = wants(&ingress(before), ";", "");
        assert_eq!(fixed.after, ingress(after), "{before}: {:?}", fixed.refused);
    }
}

#[test]
fn a_block_keeps_its_form_and_its_line_ends() {
    for (before, old, new, after) in [
        ("|+\n      a b\n\n", "\n\n", "\n", "|\n      a b\n\n"),
        ("|\n      a b\n", " b\n", "", "|-\n      a\n"),
        ("|-\n      a;b", ";", "\n", "|-\n      a\n      b"),
        (">-\n      a\n      b;", ";", "", ">-\n      a\n      b"),
    ] {
        for crlf in [false, true] {
            let text = |value: &str| {
                let text = ingress(value);
                if crlf {
                    text.replace('\n', "\r\n")
                } else {
                    text
                }
            };
            let fixed = wants(&text(before), old, new);
            assert_eq!(fixed.after, text(after), "{before:?} {:?}", fixed.refused);
        }
    }
}

#[test]
fn text_outside_of_the_value_is_compared() {
    for (old, new, same) in [
        ("a: x # 1\n", "a:   x # 2\n", true),
        ("a: 'x'\n", "a: \"x\"\n", true),
        ("a: '1'\n", "a: 1\n", false),
        ("a: x\n", "a: 'x'\n", false),
        ("a: !!str 1\n", "a: 1\n", false),
        ("a: !x b\n", "a: b\n", false),
        ("a: 1\n", "a: 2\n", false),
        ("a: [1, 2]\n", "a: [1]\n", false),
        ("a: {b: 1}\n", "a: {c: 1}\n", false),
        ("a: {b: 1}\n", "a: {b: 1, c: 1}\n", false),
        ("a: &x [1]\nb: *x\n", "a: &x [2]\nb: *x\n", false),
        ("a: &x [1]\nb: *x\n", "a: &x [1]\nb: [1]\n", false),
        ("a: 1\n---\nb: 1\n", "a: 1\n", false),
        ("a: 1\n", "a: 1\n---\nb: 1\n", false),
        ("a: 1\n", "a: [1\n", false),
        (r#"{"a": 1}"#, r#"{"a":1 }"#, true),
        (r#"{"a": 1}"#, r#"{"a":"1"}"#, false),
    ] {
        assert_eq!(compare::holds(old, new, &[]), same, "{old:?} {new:?}");
    }
}

#[test]
fn a_comment_silences_only_its_own_object() {
    let bad = "serviceName=tea srv expire=1h path=/tea";
    let silent = ingress(&format!("{bad} # stickler: ignore[unknown-parameter] x"));
    let loud = ingress(bad).replace("name: cafe\n", "name: other\n");
    let fixed = super::fixed(&format!("{silent}---\n{loud}"), false);
    let expected = loud.replace("expire=", "expires=");
    assert_eq!(fixed.after, format!("{silent}---\n{expected}"));
    assert_eq!(fixed.applied, 1);
}

#[test]
fn fewer_errors_do_not_make_up_for_a_graver_one() {
    for (consequence, changes) in [
        (Consequence::RejectsIngress, false),
        (Consequence::BreaksReload, false),
        (Consequence::NotApplied, false),
        (Consequence::Unsafe, false),
        (Consequence::NeverSticks, true),
    ] {
        let check_subject = |subject: &Subject<'_>| {
            let value = subject.annotation(PLUS_KEY).unwrap_or_default();
            let span = Span::new(0, 1);
            let place = || Place::value(PLUS_KEY, span);
            let new = |rule, consequence| Diagnostic {
                severity: Severity::Error,
                consequence: Some(consequence),
                ..Diagnostic::new(rule, place(), "m")
            };
            let plain = |rule| new(rule, Consequence::NeverSticks);
            match value {
                "a" => vec![
                    plain(Rule::UnknownParameter).with_edit(true, span, "b"),
                    plain(Rule::PathMismatch),
                ],
                _ => vec![new(Rule::Brace, consequence)],
            }
        };
        let source = Source {
            name: "a.yaml".to_owned(),
            text: ingress("a"),
        };
        let fixed = fix(source, &check_subject, false);
        assert_eq!(fixed.changes(), changes, "{consequence:?}");
    }
}

#[test]
fn who_has_the_file_open_goes_on_reading_the_old_one() {
    use std::io::Read as _;
    use std::os::unix::fs::MetadataExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yaml");
    std::fs::write(&path, "before").unwrap();
    let mut reader = std::fs::File::open(&path).unwrap();
    write(&path, "before", "after", Encoding::Utf8).unwrap();
    let mut read = String::new();
    reader.read_to_string(&mut read).unwrap();
    assert_eq!(read, "before");
    let inode = |metadata: std::fs::Metadata| metadata.ino();
    let (old, new) = (
        reader.metadata().unwrap(),
        std::fs::metadata(&path).unwrap(),
    );
    assert_ne!(inode(old), inode(new));
}
