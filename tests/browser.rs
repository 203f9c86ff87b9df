//! The browser model against what real browsers did with what a real nginx set.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test fails"
)]

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use stickler::lint::read::browser::SetCookieHeader;
use stickler::lint::subject::{Annotation, Backend, HostRule, PathRule, PathType, TlsBlock};
use stickler::lint::{self, Consequence, Diagnostic, Policy, Rule, Span, Subject};

#[path = "browser/more.rs"]
mod more;

const KEY: &str = lint::read::keys::ORG_KEY;

/// A case of the corpus: one cookie, or the cookies of two services.
#[derive(Deserialize)]
struct Case {
    id: String,
    class: String,
    host: String,
    tls: bool,
    rule_path: String,
    path_type: String,
    annotation: String,
    set_cookie: Option<String>,
    first_url: Option<String>,
    #[serde(default)]
    visits: Vec<Visit>,
    #[serde(default)]
    services: Vec<Service>,
    nic_accepts: Option<bool>,
    nginx_accepts: Option<bool>,
    first_mode: Option<String>,
    verdict: String,
}

#[derive(Deserialize)]
struct Visit {
    url: String,
    set_cookie: Option<String>,
}

#[derive(Deserialize)]
struct Service {
    #[serde(rename = "service")]
    name: String,
    host: Option<String>,
    rule_path: String,
    params: String,
}

fn cases() -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/browser.jsonl");
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

impl Case {
    /// The services of the case: host, path, name, parameters.
    fn services(&self) -> Vec<(&str, &str, &str, &str)> {
        let one = (
            "",
            self.host.as_str(),
            self.rule_path.as_str(),
            self.annotation.as_str(),
        );
        if self.services.is_empty() {
            return vec![("svc", one.1, one.2, one.3)];
        }
        let services = self.services.iter();
        services
            .map(|service| {
                let host = service.host.as_deref().unwrap_or(&self.host);
                (
                    service.name.as_str(),
                    host,
                    service.rule_path.as_str(),
                    service.params.as_str(),
                )
            })
            .collect()
    }

    fn value(&self) -> String {
        let entry = |(name, _, _, params)| format!("serviceName={name} {params}");
        self.services()
            .into_iter()
            .map(entry)
            .collect::<Vec<_>>()
            .join(";")
    }

    fn subject<'s>(&'s self, value: &'s str) -> Subject<'s> {
        let path_type = match self.path_type.as_str() {
            "Exact" => PathType::Exact,
            "Prefix" => PathType::Prefix,
            other => panic!("{}: path type {other}", self.id),
        };
        let mut hosts: BTreeMap<&str, Vec<PathRule<'s>>> = BTreeMap::new();
        for (name, host, path, _) in self.services() {
            hosts.entry(host).or_default().push(PathRule {
                path: Some(path.into()),
                path_type,
                backend: Backend {
                    service: Some(name.into()),
                    ..Backend::default()
                },
            });
        }
        let tls = TlsBlock {
            hosts: hosts.keys().map(|&host| host.into()).collect(),
            ..TlsBlock::default()
        };
        Subject {
            annotations: vec![Annotation {
                key: KEY.into(),
                value: value.into(),
            }],
            rules: hosts
                .into_iter()
                .map(|(host, paths)| HostRule {
                    host: Some(host.into()),
                    paths: Some(paths),
                })
                .collect(),
            tls: if self.tls { vec![tls] } else { Vec::new() },
            ..Subject::default()
        }
    }

    /// Whether both readers before the browser let the value through.
    fn is_accepted(&self) -> bool {
        self.nic_accepts != Some(false) && self.nginx_accepts != Some(false)
    }

    fn header(&self) -> Option<&str> {
        let visits = self
            .visits
            .iter()
            .find_map(|visit| visit.set_cookie.as_deref());
        self.set_cookie.as_deref().or(visits)
    }

    /// What a browser does with the header as it was emitted.
    fn judge_header(&self) -> Vec<Diagnostic> {
        let value = self.value();
        let header = self.header().expect("a header");
        let is_id = |at: &usize| {
            let id = header.get(at + 1..at + 33).unwrap_or_default();
            id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())
        };
        let sign = header
            .match_indices('=')
            .map(|(at, _)| at)
            .find(is_id)
            .expect("an id");
        let cookie = SetCookieHeader {
            number: 1,
            service: "svc",
            key: KEY,
            value: &value,
            name: &header[..sign],
            end: value.len(),
            text: header,
            parts: &[(0..header.len(), Span::whole(&value))],
        };
        let mut found =
            lint::check_headers(&self.subject(&value), &Policy::default(), vec![cookie]);
        let browser = Rule::SecureWithoutTls..=Rule::SamesiteStrict;
        found.retain(|found| browser.contains(&found.rule));
        found
    }

    fn check(&self) -> Vec<Diagnostic> {
        let value = self.value();
        lint::check(&self.subject(&value), &Policy::default())
    }

    /// A cross-site frame or fetch is the first to see the cookie: what becomes
    /// of it there is the note of `samesite-strict`, not a consequence.
    fn is_embedded(&self) -> bool {
        let mode = self.first_mode.as_deref();
        mode.is_some_and(|mode| matches!(mode, "iframe-cross-site" | "fetch-cross-site"))
    }
}

