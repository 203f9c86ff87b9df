//! An object from its tree, and what is wrong with what is none.

use serde::Deserialize;

use super::object::{Body, Found, Inherited, Kind, Object, Visit, name_of};
use crate::finding::ObjectRef;
use crate::ingress::Ingress;
use crate::yaml::{Document, Error, Node, NodeDeserializer};

/// An error where the `items` of a list are no list.
pub(super) fn refuse_odd_items(items: &Node<'_>) -> Result<(), Error> {
    if items.sequence().is_some() || items.is_null() {
        return Ok(());
    }
    let message = format!("items: expected a list, found {}", items.what());
    Err(Error::new(items.head(), message))
}

/// Gives the object at `node` to `visit`, and of a list its elements.
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
