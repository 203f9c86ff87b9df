//! The tree: what a document says, and where.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::scalar::{Plain, resolve};
use crate::lint::Span;

/// A value of a document with its place in the text.
#[derive(Debug, Clone, Default)]
pub struct Node<'t> {
    /// The bytes of the text, without tag and anchor. A scalar's range begins
    /// at its first byte, quote or block indicator; the end of a quoted or
    /// block scalar may lie after whitespace and a comment: [`super::places`]
    /// knows the exact one.
    pub span: Span,
    /// The tag, where one is written.
    pub tag: Option<Tag>,
    /// What it holds.
    pub content: Content<'t>,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub enum Content<'t> {
    /// A scalar.
    Scalar(Scalar<'t>),
    /// A sequence.
    Sequence(Vec<Node<'t>>),
    /// A mapping, in the order of the text, merge keys not yet merged.
    Mapping(Vec<Pair<'t>>),
    /// A node with an anchor: others may share it.
    Anchor(Rc<Node<'t>>),
    /// An alias, and the node that it refers to.
    Alias(Rc<Node<'t>>),
}

/// A key and its value.
#[derive(Debug, Clone)]
pub struct Pair<'t> {
    /// The key.
    pub key: Node<'t>,
    /// The value.
    pub value: Node<'t>,
    /// Earlier pairs of the mapping with the same key: kubectl and Helm keep
    /// the last.
    pub earlier: Vec<Pair<'t>>,
}

/// A scalar as decoded, and how it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar<'t> {
    /// The decoded value.
    pub value: Cow<'t, str>,
    /// How it was written.
    pub style: Style,
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Bare.
    Plain,
    /// `'…'`.
    Single,
    /// `"…"`.
    Double,
    /// `|`.
    Literal,
    /// `>`.
    Folded,
    /// A string of a JSON text.
    Json,
    /// A number, `true`, `false` or `null` of a JSON text.
    JsonWord,
}

/// The tags that decide what a scalar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// `!!str`, and the non-specific `!`.
    Str,
    /// Any other.
    Other,
}

impl Default for Content<'_> {
    fn default() -> Self {
        Self::Scalar(Scalar {
            value: Cow::Borrowed(""),
            style: Style::Plain,
        })
    }
}

impl<'t> Node<'t> {
    /// The node itself: behind its anchor, or the one an alias refers to.
    #[must_use]
    pub fn resolved(&self) -> &Node<'t> {
        match &self.content {
            Content::Anchor(node) | Content::Alias(node) => node.resolved(),
            _ => self,
        }
    }

    /// The scalar, where it is one.
    #[must_use]
    pub fn scalar(&self) -> Option<&Scalar<'t>> {
        match &self.resolved().content {
            Content::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The elements, where it is a sequence.
    #[must_use]
    pub fn sequence(&self) -> Option<&[Node<'t>]> {
        match &self.resolved().content {
            Content::Sequence(nodes) => Some(nodes),
            _ => None,
        }
    }

    /// The pairs as written, where it is a mapping.
    #[must_use]
    pub fn mapping(&self) -> Option<&[Pair<'t>]> {
        match &self.resolved().content {
            Content::Mapping(pairs) => Some(pairs),
            _ => None,
        }
    }

    /// What the scalar means to kubectl: quoted it is a string, bare it may be
    /// null, a boolean or a number. `None` where it is not a scalar.
    #[must_use]
    pub(crate) fn plain(&self) -> Option<Plain> {
        let node = self.resolved();
        let Content::Scalar(scalar) = &node.content else {
            return None;
        };
        let bare = matches!(scalar.style, Style::Plain | Style::JsonWord);
        Some(if bare && node.tag != Some(Tag::Str) {
            resolve(&scalar.value)
        } else {
            Plain::String
        })
    }

    /// The value, where it is a string.
    #[must_use]
    pub fn string(&self) -> Option<&str> {
        match self.plain() {
            Some(Plain::String) => self.scalar().map(|scalar| scalar.value.as_ref()),
            _ => None,
        }
    }

    /// Whether it is null: written so, or left out.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.plain() == Some(Plain::Null)
    }

    /// What the node is, for messages: with its article.
    #[must_use]
    pub fn what(&self) -> &'static str {
        match &self.resolved().content {
            Content::Sequence(_) => "a list",
            Content::Mapping(_) => "an object",
            _ => match self.plain() {
                Some(Plain::Null) => "null",
                Some(Plain::Bool(_)) => "a boolean",
                Some(Plain::Unsigned(_) | Plain::Signed(_) | Plain::Float(_)) => "a number",
                _ => "a string",
            },
        }
    }

    /// The pair of a key: its own, or the first that a merge key brings in.
    #[must_use]
    pub fn pair(&self, key: &str) -> Option<&Pair<'t>> {
        let pairs = self.mapping()?;
        let own = pairs.iter().find(|pair| pair.key.is_key(key));
        if own.is_some() || !pairs.iter().any(Pair::merges) {
            return own;
        }
        let mut all = self.merged_pairs().into_iter();
        all.find(|pair| pair.key.is_key(key))
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node<'t>> {
        self.pair(key).map(|pair| &pair.value)
    }

    /// Every pair that counts: its own, then what merge keys bring in and no
    /// earlier one names.
    #[must_use]
    pub fn merged_pairs(&self) -> Vec<&Pair<'t>> {
        let mut all = Vec::new();
        self.collect_pairs(&mut all, &mut Vec::new());
        all
    }

    /// A source that was seen before has nothing to add, however many merge
    /// keys lead to it; so the work stays within the size of the text.
    fn collect_pairs<'n>(&'n self, all: &mut Vec<&'n Pair<'t>>, seen: &mut Vec<&'n Node<'t>>) {
        let node = self.resolved();
        if seen.iter().any(|other| std::ptr::eq(*other, node)) {
            return;
        }
        seen.push(node);
        let pairs = node.mapping().unwrap_or_default();
        for pair in pairs.iter().filter(|pair| !pair.merges()) {
            if seen.len() == 1 || !all.iter().any(|other| other.key.same_key(&pair.key)) {
                all.push(pair);
            }
        }
        for merge in pairs.iter().filter(|pair| pair.merges()) {
            let sources = match merge.value.sequence() {
                Some(several) => several,
                None => std::slice::from_ref(&merge.value),
            };
            for source in sources {
                source.collect_pairs(all, seen);
            }
        }
    }

    /// Where the node begins, as a short range: a scalar itself, of a
    /// collection its first key or element.
    #[must_use]
    pub fn head(&self) -> Span {
        let node = self.resolved();
        let first = match &node.content {
            Content::Sequence(nodes) => nodes.first().map(Node::head),
            Content::Mapping(pairs) => pairs.first().map(|pair| pair.key.head()),
            _ => None,
        };
        first.map_or(node.span, |first| {
            Span::new(node.span.start, first.end.max(node.span.start))
        })
    }

    /// Whether this, as a key, is read as `key`.
    #[must_use]
    pub fn is_key(&self, key: &str) -> bool {
        self.scalar().is_some_and(|scalar| scalar.value == key)
    }

    fn same_key(&self, other: &Node<'t>) -> bool {
        match (self.scalar(), other.scalar()) {
            (Some(mine), Some(others)) => mine.value == others.value,
            _ => false,
        }
    }
}

