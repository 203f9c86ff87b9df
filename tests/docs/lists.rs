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

/// The pages below `folder`, relative to `docs`, each with its title.
fn titled(folder: &str) -> Vec<(String, String)> {
    let is_page = |name: &str| Path::new(name).extension().is_some_and(|end| end == "md");
    let pages = files(is_page).into_iter();
    let pages = pages.filter_map(|page| Some(page.strip_prefix("docs").ok()?.to_owned()));
    pages
        .filter(|page| page.starts_with(folder))
        .map(|page| {
            let text = read(Path::new("docs").join(&page).to_str().unwrap());
            let title = text.lines().next().unwrap().trim_start_matches("# ");
            (page.display().to_string(), title.to_owned())
        })
        .collect()
}

#[test]
fn the_book_has_every_page() {
    let written = read("docs/SUMMARY.md");
    let (head, rest) = written.split_once("- [All rules]").unwrap();
    let background = rest.split_once("# Background").unwrap().1;
    let background = background.split_once("# Decisions").unwrap().0;
    let mut summary = format!("{head}- [All rules](rules/README.md)\n");
    for row in CATALOGUE {
        writeln!(summary, "  - [{0}](rules/{0}.md)", row.id).unwrap();
    }
    write!(summary, "\n# Background{background}# Decisions\n\n").unwrap();
    for (page, title) in titled("adr") {
        writeln!(summary, "- [{title}]({page})").unwrap();
    }
    for (page, title) in titled("") {
        let listed = page == "SUMMARY.md" || summary.contains(&format!("({page})"));
        assert!(listed, "docs/SUMMARY.md does not list {page}: {title}");
    }
    assert_written("docs/SUMMARY.md", summary);
}
