//! A field of an object, and a range of its value, as bytes of the text.

use std::collections::HashMap;

use super::encode::{double, encode};
use super::key_lines::plan;
use super::object::{Body, Object, Tree};
use super::steps::Walk;
use crate::finding::Location;
use crate::lint::read::keys::COMMUNITY;
use crate::lint::{Diagnostic, Edit, Replacement, Span};
use crate::yaml::{Content, Document, Lines, Node, Pair, Places, Style, places};

/// A place as ranges of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Located {
    /// The bytes themselves.
    pub(super) span: Span,
    /// The whole scalar, or the key of a mapping or sequence.
    pub(super) whole: Span,
    /// The key, where the field has one.
    pub(super) key: Option<Span>,
    /// The alias or merge key that leads there, where one does.
    pub(super) alias: Option<Span>,
    /// Whether it is white space of a folded scalar, which a line break wrote.
    pub(super) folded: bool,
}

/// Finds places within one object.
///
/// The places of a value's bytes are determined once for each scalar: one
/// value may have thousands of findings.
pub(super) struct Locator<'l, 'n, 't> {
    object: &'l Object<'n, 't>,
    tree: &'l Tree<'l, 't>,
    /// By where the scalar begins.
    places: HashMap<Span, Option<Places>>,
}

impl<'l, 'n, 't> Locator<'l, 'n, 't> {
    pub(super) fn new(object: &'l Object<'n, 't>, tree: &'l Tree<'l, 't>) -> Self {
        Self {
            object,
            tree,
            places: HashMap::new(),
        }
    }

    /// The bytes of a diagnostic's place, and its fix.
    ///
    /// What is about a key is shown at the key, not at its value.
    ///
    /// A field that is not there is shown by its nearest ancestor that is: its
    /// key, or of an element of a list its beginning.
    pub(super) fn locate(&mut self, diagnostic: &Diagnostic) -> (Located, Vec<(Span, String)>) {
        let walk = self.tree.walk(&diagnostic.place.field);
        let (object, text) = (self.object, self.object.text);
        let exact = if walk.arrived {
            let known = self.places.entry(walk.node.resolved().span);
            known.or_insert_with(|| places(text, walk.node)).as_ref()
        } else {
            None
        };
        let located = place_of(exact, &walk, diagnostic);
        let fix = diagnostic.fix.as_ref();
        let edits = match fix.and_then(|fix| fix.replacement.as_ref()) {
            Some(replacement) => lines(object, self.tree, replacement),
            None => edits(object, exact, &walk, diagnostic),
        };
        (located.in_file(object), edits)
    }
}

fn place_of(exact: Option<&Places>, walk: &Walk<'_, '_>, diagnostic: &Diagnostic) -> Located {
    let key = walk.pair.map(|pair| pair.key.resolved().span);
    let (whole, span) = match (exact, diagnostic.place.span) {
        (Some(exact), Some(range)) if !exact.span.is_empty() => (exact.span, exact.span_of(range)),
        (Some(exact), None) if !exact.span.is_empty() => (exact.span, exact.span),
        _ => {
            let short = walk.pair.map_or_else(|| walk.node.head(), Pair::place);
            (short, short)
        }
    };
    let named = key.filter(|_| walk.arrived && diagnostic.rule.is_about_a_key());
    Located {
        span: named.unwrap_or(span),
        whole,
        key,
        alias: walk.alias,
        folded: walk.arrived && is_folded_space(walk.node, diagnostic),
    }
}

fn is_folded_space(node: &Node<'_>, diagnostic: &Diagnostic) -> bool {
    let folded = node.scalar().filter(|it| it.style == Style::Folded);
    let range = diagnostic.place.span.filter(|span| !span.is_empty());
    folded
        .zip(range)
        .and_then(|(scalar, range)| scalar.value.get(range.start..range.end))
        .is_some_and(|text| text.bytes().all(|byte| byte == b' '))
}