/// The gravest thing that a browser does, in the words of the corpus.
fn verdict(found: &[Diagnostic]) -> &'static str {
    let has = |consequence| found.iter().any(|d| d.consequence == Some(consequence));
    if has(Consequence::NeverSticks) {
        "never"
    } else if has(Consequence::PartlySticks) {
        "partly"
    } else {
        "sticks"
    }
}

/// Whether a verdict of `sticks` is the luck of the first URL, of which the
/// corpus tried one; the model, which knows none, says `partly`. Two ways:
///
/// - a cookie without a path that counts belongs to the folder of the first
///   URL, and that folder covers the rule's path;
/// - of two hosts, one whose cookie goes to both, each with its own slot, the
///   one that must be visited first was visited first.
fn is_luck(case: &Case, found: &[Diagnostic]) -> bool {
    let partly = |d: &&Diagnostic| d.consequence == Some(Consequence::PartlySticks);
    let is_lucky = |d: &Diagnostic| match d.rule {
        Rule::MissingPath | Rule::RelativePath | Rule::OversizedAttribute => {
            is_covered_by_first(case)
        }
        Rule::CookieClash => case.class == "collision-hosts",
        _ => false,
    };
    found.iter().filter(partly).all(is_lucky)
}

/// Whether the folder of the first URL covers the rule's path (RFC 6265bis, 5.1.4).
fn is_covered_by_first(case: &Case) -> bool {
    let visited = case.visits.first().map(|visit| visit.url.as_str());
    let url = case.first_url.as_deref().or(visited).expect("a first URL");
    let path = url.splitn(4, '/').nth(3).expect("a path");
    let path = path.split(['?', '#']).next().unwrap_or_default();
    match path.rfind('/') {
        Some(end) => {
            let folder = format!("/{}/", &path[..end]);
            format!("{}/", case.rule_path).starts_with(&folder)
        }
        None => true,
    }
}

fn agrees(case: &Case, found: &[Diagnostic]) -> bool {
    let said = verdict(found);
    said == case.verdict || (said == "partly" && case.verdict == "sticks" && is_luck(case, found))
}

fn assert_all_agree(cases: &[Case], check_subject: impl Fn(&Case) -> Vec<Diagnostic>) {
    let mut wrong = Vec::new();
    for case in cases {
        let found = check_subject(case);
        if !agrees(case, &found) {
            let said: Vec<_> = found
                .iter()
                .map(|d| (d.rule, d.consequence, &d.message))
                .collect();
            let annotation: String = case.annotation.chars().take(80).collect();
            wrong.push(format!(
                "{}: {} but {} for {annotation:?} on {} {} {}: {said:?}",
                case.id,
                case.verdict,
                verdict(&found),
                case.host,
                case.rule_path,
                case.path_type
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} cases:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn headers_are_judged_as_browsers_did() {
    let cases = cases();
    assert_eq!(cases.len(), 457);
    let cases: Vec<_> = cases
        .into_iter()
        .filter(|case| case.services.is_empty() && !case.is_embedded())
        .collect();
    assert_all_agree(&cases, Case::judge_header);
}

/// A browser that blocks third-party cookies keeps none in a cross-site frame,
/// whatever an Ingress says: there is nothing to agree with but this.
#[test]
fn cross_site_frames_never_stick() {
    let cases = cases();
    let embedded: Vec<_> = cases.iter().filter(|case| case.is_embedded()).collect();
    assert!(!embedded.is_empty());
    for case in embedded {
        assert_eq!(case.verdict, "never", "{}", case.id);
        let note = case.check().iter().any(|d| d.rule == Rule::SamesiteStrict);
        assert_eq!(
            note,
            case.annotation.contains("samesite=strict"),
            "{}",
            case.id
        );
    }
}

#[test]
fn the_whole_check_says_what_browsers_did() {
    let cases = cases().into_iter();
    let cases: Vec<_> = cases
        .filter(|case| case.is_accepted() && !case.is_embedded())
        .collect();
    assert_all_agree(&cases, Case::check);
    let classes = cases.iter().filter(|case| case.class == "collision");
    assert!(classes.count() > 10);
}
