//! Annotations that take the place of others: whole lines.

use super::target::Unfixable;
use crate::finding::Finding;
use crate::lint::Edit;
use crate::lint::migrate::is_affinity;
use crate::lint::read::keys::COMMUNITY;
use crate::manifest::verify::{Change, only_changed};

/// The outcome of the replacements in one text.
#[derive(Default)]
pub(super) struct Replaced {
    /// The text as it should be; `None` where nothing changes.
    pub(super) text: Option<String>,
    /// The number of replacements that were made.
    pub(super) applied: usize,
    /// Those that could not be made.
    pub(super) refused: Vec<Unfixable>,
}

/// Makes the wanted replacements of `findings`, which are those of `text`.
pub(super) fn replace(text: &str, findings: &[Finding], unsafe_too: bool) -> Replaced {
    let wanted = findings.iter().filter_map(|finding| {
        let fix = finding.diagnostic.fix.as_ref();
        let fix = fix.filter(|fix| fix.safe || unsafe_too)?;
        let replacement = fix.replacement.as_ref()?;
        (!finding.edits.is_empty()).then_some((finding, replacement))
    });
    let wanted: Vec<_> = wanted.collect();
    if wanted.is_empty() {
        return Replaced::default();
    }
    let edits = wanted.iter().flat_map(|(finding, _)| &finding.edits);
    let mut edits: Vec<Edit> = edits
        .map(|edit| Edit {
            span: edit.location.bytes,
            text: edit.text.clone(),
        })
        .collect();
    edits.sort_by_key(|edit| edit.span);
    let after = Edit::apply_all(&edits, text);
    let goes = |key: &str| key.strip_prefix(COMMUNITY).is_some_and(is_affinity);
    let changes = wanted.iter().map(|(finding, added)| Change {
        at: finding.location.as_ref().map_or(0, |at| at.bytes.start),
        removes: &goes,
        added,
    });
    if only_changed(&changes.collect::<Vec<_>>(), text, &after) {
        return Replaced {
            text: Some(after),
            applied: wanted.len(),
            refused: Vec::new(),
        };
    }
    let refuse = |(finding, _): &(&Finding, _)| {
        let location = finding.location.clone()?;
        let reason = "the file cannot hold the change in place".to_owned();
        Some(Unfixable { location, reason })
    };
    Replaced {
        refused: wanted.iter().filter_map(refuse).collect(),
        ..Replaced::default()
    }
}
