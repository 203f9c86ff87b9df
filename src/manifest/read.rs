//! A text as its objects: documents, and lists at any depth.

use super::json;
use super::object::{Found, Inherited, Kind, Visit};
use super::tree::{read_object, refuse_odd_items};
use crate::yaml::{Document, Error, Node, documents};

/// How the lists of a text are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lists {
    /// Element by element, where nothing needs the whole.
    ByElement,
    /// As a whole, so that [`Found::End`] follows every YAML document.
    Whole,
}

/// Reads `text` to its end, whatever is wrong with parts of it.
pub(super) fn read<'t>(text: &'t str, lists: Lists, visit: Visit<'_, 't>) {
    let rest = if json::looks_like(text) {
        json::read(text, visit)
    } else {
        documents(text)
    };
    for document in rest {
        read_document(&document, lists, visit);
    }
}

fn read_document<'t>(document: &Document<'t>, lists: Lists, visit: Visit<'_, 't>) {
    let text = document.own_text();
    let read = match ListHead::of(text) {
        // Comments that silence findings are weighed against the whole document.
        Some(head) if lists == Lists::ByElement && !text.contains("stickler:") => {
            read_list(document, &head, visit)
        }
        _ => read_whole(document, visit),
    };
    match read {
        Err(_) if text.contains("{{") => visit(document, Found::Template(document.range)),
        Err(error) => visit(document, Found::Error(error)),
        Ok(()) => {}
    }
}

fn read_whole<'t>(document: &Document<'t>, visit: Visit<'_, 't>) -> Result<(), Error> {
    let Some(root) = document.read()?.filter(|root| !root.is_null()) else {
        return Ok(());
    };
    if document.own_text().contains("{{") && may_be_template(&root) {
        visit(document, Found::Template(document.range));
        return Ok(());
    }
    read_object(document, &root, &Inherited::default(), visit);
    visit(document, Found::End(&root));
    Ok(())
}

/// Whether a document that holds `{{` is the source of a template: what is
/// embedded in objects of other kinds (dashboards, alerts) is their own business.
fn may_be_template(root: &Node<'_>) -> bool {
    match (root.get("apiVersion"), root.get("kind")) {
        (Some(version), Some(kind)) => match (version.string(), kind.string()) {
            (Some(version), Some(kind)) => Kind::of(version, kind) == Kind::Ingress,
            _ => true,
        },
        _ => true,
    }
}

/// Reads a list without ever holding more than one of its elements.
fn read_list<'t>(
    document: &Document<'t>,
    head: &ListHead<'t>,
    visit: Visit<'_, 't>,
) -> Result<(), Error> {
    let inherited = Inherited::from_list(head.api_version, head.kind);
    let root = document.read_items(&mut |element| {
        read_object(document, &element, &inherited, visit);
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
