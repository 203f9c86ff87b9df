//! The pages of the rules name the releases in which a verdict differs: those
//! rules have the section that differ on the corpora, and no others.

use std::collections::BTreeSet;

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

/// A release on each side of every fact's ends.
const SIDES: [&str; 17] = [
    "1.1",
    "1.8",
    "1.9",
    "1.12",
    "2.2",
    "2.3",
    "2.4",
    "3.2",
    "3.3",
    "3.4",
    "3.5",
    "5.4",
    "5.5",
    "5.6.0",
    "5.6",
    "2026-lts-r4",
    "2026-lts",
];

/// Of the values, one in so many is enough: each kind is there many times.
const ONE_IN: usize = 5;

const GOOD: &str = "serviceName=tea-svc srv path=/";

/// Values, paths and whole Ingresses.
fn subjects() -> Vec<Subject<'static>> {
    let mut subjects = Vec::new();
    for (_, value) in values().into_iter().step_by(ONE_IN) {
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

/// The rules of which two releases differ.
#[derive(Default)]
struct Differing {
    /// In what becomes of the Ingress or of nginx.
    gravely: BTreeSet<Rule>,
    /// In anything. What one release does not read has no findings at all, so
    /// this is more than depends on the release.
    at_all: BTreeSet<Rule>,
}

impl Differing {
    fn add(&mut self, subject: &Subject<'_>) {
        for edition in [Edition::Plus, Edition::Oss] {
            let check = |name: &&str| {
                let release: Release = name.parse().unwrap();
                let policy = Policy {
                    controller: Controller {
                        edition,
                        version: Some(release),
                        ..Controller::default()
                    },
                    ..Policy::default()
                };
                (release, lint::check_without_fixes(subject, &policy))
            };
            let reports: Vec<_> = SIDES.iter().map(check).collect();
            for rule in CATALOGUE.iter().map(|row| row.rule) {
                let is_grave = |it: &Option<Consequence>| {
                    let grave = [Consequence::RejectsIngress, Consequence::BreaksReload];
                    it.is_some_and(|it| grave.contains(&it))
                };
                let reads_key = |release: &Release| {
                    subject.annotation(ORG_KEY).is_none() || Fact::OrgKey.holds(*release)
                };
                let (mut all, mut grave) = (BTreeSet::new(), BTreeSet::new());
                for (release, found) in &reports {
                    let of_rule = found.iter().filter(|it| it.rule == rule);
                    let consequences: Vec<_> = of_rule.map(|it| it.consequence).collect();
                    if reads_key(release) {
                        grave.insert(consequences.iter().any(is_grave));
                    }
                    all.insert(consequences);
                }
                if all.len() > 1 {
                    self.at_all.insert(rule);
                }
                if grave.len() > 1 {
                    self.gravely.insert(rule);
                }
            }
        }
    }
}

#[test]
fn the_page_of_each_rule_that_differs_by_release_names_them() {
    let mut differing = Differing::default();
    for subject in subjects() {
        differing.add(&subject);
    }
    for case in lines::<Case>("context.jsonl") {
        let ingress = Ingress::from_json(case.ingress.get()).unwrap();
        differing.add(&ingress.subject);
    }
    let listed = CATALOGUE.iter().map(|row| row.rule);
    let listed: BTreeSet<Rule> = listed.filter(|it| !it.release_facts().is_empty()).collect();
    let silent: Vec<_> = differing.gravely.difference(&listed).collect();
    assert!(
        silent.is_empty(),
        "these pages name no releases: {silent:?}"
    );
    // Here an entry fares differently, and the rest of nginx does not.
    let mild: BTreeSet<_> = listed.difference(&differing.gravely).copied().collect();
    let known = [
        Rule::ClusterIpUpstream,
        Rule::DroppedBackend,
        Rule::KeyTooNew,
        Rule::MergeableMaster,
        Rule::PathMismatch,
        Rule::ShadowedAnnotation,
    ];
    assert_eq!(mild, known.into());
    let same: Vec<_> = listed.difference(&differing.at_all).collect();
    assert!(same.is_empty(), "these do not differ: {same:?}");
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
