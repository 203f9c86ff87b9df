//! docs/operations.md says what shows that it is true.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn operations() -> String {
    fs::read_to_string(Path::new(ROOT).join("docs/operations.md")).unwrap()
}

/// The names in the last column of the tables that have one of evidence.
fn evidence(page: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut shown = false;
    for line in page.lines() {
        shown = line.starts_with('|') && (shown || line.ends_with("| shown by |"));
        let cells = line.trim_end_matches(" |").rsplit('|').next();
        let cell = cells.filter(|_| shown).unwrap_or_default();
        names.extend(cell.split('`').skip(1).step_by(2));
    }
    names
}

/// The names of all tests.
fn tests(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            tests(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(path).unwrap();
            let parts = text.split("test").skip(1);
            let parts = parts.filter(|part| part.starts_with([']', '(']));
            let heads = parts.filter_map(|part| part.split_once("fn ")?.1.split_once('('));
            found.extend(heads.map(|(name, _)| name.to_owned()));
        }
    }
}

#[test]
fn every_test_that_it_names_is_there() {
    let page = operations();
    let mut there = BTreeSet::new();
    tests(&Path::new(ROOT).join("tests"), &mut there);
    let named = evidence(&page);
    assert!(named.len() > 30, "{named:?}");
    for name in named {
        assert!(there.contains(name), "no test {name}");
    }
}

#[test]
fn every_link_leads_somewhere() {
    let page = operations();
    let anchor = |heading: &str| {
        let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-');
        let anchor: String = heading.trim().to_lowercase().chars().filter(kept).collect();
        anchor.replace(' ', "-")
    };
    let headings: BTreeSet<String> = page
        .lines()
        .filter(|line| line.starts_with('#'))
        .map(|line| anchor(line.trim_start_matches('#')))
        .collect();
    let links = page
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'));
    for (link, _) in links.filter(|(link, _)| !link.starts_with("https:")) {
        match link.strip_prefix('#') {
            Some(section) => assert!(headings.contains(section), "no section {link}"),
            None => assert!(
                Path::new(ROOT).join("docs").join(link).is_file(),
                "no {link}"
            ),
        }
    }
}

/// Each validation of the backstop names rules that there are, and its message
/// the first of them.
#[test]
fn the_backstop_names_rules() {
    let backstop = fs::read_to_string(Path::new(ROOT).join("deploy/backstop.yaml")).unwrap();
    let (_, validations) = backstop.split_once("  validations:\n").unwrap();
    let (validations, _) = validations.split_once("---\n").unwrap();
    let mut named = 0;
    for validation in validations.split("    # ").skip(1) {
        let (rules, rest) = validation.split_once('\n').unwrap();
        let rules: Vec<_> = rules.split(", ").collect();
        for rule in &rules {
            let page = Path::new(ROOT).join(format!("docs/rules/{rule}.md"));
            assert!(page.is_file(), "no rule {rule}");
        }
        assert!(rest.contains(&format!("[{}];", rules[0])), "{rest}");
        named += rules.len();
    }
    assert_eq!(validations.matches("- reason:").count(), 11);
    assert_eq!(named, 23);
}
