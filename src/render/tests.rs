//! The same findings in every format: what users see, as snapshots.

use std::io;

use super::{Format, Report, Style, Summary};
use crate::finding::{Counts, Failure, Finding, Location, ObjectRef, SourceEdit};
use crate::lint::read::keys::PLUS_KEY;
use crate::lint::{CATALOGUE, Consequence, Diagnostic, FieldPath, Place, Rule, Span};

/// A manifest with one mistake in the annotation and one beside it.
pub(super) const CAFE: &str = r#"apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: cafe
  annotations:
    nginx.com/sticky-cookie-services: "serviceName=coffee-svc srv_id expire=1h path=/coffee"
spec:
  rules:
  - host: cafe.example.com
    http:
      paths:
      - {path: /coffee, pathType: Prefix, backend: {service: {name: coffee-svc, port: {number: 80}}}}
      - {path: /coffee, pathType: Prefix, backend: {service: {name: coffee-svc, port: {number: 80}}}}
"#;

fn cafe() -> ObjectRef {
    ObjectRef {
        api_version: "networking.k8s.io/v1".to_owned(),
        kind: "Ingress".to_owned(),
        namespace: Some("default".to_owned()),
        name: Some("cafe".to_owned()),
    }
}

/// The place of the last `marked` in the manifest.
fn at(marked: &str) -> Location {
    let start = CAFE.rfind(marked).unwrap();
    let before = &CAFE[..start];
    let line = before.matches('\n').count() + 1;
    let column = before.lines().last().unwrap().chars().count() + 1;
    Location {
        file: "deploy/cafe.yaml".to_owned(),
        document: 1,
        line,
        column,
        end_line: line,
        end_column: column + marked.chars().count(),
        bytes: Span::new(start, start + marked.len()),
        ..Location::default()
    }
}

/// The finding that messages.md draws.
pub(super) fn unknown_parameter() -> Finding {
    let place = Place::value(PLUS_KEY, Span::new(30, 36));
    let message = "unknown parameter 'expire'";
    let diagnostic = Diagnostic::new(Rule::UnknownParameter, place, message)
        .with_entry(1, "coffee-svc")
        .with_help("did you mean 'expires'?")
        .with_edit(true, Span::new(30, 36), "expires");
    Finding {
        location: Some(at("expire")),
        edits: vec![SourceEdit {
            location: at("expire"),
            text: "expires".to_owned(),
        }],
        ..Finding::new(diagnostic, cafe())
    }
}

/// A finding at a field, not in the value.
fn duplicate_path() -> Finding {
    let path = FieldPath::names(&["spec", "rules"]).index(0).name("http");
    let place = Place::field(path.name("paths").index(1).name("path"));
    let message = "path '/coffee' stands twice on host 'cafe.example.com'";
    Finding {
        location: Some(at("/coffee")),
        ..Finding::new(Diagnostic::new(Rule::DuplicatePath, place, message), cafe())
    }
}

/// A note, in a document that Helm rendered, from a cluster with odd names.
fn strict() -> Finding {
    let place = Place::value(PLUS_KEY, Span::new(23, 29));
    let message = "'samesite=strict' keeps the cookie from the first click: 100%, always";
    let diagnostic = Diagnostic::new(Rule::SamesiteStrict, place, message);
    let mut location = at("srv_id");
    location.template = Some("cafe/templates/ingress.yaml".to_owned());
    location.alias = Some(12);
    Finding {
        location: Some(location),
        ..Finding::new(diagnostic, cafe())
    }
}

/// A finding from a cluster: no file, and the value to draw.
fn in_cluster() -> Finding {
    Finding {
        location: None,
        edits: Vec::new(),
        ..unknown_parameter()
    }
}

fn broken_file() -> Failure {
    Failure {
        location: Location {
            file: "deploy/a, b: 100%.yaml".to_owned(),
            ..at("{path")
        },
        message: "found ']' where '}' was expected".to_owned(),
        help: Some("close the flow mapping".to_owned()),
    }
}

