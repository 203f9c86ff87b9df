//! Links between pages.

use std::path::{Component, Path, PathBuf};

use super::{ROOT, files, read};

/// The targets of a page's links, outside of code.
fn targets(page: &str) -> Vec<String> {
    let mut targets = Vec::new();
    let mut fenced = false;
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        // What is between backticks is code.
        let prose: String = line.split('`').step_by(2).collect();
        let ends = prose.split("](").skip(1);
        targets.extend(ends.filter_map(|end| Some(end.split_once(')')?.0.to_owned())));
    }
    targets
}

/// The anchors of a page's headings, as GitHub and mdBook make them.
fn anchors(page: &str) -> Vec<String> {
    let headings = page.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = heading
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                assert!(plain.pop(), "{} leaves the repository", path.display());
            }
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

#[test]
fn links_lead_somewhere() {
    let mut broken = Vec::new();
    let mut seen = 0;
    for page in files(|name| Path::new(name).extension().is_some_and(|end| end == "md")) {
        let text = read(page.to_str().unwrap());
        for target in targets(&text) {
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            seen += 1;
            let (path, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let aim = if path.is_empty() {
                page.clone()
            } else {
                plain(&page.parent().unwrap().join(path))
            };
            let there = Path::new(ROOT).join(&aim).exists();
            let anchored = anchor.is_empty()
                || (there
                    && anchors(&read(aim.to_str().unwrap()))
                        .iter()
                        .any(|it| it == anchor));
            if !there || !anchored {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(seen > 20, "only {seen} links were read");
    assert!(broken.is_empty(), "{broken:#?}");
}
