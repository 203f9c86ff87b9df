//! Lists that are written from what they list.

use std::fmt::Write as _;
use std::path::Path;

use snapbox::{Assert, Data};
use stickler::lint::{CATALOGUE, Consequence};

use super::{ROOT, files, read};

const CONSEQUENCES: [Option<Consequence>; 8] = [
    Some(Consequence::RejectsIngress),
    Some(Consequence::BreaksReload),
    Some(Consequence::Unsafe),
    Some(Consequence::NoEffect),
    Some(Consequence::NeverSticks),
    Some(Consequence::PartlySticks),
    Some(Consequence::Policy),
    None,
];

/// `SNAPSHOTS=overwrite` writes the file.
fn assert_written(path: &str, text: String) {
    let file = Data::read_from(&Path::new(ROOT).join(path), None);
    Assert::new().action_env("SNAPSHOTS").eq(text, file.raw());
}

#[test]
fn the_index_of_rules_is_the_catalogue() {
    let mut index = String::from(
        "# Rules\n\nOne page a rule; `stickler explain RULE` prints the same. The rules are grouped by\n\
         what happens when nobody fixes what they find, the worst first.\n",
    );
    for consequence in CONSEQUENCES {
        match consequence {
            Some(is) => write!(index, "\n## `{is}`: {}\n\n", is.clause()).unwrap(),
            None => index.push_str("\n## No consequence: a notice\n\n"),
        }
        index.push_str("| rule | severity | what it finds |\n|---|---|---|\n");
        for row in CATALOGUE.iter().filter(|row| row.consequence == consequence) {
            let (id, summary) = (row.id, row.summary);
            writeln!(index, "| [{id}]({id}.md) | {} | {summary} |", row.severity).unwrap();
        }
    }
    for row in CATALOGUE {
        assert!(index.contains(&format!("]({}.md)", row.id)), "{} is in no group", row.id);
    }
    assert_written("docs/rules/README.md", index);
}

#[test]
fn the_book_has_every_page() {
    let mut summary = read("docs/SUMMARY.md");
    let from = summary.find("- [All rules]").unwrap();
    let to = summary.find("# Background").unwrap();
    let mut rules = String::from("- [All rules](rules/README.md)\n");
    for row in CATALOGUE {
        writeln!(rules, "  - [{0}](rules/{0}.md)", row.id).unwrap();
    }
    rules.push('\n');
    summary.replace_range(from..to, &rules);
    for page in files(|name| Path::new(name).extension().is_some_and(|end| end == "md")) {
        let Ok(page) = page.strip_prefix("docs") else {
            continue;
        };
        let link = format!("({})", page.display());
        assert!(
            page.ends_with("SUMMARY.md") || summary.contains(&link),
            "docs/SUMMARY.md does not list {}",
            page.display()
        );
    }
    assert_written("docs/SUMMARY.md", summary);
}
