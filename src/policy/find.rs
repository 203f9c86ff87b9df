//! Where `check` finds the policy by itself.

use std::path::{Path, PathBuf};

/// The name under which the policy is looked for.
pub const FILE_NAME: &str = "stickler.yaml";

/// The policy file of a folder: its own, or that of the nearest folder above.
#[must_use]
pub fn find_above(folder: &Path) -> Option<PathBuf> {
    let mut candidates = folder.ancestors().map(|folder| folder.join(FILE_NAME));
    candidates.find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_file_up_the_tree_counts() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("a/b/c");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::write(root.path().join(FILE_NAME), "").unwrap();
        assert_eq!(find_above(&deep), Some(root.path().join(FILE_NAME)));
        std::fs::write(root.path().join("a/b").join(FILE_NAME), "").unwrap();
        assert_eq!(
            find_above(&deep),
            Some(root.path().join("a/b").join(FILE_NAME))
        );
        // A folder of that name is none.
        std::fs::create_dir(deep.join(FILE_NAME)).unwrap();
        assert_eq!(
            find_above(&deep),
            Some(root.path().join("a/b").join(FILE_NAME))
        );
    }
}
