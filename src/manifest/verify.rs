//! Whether an edited text has the new values, and no other change.

use std::collections::HashMap;

use super::object::{Found, Object};
use super::read::read;
use super::read_options::{Context, Lists};
use crate::lint::{Replacement, Subject};
use crate::yaml::{Document, Node};

/// What a text says, object by object.
#[derive(Debug, PartialEq)]
enum Content {
    /// The annotations by key, and what is read beside them.
    Ingress(Vec<(String, Option<String>)>, String),
    /// Another object, or something that cannot be read.
    Other(String),
}

/// What is to change in the annotations of one Ingress.
pub(super) struct Change<'c> {
    /// Where one of its keys starts.
    pub(super) at: usize,
    /// Whether a key goes.
    pub(super) removes: &'c dyn Fn(&str) -> bool,
    pub(super) added: &'c Replacement,
}

/// Whether `new` reads as `old` does but for the changes.
pub(super) fn only_changed(changes: &[Change<'_>], old: &str, new: &str) -> bool {
    let (mut before, places) = content(old);
    for change in changes {
        let index = places.get(&change.at);
        let Some(Content::Ingress(annotations, _)) = index.and_then(|&it| before.get_mut(it))
        else {
            return false;
        };
        annotations.retain(|(key, _)| !(change.removes)(key));
        let Replacement { annotation, value } = change.added;
        annotations.push(((*annotation).to_owned(), Some(value.clone())));
        annotations.sort();
    }
    before == content(new).0
}

/// The objects of a text, and for the place of each annotation's key the
/// number of its object.
fn content(text: &str) -> (Vec<Content>, HashMap<usize, usize>) {
    let (mut all, mut places) = (Vec::new(), HashMap::new());
    let mut take = |_: &Document<'_>, found: Found<'_, '_>| {
        let content = match found {
            Found::Subject(object) => {
                let annotations =
                    object.with_tree(|tree| annotations(tree.root, all.len(), &mut places));
                Content::Ingress(annotations.unwrap_or_default(), rest(&object))
            }
            Found::Other(name, _) => Content::Other(format!("{name:?}")),
            Found::Template(_) => Content::Other("template".to_owned()),
            Found::Mention(_) => Content::Other("mention".to_owned()),
            Found::Error(error) | Found::NotManifest(error) => Content::Other(error.message),
            Found::End(_) => return,
        };
        all.push(content);
    };
    Context::default().with_options(Lists::Whole, |options| read(text, options, &mut take));
    (all, places)
}

fn annotations(
    node: &Node<'_>,
    number: usize,
    places: &mut HashMap<usize, usize>,
) -> Vec<(String, Option<String>)> {
    let annotations = node.get("metadata").and_then(|it| it.get("annotations"));
    let pairs = annotations.map(Node::merged_pairs).unwrap_or_default();
    let mut all = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let at = pair.key.resolved().span.start;
        places.entry(at).or_insert(number);
        let text = |node: &Node<'_>| node.scalar().map(|scalar| scalar.value.to_string());
        all.push((text(&pair.key).unwrap_or_default(), text(&pair.value)));
    }
    all.sort();
    all
}

fn rest(object: &Object<'_, '_>) -> String {
    let subject = Subject {
        annotations: Vec::new(),
        ..object.subject.clone()
    };
    format!("{:?} {subject:?}", object.name)
}
