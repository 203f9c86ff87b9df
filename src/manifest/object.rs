//! One object of a manifest: who it is, and what of it can be shown.

use std::borrow::Cow;

use crate::finding::ObjectRef;
use crate::ingress::{Ingress, is_ingress};
use crate::lint::Span;
use crate::yaml::{self, Document, Node, read_json};

/// Where objects go, with the document they stand in.
pub(super) type Visit<'v, 't> = &'v mut dyn FnMut(&Document<'t>, Found<'_, 't>);

/// What a text is made of, in its order.
pub(super) enum Found<'n, 't> {
    /// An Ingress.
    Ingress(Box<Object<'n, 't>>),
    /// An object of another kind.
    Other(ObjectRef, Span),
    /// The source of a template; said for each document.
    Template(Span),
    /// Something that cannot be read.
    Error(yaml::Error),
    /// The end of a document that was read as a whole.
    End(&'n Node<'t>),
}

/// An Ingress of a manifest.
pub(super) struct Object<'n, 't> {
    /// The view that is judged.
    pub(super) ingress: Ingress<'n>,
    /// Its names.
    pub(super) name: ObjectRef,
    /// The text it stands in, and where.
    pub(super) text: &'t str,
    pub(super) body: Body<'n, 't>,
}

/// An object in the text.
pub(super) enum Body<'n, 't> {
    /// Read as YAML.
    Node(&'n Node<'t>),
    /// JSON that was never made a tree.
    Json(Span),
}

impl<'t> Object<'_, 't> {
    /// The object as a tree.
    pub(super) fn with_node<R>(&self, look: impl FnOnce(&Node<'t>) -> R) -> Result<R, yaml::Error> {
        match self.body {
            Body::Node(node) => Ok(look(node)),
            Body::Json(range) => read_json(self.text, range).map(|node| look(&node)),
        }
    }
}

/// What an object's API version and kind say it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Ingress,
    List,
    Other,
}

/// The version and kind that a typed list (`IngressList`) gives its elements.
#[derive(Debug, Clone, Default)]
pub(super) struct Inherited {
    pub(super) api_version: Option<String>,
    pub(super) kind: Option<String>,
}

impl Kind {
    pub(super) fn of(api_version: &str, kind: &str) -> Self {
        if is_ingress(api_version, kind) {
            Self::Ingress
        } else if kind.ends_with("List") {
            Self::List
        } else {
            Self::Other
        }
    }
}

impl Inherited {
    /// What the elements of a list inherit: nothing from a plain `List`.
    pub(super) fn from_list(api_version: &str, kind: &str) -> Self {
        match kind.strip_suffix("List") {
            None | Some("") => Self::default(),
            Some(kind) => Self {
                api_version: Some(api_version.to_owned()),
                kind: Some(kind.to_owned()),
            },
        }
    }
}

/// The names of an Ingress whose version and kind are known.
pub(super) fn name_of(api_version: &str, kind: &str, ingress: &Ingress<'_>) -> ObjectRef {
    let owned = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
    ObjectRef {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace: owned(&ingress.subject.namespace),
        name: owned(&ingress.subject.name),
    }
}
