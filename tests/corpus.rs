//! The model against the verdicts of the real controller and the real nginx:
//! every value, no exceptions.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::HashMap;
use std::fs;

use serde::Deserialize;
use stickler::lint::read::{controller, nginx};
use stickler::lint::subject::Annotation;
use stickler::lint::{self, Consequence, Policy, Span, Subject};

const ORG_KEY: &str = lint::read::keys::ORG_KEY;

fn read(file: &str) -> String {
    let path = format!("{}/tests/corpus/{file}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn lines<T: for<'de> Deserialize<'de>>(file: &str) -> Vec<T> {
    let text = read(file);
    let lines = text.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The consequences that the model finds for a value on an Ingress without backends.
fn consequences(value: &str) -> Vec<Consequence> {
    let subject = Subject {
        annotations: vec![Annotation {
            key: ORG_KEY.into(),
            value: value.into(),
        }],
        ..Subject::default()
    };
    let found = lint::check(&subject, &Policy::default());
    let of_value = found
        .iter()
        .filter(|diagnostic| diagnostic.place.span.is_some());
    of_value
        .filter_map(|diagnostic| diagnostic.consequence)
        .collect()
}

fn rejects(value: &str) -> bool {
    consequences(value).contains(&Consequence::RejectsIngress)
}

fn breaks(value: &str) -> bool {
    consequences(value).contains(&Consequence::BreaksReload)
}

#[derive(Deserialize)]
struct Case {
    id: String,
    value: String,
    nic: String,
    nic_services: Option<HashMap<String, String>>,
    nginx: Option<HashMap<String, Verdict>>,
}

#[derive(Deserialize)]
struct Verdict {
    #[serde(rename = "verdict")]
    word: String,
    #[serde(default)]
    tokens: Vec<String>,
    set_cookie: Vec<String>,
}

#[test]
fn the_controller_agrees_on_every_value() {
    let cases: Vec<Case> = lines("nginx.jsonl");
    assert_eq!(cases.len(), 3421);
    for case in &cases {
        let Case { id, value, .. } = case;
        assert_eq!(rejects(value), case.nic == "reject", "{id} {value:?}");
        let Some(services) = &case.nic_services else {
            continue;
        };
        let entries = controller::read(value).entries;
        let read: HashMap<_, _> = entries
            .iter()
            .map(|entry| {
                (
                    entry.service.of(value).to_owned(),
                    entry.parameters.of(value).to_owned(),
                )
            })
            .collect();
        assert_eq!(&read, services, "{id} {value:?}");
    }
}

#[test]
fn nginx_agrees_on_every_value() {
    let cases: Vec<Case> = lines("nginx.jsonl");
    for Case {
        id, value, nginx, ..
    } in &cases
    {
        let Some(verdicts) = nginx else { continue };
        let refused = verdicts.values().any(|verdict| verdict.word == "reject");
        assert_eq!(breaks(value), refused, "{id} {value:?}");
    }
}

#[test]
fn words_and_cookies_are_those_of_nginx() {
    let cases: Vec<Case> = lines("nginx.jsonl");
    for case in &cases {
        let Some(verdicts) = &case.nginx else {
            continue;
        };
        for (service, verdict) in verdicts {
            let parameters = &case.nic_services.as_ref().unwrap()[service];
            let directive = nginx::read(parameters, Span::whole(parameters));
            let accepted = verdict.word == "accept";
            assert_eq!(directive.accepted(), accepted, "{} {parameters:?}", case.id);
            if accepted {
                compare(&case.id, &directive, verdict);
            }
        }
    }
}

fn compare(id: &str, directive: &nginx::Directive<'_>, verdict: &Verdict) {
    assert_eq!(directive.words.len(), verdict.tokens.len(), "{id}");
    for (word, recorded) in directive.words.iter().zip(&verdict.tokens) {
        assert_eq!(&abridged(&word.text, recorded), recorded, "{id}");
    }
    let cookies: Vec<_> = directive.cookie.iter().map(emitted).collect();
    assert_eq!(cookies.len(), verdict.set_cookie.len(), "{id}");
    for (ours, theirs) in cookies.iter().zip(&verdict.set_cookie) {
        assert_eq!(&comparable(ours, theirs), theirs, "{id}");
    }
}

/// A word in the form in which theirs was recorded: long ones are cut, and
/// their length is told.
fn abridged(word: &str, recorded: &str) -> String {
    match recorded.rsplit_once("...[") {
        Some((start, length)) if length.ends_with(" chars]") => {
            let start: String = word.chars().take(start.chars().count()).collect();
            format!("{start}...[{} chars]", word.chars().count())
        }
        _ => word.to_owned(),
    }
}

fn emitted(cookie: &nginx::Cookie<'_>) -> String {
    cookie
        .set_cookie()
        .text
        .replace(nginx::SetCookie::SAMPLE_ID, "SID")
}

/// Our header in the form in which theirs was recorded: it ends where the
/// client saw the header's line end, long ones are cut, and dates that
/// nginx cannot write are the ones it writes instead.
fn comparable(ours: &str, theirs: &str) -> String {
    let line = ours.split("\r\n").next().unwrap_or_default();
    let mut line = line.to_owned();
    for date in [
        "Thu, 01-Jan-70 00:00:00 GMT",
        "Fri, 31-Dec-9999 23:59:59 GMT",
    ] {
        if theirs.contains(date) {
            let start = line.find("NOW+").unwrap();
            let end = start + line[start..].find(';').unwrap();
            line.replace_range(start..end, date);
        }
    }
    abridged(&line, theirs)
}

#[derive(Deserialize)]
struct NicCase {
    source: String,
    level: String,
    value: Option<String>,
    nic: String,
    nginx: Option<serde_json::Value>,
}

#[test]
fn the_controllers_own_cases_agree() {
    let cases: Vec<NicCase> = serde_json::from_str(&read("nic-cases.json")).unwrap();
    let mut compared = 0;
    for case in &cases {
        let Some(value) = &case.value else { continue };
        compared += 1;
        assert_eq!(
            rejects(value),
            case.nic == "reject",
            "{} {} {value:?}",
            case.source,
            case.level
        );
        if let Some(verdict) = &case.nginx {
            let refused = verdict.to_string().contains("reject");
            assert_eq!(
                breaks(value),
                refused,
                "{} {value:?} {verdict}",
                case.source
            );
        }
    }
    assert!(compared > 50, "{compared} cases have a value");
}

#[derive(Deserialize)]
struct Wild {
    value: String,
    nic: Option<String>,
    nginx: Option<String>,
}

#[test]
fn values_found_in_the_wild_agree() {
    let cases: Vec<Wild> = lines("real-world.jsonl");
    assert_eq!(cases.len(), 53);
    for Wild { value, nic, nginx } in &cases {
        if let Some(nic) = nic {
            assert_eq!(rejects(value), nic == "reject", "{value:?}");
        }
        if let Some(nginx) = nginx {
            assert_eq!(breaks(value), nginx == "reject", "{value:?}");
        }
    }
}