fn render(format: Format, style: Style) -> String {
    let mut out = Vec::new();
    let mut summary = Summary {
        counts: Counts {
            files: 31,
            ingresses: 12,
            annotated: 7,
            skipped: 4,
            ..Counts::default()
        },
        failures: 1,
        ..Summary::default()
    };
    let mut report = format.open(Box::new(&mut out), style);
    report.failure(&broken_file(), CAFE).unwrap();
    for finding in [unknown_parameter(), duplicate_path(), strict()] {
        summary.count(&finding);
        report.finding(&finding, CAFE).unwrap();
    }
    let value = "serviceName=coffee-svc srv_id expire=1h path=/coffee";
    summary.count(&in_cluster());
    report.finding(&in_cluster(), value).unwrap();
    report.finish(&summary).unwrap();
    drop(report);
    String::from_utf8(out).unwrap()
}

#[test]
fn every_format_shows_the_same_findings() {
    for (name, format) in Format::ALL {
        let mut report = render(format, Style::default());
        for rule in CATALOGUE.iter().map(|row| row.rule) {
            // Pages have tests of their own.
            let page = serde_json::to_string(&crate::page::of(rule)).unwrap();
            assert_eq!(report.contains(&page), format == Format::Sarif);
            report = report.replace(&page, &format!("\"(page of {rule})\""));
        }
        insta::assert_snapshot!(name, report);
    }
}

/// A file that cannot be read has no line to show.
#[test]
fn only_a_failure_with_a_place_shows_a_line() {
    let line = broken_file().location.line;
    for (line, text, shows) in [(line, CAFE, true), (0, CAFE, false), (line, "", false)] {
        let mut failure = broken_file();
        failure.location.line = line;
        let mut out = Vec::new();
        let mut report = Format::Full.open(Box::new(&mut out), Style::default());
        report.failure(&failure, text).unwrap();
        drop(report);
        let drawn = String::from_utf8(out).unwrap();
        assert_eq!(drawn.contains(" | "), shows, "{drawn}");
    }
}

/// Consumers cut: GitHub shows ten annotations.
#[test]
fn where_a_consumer_cuts_the_worst_comes_first() {
    let mut suppressed = unknown_parameter();
    suppressed.suppressed = Some("an old one".to_owned());
    for format in [Format::Sarif, Format::Github] {
        let mut out = Vec::new();
        let mut report = format.open(Box::new(&mut out), Style::default());
        report.suppressed(&suppressed, CAFE).unwrap();
        for finding in [strict(), unknown_parameter(), duplicate_path()] {
            report.finding(&finding, CAFE).unwrap();
        }
        report.finish(&Summary::default()).unwrap();
        drop(report);
        let text = String::from_utf8(out).unwrap();
        let (_, results) = text.split_once("\"results\"").unwrap_or(("", &text));
        let rules = ["unknown-parameter", "duplicate-path", "samesite-strict"];
        let places = rules.map(|rule| results.find(rule).unwrap());
        assert!(places.is_sorted(), "{results}");
        if format == Format::Sarif {
            let log: serde_json::Value = serde_json::from_str(&text).unwrap();
            let last = &log["runs"][0]["results"][3];
            assert_eq!(last["suppressions"][0]["justification"], "an old one");
        }
    }
}

/// What Helm rendered to standard input is in the chart's file, on no line that
/// is known.
#[test]
fn what_helm_rendered_is_in_the_file_of_the_chart() {
    let mut finding = unknown_parameter();
    if let Some(at) = &mut finding.location {
        at.file = crate::finding::STDIN.to_owned();
        at.template = Some("web/templates/a b.yaml".to_owned());
    }
    for (format, place) in [
        (
            Format::Sarif,
            r#"{"uri":"web/templates/a%20b.yaml","uriBaseId":"%SRCROOT%"}}"#,
        ),
        (
            Format::Gitlab,
            r#"{"path":"web/templates/a b.yaml","positions":{"begin":{"line":1,"column":1}"#,
        ),
        (Format::Github, "::error file=web/templates/a b.yaml,title="),
    ] {
        let mut out = Vec::new();
        let mut report = format.open(Box::new(&mut out), Style::default());
        report.finding(&finding, CAFE).unwrap();
        report.finish(&Summary::default()).unwrap();
        drop(report);
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains(place), "{text}");
        assert!(text.contains("(line 6 of what Helm rendered)"), "{text}");
    }
}

