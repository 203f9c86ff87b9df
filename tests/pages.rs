//! The rules' pages: one form, and examples that are what they say.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::sync::OnceLock;

use jiff::Timestamp;
use stickler::finding::Failure;
use stickler::lint::rules::Row;
use stickler::lint::{CATALOGUE, Rule, Subject};
use stickler::manifest::{self, Report, Source};
use stickler::page;
use stickler::policy::Policies;
use stickler::render::{Format, Style};

const HEADINGS: [&str; 7] = [
    "What it finds",
    "Why it matters",
    "How to fix",
    "Bad",
    "Good",
    "Source",
    "How to suppress",
];
const READERS: [&str; 5] = ["controller", "nginx", "browser", "policy", "stickler"];

/// `docs/rules/<id>.md`: a title, whom the finding depends on, and sections.
#[test]
fn sources_have_one_form() {
    for row in CATALOGUE {
        let mut lines = row.page.lines();
        assert_eq!(lines.next(), Some(format!("# {}", row.id).as_str()));
        let reader = lines.nth(1).and_then(|line| line.strip_prefix("Reader: "));
        assert!(reader.is_some_and(|it| READERS.contains(&it)), "{}", row.id);
        assert!(row.page.ends_with('\n') && !row.page.ends_with("\n\n"));
    }
}

#[test]
fn pages_have_one_form() {
    for row in CATALOGUE {
        let page = page::of(row.rule);
        let headings: Vec<_> = page
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .filter(|&heading| heading != "Policy" && heading != "Releases")
            .collect();
        assert_eq!(headings, HEADINGS, "{}", row.id);
        assert!(page.ends_with('\n') && !page.contains("\n\n\n"), "{page}");
    }
}

#[test]
fn pages_have_the_facts_of_the_catalogue() {
    for row in CATALOGUE {
        let page = page::of(row.rule);
        let severity = format!("- Severity: {}\n", row.severity);
        assert!(page.contains(&severity), "{}: {severity}", row.id);
        let consequence = match row.consequence {
            Some(is) => format!("- Consequence: `{is}`: {}\n", is.clause()),
            None => "- Consequence: none\n".to_owned(),
        };
        assert!(page.contains(&consequence), "{}: {consequence}", row.id);
    }
}

#[test]
fn a_page_says_under_which_policy_its_examples_are_checked() {
    let page = page::of(Rule::MaxExpires);
    let policy = "\n## Policy\n\nThe examples are checked with this policy:\n\n```yaml\nlimits: ";
    assert!(page.contains(policy), "{page}");
}

#[test]
fn a_page_says_what_can_be_suppressed_and_how() {
    for (rule, expected) in [
        (Rule::UnreadableIngress, "This rule cannot be suppressed."),
        (Rule::UnusedIgnore, "Remove the comment."),
        (Rule::Comment, "It cannot be turned off"),
        (
            Rule::MissingPath,
            "in the policy: `rules: {missing-path: off}`.",
        ),
    ] {
        let page = page::of(rule);
        let (_, how) = page.split_once("\n## How to suppress\n").unwrap();
        assert!(how.contains(expected), "{how}");
    }
}

/// `UPDATE_RULES=1 cargo test --test pages` writes the index.
#[test]
fn the_index_is_up_to_date() {
    let (path, index) = ("docs/rules/README.md", page::index());
    if std::env::var_os("UPDATE_RULES").is_some() {
        std::fs::write(path, &index).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), index);
}

#[test]
fn a_page_of_each_consequence_lists_its_rules() {
    for row in CATALOGUE {
        let Some(consequence) = row.consequence else {
            continue;
        };
        let page = page::of_consequence(consequence);
        assert!(page.contains(&format!("\n- `{}`: ", row.id)), "{page}");
    }
}

#[test]
fn the_folder_holds_the_pages_of_the_catalogue_and_no_others() {
    let folder = std::fs::read_dir("docs/rules").unwrap();
    let mut files: Vec<_> = folder
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut pages: Vec<_> = CATALOGUE
        .iter()
        .map(|row| format!("{}.md", row.id))
        .chain(["README.md".to_owned()])
        .collect();
    files.sort();
    pages.sort();
    assert_eq!(files, pages);
}

