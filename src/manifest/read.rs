//! A text as its objects: documents, and lists at any depth.

use super::json;
use super::object::{Found, Inherited, Visit};
use super::read_options::{Lists, ReadOptions};
use super::tree::{read_object, refuse_odd_items};
use super::unreadable::unreadable;
use crate::yaml::{Document, Error, documents};

/// Reads `text` to its end, whatever is wrong with parts of it.
pub(super) fn read<'t>(text: &'t str, options: ReadOptions<'_>, visit: Visit<'_, 't>) {
    let rest = if json::looks_like(text) {
        json::read(text, options, visit)
    } else {
        documents(text)
    };
    for document in rest {
        read_document(&document, options, visit);
    }
}

fn read_document<'t>(document: &Document<'t>, options: ReadOptions<'_>, visit: Visit<'_, 't>) {
    let text = document.own_text();
    // Comments that silence findings, and aliases, are weighed against the
    // whole document.
    let streams = options.lists == Lists::ByElement && !text.contains("stickler:");
    let read = match ListHead::of(text).filter(|_| streams && !may_share(text)) {
        Some(head) => read_list(document, &head, options, visit),
        None => read_whole(document, options, visit),
    };
    if let Err(error) = read {
        visit(document, unreadable(document, document.range, error));
    }
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
    options: ReadOptions<'_>,
    visit: Visit<'_, 't>,
) -> Result<(), Error> {
    let Some(root) = document.read()?.filter(|root| !root.is_null()) else {
        return Ok(());
    };
    read_object(document, &root, &Inherited::default(), options, visit);
    visit(document, Found::End(&root));
    Ok(())
}

/// Reads a list without ever holding more than one of its elements.
fn read_list<'t>(
    document: &Document<'t>,
    head: &ListHead<'t>,
    options: ReadOptions<'_>,
    visit: Visit<'_, 't>,
) -> Result<(), Error> {
    let inherited = Inherited::from_list(head.api_version, head.kind);
    let root = document.read_items(&mut |element| {
        read_object(document, &element, &inherited, options, visit);
    })?;
    let items = root.as_ref().and_then(|root| root.get("items"));
    match items {
        Some(items) => refuse_odd_items(items),
        None => Ok(()),
    }
}

/// Version and kind of a list that is written in block style, known before it
/// is parsed: they may follow its elements.
///
/// At the start of a line only the root's keys are possible: whatever goes on
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