#[test]
fn a_terminal_of_80_columns_and_colour() {
    let narrow = Style {
        width: 80,
        wraps: true,
        ..Style::default()
    };
    insta::assert_snapshot!("full-80", render(Format::Full, narrow));
    let colour = Style {
        colour: true,
        ..narrow
    };
    insta::assert_snapshot!("full-80-colour", render(Format::Full, colour));
    insta::assert_snapshot!("concise-colour", render(Format::Concise, colour));
}

#[test]
fn machine_formats_are_never_coloured() {
    let colour = Style {
        colour: true,
        ..Style::default()
    };
    for (name, format) in Format::ALL {
        let coloured = render(format, colour);
        assert_eq!(coloured.contains('\u{1b}'), format.is_text(), "{name}");
    }
}

#[test]
fn json_has_one_finding_a_line_and_the_summary_last() {
    let rows: Vec<serde_json::Value> = render(Format::Jsonl, Style::default())
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let document: serde_json::Value =
        serde_json::from_str(&render(Format::Json, Style::default())).unwrap();
    let (last, findings) = rows.split_last().unwrap();
    let of_type = |kind: &str| {
        let rows = findings.iter().filter(|row| row["type"] == kind);
        rows.cloned().collect::<Vec<_>>()
    };
    assert_eq!(document["findings"], serde_json::json!(of_type("finding")));
    assert_eq!(document["errors"], serde_json::json!(of_type("error")));
    assert_eq!(of_type("error").len(), 1);
    assert_eq!(&document["summary"], last);
    assert_eq!(document["version"], 1);
}

#[test]
fn json_keeps_to_its_schema() {
    let schema = include_str!("../../docs/findings.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let is_valid = |text: &str| {
        let value: serde_json::Value = serde_json::from_str(text).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert_eq!(errors, [""; 0], "{text}");
    };
    is_valid(&render(Format::Json, Style::default()));
    for line in render(Format::Jsonl, Style::default()).lines() {
        is_valid(line);
    }
    let words = &schema["$defs"]["finding"]["properties"]["consequence"]["enum"];
    let known = Consequence::ALL.map(|it| serde_json::json!(it.as_str()));
    let known: Vec<_> = known.into_iter().chain([serde_json::Value::Null]).collect();
    assert_eq!(words, &serde_json::Value::Array(known));
    let renamed = render(Format::Json, Style::default()).replace("endLine", "end_line");
    assert!(!validator.is_valid(&serde_json::from_str(&renamed).unwrap()));
}

#[test]
fn sarif_keeps_to_its_schema() {
    let schema = include_str!("../../tests/schemas/sarif-2.1.0.json");
    let schema = serde_json::from_str(schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let log = render(Format::Sarif, Style::default());
    let mut log: serde_json::Value = serde_json::from_str(&log).unwrap();
    let errors: Vec<_> = validator.iter_errors(&log).map(|e| e.to_string()).collect();
    assert_eq!(errors, [""; 0]);
    log["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!validator.is_valid(&log), "the schema checks");
}

#[test]
fn an_empty_report_is_whole() {
    for (name, format) in Format::ALL {
        let mut out = Vec::new();
        let mut report = format.open(Box::new(&mut out), Style::default());
        report.finish(&Summary::default()).unwrap();
        drop(report);
        let text = String::from_utf8(out).unwrap();
        let nothing = "Nothing to check: no Ingress in 0 files.\n";
        match format {
            Format::Full | Format::Concise | Format::Text => assert_eq!(text, nothing, "{name}"),
            Format::Github => assert_eq!(text, "", "{name}"),
            Format::Junit => {
                let head =
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"stickler\"";
                assert!(
                    text.starts_with(head) && text.contains(nothing.trim_end()),
                    "{text}"
                );
                assert!(
                    !text.contains("<failure") && !text.contains("<error"),
                    "{text}"
                );
            }
            Format::Json | Format::Jsonl | Format::Sarif | Format::Gitlab => {
                serde_json::from_str::<serde_json::Value>(&text).expect(name);
            }
        }
    }
}

#[test]
fn a_closed_pipe_is_an_error_and_no_panic() {
    struct Closed;
    impl io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for (_, format) in Format::ALL {
        let mut report: Box<dyn Report> = format.open(Box::new(Closed), Style::default());
        let written = report.finding(&unknown_parameter(), CAFE);
        let finished = report.finish(&Summary::default());
        assert!(written.is_err() || finished.is_err());
    }
}
