//! Repeated sticky-cookie keys: kubectl and Helm silently keep the last.

use super::object::Tree;
use crate::lint::read::keys::{ORG_KEY, PLUS_KEY};
use crate::lint::text::quote;
use crate::lint::{Diagnostic, FieldPath, Place, Rule, Span};
use crate::yaml::{Node, Pair};

/// What is lost in an object, each with the key that is; `line` gives the line
/// of a range.
pub(super) fn find(tree: &Tree<'_, '_>, line: &dyn Fn(Span) -> usize) -> Vec<(Diagnostic, Span)> {
    let metadata = tree.root.pair("metadata").filter(|_| tree.above == 0);
    let annotations = metadata.and_then(|metadata| metadata.value.pair("annotations"));
    let holder = annotations.map_or(tree.root, |annotations| &annotations.value);
    let ours = [PLUS_KEY, ORG_KEY].map(|key| holder.pair(key));
    let mut found = Vec::new();
    for last in [metadata, annotations].into_iter().chain(ours).flatten() {
        let name = text(&last.key);
        let used = line(last.key.span);
        for key in last.earlier.iter().flat_map(lost_keys) {
            let name = quote(name);
            let message = if key.is_key(text(&last.key)) {
                format!("the key {name} is repeated: the value on line {used} is used")
            } else {
                format!("{name} is repeated: the one on line {used} is used, without this key")
            };
            let place = Place::field(FieldPath::annotation(text(key)));
            let diagnostic = Diagnostic::new(Rule::ShadowedAnnotation, place, message);
            found.push((
                diagnostic.with_help("keep one of the two"),
                key.resolved().span,
            ));
        }
    }
    found
}

fn text<'n>(key: &'n Node<'_>) -> &'n str {
    key.scalar().map_or("", |key| key.value.as_ref())
}

/// Our keys in a pair that is lost: its own, or those of its value.
fn lost_keys<'n, 't>(lost: &'n Pair<'t>) -> Vec<&'n Node<'t>> {
    let ours = |pair: &Pair<'_>| [PLUS_KEY, ORG_KEY].iter().any(|key| pair.key.is_key(key));
    if ours(lost) {
        return vec![&lost.key];
    }
    let annotations = lost.value.get("annotations").unwrap_or(&lost.value);
    let pairs = annotations.mapping().unwrap_or_default().iter();
    pairs
        .filter(|pair| ours(pair))
        .map(|pair| &pair.key)
        .collect()
}
