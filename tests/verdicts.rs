//! What `check` reports for every value and Ingress that the project has,
//! compared with a committed digest: a change of structure changes none of it.
//!
//! `UPDATE_VERDICTS=1` writes the digest anew; a diff of it names the cases.
//! `DUMP_VERDICTS=<file>` writes everything in full, to compare two states.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::sync::{LazyLock, Mutex};

use stickler::ingress::Ingress;
use stickler::lint::policy::{Controller, Cookies, Edition, Limits, Pattern, Require};
use stickler::lint::read::keys::ORG_KEY;
use stickler::lint::release::Release;
use stickler::lint::subject::Subject;
use stickler::lint::{self, CATALOGUE, Consequence, Diagnostic, Edit, Policy, Severity};
use stickler::manifest::{self, Source};

#[path = "verdicts/cases.rs"]
mod cases;

/// The default policy, and one that has something to say of most cookies.
static POLICIES: LazyLock<[Policy; 2]> = LazyLock::new(|| {
    let strict = Policy {
        controller: Controller {
            edition: Edition::Oss,
            version: "5.5".parse().ok(),
            config_safety: false,
        },
        ingress_classes: None,
        require: Require {
            secure: true,
            http_only: true,
            same_site: vec!["lax".to_owned()],
            path: true,
            expires: true,
        },
        limits: Limits {
            max_expires: Some(86_400),
            min_expires: Some(90),
        },
        cookies: Cookies {
            name_pattern: Some(Pattern::new("srv*").unwrap()),
            allowed_domains: Some(vec![Pattern::new("example.com").unwrap()]),
        },
        ..Policy::default()
    };
    [Policy::default(), strict]
});

/// A diagnostic in full, in words of this test alone.
fn line(diagnostic: &Diagnostic) -> String {
    let Diagnostic {
        rule,
        severity,
        consequence,
        place,
        entry,
        message,
        help,
        fix,
    } = diagnostic;
    let mut line = format!(
        "{rule} {severity} {} {}",
        consequence.map_or("-", lint::Consequence::as_str),
        place.field
    );
    if let Some(span) = place.span {
        let _ = write!(line, " {}..{}", span.start, span.end);
    }
    if let Some(entry) = entry {
        let _ = write!(line, " entry {} {:?}", entry.number, entry.service);
    }
    let _ = write!(line, " {message:?} {help:?}");
    if let Some(fix) = fix {
        let _ = write!(line, " {}", if fix.safe { "safe" } else { "guess" });
        for edit in &fix.edits {
            let _ = write!(
                line,
                " {}..{}={:?}",
                edit.span.start, edit.span.end, edit.text
            );
        }
    }
    line
}

/// Everything that is reported for the subject, under each policy.
fn verdict(subject: &Subject<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for policy in &*POLICIES {
        lines.extend(lint::check(subject, policy).iter().map(line));
        lines.push(String::new());
    }
    lines
}

/// 32 bits of FNV-1a.
fn hash(lines: &[String]) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    for byte in lines.join("\n").bytes() {
        hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }
    hash
}

type Verdicts = BTreeMap<String, Vec<String>>;

fn of_pages(verdicts: &mut Verdicts) {
    for row in CATALOGUE {
        for (index, text) in row.page.split("```yaml\n").skip(1).enumerate() {
            let text = text.split("```").next().unwrap();
            let lines = Mutex::new(Vec::new());
            let check_subject = |subject: &Subject<'_>| {
                lines.lock().unwrap().extend(verdict(subject));
                Vec::new()
            };
            let source = Source {
                name: "page.yaml".to_owned(),
                text: text.to_owned(),
            };
            let _ = manifest::check(source, &check_subject);
            let lines = lines.into_inner().unwrap();
            if !lines.is_empty() {
                verdicts.insert(format!("page/{}/{index}", row.id), lines);
            }
        }
    }
}

fn of_whole_ingresses(verdicts: &mut Verdicts) {
    for (id, json) in cases::whole() {
        let ingress = Ingress::from_json(&json).unwrap();
        verdicts.insert(format!("context/{id}"), verdict(&ingress.subject));
    }
}

fn of_values(verdicts: &mut Verdicts) {
    for (id, case) in cases::all() {
        let mut lines = verdict(&case.subject(false));
        lines.extend(verdict(&case.subject(true)));
        assert_eq!(
            verdicts.insert(id.clone(), lines),
            None,
            "{id} is there already"
        );
    }
}

