//! How a text is read.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

use super::kustomize::names_as_patch;

/// What is known of a text beside its name.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Context<'c> {
    /// The file, where it is one.
    pub(super) path: Option<&'c Path>,
    /// Its path from the working directory, where that is not its name.
    pub(super) from_root: Option<&'c Arc<[u8]>>,
    /// Whether what is not a manifest is an error.
    pub(super) strict: bool,
}

impl Context<'_> {
    /// Gives the way in which a text is read to `work`.
    pub(super) fn with_options<R>(
        self,
        lists: Lists,
        work: impl FnOnce(ReadOptions<'_>) -> R,
    ) -> R {
        let known = OnceCell::new();
        let is_patch = || *known.get_or_init(|| self.path.is_some_and(names_as_patch));
        work(ReadOptions {
            lists,
            is_patch: &is_patch,
        })
    }
}

/// How a text is read.
#[derive(Clone, Copy)]
pub(super) struct ReadOptions<'h> {
    pub(super) lists: Lists,
    /// Whether a kustomization names the file as a patch.
    pub(super) is_patch: &'h dyn Fn() -> bool,
}

/// How the lists of a text are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lists {
    /// Element by element, where nothing needs the whole.
    ByElement,
    /// As a whole, so that [`super::object::Found::End`] follows every YAML document.
    Whole,
}
