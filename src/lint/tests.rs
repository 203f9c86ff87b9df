//! What is said of a value, and what its fix makes of it: tables through the
//! whole check, without the browser's part, which has its own.

use std::fmt::Write as _;

mod browser;

use super::read::keys::ORG_KEY;
use super::subject::{Annotation, Backend, HostRule, PathRule, PathType};
use super::{Diagnostic, Policy, Rule, Subject, check};

/// An Ingress with `value` and two services, one for `/tea` and one for `/coffee`.
pub(super) fn cafe<'v>(value: &'v str, [tea, coffee]: [&'static str; 2]) -> Subject<'v> {
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
            key: ORG_KEY.into(),
            value: value.into(),
        }],
        rules: vec![HostRule {
            host: Some("cafe.example.com".into()),
            paths: Some(vec![path("/tea", tea), path("/coffee", coffee)]),
        }],
        ..Subject::default()
    }
}

/// What is found in `value`: a line for each finding, as `rule, text, message
/// and help`, and below it the value as fixed: behind an arrow, or behind a
/// tilde where the fix is a guess.
fn said(value: &str) -> String {
    let browser = Rule::SecureWithoutTls..=Rule::SamesiteStrict;
    let mut found = check(&cafe(value, ["tea-svc", "coffee-svc"]), &Policy::default());
    found.retain(|diagnostic| !browser.contains(&diagnostic.rule));
    let mut said = String::new();
    for Diagnostic {
        rule,
        place,
        message,
        help,
        fix,
        ..
    } in found
    {
        let text = drawn(place.span.map_or("", |span| span.of(value)));
        let help = help.unwrap_or_default();
        let _ = writeln!(said, "  {rule} `{text}`: {message}; {help}");
        if let Some(fix) = fix {
            let arrow = if fix.safe { "->" } else { "~>" };
            let _ = writeln!(said, "  {arrow} {}", drawn(&fix.apply(value)));
        }
    }
    said
}

#[test]
fn of_a_value_alone_only_the_value_is_reported() {
    let rules = |value: &'static str| -> Vec<&str> {
        let subject = Subject {
            value_alone: true,
            rules: Vec::new(),
            ..cafe(value, ["", ""])
        };
        let found = check(&subject, &Policy::default());
        found.iter().map(|found| found.rule.id()).collect()
    };
    for (value, expected) in [
        ("serviceName=any srv_id expires=1h path=/", &[][..]),
        ("serviceName=any srv_id", &[]),
        (
            "serviceName=any srv_id secure domain=.example.com path=/x",
            &[],
        ),
        ("serviceName=any __Host-id secure path=/", &[]),
        (
            "serviceName=any srv_id expire=1h;",
            &["unknown-parameter", "empty-entry"],
        ),
        (
            "serviceName=any srv_id samesite=none",
            &["samesite-none-insecure"],
        ),
        ("serviceName=any srv_id expires=0", &["expires-zero"]),
        ("", &["empty-value"]),
    ] {
        assert_eq!(rules(value), expected, "{value}");
    }
}

/// What nobody sees, and a picture of it.
const PICTURES: [(char, char); 8] = [
    ('\u{1}', '␁'),
    ('\u{2}', '␂'),
    ('\u{7}', '␇'),
    ('\t', '␉'),
    ('\n', '␊'),
    ('\u{b}', '␋'),
    ('\u{7f}', '␡'),
    ('\u{a0}', '⍽'),
];
/// A blank at the beginning or the end.
const OUTER_BLANK: &str = "␠";

fn drawn(text: &str) -> String {
    let drawn = |c| PICTURES.iter().find(|it| it.0 == c).map_or(c, |it| it.1);
    let mut line: String = text.chars().map(drawn).collect();
    if line.starts_with(' ') {
        line.replace_range(..1, OUTER_BLANK);
    }
    if line.ends_with(' ') {
        line.replace_range(line.len() - 1.., OUTER_BLANK);
    }
    line
}

fn undrawn(line: &str) -> String {
    let undrawn = |c| PICTURES.iter().find(|it| it.1 == c).map_or(c, |it| it.0);
    line.replace(OUTER_BLANK, " ")
        .chars()
        .map(undrawn)
        .collect()
}

/// Holds a table against what is said of its values: the lines that are neither
/// empty, nor a title, nor indented.
fn assert_table(table: &str) {
    let is_value = |line: &str| !line.is_empty() && !line.starts_with(['#', ' ']);
    let mut rest = table.lines().peekable();
    while let Some(line) = rest.next() {
        if !is_value(line) {
            continue;
        }
        let mut expected = String::new();
        while let Some(line) = rest.next_if(|line| line.starts_with(' ')) {
            let _ = writeln!(expected, "{line}");
        }
        let said = said(&undrawn(line));
        assert_eq!(said, expected, "{line}\n{said}");
    }
}

#[test]
fn what_the_controller_refuses() {
    assert_table(include_str!("tests/controller.txt"));
}

#[test]
fn words_that_nginx_refuses() {
    assert_table(include_str!("tests/parameters.txt"));
}

#[test]
fn what_nginx_accepts_and_nobody_means() {
    assert_table(include_str!("tests/hazards.txt"));
}

#[test]
fn words_joined_by_commas() {
    assert_table(include_str!("tests/joined.txt"));
}

#[test]
fn services_and_their_entries() {
    assert_table(include_str!("tests/services.txt"));
}
