//! An object from its tree, and what is wrong with what is none.

use super::embedded;
use super::ingress_tree::{other, subject_of_ingress};
use super::object::{Body, Found, Inherited, Kind, NAME, Object, Visit, name_of};
use super::read_options::ReadOptions;
use super::unreadable::unreadable;
use crate::finding::ObjectRef;
use crate::ingress::is_ingress;
use crate::lint::Subject;
use crate::lint::read::keys::{ORG_KEY, PLUS_KEY, is_present};
use crate::yaml::{Document, Error, Node};

/// An error where the `items` of a List are not a sequence.
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
    options: ReadOptions<'_>,
    visit: Visit<'_, 't>,
) {
    let (api_version, kind) = match identity(node, inherited) {
        Ok(identity) => identity,
        Err(Nameless { error, is_manifest }) => {
            if is_manifest {
                visit(document, Found::Error(error));
            } else {
                visit(document, Found::NotManifest(error));
            }
            return scan(document, node, ObjectRef::default(), false, visit);
        }
    };
    let read = match Kind::of(api_version, kind) {
        Kind::Ingress => read_ingress(document, node, (api_version, kind), options, visit),
        Kind::List if node.get("items").is_some() => {
            let inherited = Inherited::from_list(api_version, kind);
            read_items(document, node, &inherited, options, visit)
        }
        Kind::List | Kind::Other => {
            let object = other(node, api_version, kind);
            visit(document, Found::Other(object.clone(), node.head()));
            scan(document, node, object, false, visit);
            Ok(())
        }
    };
    if let Err(error) = read {
        visit(document, unreadable(document, node.span, error));
    }
}

fn read_items<'t>(
    document: &Document<'t>,
    node: &Node<'t>,
    inherited: &Inherited,
    options: ReadOptions<'_>,
    visit: Visit<'_, 't>,
) -> Result<(), Error> {
    let items = node.get("items").map_or(node, Node::resolved);
    refuse_odd_items(items)?;
    for element in items.sequence().unwrap_or_default() {
        read_object(document, element, inherited, options, visit);
    }
    Ok(())
}

fn read_ingress<'t>(
    document: &Document<'t>,
    node: &Node<'t>,
    (api_version, kind): (&str, &str),
    options: ReadOptions<'_>,
    visit: Visit<'_, 't>,
) -> Result<(), Error> {
    let (mut subject, _) = subject_of_ingress(node)?;
    let name = name_of(api_version, kind, &subject);
    let spec = node.get("spec").filter(|spec| !spec.is_null());
    let without_rules = subject.rules.is_empty() && subject.default_backend.is_none();
    if spec.is_none() || (without_rules && (options.is_patch)()) {
        subject.value_alone = true;
    }
    complete(document.text, node, &mut subject);
    let is_present = is_present(&subject);
    let object = Object {
        subject,
        name: name.clone(),
        text: document.text,
        body: Body::Node(node),
        frames: &[],
    };
    visit(document, Found::Subject(Box::new(object)));
    if !is_present {
        scan(document, node, name, true, visit);
    }
    Ok(())
}

/// Gives what is in `node` outside the annotations of an Ingress.
fn scan<'t>(
    document: &Document<'t>,
    node: &Node<'t>,
    holder: ObjectRef,
    visited: bool,
    visit: Visit<'_, 't>,
) {
    if node.span.of(document.text).contains(NAME) {
        embedded::scan(document, document.text, node, holder, visited, visit);
    }
}

/// What null says of our keys: in a patch that the annotation is removed, and
/// before a comment of ytt that it is filled in.
fn complete(text: &str, node: &Node<'_>, subject: &mut Subject<'_>) {
    let annotations = node.get("metadata").and_then(|it| it.get("annotations"));
    for key in [PLUS_KEY, ORG_KEY] {
        let pair = annotations.and_then(|annotations| annotations.pair(key));
        let Some(pair) = pair.filter(|pair| pair.value.is_null()) else {
            continue;
        };
        let rest = &text[pair.key.resolved().span.end..];
        let line = rest.lines().next().unwrap_or_default();
        let comment = line.trim_start_matches([':', ' ', '\t']);
        if comment.starts_with("#@") {
            for annotation in subject.annotations.iter_mut().filter(|it| it.key == key) {
                annotation.value = comment.trim_end().to_owned().into();
            }
        } else if subject.value_alone {
            subject
                .annotations
                .retain(|annotation| annotation.key != key);
        }
    }
}

/// Why an object cannot be distinguished from anything else.
struct Nameless {
    error: Error,
    /// Whether it was intended for Kubernetes all the same.
    is_manifest: bool,
}

/// The API version and kind of an object.
fn identity<'n>(
    node: &'n Node<'_>,
    inherited: &'n Inherited,
) -> Result<(&'n str, &'n str), Nameless> {
    let other = |error| Nameless {
        error,
        is_manifest: false,
    };
    if node.mapping().is_none() {
        let message = format!("expected a Kubernetes object, found {}", node.what());
        return Err(other(Error::new(node.head(), message)));
    }
    let kind = text_field(node, "kind", inherited.kind.as_deref());
    let api_version = text_field(node, "apiVersion", inherited.api_version.as_deref());
    match (api_version, kind) {
        (Ok(api_version), Ok(kind)) => Ok((api_version, kind)),
        (Ok(_), Err(error)) => Err(Nameless {
            error,
            is_manifest: !is_chart(node),
        }),
        (Err(error), Ok(kind)) => Err(Nameless {
            error,
            is_manifest: is_ingress("networking.k8s.io/v1", kind) || kind.ends_with("List"),
        }),
        (Err(_), Err(error)) => Err(other(error)),
    }
}

/// Whether it is a `Chart.yaml`: it has an `apiVersion` and is of no kind.
fn is_chart(node: &Node<'_>) -> bool {
    let version = node.get("apiVersion").and_then(Node::string);
    let has = |key| node.get(key).is_some();
    matches!(version, Some("v1" | "v2")) && has("name") && has("version") && !has("metadata")
}

/// `kind` or `apiVersion`.
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

/// The error has help on how to leave the file out: folders hold YAML that is
/// not a manifest.
fn without(node: &Node<'_>, name: &str) -> Error {
    let mut error = Error::new(node.head(), format!("an object without '{name}'"));
    let help = "every manifest has one; if the file is not a manifest, name it in .sticklerignore";
    error.help = Some(help.to_owned());
    error
}
