//! Whole Ingresses that were put before a browser: several services, hosts,
//! paths and ports.

use std::fs;

use serde::Deserialize;
use stickler::lint::subject::{Annotation, Backend, HostRule, PathRule, PathType, Port, TlsBlock};
use stickler::lint::{self, Diagnostic, Policy, Subject};

use super::{KEY, verdict};

#[derive(Deserialize)]
struct Case {
    id: String,
    tls: Vec<String>,
    rules: Vec<Place>,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Place {
    host: String,
    path: String,
    #[serde(rename = "type")]
    path_type: String,
    service: String,
    port: Option<i64>,
}

#[derive(Deserialize)]
struct Entry {
    service: String,
    params: String,
    /// Over all visits.
    verdict: String,
    /// Over the visits that went from service to service in turns.
    in_turns: Option<String>,
}

fn cases() -> Vec<Case> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/corpus/browser-more.jsonl"
    );
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

impl Place {
    fn rule(&self) -> PathRule<'_> {
        PathRule {
            path: Some(self.path.as_str().into()),
            path_type: match self.path_type.as_str() {
                "Exact" => PathType::Exact,
                "Prefix" => PathType::Prefix,
                other => panic!("path type {other}"),
            },
            backend: Backend {
                service: Some(self.service.as_str().into()),
                port: self.port.map(Port::Number),
                ..Backend::default()
            },
        }
    }
}

impl Case {
    fn value(&self) -> String {
        let entries = self.entries.iter();
        let entries =
            entries.map(|entry| format!("serviceName={} {}", entry.service, entry.params));
        entries.collect::<Vec<_>>().join(";")
    }

    fn subject<'s>(&'s self, value: &'s str) -> Subject<'s> {
        let by_host = self.rules.chunk_by(|a, b| a.host == b.host);
        let rules = by_host.map(|places| HostRule {
            host: Some(places[0].host.as_str().into()),
            paths: Some(places.iter().map(Place::rule).collect()),
        });
        let hosts = self.tls.iter().map(|host| host.as_str().into());
        Subject {
            annotations: vec![Annotation {
                key: KEY.into(),
                value: value.into(),
            }],
            rules: rules.collect(),
            tls: vec![TlsBlock {
                hosts: hosts.collect(),
                ..TlsBlock::default()
            }],
            ..Subject::default()
        }
    }
}

impl Entry {
    /// Whether the browser bears out what is said of this entry. That services
    /// take a cookie from each other shows when they are visited in turns.
    fn bears_out(&self, said: &str) -> bool {
        let seen = match (&self.in_turns, said) {
            (Some(in_turns), "never") => in_turns,
            _ => &self.verdict,
        };
        said == seen
    }
}

#[test]
fn each_entry_fares_as_in_a_browser() {
    let cases = cases();
    assert_eq!(cases.len(), 155);
    let mut wrong = Vec::new();
    for case in &cases {
        let value = case.value();
        let found = lint::check(&case.subject(&value), &Policy::default());
        for entry in &case.entries {
            let is_ours = |d: &&Diagnostic| {
                let place = d.entry.as_ref();
                place.is_some_and(|place| place.service == entry.service)
            };
            let ours: Vec<_> = found.iter().filter(is_ours).cloned().collect();
            let said = verdict(&ours);
            if !entry.bears_out(said) {
                let (id, service) = (&case.id, &entry.service);
                wrong.push(format!("{id}: {said} of {service} in {value:?}: {ours:?}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} entries:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