/// A diagnostic's fix as bytes of the file, with the escapes that the scalar's
/// style asks for. Empty where there is none, and where an alias shares the
/// value.
fn edits(
    object: &Object<'_, '_>,
    exact: Option<&Places>,
    walk: &Walk<'_, '_>,
    diagnostic: &Diagnostic,
) -> Vec<(Span, String)> {
    let written = || {
        let fix = diagnostic.fix.as_ref()?;
        let (exact, scalar) = (exact?, walk.node.scalar()?);
        let in_file =
            |span: Span, text: String| Some((object.in_file(span), object.written_in_file(text)?));
        let edit =
            |edit: &Edit| in_file(exact.span_of(edit.span), encode(scalar.style, &edit.text)?);
        let edits = fix.edits.iter().map(edit).collect::<Option<Vec<_>>>();
        // What the style cannot hold is written between double quotes.
        edits.or_else(|| {
            let whole = matches!(scalar.style, Style::Plain | Style::Single);
            let whole = whole.then(|| double(&fix.apply(&scalar.value)))?;
            Some(vec![in_file(exact.span, whole)?])
        })
    };
    let alone = walk.arrived && walk.alias.is_none();
    alone.then(written).flatten().unwrap_or_default()
}

/// The lines of an annotation that takes the place of others. Empty where the
/// text is not such that lines can be exchanged.
fn lines(
    object: &Object<'_, '_>,
    tree: &Tree<'_, '_>,
    replacement: &Replacement,
) -> Vec<(Span, String)> {
    let has_lines = matches!(object.body, Body::Node(_)) && object.frames.is_empty();
    let plan = has_lines.then(|| plan(object.text, tree.root, COMMUNITY, false, replacement));
    let edits = plan.and_then(Result::ok).map(|plan| plan.edits);
    let edits = edits.unwrap_or_default().into_iter();
    edits.map(|edit| (edit.span, edit.text)).collect()
}

impl Located {
    /// A place that is not a field's.
    pub(super) fn at(span: Span) -> Self {
        Self {
            span,
            whole: span,
            key: None,
            alias: None,
            folded: false,
        }
    }

    /// The same in the file, where a string of the file holds the object's text.
    fn in_file(self, object: &Object<'_, '_>) -> Self {
        Self {
            span: object.in_file(self.span),
            whole: object.in_file(self.whole),
            key: self.key.map(|key| object.in_file(key)),
            alias: self.alias.map(|alias| object.in_file(alias)),
            folded: self.folded,
        }
    }
}

/// A range of a file's text as a place for people. What Helm or an alias has to
/// do with it is for others to add.
pub(super) fn location(
    file: &str,
    lines: &Lines<'_>,
    document: &Document<'_>,
    bytes: Span,
) -> Location {
    let (start, end) = (lines.position(bytes.start), lines.position(bytes.end));
    Location {
        file: file.to_owned(),
        document: document.number,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
        bytes,
        ..Location::default()
    }
}

/// The places of a document that an alias shares.
pub(super) struct Shared {
    /// By their start, each with the furthest end so far.
    ranges: Vec<(usize, usize)>,
}

impl Shared {
    pub(super) fn of(root: &Node<'_>) -> Self {
        let mut ranges = Vec::new();
        collect_aliased(root, &mut ranges);
        ranges.sort_unstable();
        let mut furthest = 0;
        let ranges = ranges.into_iter().map(|range| {
            furthest = range.end.max(furthest);
            (range.start, furthest)
        });
        Self {
            ranges: ranges.collect(),
        }
    }

    /// Whether a place is part of one of them.
    pub(super) fn holds(&self, place: Span) -> bool {
        let after = self
            .ranges
            .partition_point(|(start, _)| *start <= place.start);
        let before = after.checked_sub(1).map(|at| self.ranges[at]);
        before.is_some_and(|(_, furthest)| place.end <= furthest)
    }
}

/// The ranges of all nodes that an alias refers to.
fn collect_aliased(node: &Node<'_>, shared: &mut Vec<Span>) {
    match &node.content {
        Content::Alias(target) => shared.push(target.resolved().span),
        Content::Anchor(inner) => collect_aliased(inner, shared),
        Content::Sequence(nodes) => nodes.iter().for_each(|node| collect_aliased(node, shared)),
        Content::Mapping(pairs) => {
            for pair in pairs {
                collect_aliased(&pair.key, shared);
                collect_aliased(&pair.value, shared);
            }
        }
        Content::Scalar(_) => {}
    }
}
