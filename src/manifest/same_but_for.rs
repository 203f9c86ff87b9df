//! Whether an edited text says what it should, and nothing else anew.

use std::collections::HashMap;

use super::how::{Context, Lists};
use super::object::{Found, Object};
use super::read::read;
use crate::lint::{Replacement, Subject};
use crate::yaml::{Document, Node};

/// What a text says, object by object.
#[derive(Debug, PartialEq)]
enum Said {
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
pub(super) fn same_but_for(changes: &[Change<'_>], old: &str, new: &str) -> bool {
    let (mut before, places) = said(old);
    for change in changes {
        let index = places.get(&change.at);
        let Some(Said::Ingress(annotations, _)) = index.and_then(|&it| before.get_mut(it)) else {
            return false;
        };
        annotations.retain(|(key, _)| !(change.removes)(key));
        let Replacement { annotation, value } = change.added;
        annotations.push(((*annotation).to_owned(), Some(value.clone())));
        annotations.sort();
    }
    before == said(new).0
}

/// The objects of a text, and for the place of each annotation's key the
/// number of its object.
fn said(text: &str) -> (Vec<Said>, HashMap<usize, usize>) {
    let (mut all, mut places) = (Vec::new(), HashMap::new());
    let mut take = |_: &Document<'_>, found: Found<'_, '_>| {
        let said = match found {
            Found::Subject(object) => {
                let annotations =
                    object.with_tree(|tree| annotations(tree.root, all.len(), &mut places));
                Said::Ingress(annotations.unwrap_or_default(), rest(&object))
            }
            Found::Other(name, _) => Said::Other(format!("{name:?}")),
            Found::Template(_) => Said::Other("template".to_owned()),
            Found::Mention(_) => Said::Other("mention".to_owned()),
            Found::Error(error) | Found::NotManifest(error) => Said::Other(error.message),
            Found::End(_) => return,
        };
        all.push(said);
    };
    Context::default().with_how(Lists::Whole, |how| read(text, how, &mut take));
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
