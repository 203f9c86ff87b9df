//! An Ingress from its tree, and the names of any object.

use serde::Deserialize;

use super::object::name_of;
use crate::finding::ObjectRef;
use crate::ingress::{Ingress, is_ingress};
use crate::lint::Subject;
use crate::yaml::{Error, Node, NodeDeserializer};

/// Whether a mapping within an object of another kind is an Ingress that can
/// be checked as a whole: one with rules.
pub(super) fn is_rendered_ingress(node: &Node<'_>) -> bool {
    let text = |key| node.get(key).and_then(Node::string);
    let (Some(api_version), Some(kind)) = (text("apiVersion"), text("kind")) else {
        return false;
    };
    let rules = node.get("spec").and_then(|spec| spec.get("rules"));
    let rules = rules.and_then(Node::sequence).unwrap_or_default();
    is_ingress(api_version, kind) && !rules.is_empty()
}

/// An Ingress from its tree. Kubernetes refuses every annotation that is not a
/// string, so all are checked.
pub(super) fn subject_of_ingress<'n>(
    node: &'n Node<'_>,
) -> Result<(Subject<'n>, ObjectRef), Error> {
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
    let text =
        |field: &Option<std::borrow::Cow<'_, str>>| field.as_deref().unwrap_or_default().to_owned();
    let (api_version, kind) = (text(&ingress.api_version), text(&ingress.kind));
    let name = name_of(&api_version, &kind, &ingress.subject);
    Ok((ingress.subject, name))
}

/// The names of an object of another kind.
pub(super) fn other(node: &Node<'_>, api_version: &str, kind: &str) -> ObjectRef {
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
