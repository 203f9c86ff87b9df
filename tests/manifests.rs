//! Any text at all: reading it never panics, never takes forever, and every
//! place that comes out lies within the text.
//!
//! `PROPTEST_CASES=10000 cargo test --test manifests` runs more cases.

use proptest::prelude::*;
use stickler::lint::{Policy, Severity, Subject, check};
use stickler::manifest::{self, Report, Source, fix};

const PIECES: &[&str] = &[
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "# Source: a/b.yaml\n",
    "# stickler: ignore[no-parameters] x\n",
    "apiVersion: networking.k8s.io/v1\n",
    "apiVersion: v1\n",
    "kind: Ingress\n",
    "kind: List\n",
    "items:\n",
    "- ",
    "? ",
    ": ",
    "metadata:\n",
    "  annotations:\n",
    "  name: é\n",
    "    nginx.com/sticky-cookie-services: ",
    "    <<: *a\n",
    "&a ",
    "*a",
    "!!str ",
    "!",
    "|",
    ">",
    "|2-",
    "serviceName=tea srv expire=1h",
    "\"\\u0041\\\n  b\"",
    "'it''s'",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "  ",
    " ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "\"",
    "'",
    "\\",
    "#",
    " #",
    "{{",
    "}}",
    "\u{feff}",
    "𝄞",
    "\u{85}",
    "null",
    "5",
    "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"Ingress\",\"metadata\":{\"annotations\":{",
    "\"nginx.org/sticky-cookie-services\":\"serviceName=tea \\ud834\\udd1e expire=1h\"}}}",
    "\\ud834",
    "spec:\n",
    "  rules:\n",
    "  - host: x\n",
    "~",
    "yes",
    "<<: ",
    "@",
    "`",
    "%",
    "\u{0}",
];

const WHOLE: &str = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: x\n  \
    annotations: # y\n    nginx.com/sticky-cookie-services: 'serviceName=tea srv expire=1h path=/x'\n\
    spec:\n  rules:\n  - host: a.example\n    http:\n      paths:\n      - {path: /x, pathType: Prefix, \
    backend: {service: {name: tea, port: {number: 80}}}}\n";

/// Pieces in a row, pieces strewn into an Ingress, and anything.
fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..40);
    let strewn = (0..WHOLE.len(), prop::sample::select(PIECES));
    let strew = |strewn: Vec<(usize, &str)>| {
        let mut text = WHOLE.to_owned();
        for (at, piece) in strewn {
            let at = (0..=at).rev().find(|&at| text.is_char_boundary(at));
            text.insert_str(at.unwrap_or(0), piece);
        }
        text
    };
    prop_oneof![
        pieces.prop_map(|pieces| pieces.concat()),
        prop::collection::vec(strewn, 0..2).prop_map(strew),
        any::<String>()
    ]
}

fn places_lie_within(text: &str, report: &Report) -> bool {
    let findings = report
        .findings
        .iter()
        .filter_map(|finding| finding.location.as_ref());
    let errors = report.errors.iter().map(|error| &error.location);
    findings.chain(errors).all(|location| {
        let bytes = location.bytes;
        text.get(bytes.start..bytes.end).is_some() && location.line > 0 && location.column > 0
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_to_its_end(text in texts()) {
        let policy = Policy::default();
        let check_subject = |subject: &Subject<'_>| check(subject, &policy);
        let source = Source { name: "a.yaml".to_owned(), text: text.clone() };
        let report = manifest::check(source.clone(), &check_subject);
        prop_assert!(places_lie_within(&text, &report), "{:?}", report);
        let fixed = fix(source, &check_subject, true);
        prop_assert_eq!(&fixed.before, &text);
        let errors = |report: &Report| report.errors.len();
        prop_assert_eq!(errors(&fixed.report), errors(&report));
        let grave = |report: &Report| report.findings.iter().filter(|it| it.diagnostic.severity == Severity::Error).count();
        prop_assert!(grave(&fixed.report) <= grave(&report));
    }
}
