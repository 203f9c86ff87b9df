//! A text as its objects: documents, and lists at any depth.

use serde::Deserialize;

use super::json;
use super::object::{Body, Found, Inherited, Kind, Object, name_of};
use crate::finding::ObjectRef;
use crate::ingress::Ingress;
use crate::yaml::{Document, Error, Node, NodeDeserializer, documents};

/// Where objects go, with the document they stand in.
pub(super) type Visit<'v, 't> = &'v mut dyn FnMut(&Document<'t>, Found<'_, 't>);

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

fn refuse_odd_items(items: &Node<'_>) -> Result<(), Error> {
    if items.sequence().is_some() || items.is_null() {
        return Ok(());
    }
    let message = format!("items: expected a list, found {}", items.what());
    Err(Error::new(items.head(), message))
}

pub(super) fn read_object<'t>(
    document: &Document<'t>,
    node: &Node<'t>,
    inherited: &Inherited,
    visit: Visit<'_, 't>,
) {
    if let Err(error) = try_read_object(document, node, inherited, visit) {
        visit(document, Found::Error(error));
    }
}

fn try_read_object<'t>(
    document: &Document<'t>,
    node: &Node<'t>,
    inherited: &Inherited,
    visit: Visit<'_, 't>,
) -> Result<(), Error> {
    if node.mapping().is_none() {
        let message = format!("expected a Kubernetes object, found {}", node.what());
        return Err(Error::new(node.head(), message));
    }
    let kind = text_field(node, "kind", inherited.kind.as_deref())?;
    let api_version = text_field(node, "apiVersion", inherited.api_version.as_deref())?;
    match Kind::of(api_version, kind) {
        Kind::Ingress => {
            let ingress = read_ingress(node)?;
            let name = name_of(api_version, kind, &ingress);
            let (text, body) = (document.text, Body::Node(node));
            let object = Object {
                ingress,
                name,
                text,
                body,
            };
            visit(document, Found::Ingress(Box::new(object)));
        }
        Kind::List if node.get("items").is_some() => {
            let items = node.get("items").map_or(node, Node::resolved);
            refuse_odd_items(items)?;
            let inherited = Inherited::from_list(api_version, kind);
            for element in items.sequence().unwrap_or_default() {
                read_object(document, element, &inherited, visit);
            }
        }
        Kind::List | Kind::Other => {
            visit(
                document,
                Found::Other(other(node, api_version, kind), node.head()),
            );
        }
    }
    Ok(())
}

/// `kind` or `apiVersion`; what is missing or no string cannot be told apart
/// from anything.
fn text_field<'n>(
    node: &'n Node<'_>,
    name: &str,
    inherited: Option<&'n str>,
) -> Result<&'n str, Error> {
    let Some(pair) = node.pair(name).filter(|pair| !pair.value.is_null()) else {
        return inherited.ok_or_else(|| without(node, name));
    };
    match pair.value.string() {
        Some("") => Err(Error::new(pair.place(), format!("'{name}' is empty"))),
        Some(text) => Ok(text),
        None => {
            let what = pair.value.what();
            let message = format!("{name}: expected a string, found {what}");
            Err(Error::new(pair.place(), message))
        }
    }
}

/// Folders hold YAML that is no manifest, and whoever meets one here wants to
/// know how to leave it out.
fn without(node: &Node<'_>, name: &str) -> Error {
    let mut error = Error::new(node.head(), format!("an object without '{name}'"));
    let help = "every manifest has one; if the file is no manifest, name it in .sticklerignore";
    error.help = Some(help.to_owned());
    error
}

/// An Ingress from its tree. Kubernetes refuses an annotation that is no
/// string, also where nobody reads it.
fn read_ingress<'n>(node: &'n Node<'_>) -> Result<Ingress<'n>, Error> {
    let ingress = Ingress::deserialize(NodeDeserializer::new(node))?;
    let metadata = node.get("metadata");
    let annotations = metadata.and_then(|metadata| metadata.get("annotations"));
    for pair in annotations.map(Node::merged_pairs).unwrap_or_default() {
        if pair.value.string().is_none() && !pair.value.is_null() {
            let key = pair.key.scalar().map_or("", |key| key.value.as_ref());
            let what = pair.value.what();
            let message = format!("metadata.annotations[{key}]: expected a string, found {what}");
            let mut error = Error::new(pair.place(), message);
            error.help = pair
                .value
                .scalar()
                .map(|_| "write it between quotes".to_owned());
            return Err(error);
        }
    }
    Ok(ingress)
}

fn other(node: &Node<'_>, api_version: &str, kind: &str) -> ObjectRef {
    let metadata = node.get("metadata");
    let field = |name: &str| {
        let value = metadata.and_then(|metadata| metadata.get(name));
        value.and_then(Node::string).map(str::to_owned)
    };
    ObjectRef {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace: field("namespace"),
        name: field("name"),
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
