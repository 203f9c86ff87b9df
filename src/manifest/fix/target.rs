//! The values of a text that can be better, and where they stand.

use super::Refusal;
use super::mend::{Wanted, mend};
use crate::finding::Location;
use crate::lint::read::keys::{ORG_KEY, PLUS_KEY};
use crate::lint::{FieldPath, Span};
use crate::manifest::locate::{Walk, collect_aliased, location};
use crate::manifest::object::{Found, Object};
use crate::manifest::read::{Lists, read};
use crate::manifest::{Judge, Source};
use crate::yaml::{Document, Lines, Node, Places, Style, places};

/// A scalar and the value it should have.
pub(super) struct Target {
    pub(super) places: Places,
    pub(super) style: Style,
    pub(super) old: String,
    pub(super) new: String,
    pub(super) applied: usize,
    location: Location,
}

impl Target {
    pub(super) fn refuse(&self, reason: impl Into<String>) -> Refusal {
        Refusal {
            location: self.location.clone(),
            reason: reason.into(),
        }
    }
}

/// What can be fixed in `source`, and what could be but for where it stands.
pub(super) fn collect(
    source: &Source,
    judge: &Judge<'_>,
    wanted: &Wanted<'_>,
) -> (Vec<Target>, Vec<Refusal>) {
    let file = File {
        name: &source.name,
        lines: Lines::new(&source.text),
    };
    let mut targets: Vec<Target> = Vec::new();
    let mut refused = Vec::new();
    read(
        &source.text,
        Lists::Whole,
        &mut |document, found| match found {
            Found::Ingress(object) => {
                for key in [PLUS_KEY, ORG_KEY] {
                    match target(&file, document, &object, key, judge, wanted) {
                        Some(Ok(target)) => targets.push(target),
                        Some(Err(refusal)) => refused.push(*refusal),
                        None => {}
                    }
                }
            }
            Found::End(root) => refused.extend(refuse_shared(root, &mut targets)),
            _ => {}
        },
    );
    (targets, refused)
}

/// The value of an annotation, where fixes make it better.
fn target(
    file: &File<'_>,
    document: &Document<'_>,
    object: &Object<'_, '_>,
    key: &str,
    judge: &Judge<'_>,
    wanted: &Wanted<'_>,
) -> Option<Result<Target, Box<Refusal>>> {
    let subject = &object.ingress.subject;
    let mended = mend(subject, &object.name, key, judge, wanted)?;
    let old = subject.annotation(key).unwrap_or_default().to_owned();
    let stand = stand(file, document, object, key);
    Some(stand.map(|(location, places, style)| Target {
        places,
        style,
        old,
        new: mended.value,
        applied: mended.applied,
        location,
    }))
}

/// Takes out the targets that an alias stands for as well.
fn refuse_shared(root: &Node<'_>, targets: &mut Vec<Target>) -> Vec<Refusal> {
    let mut shared = Vec::new();
    collect_aliased(root, &mut shared);
    let is_shared = |target: &mut Target| {
        let own = target.places.span;
        shared.iter().any(|shared| shared.contains(own))
    };
    let taken = targets.extract_if(.., is_shared);
    taken
        .map(|target| target.refuse("an alias shares the value"))
        .collect()
}

/// Where an annotation's value stands; a refusal where it does not stand there alone.
fn stand(
    file: &File<'_>,
    document: &Document<'_>,
    object: &Object<'_, '_>,
    key: &str,
) -> Result<(Location, Places, Style), Box<Refusal>> {
    let field = FieldPath::annotation(key);
    let stand = |root: &Node<'_>| {
        let walk = Walk::down(root, field.steps());
        let exact = walk
            .arrived
            .then(|| places(object.text, walk.node))
            .flatten();
        let style = walk.node.scalar().map(|scalar| scalar.style);
        (walk.alias, exact.zip(style), walk.node.resolved().span)
    };
    let refuse = |span: Span, reason: &str| {
        let location = file.location(document, span);
        let reason = reason.to_owned();
        Box::new(Refusal { location, reason })
    };
    match object.with_node(stand) {
        Ok((None, Some((places, style)), _)) => {
            Ok((file.location(document, places.span), places, style))
        }
        Ok((Some(alias), ..)) => Err(refuse(alias, "the value comes through an alias")),
        Ok((None, None, span)) => Err(refuse(span, "the value's place cannot be told")),
        Err(error) => Err(refuse(error.span, &error.message)),
    }
}

/// The file that the places are in.
struct File<'s> {
    name: &'s str,
    lines: Lines<'s>,
}

impl File<'_> {
    fn location(&self, document: &Document<'_>, bytes: Span) -> Location {
        location(self.name, &self.lines, document, bytes)
    }
}
