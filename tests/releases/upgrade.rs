//! An upgrade from 5.5 to 5.6 on the Ingresses of the corpora: as many lose
//! something as docs/upgrades.md says.

use std::fs;

use serde::Deserialize;
use serde_json::value::RawValue;
use stickler::ingress::Ingress;
use stickler::lint::subject::{Annotation, Backend, HostRule, PathRule, PathType};
use stickler::lint::{Policy, Severity, Subject, upgrade};

use super::lines;

#[derive(Deserialize)]
struct Whole {
    ingress: Box<RawValue>,
}

#[derive(Deserialize)]
struct Published {
    value: String,
    annotation_key: String,
    #[serde(default)]
    backends: Option<Vec<String>>,
}

/// How many Ingresses lose something, change otherwise, and stay the same.
#[derive(Default)]
struct Counts {
    lost: usize,
    changed: usize,
    same: usize,
    lines: Vec<String>,
}

impl Counts {
    fn add(&mut self, subject: &Subject<'_>) {
        let [from, to] = ["5.5", "5.6"].map(|name| name.parse().unwrap());
        let found = upgrade::check(subject, &Policy::default(), from, to);
        let worst = found.iter().map(|it| it.severity).max();
        *match worst {
            Some(Severity::Error) => &mut self.lost,
            Some(_) => &mut self.changed,
            None => &mut self.same,
        } += 1;
        self.lines.extend(found.into_iter().map(|it| it.message));
    }

    /// The row of docs/upgrades.md.
    fn row(&self, file: &str) -> String {
        let Self {
            lost,
            changed,
            same,
            ..
        } = self;
        let all = lost + changed + same;
        format!("| `{file}` | {all} | {lost} | {changed} | {same} |")
    }
}

fn published(case: Published) -> Subject<'static> {
    let path = |(number, service): (usize, String)| PathRule {
        path: Some(format!("/{number}").into()),
        path_type: PathType::Prefix,
        backend: Backend {
            service: Some(service.into()),
            ..Backend::default()
        },
    };
    let backends = case.backends.unwrap_or_default().into_iter();
    Subject {
        annotations: vec![Annotation {
            key: case.annotation_key.into(),
            value: case.value.into(),
        }],
        rules: vec![HostRule {
            host: Some("cafe.example.com".into()),
            paths: Some(backends.enumerate().map(path).collect()),
        }],
        ..Subject::default()
    }
}

#[test]
fn the_upgrade_to_5_6_on_the_corpora() {
    let page = fs::read_to_string("docs/upgrades.md").unwrap();
    let mut whole = Counts::default();
    for case in lines::<Whole>("context.jsonl") {
        whole.add(&Ingress::from_json(case.ingress.get()).unwrap().subject);
    }
    let mut found = Counts::default();
    for case in lines::<Published>("real-world.jsonl") {
        found.add(&published(case));
    }
    for row in [whole.row("context.jsonl"), found.row("real-world.jsonl")] {
        assert!(page.contains(&row), "{row}");
    }
    whole.lines.extend(found.lines);
    whole.lines.sort();
    insta::assert_snapshot!(whole.lines.join("\n"));
}
