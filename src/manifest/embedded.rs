//! Values of the annotation outside of Ingresses: in values of a chart, patches
//! of Kustomize, resources of operators and of Flux and Argo CD, templates.
//!
//! ```text
//! document ─ walk ─┬─ an Ingress within it ───────▶ checked as one
//!                  ├─ our key, and a string ──────▶ the value is checked alone
//!                  ├─ a patch's path to our key ──▶ the value is checked alone
//!                  └─ a string that is YAML ──────▶ walk
//! ```

use super::ingress_tree::{is_rendered_ingress, other, subject_of_ingress};
use super::object::{Body, Found, Frame, NAME, Object, Visit};
use crate::finding::ObjectRef;
use crate::lint::read::keys::{ORG_KEY, PLUS_KEY, is_relevant};
use crate::lint::subject::Annotation;
use crate::lint::{Span, Subject};
use crate::yaml::{Content, Document, Node, Pair, documents, places};

/// Strings within strings are read this deep.
const DEEPEST: usize = 4;

/// kubectl keeps the whole object there as it was applied last.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Gives every value of the annotation below `root` to `visit`, and what is an
/// Ingress there; `root` itself only if it was not visited. `holder` names the
/// object around it.
pub(super) fn scan<'t>(
    document: &Document<'t>,
    text: &str,
    root: &Node<'_>,
    holder: ObjectRef,
    visited: bool,
    visit: Visit<'_, 't>,
) {
    let mut scan = Scan {
        document,
        visit,
        frames: Vec::new(),
        holder,
        met: 0,
    };
    match &root.content {
        Content::Mapping(pairs) if visited => {
            for pair in pairs {
                scan.pair(text, pair);
            }
        }
        _ => scan.node(text, root),
    }
}

struct Scan<'s, 'v, 't> {
    document: &'s Document<'t>,
    visit: Visit<'v, 't>,
    /// The strings around the current node.
    frames: Vec<Frame>,
    holder: ObjectRef,
    /// The number of nodes that were visited so far.
    met: usize,
}