#[test]
fn bad_examples_are_bad_and_good_ones_are_good() {
    for row in CATALOGUE {
        let policies = policies(row);
        let bad = check(&example(row, "Bad"), &policies);
        let good = check(&example(row, "Good"), &policies);
        if row.rule == Rule::UnreadableIngress {
            // A manifest's objects that cannot be read are input errors.
            assert_eq!((bad.errors.len(), good.errors.len()), (1, 0));
            continue;
        }
        assert!(finds(&bad, row.rule), "{}: {bad:#?}", row.id);
        assert_eq!(good.findings, [], "{}", row.id);
        assert_eq!((bad.errors, good.errors), (vec![], vec![]), "{}", row.id);
    }
}

#[test]
fn what_people_see_of_each_rule() {
    for row in CATALOGUE {
        let report = check(&example(row, "Bad"), &policies(row));
        insta::assert_snapshot!(row.id, drawn(&report));
    }
}

/// The edits that SARIF names do to the file what the fix does to the value.
#[test]
fn edits_of_the_file_are_those_of_the_value() {
    let mut edited = 0;
    for row in CATALOGUE {
        let text = &example(row, "Bad");
        for finding in check(text, &policies(row)).findings {
            let Some(fix) = &finding.diagnostic.fix else {
                continue;
            };
            let key = finding.diagnostic.place.field.annotation_key().unwrap();
            let (key, wanted) = match &fix.replacement {
                Some(new) => (new.annotation, new.value.clone()),
                None => (key, fix.apply(&value(text, key))),
            };
            let mut fixed = text.clone();
            for edit in finding.edits.iter().rev() {
                let bytes = edit.location.bytes;
                fixed.replace_range(bytes.start..bytes.end, &edit.text);
            }
            assert_eq!(value(&fixed, key), wanted, "{}", row.id);
            edited += 1;
        }
    }
    assert!(edited > 20, "{edited}");
}

/// An annotation's value in a manifest.
fn value(text: &str, key: &str) -> String {
    let value = OnceLock::new();
    let source = Source {
        name: "example.yaml".to_owned(),
        text: text.to_owned(),
    };
    let check_subject = |subject: &Subject<'_>| {
        value.get_or_init(|| subject.annotation(key).unwrap_or_default().to_owned());
        Vec::new()
    };
    let _ = manifest::check(source, &check_subject);
    value.into_inner().unwrap()
}

/// The report as a terminal of 80 columns shows it, without summary.
fn drawn(report: &Report) -> String {
    let style = Style {
        width: 80,
        summary: false,
        ..Style::default()
    };
    let mut out = Vec::new();
    let mut drawing = Format::Full.open(Box::new(&mut out), style);
    let text = report.text.as_deref().unwrap_or_default();
    for finding in &report.findings {
        drawing.finding(finding, text).unwrap();
    }
    for error in &report.errors {
        let failure = Failure {
            location: error.location.clone(),
            message: error.message.clone(),
            help: error.help.clone(),
        };
        drawing.failure(&failure, text).unwrap();
    }
    drop(drawing);
    String::from_utf8(out).unwrap()
}

/// The manifest below a heading.
fn example(row: &Row, heading: &str) -> String {
    page::example(row.rule, heading).unwrap()
}

fn policies(row: &Row) -> Policies {
    let Some(text) = page::example(row.rule, "Policy") else {
        return Policies::default();
    };
    Policies::parse(row.id, &text, Timestamp::UNIX_EPOCH)
        .unwrap()
        .0
}

fn check(text: &str, policies: &Policies) -> Report {
    let source = Source {
        name: "example.yaml".to_owned(),
        text: text.to_owned(),
    };
    let check_subject = |subject: &Subject<'_>| policies.check(subject, Timestamp::UNIX_EPOCH);
    manifest::check(source, &check_subject)
}

fn finds(report: &Report, rule: Rule) -> bool {
    let mut findings = report.findings.iter();
    findings.any(|finding| finding.diagnostic.rule == rule)
}
