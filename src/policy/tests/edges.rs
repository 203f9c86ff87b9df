//! Just on this side of a complaint, and just on that.

use jiff::ToSpan as _;

use super::super::RequestInfo;
use super::{complaints, now, parse};
use crate::lint::read::keys::PLUS_KEY;
use crate::lint::{Consequence, Diagnostic, Place, Rule, Span};

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn what_is_still_fine_and_what_is_not() {
    let day = "is not a date; write it as year-month-day, such as 2027-01-31";
    let exempt =
        |until: &str| format!("exemptions: [{{reason: x, rules: [missing-path], until: {until}}}]");
    for (text, expected) in [
        (
            "limits: {minExpires: 1h, maxExpires: 60m}".to_owned(),
            String::new(),
        ),
        (
            "require: {sameSite: none, secure: true}".to_owned(),
            String::new(),
        ),
        ("require: {sameSite: [none, lax]}".to_owned(), String::new()),
        (
            "controller: {edition: oss, version: 5.4}".to_owned(),
            String::new(),
        ),
        // One fault, not two: its rules cannot be read.
        (
            "exemptions: [{reason: x, rules: [quotte]}]".to_owned(),
            "p:1:34: error: unknown rule 'quotte'; did you mean 'quote'?".to_owned(),
        ),
        // What a set or a choice of characters matches is not derived from the text.
        (
            "namespaces: [{match: ['team-[A-Za-z]*']}]".to_owned(),
            String::new(),
        ),
        (
            "namespaces: [{match: ['{Prod,prod}']}]".to_owned(),
            String::new(),
        ),
        // Two globs may overlap, and nothing but `*` takes all that another does.
        (
            "namespaces: [{match: ['team-?']}, {match: ['team-*']}]".to_owned(),
            String::new(),
        ),
        (
            "namespaces: [{match: ['team-*']}, {match: ['team-?']}]".to_owned(),
            String::new(),
        ),
        (
            "ingressClasses: ['']".to_owned(),
            "p:1:18: error: invalid class name ''; classes are compared exactly, so write each one"
                .to_owned(),
        ),
        (
            "cookies: {namePattern: ''}".to_owned(),
            "p:1:24: error: an empty glob matches nothing".to_owned(),
        ),
        (
            "cookies: {allowedDomains: [example.com, .Example.com]}".to_owned(),
            "p:1:41: error: 'example.com' is repeated; it first appears at 1:28".to_owned(),
        ),
        (exempt("2027-01-31"), String::new()),
        (
            exempt("2027-01-31T12:00:00"),
            format!("p:1:56: error: '2027-01-31T12:00:00' {day}"),
        ),
        (
            exempt("'20270131'"),
            format!("p:1:56: error: '20270131' {day}"),
        ),
    ] {
        assert_eq!(complaints(&text), expected, "{text}");
    }
}

#[test]
fn a_requirement_that_is_set_for_all_is_in_force_where_its_rule_is_named() {
    let text = "require: {path: true}\nnamespaces: [{match: [a], rules: {require-path: warning}}]";
    assert_eq!(complaints(text), "");
}

#[test]
fn every_value_is_shown_as_it_can_be_read_again() {
    let text = "require: {sameSite: [lax, strict]}\nlimits: {maxExpires: '1d 12h'}\n";
    let shown = parse(text).0.show(None, now()).to_string();
    for line in ["  sameSite: [lax, strict]", "  maxExpires: \"1d 12h\""] {
        assert!(
            shown.lines().any(|it| it.starts_with(line)),
            "{line}: {shown}"
        );
    }
}

#[test]
fn an_exemption_ends_with_its_last_day() {
    let (policies, _) = parse("exemptions: [{reason: x, until: 2026-06-30}]");
    let [exemption] = policies.exemptions() else {
        panic!("one exemption")
    };
    let midnight = "2026-07-01T00:00:00Z".parse().unwrap();
    let is_for = |now| {
        exemption.is_for(&RequestInfo {
            now,
            namespace: None,
            name: None,
            user: None,
        })
    };
    assert!(is_for(midnight - 1.nanosecond()));
    assert!(!is_for(midnight));
}

#[test]
fn without_an_end_nothing_with_a_floor_is_exempt() {
    let place = || Place::value(PLUS_KEY, Span::new(0, 1));
    for (until, covers) in [("", false), (", until: 2026-12-31", true)] {
        let text = format!("exemptions: [{{reason: x, rules: [missing-path]{until}}}]");
        let (policies, _) = parse(&text);
        let exemption = &policies.exemptions()[0];
        let found = Diagnostic::new(Rule::MissingPath, place(), "m");
        assert!(exemption.covers(&found), "{text}");
        // The rule's consequence here is graver than it is by default.
        for grave in [
            Consequence::RejectsIngress,
            Consequence::BreaksReload,
            Consequence::Unsafe,
        ] {
            let graver = Diagnostic {
                consequence: Some(grave),
                ..found.clone()
            };
            assert_eq!(exemption.covers(&graver), covers, "{text} {grave:?}");
        }
        let other = Diagnostic::new(Rule::PathMismatch, place(), "m");
        assert!(!exemption.covers(&other));
    }
}
