//! The model against whole Ingresses that went through the real controller:
//! rejected or not, for each entry whether it works, and which updates are denied.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::fs;

use serde::Deserialize;
use serde_json::value::RawValue;
use stickler::admission::{self, RequestPolicy, Verdict};
use stickler::ingress::Ingress;
use stickler::lint::policy::{Controller, Edition};
use stickler::lint::{self, Consequence, Diagnostic, Policy};

#[derive(Deserialize)]
struct Case {
    id: String,
    class: String,
    what: String,
    edition: String,
    ingress: Box<RawValue>,
    handled: bool,
    rejected: bool,
    status: String,
    message: String,
    entries: Vec<Entry>,
    nginx: Option<Nginx>,
}

#[derive(Deserialize)]
struct Entry {
    service: String,
    rendered: usize,
    locations: Vec<String>,
}

#[derive(Deserialize)]
struct Nginx {
    verdict: String,
}

fn cases() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/context.jsonl");
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Why a case cannot be decided by the object's annotation and spec alone.
fn decided_elsewhere(case: &Case) -> Option<&'static str> {
    let message = case.message.as_str();
    let other_annotation = [
        "lb-method",
        "slow-start",
        "rewrites",
        "health-checks",
        "snippets",
    ]
    .iter()
    .any(|key| message.contains(&format!("/{key}")) || message.contains(&format!("-{key}")));
    match () {
        () if other_annotation => Some("another annotation's value rejects it"),
        () if case.status == "no-master" => Some("its master is another object"),
        () if case.status == "hosts-taken" => Some("an older Ingress has its host"),
        () => None,
    }
}

impl Case {
    fn check(&self) -> Vec<Diagnostic> {
        let ingress = Ingress::from_json(self.ingress.get()).unwrap();
        let edition = match self.edition.as_str() {
            "oss" => Edition::Oss,
            _ => Edition::Plus,
        };
        let policy = Policy {
            controller: Controller {
                edition,
                ..Controller::default()
            },
            ingress_classes: Some(vec!["nginx".to_owned()]),
            ..Policy::default()
        };
        // Run on the controller's main branch between two releases: it checked
        // paths and the rest of the Ingress as 5.6 does, and values as 5.5.
        let of = |release: &str, is_of_value: bool| {
            let release = release.parse().unwrap();
            let found = lint::check_release(&ingress.subject, &policy, release);
            let found = found.into_iter();
            found.filter(move |it| it.place.span.is_some() == is_of_value)
        };
        of("5.6", false).chain(of("5.5", true)).collect()
    }

    fn told(&self) -> String {
        format!(
            "{} {}: {} ({})",
            self.id,
            self.class,
            self.what,
            self.ingress.get()
        )
    }
}

fn has(found: &[Diagnostic], consequence: Consequence) -> bool {
    let mut found = found.iter();
    found.any(|diagnostic| diagnostic.consequence == Some(consequence))
}

/// A rule without host is rejected unless the controller runs with a flag that
/// the object does not show; the model says so with a warning.
fn hangs_on_a_flag(found: &[Diagnostic]) -> bool {
    let mut rejections = found
        .iter()
        .filter(|d| d.consequence == Some(Consequence::RejectsIngress));
    rejections.all(|d| d.severity == lint::Severity::Warning)
}

#[test]
fn rejected_or_not() {
    let cases = cases();
    assert_eq!(cases.len(), 200);
    for case in cases
        .iter()
        .filter(|case| decided_elsewhere(case).is_none())
    {
        let found = case.check();
        if !case.handled {
            assert_eq!(found, [], "{}", case.told());
            continue;
        }
        let rejected = has(&found, Consequence::RejectsIngress);
        let flag = rejected && !case.rejected && hangs_on_a_flag(&found);
        assert!(
            rejected == case.rejected || flag,
            "{}\n{found:#?}",
            case.told()
        );
    }
}

#[test]
fn every_entry_works_or_is_told_why_not() {
    for case in cases().iter().filter(|case| case.handled && !case.rejected) {
        if decided_elsewhere(case).is_some() {
            continue;
        }
        let found = case.check();
        for (index, entry) in case.entries.iter().enumerate() {
            let works = entry.rendered > 0 && !entry.locations.is_empty();
            let told = says_no_effect(&found, index + 1);
            assert_eq!(
                told,
                !works,
                "{} entry {} ({})\n{found:#?}",
                case.told(),
                index + 1,
                entry.service
            );
        }
    }
}

/// Whether a finding says that the entry has no effect. An upstream of one
/// address is rendered and led to: that its cookie sticks to no pod is the
/// model's own warning.
fn says_no_effect(found: &[Diagnostic], number: usize) -> bool {
    found.iter().any(|diagnostic| {
        diagnostic.consequence == Some(Consequence::NoEffect)
            && match &diagnostic.entry {
                Some(entry) => {
                    entry.number == number
                        && diagnostic.rule != lint::Rule::ClusterIpUpstream
                        // Its location is written, which is all that was recorded.
                        && !diagnostic.message.contains("never matches")
                }
                None => diagnostic.rule == lint::Rule::MergeableMaster,
            }
    })
}

#[test]
fn nginx_reloads_or_not() {
    for case in cases()
        .iter()
        .filter(|case| decided_elsewhere(case).is_none())
    {
        let Some(nginx) = &case.nginx else { continue };
        let found = case.check();
        // Entries are checked as if their services were backends.
        let unknown = found.iter().any(|d| d.rule == lint::Rule::UnknownBackend);
        let refused = has(&found, Consequence::BreaksReload);
        let expected = nginx.verdict == "reject";
        assert!(
            refused == expected || (refused && unknown),
            "{}\n{found:#?}",
            case.told()
        );
    }
}

/// The answer to a review of `object`, which was `old` before.
fn verdict(operation: &str, object: &RawValue, old: Option<&RawValue>) -> Verdict {
    let old = old.map_or("null", RawValue::get);
    let review = format!(
        r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{{"uid":"u-1",
            "kind":{{"group":"networking.k8s.io","version":"v1","kind":"Ingress"}},
            "operation":"{operation}","object":{object},"oldObject":{old}}}}}"#
    );
    let answer = admission::answer(review.as_bytes(), &RequestPolicy::default()).unwrap();
    answer.facts.verdict
}

#[test]
fn an_update_is_denied_only_for_what_is_new() {
    let cases = cases();
    let sound = cases.iter().find(|case| case.check().is_empty()).unwrap();
    let mut denied = 0;
    for case in &cases {
        let object = &case.ingress;
        let update = |old| verdict("UPDATE", object, Some(old));
        assert_ne!(update(object), Verdict::Deny, "{}", case.told());
        let created = verdict("CREATE", object, None);
        assert_eq!(update(&sound.ingress), created, "{}", case.told());
        denied += usize::from(created == Verdict::Deny);
        let mended = verdict("UPDATE", &sound.ingress, Some(object));
        assert_ne!(mended, Verdict::Deny, "{}", case.told());
    }
    assert!(denied > 50, "{denied} are denied when they are created");
}