#[test]
fn what_is_reported_is_what_was_reported() {
    let mut verdicts = Verdicts::new();
    of_values(&mut verdicts);
    of_whole_ingresses(&mut verdicts);
    of_pages(&mut verdicts);
    if let Ok(file) = std::env::var("DUMP_VERDICTS") {
        let text = verdicts
            .iter()
            .fold(String::new(), |mut text, (id, lines)| {
                let _ = writeln!(text, "{id}\n{}", lines.join("\n"));
                text
            });
        fs::write(file, text).unwrap();
    }
    let digest = verdicts
        .iter()
        .fold(String::new(), |mut text, (id, lines)| {
            let _ = writeln!(text, "{id} {:08x}", hash(lines));
            text
        });
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/verdicts/digest.txt");
    if std::env::var_os("UPDATE_VERDICTS").is_some() {
        fs::write(path, &digest).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    let changed = differing(&expected, &digest);
    assert!(
        changed.is_empty(),
        "{} cases changed, such as:\n{}",
        changed.len(),
        shown(&changed, &verdicts)
    );
}

/// Whoever makes all safe fixes of a report gets a value that is better, and
/// so does whoever makes one of them.
#[test]
fn safe_fixes_make_values_better() {
    let mut fixed = 0;
    // Of one release: a fix need not be accepted by another.
    let mut policies = POLICIES.clone();
    for policy in &mut policies {
        policy.controller.version = Some("5.5".parse::<Release>().unwrap());
    }
    // Enough of the largest corpus: each fix is a check, and each check tries fixes.
    let is_tried =
        |(index, (id, _)): &(usize, (String, _))| !id.starts_with("nginx/") || index % 5 == 0;
    let cases = cases::all().into_iter().enumerate().filter(is_tried);
    for (_, (id, case)) in cases {
        for (tls, policy) in [false, true]
            .into_iter()
            .flat_map(|tls| policies.iter().map(move |policy| (tls, policy)))
        {
            let subject = case.subject(tls);
            let value = subject.annotation(ORG_KEY).unwrap();
            let found = lint::check(&subject, policy);
            let offered: Vec<_> = found.iter().filter_map(|it| it.fix.as_ref()).collect();
            let mut edits: Vec<_> = offered
                .iter()
                .filter(|fix| fix.safe)
                .flat_map(|fix| fix.edits.clone())
                .collect();
            edits.sort_by_key(|edit| edit.span);
            let all = (!edits.is_empty()).then(|| Edit::apply_all(&edits, value));
            let each = offered.iter().map(|fix| fix.apply(value));
            for value in all.into_iter().chain(each) {
                let after = lint::check(&with_value(&subject, &value), policy);
                assert!(
                    worst(&after) >= worst(&found) && total(&after) < total(&found),
                    "{id}: {value:?}\n{found:#?}\n{after:#?}"
                );
                fixed += 1;
            }
        }
    }
    assert!(fixed > 3_000, "{fixed}");
}

fn with_value<'s>(subject: &Subject<'s>, value: &str) -> Subject<'s> {
    let mut subject = subject.clone();
    subject.annotations[0].value = value.to_owned().into();
    subject
}

/// The worst consequence, whatever its severity; the worst is the least.
fn worst(found: &[Diagnostic]) -> Consequence {
    let consequences = found.iter().filter_map(|it| it.consequence);
    consequences.min().unwrap_or(Consequence::Policy)
}

/// How often each consequence is found, the worst first, and all warnings.
fn total(found: &[Diagnostic]) -> Vec<usize> {
    let count = |it| {
        let same = |found: &&Diagnostic| found.consequence == Some(it);
        found.iter().filter(same).count()
    };
    let mut total = Consequence::ALL.map(count).to_vec();
    let others = |it: &&Diagnostic| it.consequence.is_none() && it.severity > Severity::Note;
    total.push(found.iter().filter(others).count());
    total
}

/// The cases whose lines differ.
fn differing<'d>(expected: &'d str, digest: &'d str) -> Vec<&'d str> {
    let of = |text: &'d str| -> BTreeMap<&'d str, &'d str> {
        text.lines()
            .filter_map(|line| line.rsplit_once(' '))
            .collect()
    };
    let (expected, now) = (of(expected), of(digest));
    let all = expected.keys().chain(now.keys());
    let mut changed: Vec<_> = all
        .filter(|id| expected.get(*id) != now.get(*id))
        .copied()
        .collect();
    changed.sort_unstable();
    changed.dedup();
    changed
}

fn shown(changed: &[&str], verdicts: &Verdicts) -> String {
    let one = |id: &&str| {
        let lines = verdicts
            .get(*id)
            .map_or(String::from("gone"), |lines| lines.join("\n  "));
        format!("{id}\n  {lines}")
    };
    changed
        .iter()
        .take(5)
        .map(one)
        .collect::<Vec<_>>()
        .join("\n")
}
