//! Which files a kustomization names as patches.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::yaml::{Node, documents};

/// The names that Kustomize looks for
/// (kubernetes-sigs/kustomize, `api/konfig/general.go`).
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Kustomizations are searched this many folders above a patch, which is in the
/// folder of its kustomization or below.
const MOST_ABOVE: usize = 8;

/// Whether a kustomization in the folder of `file` or above names it as a patch.
pub(super) fn names_as_patch(file: &Path) -> bool {
    let Ok(file) = std::path::absolute(file).map(|file| plain(&file)) else {
        return false;
    };
    let folders = file.ancestors().skip(1).take(MOST_ABOVE);
    let mut candidates = folders.flat_map(|folder| NAMES.map(|name| (folder, folder.join(name))));
    candidates.any(|(folder, path)| {
        let text = fs::read_to_string(path).unwrap_or_default();
        let documents = documents(&text).filter_map(|document| document.read().ok().flatten());
        let mut patches = documents.flat_map(|root| patches(&root));
        patches.any(|patch| plain(&folder.join(patch)) == file)
    })
}

/// The files that a kustomization names as patches.
fn patches(root: &Node<'_>) -> Vec<String> {
    let list = |key| root.get(key).and_then(Node::sequence).unwrap_or_default();
    let named = |key| {
        let paths = list(key)
            .iter()
            .filter_map(|patch| patch.get("path")?.string());
        paths.map(str::to_owned)
    };
    let merges = list("patchesStrategicMerge").iter();
    let merges = merges.filter_map(|patch| patch.string().map(str::to_owned));
    let all = named("patches").chain(named("patchesJson6902"));
    all.chain(merges).collect()
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_name_a_patch_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let kustomization = "patches:\n- path: ./a.yaml\n- patch: x\n\
            patchesStrategicMerge: [sub/../b.yaml, 'kind: X']\n\
            patchesJson6902: [{path: sub/c.yaml}]\nresources: [d.yaml]\n";
        fs::write(folder.path().join(NAMES[0]), kustomization).unwrap();
        for (file, named) in [
            ("a.yaml", true),
            ("b.yaml", true),
            ("sub/c.yaml", true),
            ("d.yaml", false),
            ("sub/a.yaml", false),
        ] {
            assert_eq!(names_as_patch(&folder.path().join(file)), named, "{file}");
        }
    }
}
