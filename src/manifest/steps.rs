//! The way from an object down to one of its fields.

use crate::lint::{Span, Step};
use crate::yaml::{Content, Node, Pair};

/// The way down from an object's root to a field.
pub(super) struct Walk<'n, 't> {
    /// The last node that is there.
    pub(super) node: &'n Node<'t>,
    /// Its key, where the last step was one.
    pub(super) pair: Option<&'n Pair<'t>>,
    /// Whether that is the field itself.
    pub(super) arrived: bool,
    /// The alias or merge key that was followed.
    pub(super) alias: Option<Span>,
}

impl<'n, 't> Walk<'n, 't> {
    pub(super) fn down(root: &'n Node<'t>, steps: &[Step]) -> Self {
        let mut walk = Self {
            node: root,
            pair: None,
            arrived: true,
            alias: alias_of(root),
        };
        for step in steps {
            walk.arrived = match step {
                Step::Name(name) => walk.enter(name),
                Step::Key(key) => walk.enter(key),
                Step::Index(index) => walk.element(*index),
            };
            if !walk.arrived {
                break;
            }
        }
        walk
    }

    fn enter(&mut self, key: &str) -> bool {
        let Some(pair) = self.node.pair(key) else {
            return false;
        };
        let own = self.node.mapping().unwrap_or_default();
        if !own.iter().any(|other| std::ptr::eq(other, pair)) {
            let mut merges = own.iter().filter(|pair| pair.merges());
            let merge = merges.find(|merge| brings(&merge.value, key));
            self.alias = merge.map(|merge| merge.key.span).or(self.alias);
        }
        self.alias = alias_of(&pair.value).or(self.alias);
        self.node = &pair.value;
        self.pair = Some(pair);
        true
    }

    fn element(&mut self, index: usize) -> bool {
        let Some(node) = self.node.sequence().and_then(|nodes| nodes.get(index)) else {
            return false;
        };
        self.alias = alias_of(node).or(self.alias);
        self.node = node;
        self.pair = None;
        true
    }
}

fn brings(source: &Node<'_>, key: &str) -> bool {
    match source.sequence() {
        Some(several) => several.iter().any(|source| source.pair(key).is_some()),
        None => source.pair(key).is_some(),
    }
}

fn alias_of(node: &Node<'_>) -> Option<Span> {
    matches!(node.content, Content::Alias(_)).then_some(node.span)
}
