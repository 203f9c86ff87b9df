//! How a text is read, and what a part of it is that cannot be.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

use super::kustomize::names_as_patch;
use super::object::{Found, NAME};
use crate::lint::Span;
use crate::yaml::{Document, Error};

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
    pub(super) fn with_how<R>(self, lists: Lists, work: impl FnOnce(How<'_>) -> R) -> R {
        let known = OnceCell::new();
        let is_patch = || *known.get_or_init(|| self.path.is_some_and(names_as_patch));
        work(How {
            lists,
            is_patch: &is_patch,
        })
    }
}

/// How a text is read.
#[derive(Clone, Copy)]
pub(super) struct How<'h> {
    pub(super) lists: Lists,
    /// Whether a kustomization names the file as a patch.
    pub(super) is_patch: &'h dyn Fn() -> bool,
}

/// How the lists of a text are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lists {
    /// Element by element, where nothing needs the whole.
    ByElement,
    /// As a whole, so that [`Found::End`] follows every YAML document.
    Whole,
}

/// What a part of a document that cannot be read is: the source of a template,
/// something that was never meant for Kubernetes, or an error.
pub(super) fn unreadable<'n, 't>(
    document: &Document<'_>,
    range: Span,
    error: Error,
) -> Found<'n, 't> {
    let text = range.of(document.text);
    let place = error.span.start.clamp(range.start, range.end) - range.start;
    if is_template(text, floor(text, place)) {
        Found::Template(document.range)
    } else if text.contains(NAME) || text.contains("apiVersion") {
        Found::Error(error)
    } else {
        Found::NotManifest(error)
    }
}

/// The last character boundary up to `offset`.
fn floor(text: &str, offset: usize) -> usize {
    let mut offsets = (0..=offset).rev();
    let found = offsets.find(|&at| text.is_char_boundary(at));
    found.unwrap_or_default()
}

/// Whether `{{` stands outside quotes and comments, or in the line that cannot
/// be read: between double quotes, `{{ include "name" . }}` ends them.
fn is_template(text: &str, error: usize) -> bool {
    let start = text[..error].rfind('\n').map_or(0, |at| at + 1);
    let end = text[error..].find('\n').map_or(text.len(), |at| error + at);
    let quotes = |text: &str, mark: char| text.matches(mark).count() % 2 == 1;
    let opens = |line: &str, may_be_quoted: bool| {
        line.match_indices("{{").any(|(at, _)| {
            let before = &line[..at];
            let comment = before.trim_start().starts_with('#') || before.contains(" #");
            !comment && (may_be_quoted || (!quotes(before, '"') && !quotes(before, '\'')))
        })
    };
    opens(&text[start..end], true) || text.lines().any(|line| opens(line, false))
}
