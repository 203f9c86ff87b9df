//! Lists that are written from what they list.

use std::fmt::Write as _;
use std::path::Path;

use snapbox::{Assert, Data};
use stickler::lint::CATALOGUE;

use super::{ROOT, files, read};

/// `SNAPSHOTS=overwrite` writes the file.
fn assert_written(path: &str, text: String) {
    let file = Data::read_from(&Path::new(ROOT).join(path), None);
    Assert::new().action_env("SNAPSHOTS").eq(text, file.raw());
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
