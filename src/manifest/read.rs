//! A text as its objects: documents, and lists at any depth.

use super::embedded::NAME;
use super::json;
use super::object::{Found, Inherited, Visit};
use super::tree::{read_object, refuse_odd_items};
use crate::lint::Span;
use crate::yaml::{Document, Error, documents};

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

/// Reads `text` to its end, whatever is wrong with parts of it.
pub(super) fn read<'t>(text: &'t str, how: How<'_>, visit: Visit<'_, 't>) {
    let rest = if json::looks_like(text) {
        json::read(text, how, visit)
    } else {
        documents(text)
    };
    for document in rest {
        read_document(&document, how, visit);
    }
}

fn read_document<'t>(document: &Document<'t>, how: How<'_>, visit: Visit<'_, 't>) {
    let text = document.own_text();
    // Comments that silence findings, and aliases, are weighed against the
    // whole document.
    let streams = how.lists == Lists::ByElement && !text.contains("stickler:");
    let read = match ListHead::of(text).filter(|_| streams && !may_share(text)) {
        Some(head) => read_list(document, &head, how, visit),
        None => read_whole(document, how, visit),
    };
    if let Err(error) = read {
        visit(document, unreadable(document, document.range, error));
    }
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

/// Whether a document may hold an anchor and an alias.
fn may_share(text: &str) -> bool {
    let holds = |mark: u8| {
        text.as_bytes().windows(3).any(|window| {
            let before = matches!(window[0], b' ' | b'\n' | b'[' | b'{' | b',');
            before && window[1] == mark && window[2].is_ascii_alphanumeric()
        })
    };
    holds(b'*') && holds(b'&')
}

fn read_whole<'t>(
    document: &Document<'t>,
    how: How<'_>,
    visit: Visit<'_, 't>,
) -> Result<(), Error> {
    let Some(root) = document.read()?.filter(|root| !root.is_null()) else {
        return Ok(());
    };
    read_object(document, &root, &Inherited::default(), how, visit);
    visit(document, Found::End(&root));
    Ok(())
}

/// Reads a list without ever holding more than one of its elements.
fn read_list<'t>(
    document: &Document<'t>,
    head: &ListHead<'t>,
    how: How<'_>,
    visit: Visit<'_, 't>,
) -> Result<(), Error> {
    let inherited = Inherited::from_list(head.api_version, head.kind);
    let root = document.read_items(&mut |element| {
        read_object(document, &element, &inherited, how, visit);
    })?;
    let items = root.as_ref().and_then(|root| root.get("items"));
    match items {
        Some(items) => refuse_odd_items(items),
        None => Ok(()),
    }
}

/// Version and kind of a list that is written in block style, known before it
/// is parsed: they may stand behind its elements.
///
/// At the start of a line only the root's keys can stand: whatever goes on
/// over lines is indented there (YAML 1.2.2, section 8.2).
struct ListHead<'t> {
    api_version: &'t str,
    kind: &'t str,
}

impl<'t> ListHead<'t> {
    fn of(text: &'t str) -> Option<Self> {
        if !text.contains("\nitems:") && !text.starts_with("items:") {
            return None;
        }
        let kind = root_field(text, "kind:")?;
        let api_version = root_field(text, "apiVersion:")?;
        let lists = kind.ends_with("List") && !kind.contains([' ', '*', '&', '!', '#']);
        lists.then_some(Self { api_version, kind })
    }
}

fn root_field<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let mut starts = text.match_indices(key).map(|(at, _)| at);
    let start = starts.find(|&at| at == 0 || text.as_bytes()[at - 1] == b'\n')?;
    let line = text[start + key.len()..].lines().next()?;
    let value = line.split(" #").next()?.trim();
    Some(value.trim_matches(['"', '\'']))
}
