//! The names of files in reports.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, LazyLock};

/// The working directory, as the system and as the shell name it.
static HERE: LazyLock<Vec<PathBuf>> = LazyLock::new(|| {
    let Ok(here) = std::env::current_dir() else {
        return Vec::new();
    };
    let by_shell = std::env::var_os("PWD").map(PathBuf::from);
    let same = |path: &PathBuf| path.canonicalize().is_ok_and(|path| path == here);
    let by_shell = by_shell.filter(same);
    std::iter::once(here).chain(by_shell).collect()
});

/// What a file is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// As the user named it, without `./` and doubled slashes.
    pub(super) shown: String,
    /// The bytes of the path from the working directory, where they differ.
    pub(super) from_root: Option<Arc<[u8]>>,
}

impl Name {
    /// The name of the file at `path`.
    pub(super) fn of(path: &Path) -> Self {
        Self::below(&HERE, path)
    }

    fn below(here: &[PathBuf], path: &Path) -> Self {
        let plain = plain(path);
        let shown = plain.display().to_string();
        let below = here.iter().find_map(|here| plain.strip_prefix(here).ok());
        let from_root = bytes(below.unwrap_or(&plain).as_os_str());
        Self {
            from_root: (from_root != shown.as_bytes()).then(|| from_root.into()),
            shown,
        }
    }
}

/// A path without `.` and doubled slashes; `..` stays, since what is before it
/// may be a link.
fn plain(path: &Path) -> PathBuf {
    let parts = path.components();
    let plain: PathBuf = parts.filter(|it| *it != Component::CurDir).collect();
    if plain.as_os_str().is_empty() {
        return path.to_owned();
    }
    plain
}

#[cfg(unix)]
fn bytes(path: &OsStr) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(path).to_vec()
}

/// Reports write paths with slashes.
#[cfg(not(unix))]
fn bytes(path: &OsStr) -> Vec<u8> {
    path.to_string_lossy().replace('\\', "/").into_bytes()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn one_file_has_one_name() {
        let here = [PathBuf::from("/srv/repo")];
        for (path, shown, from_root) in [
            (&b"a.yaml"[..], "a.yaml", None),
            (b"./a.yaml", "a.yaml", None),
            (b"a//b/./c.yaml", "a/b/c.yaml", None),
            (b"../a.yaml", "../a.yaml", None),
            (b"<stdin>", "<stdin>", None),
            (b"", "", None),
            (b".", ".", None),
            (
                b"/srv//repo/a b.yaml",
                "/srv/repo/a b.yaml",
                Some(&b"a b.yaml"[..]),
            ),
            (b"/srv/repository/a.yaml", "/srv/repository/a.yaml", None),
            (b"x/\xff.yaml", "x/\u{fffd}.yaml", Some(b"x/\xff.yaml")),
        ] {
            let expected = Name {
                shown: shown.to_owned(),
                from_root: from_root.map(Into::into),
            };
            assert_eq!(
                Name::below(&here, Path::new(OsStr::from_bytes(path))),
                expected
            );
        }
    }
}
