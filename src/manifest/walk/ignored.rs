//! `.sticklerignore` for files that are named: pre-commit names each file that
//! it finds, and hooks expect what is ignored to be left out.

use std::path::Path;

use ignore::Match;
use ignore::gitignore::Gitignore;

use super::IGNORE_FILE;

/// Whether an ignore file in the folder of `file` or above leaves it out, up to
/// the working directory where the file is below it. The nearest that names the
/// file decides, as for a walk.
pub(super) fn is_ignored(file: &Path) -> bool {
    let Ok(file) = std::path::absolute(file) else {
        return false;
    };
    let here = std::env::current_dir().unwrap_or_default();
    let below = file.starts_with(&here);
    let folders = file.ancestors().skip(1);
    for folder in folders.take_while(|folder| !below || folder.starts_with(&here)) {
        let path = folder.join(IGNORE_FILE);
        if !path.is_file() {
            continue;
        }
        let (ignores, _) = Gitignore::new(&path);
        match ignores.matched_path_or_any_parents(&file, false) {
            Match::Ignore(_) => return true,
            Match::Whitelist(_) => return false,
            Match::None => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_nearest_ignore_file_decides() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("a/b")).unwrap();
        fs::write(root.path().join(IGNORE_FILE), "x.yaml\nvalues*.yaml\nc/\n").unwrap();
        fs::write(
            root.path().join("a").join(IGNORE_FILE),
            "!x.yaml\n/y.yaml\n",
        )
        .unwrap();
        for (file, ignored) in [
            ("x.yaml", true),
            ("values-prod.yaml", true),
            ("c/d.yaml", true),
            ("d.yaml", false),
            ("a/x.yaml", false),
            ("a/y.yaml", true),
            ("a/b/y.yaml", false),
            ("a/b/values.yaml", true),
        ] {
            assert_eq!(is_ignored(&root.path().join(file)), ignored, "{file}");
        }
    }
}
