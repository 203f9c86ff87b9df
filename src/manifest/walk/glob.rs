//! Globs, for shells that have none.

use std::io;
use std::path::{Path, PathBuf};

use super::{File, met, unmet};

/// The files that a glob matches, by name. What is hidden must be named.
pub(super) fn glob(pattern: &str) -> Box<dyn Iterator<Item = File>> {
    let none = |message: String| -> Box<dyn Iterator<Item = File>> {
        Box::new(std::iter::once(File::Error(pattern.into(), message)))
    };
    let glob = globset::GlobBuilder::new(pattern)
        .literal_separator(true)
        .build();
    let matcher = match glob {
        Ok(glob) => glob.compile_matcher(),
        Err(error) => return none(format!("not a glob: {}", error.kind())),
    };
    let is_wild = |part: &&str| part.contains(['*', '?', '[', '{']);
    let fixed = pattern.split('/').take_while(|part| !is_wild(part));
    let wild: Vec<&str> = pattern
        .split('/')
        .skip_while(|part| !is_wild(part))
        .collect();
    let depth = (!pattern.contains("**")).then_some(wild.len());
    let mut root: PathBuf = fixed.collect();
    if pattern.starts_with('/') {
        root = Path::new("/").join(root);
    } else if root.as_os_str().is_empty() {
        root.push(".");
    }
    let mut walk = ignore::WalkBuilder::new(root);
    walk.sort_by_file_name(Ord::cmp)
        .standard_filters(false)
        .hidden(!wild.iter().any(|part| part.starts_with('.')))
        .max_depth(depth);
    let found = walk.build().filter_map(move |entry| match entry {
        Ok(entry) => {
            let path = entry.path().strip_prefix("./").unwrap_or(entry.path());
            let file = matcher.is_match(path).then(|| met(&entry, path));
            // A glob names each file that it matches.
            file.flatten().map(|file| match file {
                File::Met(path) => File::Named(path),
                other => other,
            })
        }
        // A folder that was never there is a glob that matches nothing.
        Err(error) => error.io_error().is_none_or(exists).then(|| unmet(&error)),
    });
    let mut found = found.peekable();
    if found.peek().is_none() {
        return none("no file matches".to_owned());
    }
    Box::new(found)
}

fn exists(error: &io::Error) -> bool {
    error.kind() != io::ErrorKind::NotFound
}