/// Leaves the last pair of each key, which keeps those before it. Merge keys
/// may be repeated.
pub(super) fn keep_last(pairs: &mut Vec<Pair<'_>>) {
    let mut seen = HashSet::with_capacity(pairs.len());
    let names = pairs.iter().filter_map(Pair::name);
    if names.filter(|name| !seen.insert(*name)).count() == 0 {
        return;
    }
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<Option<Pair<'_>>> = Vec::with_capacity(pairs.len());
    for mut pair in std::mem::take(pairs) {
        if let Some(name) = pair.name().map(str::to_owned)
            && let Some(place) = places.insert(name, kept.len())
            && let Some(mut earlier) = kept[place].take()
        {
            pair.earlier = std::mem::take(&mut earlier.earlier);
            pair.earlier.push(earlier);
        }
        kept.push(Some(pair));
    }
    pairs.extend(kept.into_iter().flatten());
}

impl<'t> Pair<'t> {
    /// A pair of a key that was not met before.
    #[must_use]
    pub fn new(key: Node<'t>, value: Node<'t>) -> Self {
        let earlier = Vec::new();
        Self {
            key,
            value,
            earlier,
        }
    }

    /// The key's text, unless it is a merge key.
    fn name(&self) -> Option<&str> {
        let key = self.key.scalar().filter(|_| !self.merges());
        key.map(|key| key.value.as_ref())
    }

    /// Where to point for the value: at itself, or at its key where it is a
    /// collection or nothing at all.
    #[must_use]
    pub fn place(&self) -> Span {
        match self.value.scalar() {
            Some(_) if !self.value.resolved().span.is_empty() => self.value.resolved().span,
            _ => self.key.resolved().span,
        }
    }

    /// Whether it is a merge key: a bare `<<` with a mapping or a list of them.
    #[must_use]
    pub fn merges(&self) -> bool {
        let bare = self.key.scalar().is_some_and(|key| {
            key.value == "<<" && matches!(key.style, Style::Plain) && self.key.tag.is_none()
        });
        bare && self.value.scalar().is_none()
    }
}
