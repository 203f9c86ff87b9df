//! The values of a text that can be fixed, and their places.

use super::target::{Target, Unfixable};
use super::{compare, patch};
use crate::finding::Location;
use crate::lint::read::keys::{ORG_KEY, PLUS_KEY};
use crate::lint::{Edit, FieldPath, Span};
use crate::manifest::improve::{Wanted, improve};
use crate::manifest::locate::{Shared, location};
use crate::manifest::object::{Found, Object, Tree};
use crate::manifest::read::read;
use crate::manifest::read_options::Context;
use crate::manifest::read_options::Lists;
use crate::manifest::{CheckSubject, Source};
use crate::yaml::{Document, Lines, Node, Places, Style, places};

const CANNOT_HOLD: &str = "the text around it cannot hold the fixed value";

/// What can be fixed in `text`, and what cannot because of its place.
pub(super) fn collect(
    file: &File<'_>,
    text: &str,
    context: Context<'_>,
    check_subject: &CheckSubject<'_>,
    wanted: &Wanted<'_>,
) -> (Vec<Target>, Vec<Unfixable>) {
    let mut targets: Vec<Target> = Vec::new();
    let mut refused = Vec::new();
    let mut first = 0;
    context.with_options(Lists::Whole, |options| {
        read(text, options, &mut |document, found| match found {
            Found::Subject(object) => {
                for key in [PLUS_KEY, ORG_KEY] {
                    match target(file, document, &object, key, check_subject, wanted) {
                        Some(Ok(target)) => add(target, &mut targets),
                        Some(Err(refusal)) => refused.push(*refusal),
                        None => {}
                    }
                }
            }
            Found::End(root) => {
                refused.extend(refuse_shared(root, &mut targets, first));
                first = targets.len();
            }
            _ => {}
        });
    });
    (targets, refused)
}

/// Adds a target; two in one string that is YAML itself become one.
fn add(target: Target, targets: &mut Vec<Target>) {
    match targets.last_mut() {
        Some(last) if !target.inner.is_empty() && last.places.span == target.places.span => {
            last.inner.extend(target.inner);
            last.new = patch::apply(&last.old, last.inner.clone());
            last.applied += target.applied;
        }
        _ => targets.push(target),
    }
}

/// The value of an annotation, where fixes make it better.
fn target(
    file: &File<'_>,
    document: &Document<'_>,
    object: &Object<'_, '_>,
    key: &str,
    check_subject: &CheckSubject<'_>,
    wanted: &Wanted<'_>,
) -> Option<Result<Target, Box<Unfixable>>> {
    let improved = improve(&object.subject, &object.name, key, check_subject, wanted)?;
    let old = object.subject.annotation(key).unwrap_or_default();
    let refuse = |span: Span, reason: &str| {
        let location = file.location(document, object.in_file(span));
        let reason = reason.to_owned();
        Box::new(Unfixable { location, reason })
    };
    let place = match object.with_tree(|tree| place(object.text, tree, key)) {
        Ok(place) => place,
        Err(error) => return Some(Err(refuse(error.span, &error.message))),
    };
    Some(match place {
        (None, Some((places, style)), span) => {
            let target = Target {
                location: file.location(document, object.in_file(places.span)),
                places,
                style,
                old: old.to_owned(),
                new: improved.value,
                applied: improved.applied,
                inner: Vec::new(),
            };
            lift(object, target).ok_or_else(|| refuse(span, CANNOT_HOLD))
        }
        (Some(alias), ..) => Err(refuse(alias, "the value comes through an alias")),
        (None, None, span) => Err(refuse(span, "the value's place is not known")),
    })
}

/// The target in the file, where strings of the file hold the object's text:
/// each of them becomes the string with the fixed value in it.
fn lift(object: &Object<'_, '_>, target: Target) -> Option<Target> {
    object
        .frames
        .iter()
        .rev()
        .try_fold(target, |target, frame| {
            let text = frame.text.as_str();
            let mut ways = patch::ways(text, &target).into_iter();
            let holds = |way: &Vec<Edit>| {
                let patched = patch::apply(text, way.clone());
                compare::holds(text, &patched, std::slice::from_ref(&target))
            };
            let way = ways.find(holds)?;
            Some(Target {
                places: frame.places.clone(),
                style: frame.style,
                old: text.to_owned(),
                new: patch::apply(text, way.clone()),
                inner: way,
                ..target
            })
        })
}

/// Removes the targets that an alias shares.
fn refuse_shared(root: &Node<'_>, targets: &mut Vec<Target>, first: usize) -> Vec<Unfixable> {
    if targets.len() == first {
        return Vec::new();
    }
    let shared = Shared::of(root);
    let is_shared = |target: &mut Target| shared.holds(target.places.span);
    let taken = targets.extract_if(first.., is_shared);
    taken
        .map(|target| target.refuse("an alias shares the value"))
        .collect()
}

/// The alias that leads to a value, the value's own place, and where to point.
type Place = (Option<Span>, Option<(Places, Style)>, Span);

/// The place of an annotation's value.
fn place(text: &str, tree: &Tree<'_, '_>, key: &str) -> Place {
    let walk = tree.walk(&FieldPath::annotation(key));
    let exact = walk.arrived.then(|| places(text, walk.node)).flatten();
    let style = walk.node.scalar().map(|scalar| scalar.style);
    (walk.alias, exact.zip(style), walk.node.resolved().span)
}

/// The file that the places are in.
pub(super) struct File<'s> {
    name: &'s str,
    lines: Lines<'s>,
}

impl<'s> File<'s> {
    pub(super) fn new(source: &'s Source) -> Self {
        Self {
            name: &source.name,
            lines: Lines::new(&source.text),
        }
    }

    fn location(&self, document: &Document<'_>, bytes: Span) -> Location {
        location(self.name, &self.lines, document, bytes)
    }
}
