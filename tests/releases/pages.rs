//! The pages of the rules name the releases in which a verdict differs: those
//! rules have the section that differ on the corpora, and no others.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::value::RawValue;
use stickler::ingress::Ingress;
use stickler::lint::policy::{Controller, Edition};
use stickler::lint::read::keys::{ORG_KEY, PLUS_KEY, USE_CLUSTER_IP};
use stickler::lint::release::{Fact, Release};
use stickler::lint::subject::{Annotation, Backend, HostRule, PathRule, PathType};
use stickler::lint::{self, CATALOGUE, Consequence, Policy, Rule, Subject};
use stickler::page;

use super::{PathCase, lines, values};

#[derive(Deserialize)]
struct Case {
    ingress: Box<RawValue>,
}

fn subject(key: &'static str, value: String, path: &str, kind: PathType) -> Subject<'static> {
    let rule = PathRule {
        path: Some(path.to_owned().into()),
        path_type: kind,
        backend: Backend {
            service: Some("tea-svc".into()),
            ..Backend::default()
        },
    };
    Subject {
        annotations: vec![Annotation {
            key: key.into(),
            value: value.into(),
        }],
        rules: vec![HostRule {
            host: Some("cafe.example.com".into()),
            paths: Some(vec![rule]),
        }],
        ..Subject::default()
    }
}

const GOOD: &str = "serviceName=tea-svc srv path=/";

/// Values, paths and whole Ingresses.
fn subjects() -> Vec<Subject<'static>> {
    let mut subjects = Vec::new();
    for (_, value) in values() {
        subjects.push(subject(PLUS_KEY, value, "/tea", PathType::Prefix));
    }
    for case in lines::<PathCase>("nic-paths.jsonl") {
        for kind in [
            PathType::Prefix,
            PathType::Exact,
            PathType::ImplementationSpecific,
        ] {
            subjects.push(subject(PLUS_KEY, GOOD.to_owned(), &case.path, kind));
        }
    }
    for key in [PLUS_KEY, ORG_KEY] {
        let mut subject = subject(key, GOOD.to_owned(), "/", PathType::Prefix);
        subject.annotations.push(Annotation {
            key: if key == PLUS_KEY {
                ORG_KEY
            } else {
                USE_CLUSTER_IP
            }
            .into(),
            value: if key == PLUS_KEY { GOOD } else { "true" }.into(),
        });
        subjects.push(subject);
    }
    subjects
}

/// The rules of which two releases differ in what follows from them.
fn differing(subject: &Subject<'_>, rules: &mut BTreeSet<Rule>) {
    for edition in [Edition::Plus, Edition::Oss] {
        let policy = Policy {
            controller: Controller {
                edition,
                ..Controller::default()
            },
            ..Policy::default()
        };
        let mut by_rule: BTreeMap<Rule, BTreeSet<Vec<Option<Consequence>>>> = BTreeMap::new();
        let mut all = Vec::new();
        for release in Release::all() {
            let mut found: BTreeMap<Rule, Vec<_>> = BTreeMap::new();
            for it in lint::check_release(subject, &policy, release) {
                found.entry(it.rule).or_default().push(it.consequence);
            }
            all.push(found);
        }
        let known: BTreeSet<Rule> = all.iter().flat_map(|it| it.keys().copied()).collect();
        for found in all {
            for rule in &known {
                let mut consequences = found.get(rule).cloned().unwrap_or_default();
                consequences.sort();
                by_rule.entry(*rule).or_default().insert(consequences);
            }
        }
        rules.extend(
            by_rule
                .into_iter()
                .filter(|(_, it)| it.len() > 1)
                .map(|(rule, _)| rule),
        );
    }
}

#[test]
fn the_page_of_each_rule_that_differs_by_release_names_them() {
    let mut rules = BTreeSet::new();
    for subject in subjects() {
        differing(&subject, &mut rules);
    }
    for case in lines::<Case>("context.jsonl") {
        let ingress = Ingress::from_json(case.ingress.get()).unwrap();
        differing(&ingress.subject, &mut rules);
    }
    let listed = CATALOGUE.iter().map(|row| row.rule);
    let listed: BTreeSet<Rule> = listed.filter(|it| !it.release_facts().is_empty()).collect();
    assert_eq!(rules, listed);
    for rule in CATALOGUE.iter().map(|row| row.rule) {
        let page = page::of(rule);
        let has_section = page.contains("\n## Releases\n");
        assert_eq!(has_section, listed.contains(&rule), "{rule}");
        for fact in rule.release_facts() {
            let line = format!("- {}: {}\n", fact.releases().named(), fact.summary());
            assert!(page.contains(&line), "{rule}: {line}");
        }
    }
}

#[test]
fn releases_as_pages_name_them() {
    for (fact, named) in [
        (Fact::LenientReader, "up to 1.9"),
        (Fact::QuotedReader, "from 2.3 up to 5.5, 2026-lts up to r4"),
        (Fact::StrictReader, "from 5.6 on, 2026-lts from r5 on"),
        (Fact::OrgKey, "from 5.4 on, 2026-lts"),
        (Fact::ExactNeverMatches, "in 5.6.0"),
        (Fact::PathBraceOrBackslashRejected, "in 2.3"),
    ] {
        assert_eq!(fact.releases().named(), named);
    }
}
