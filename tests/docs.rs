//! The documentation: links lead somewhere, lists are complete, and each fact
//! that appears in several places is the same in all of them.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[path = "docs/links.rs"]
mod links;
#[path = "docs/lists.rs"]
mod lists;
#[path = "docs/shell.rs"]
mod shell;
#[path = "docs/versions.rs"]
mod versions;

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Folders that hold what is built or fetched.
const NOT_OURS: [&str; 5] = ["target", ".git", "corpus", "artifacts", "out"];

fn read(path: &str) -> String {
    let path = Path::new(ROOT).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The files of the repository whose names pass, relative to its root.
fn files(passes: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::from(ROOT)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if entry.file_type().unwrap().is_dir() {
                if !NOT_OURS.contains(&name.as_str()) {
                    folders.push(entry.path());
                }
            } else if passes(&name) {
                files.push(entry.path().strip_prefix(ROOT).unwrap().to_owned());
            }
        }
    }
    files.sort();
    assert!(!files.is_empty());
    files
}