impl Scan<'_, '_, '_> {
    fn node(&mut self, text: &str, node: &Node<'_>) {
        match &node.content {
            Content::Scalar(scalar) if scalar.value.contains(NAME) => self.string(text, node),
            // The anchor's node is visited in its own place.
            Content::Scalar(_) | Content::Alias(_) => {}
            Content::Anchor(inner) => self.node(text, inner),
            Content::Sequence(nodes) => nodes.iter().for_each(|node| self.node(text, node)),
            Content::Mapping(pairs) => self.mapping(text, node, pairs),
        }
    }

    fn mapping(&mut self, text: &str, node: &Node<'_>, pairs: &[Pair<'_>]) {
        let around = self.holder.clone();
        if let Some(object) = other_named(node) {
            self.holder = object;
        }
        if !self.ingress(text, node) {
            self.annotations(text, node, pairs);
            let operation = self.operation(text, pairs);
            for pair in pairs {
                if !pair.key.is_key(LAST_APPLIED) && !operation.is_some_and(|it| it.takes(pair)) {
                    self.pair(text, pair);
                }
            }
        }
        self.holder = around;
    }

    /// A whole Ingress within an object of another kind.
    fn ingress(&mut self, text: &str, node: &Node<'_>) -> bool {
        if !is_rendered_ingress(node) {
            return false;
        }
        let Ok((subject, name)) = subject_of_ingress(node) else {
            return false;
        };
        self.give(text, subject, name, Body::Node(node));
        true
    }

    /// A mapping with our keys, which plays the part of an Ingress' annotations.
    fn annotations(&mut self, text: &str, node: &Node<'_>, pairs: &[Pair<'_>]) {
        let is_ours = |pair: &Pair<'_>| own_key(pair).is_some() && pair.value.string().is_some();
        if !pairs.iter().any(is_ours) {
            return;
        }
        let annotation = |pair: &Pair<'_>| {
            let key = pair.key.scalar()?.value.clone();
            let value = pair.value.string().filter(|_| is_relevant(&key))?;
            let (key, value) = (key.into_owned().into(), value.to_owned().into());
            Some(Annotation { key, value })
        };
        let subject = Subject {
            annotations: pairs.iter().filter_map(annotation).collect(),
            ..alone()
        };
        self.give(text, subject, self.holder.clone(), Body::Annotations(node));
    }

    /// An operation of JSON Patch (RFC 6902), a parameter of Argo CD, and what
    /// else names the key in one field and has its value in another.
    fn operation<'n>(&mut self, text: &str, pairs: &'n [Pair<'n>]) -> Option<Operation<'n>> {
        let of = |name: &str| pairs.iter().find(|pair| pair.key.is_key(name));
        let mut names = ["path", "name", "key"].into_iter().filter_map(of);
        let (path, key) = names.find_map(|pair| Some((pair, named_key(pair.value.string()?)?)))?;
        let value = of("value");
        let removes = |op: &Pair<'_>| matches!(op.value.string(), Some("remove" | "test"));
        let string = value.and_then(|value| Some((value, value.value.string()?)));
        match string {
            Some((value, string)) if !of("op").is_some_and(removes) => {
                self.value(text, key, string, &value.value);
            }
            None if value.is_some_and(|value| !value.value.is_null()) => return None,
            // The annotation is taken away.
            _ => self.met += 1,
        }
        Some(Operation { path, value })
    }

    fn pair(&mut self, text: &str, pair: &Pair<'_>) {
        let key = pair.key.scalar().map_or("", |key| key.value.as_ref());
        if own_key(pair).is_some() {
            if pair.value.is_null() {
                // A patch takes the annotation away.
                self.met += 1;
            } else if pair.value.scalar().is_none() {
                self.mention(pair.key.resolved().span);
                self.node(text, &pair.value);
            }
            return;
        }
        if let (Some(key), Some(value)) = (named_key(key), pair.value.string()) {
            self.value(text, key, value, &pair.value);
            return;
        }
        // `f:` begins kubectl's record of who owns a field.
        if key.contains(NAME) && !key.starts_with("f:") {
            self.mention(pair.key.resolved().span);
        }
        self.node(text, &pair.value);
    }

    fn value(&mut self, text: &str, key: &'static str, value: &str, node: &Node<'_>) {
        let (key, value) = (key.into(), value.to_owned().into());
        let subject = Subject {
            annotations: vec![Annotation { key, value }],
            ..alone()
        };
        self.give(text, subject, self.holder.clone(), Body::Value(node));
    }

    /// A string that may be YAML or JSON itself.
    fn string(&mut self, text: &str, node: &Node<'_>) {
        let before = self.met;
        if self.frames.len() < DEEPEST
            && let (Some(places), Some(scalar)) = (places(text, node), node.scalar())
        {
            let inside = scalar.value.clone().into_owned();
            let frame = Frame {
                text: inside.clone(),
                places,
                style: scalar.style,
            };
            self.frames.push(frame);
            for document in documents(&inside) {
                if let Ok(Some(root)) = document.read()
                    && root.scalar().is_none()
                {
                    self.node(&inside, &root);
                }
            }
            self.frames.pop();
        }
        if self.met == before {
            self.mention(node.span);
        }
    }

    fn mention(&mut self, span: Span) {
        self.met += 1;
        let frames = self.frames.iter().rev();
        let span = frames.fold(span, |span, frame| frame.places.span_of(span));
        (self.visit)(self.document, Found::Mention(span));
    }

    fn give(&mut self, text: &str, subject: Subject<'_>, name: ObjectRef, body: Body<'_, '_>) {
        self.met += 1;
        let object = Object {
            subject,
            name,
            text,
            body,
            frames: &self.frames,
        };
        (self.visit)(self.document, Found::Subject(Box::new(object)));
    }
}

/// A pair that names the key, and the one with its value.
#[derive(Clone, Copy)]
struct Operation<'n> {
    path: &'n Pair<'n>,
    value: Option<&'n Pair<'n>>,
}

impl Operation<'_> {
    fn takes(&self, pair: &Pair<'_>) -> bool {
        let same = |own: &Pair<'_>| own.key.span == pair.key.span;
        same(self.path) || self.value.is_some_and(same)
    }
}

/// A subject of which only the value is known.
pub(super) fn alone<'s>() -> Subject<'s> {
    Subject {
        value_alone: true,
        ..Subject::default()
    }
}

fn own_key(pair: &Pair<'_>) -> Option<&'static str> {
    [PLUS_KEY, ORG_KEY]
        .into_iter()
        .find(|key| pair.key.is_key(key))
}

/// The key that a path ends in: a JSON pointer (RFC 6901 writes `/` as `~1`),
/// a path of Helm (which writes `.` as `\.`), or brackets.
fn named_key(path: &str) -> Option<&'static str> {
    if !path.contains(NAME) {
        return None;
    }
    let plain = path.replace("~1", "/").replace('\\', "");
    let plain = plain.trim_end_matches(['"', '\'', ']']);
    [PLUS_KEY, ORG_KEY].into_iter().find(|key| {
        let before = plain.strip_suffix(key);
        before
            .is_some_and(|before| before.is_empty() || before.ends_with(['/', '.', '[', '"', '\'']))
    })
}

/// The names of a mapping that says what it is.
fn other_named(node: &Node<'_>) -> Option<ObjectRef> {
    let kind = node.get("kind")?.string()?;
    let api_version = node.get("apiVersion")?.string()?;
    Some(other(node, api_version, kind))
}
