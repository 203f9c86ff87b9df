//! Whether an edited text says what it should, and nothing else anew.

use super::MigratedIngress;
use crate::lint::Subject;
use crate::manifest::how::Context;
use crate::manifest::how::Lists;
use crate::manifest::object::{Found, Object};
use crate::manifest::read::read;
use crate::yaml::{Document, Node};

/// What a text says, object by object.
#[derive(Debug, PartialEq)]
enum Said {
    /// The annotations by key, and what is read beside them.
    Ingress(Vec<(String, Option<String>)>, String),
    /// Another object, or something that cannot be read.
    Other(String),
}

/// Whether `new` reads as `old` does but for the keys and values of the plans.
pub(super) fn holds(old: &str, new: &str, ingresses: &[MigratedIngress]) -> bool {
    let (mut before, places) = said(old);
    for ingress in ingresses {
        let Some(plan) = &ingress.plan else { continue };
        let at = ingress.location.bytes.start;
        let index = places.iter().find(|(place, _)| *place == at);
        let Some(Said::Ingress(annotations, _)) = index.and_then(|(_, it)| before.get_mut(*it))
        else {
            return false;
        };
        annotations.retain(|(key, _)| !plan.removed.contains(key));
        let (key, value) = plan.added.clone();
        annotations.push((key, Some(value)));
        annotations.sort();
    }
    before == said(new).0
}

/// The objects of a text, and for the place of each annotation's key the
/// number of its object.
fn said(text: &str) -> (Vec<Said>, Vec<(usize, usize)>) {
    let (mut all, mut places) = (Vec::new(), Vec::new());
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
    places: &mut Vec<(usize, usize)>,
) -> Vec<(String, Option<String>)> {
    let annotations = node.get("metadata").and_then(|it| it.get("annotations"));
    let pairs = annotations.map(Node::merged_pairs).unwrap_or_default();
    let mut all = Vec::with_capacity(pairs.len());
    for pair in pairs {
        places.push((pair.key.resolved().span.start, number));
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
