//! What a text is made of: Ingresses, values that are checked alone, and what is left out.

use std::borrow::Cow;

use super::encode::encode;
use super::steps::Walk;
use crate::finding::ObjectRef;
use crate::ingress::is_ingress;
use crate::lint::{FieldPath, Span, Subject};
use crate::yaml::{self, Document, Node, Places, Style, read_json};

/// What both keys share; a text without it has no sticky-cookie annotation.
pub(super) const NAME: &str = "sticky-cookie-services";

/// Receives objects, each with its document.
pub(super) type Visit<'v, 't> = &'v mut dyn FnMut(&Document<'t>, Found<'_, '_>);

/// What a text is made of, in its order.
pub(super) enum Found<'n, 't> {
    /// An Ingress, or a value by itself.
    Subject(Box<Object<'n, 't>>),
    /// An object of another kind.
    Other(ObjectRef, Span),
    /// What is not a manifest, and why it would be an error in one.
    NotManifest(yaml::Error),
    /// The annotation's name where no value of it can be read.
    Mention(Span),
    /// The source of a template; reported for each document.
    Template(Span),
    /// Something that cannot be read.
    Error(yaml::Error),
    /// The end of a document that was read as a whole.
    End(&'n Node<'t>),
}

/// An Ingress of a manifest, or a value by itself.
pub(super) struct Object<'n, 't> {
    /// What is checked.
    pub(super) subject: Subject<'n>,
    /// The names of the Ingress, or of the object that holds the value.
    pub(super) name: ObjectRef,
    /// The text that has it: the file's, or that of a string of the file.
    pub(super) text: &'t str,
    pub(super) body: Body<'n, 't>,
    /// The strings that hold the text, the outermost first.
    pub(super) frames: &'n [Frame],
}

/// An object's place in its text.
pub(super) enum Body<'n, 't> {
    /// The object's tree.
    Node(&'n Node<'t>),
    /// JSON that was never made a tree.
    Json(Span),
    /// The mapping that plays the part of the annotations.
    Annotations(&'n Node<'t>),
    /// The value by itself.
    Value(&'n Node<'t>),
}

/// An object, or the part of one that is there.
pub(super) struct Tree<'n, 't> {
    pub(super) root: &'n Node<'t>,
    /// The number of steps of a field's path that lead to the root.
    pub(super) above: usize,
}

impl<'n, 't> Tree<'n, 't> {
    /// The way to a field of the object.
    pub(super) fn walk(&self, field: &FieldPath) -> Walk<'n, 't> {
        let steps = field.steps().get(self.above..);
        Walk::down(self.root, steps.unwrap_or_default())
    }
}

/// A string whose text is YAML or JSON itself.
pub(super) struct Frame {
    /// The text that it holds.
    pub(super) text: String,
    /// The place of each byte of that in the text around it.
    pub(super) places: Places,
    pub(super) style: Style,
}

impl<'t> Object<'_, 't> {
    /// The object as a tree.
    pub(super) fn with_tree<R>(
        &self,
        look: impl FnOnce(&Tree<'_, 't>) -> R,
    ) -> Result<R, yaml::Error> {
        Ok(match self.body {
            Body::Node(root) => look(&Tree { root, above: 0 }),
            Body::Json(range) => look(&Tree {
                root: &read_json(self.text, range)?,
                above: 0,
            }),
            // Below `metadata.annotations`.
            Body::Annotations(root) => look(&Tree { root, above: 2 }),
            Body::Value(root) => look(&Tree {
                root,
                above: usize::MAX,
            }),
        })
    }

    /// The object's own part of its text.
    pub(super) fn own_text(&self) -> &'t str {
        match self.body {
            Body::Json(range) => range.of(self.text),
            Body::Node(node) | Body::Annotations(node) | Body::Value(node) => {
                node.span.of(self.text)
            }
        }
    }

    /// A range of the object's text as one of the file's.
    pub(super) fn in_file(&self, span: Span) -> Span {
        let frames = self.frames.iter().rev();
        frames.fold(span, |span, frame| frame.places.span_of(span))
    }

    /// A piece of the object's text as it is written in the file.
    pub(super) fn written_in_file(&self, text: String) -> Option<String> {
        let mut frames = self.frames.iter().rev();
        frames.try_fold(text, |text, frame| encode(frame.style, &text))
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
pub(super) fn name_of(api_version: &str, kind: &str, subject: &Subject<'_>) -> ObjectRef {
    let owned = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
    ObjectRef {
        api_version: api_version.to_owned(),
        kind: kind.to_owned(),
        namespace: owned(&subject.namespace),
        name: owned(&subject.name),
    }
}
