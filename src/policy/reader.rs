//! From nodes of YAML to what a policy may hold: every fault is noted, and
//! reading goes on.

use super::fault::{Fault, Faults};
use crate::lint::Severity;
use crate::lint::text::quote;
use crate::yaml::Position;
use crate::yaml::{Lines, Node, Pair};

/// A policy file while it is read: what is wrong with it so far.
pub(super) struct Reading<'t> {
    lines: Lines<'t>,
    faults: Faults,
}

impl<'t> Reading<'t> {
    /// Nothing is wrong yet with the file of that name and text.
    pub(super) fn of(file: &str, text: &'t str) -> Self {
        Self {
            lines: Lines::new(text),
            faults: Faults::of(file),
        }
    }

    /// Where a node begins.
    pub(super) fn position(&self, node: &Node<'_>) -> Position {
        self.position_at(node.span.start)
    }

    /// The line and column of a byte of the text.
    pub(super) fn position_at(&self, offset: usize) -> Position {
        self.lines.position(offset)
    }

    /// An error at a node.
    pub(super) fn error(&mut self, node: &Node<'_>, message: impl Into<String>) {
        let position = self.position(node);
        self.note(Severity::Error, position, message.into(), None);
    }

    /// An error at a node, and what to do about it.
    pub(super) fn error_with_help(
        &mut self,
        node: &Node<'_>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let position = self.position(node);
        self.note(Severity::Error, position, message.into(), Some(help.into()));
    }

    /// A fault at a place that was read before.
    pub(super) fn note(
        &mut self,
        severity: Severity,
        position: Position,
        message: impl Into<String>,
        help: Option<String>,
    ) {
        self.faults.list.push(Fault {
            position,
            severity,
            message: message.into(),
            help,
        });
    }

    /// The faults, in the order of the text.
    pub(super) fn finish(mut self) -> Faults {
        self.faults.list.sort_by_key(|fault| fault.position);
        self.faults
    }
}

/// The text of a scalar; a fault where it is none.
pub(super) fn text<'n>(
    node: &'n Node<'_>,
    what: &str,
    reading: &mut Reading<'_>,
) -> Option<&'n str> {
    let scalar = node.scalar().filter(|_| !node.is_null());
    if scalar.is_none() {
        let message = format!("expected a {what}, found {}", node.what());
        reading.error(node, message);
    }
    scalar.map(|scalar| scalar.value.as_ref())
}

/// The elements of a list, one at least, as `read` takes them. Those with a
/// fault are left out.
pub(super) fn list<T>(
    node: &Node<'_>,
    what: &str,
    reading: &mut Reading<'_>,
    read: impl FnMut(&Node<'_>, &mut Reading<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    if node.sequence().is_some_and(<[_]>::is_empty) {
        let message = format!("an empty list of {what}");
        reading.error_with_help(node, message, "leave the key out, or name one");
        return None;
    }
    list_or_empty(node, what, reading, read)
}

/// The elements of a list that may be empty.
pub(super) fn list_or_empty<T>(
    node: &Node<'_>,
    what: &str,
    reading: &mut Reading<'_>,
    mut read: impl FnMut(&Node<'_>, &mut Reading<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let Some(nodes) = node.sequence() else {
        let message = format!("expected a list of {what}, found {}", node.what());
        reading.error(node, message);
        return None;
    };
    let read = nodes.iter().filter_map(|node| read(node, reading));
    Some(read.collect())
}

/// The pairs of a mapping whose keys are names, what merge keys bring in
/// included; a fault where it is none. Null is an empty mapping.
pub(super) fn mapping<'n, 't>(
    node: &'n Node<'t>,
    reading: &mut Reading<'_>,
) -> Vec<(&'n Node<'t>, &'n str, &'n Node<'t>)> {
    if node.mapping().is_none() && !node.is_null() {
        let message = format!("expected a mapping, found {}", node.what());
        reading.error(node, message);
    }
    let mut pairs = Vec::new();
    for Pair {
        key,
        value,
        earlier,
    } in node.merged_pairs()
    {
        if let (Some(first), Some(name)) = (earlier.first(), key.scalar()) {
            let first = reading.position(&first.key);
            let message = format!("{} is repeated, first at {first}", quote(&name.value));
            reading.error(key, message);
        }
        match key.scalar() {
            Some(name) => pairs.push((key, name.value.as_ref(), value)),
            None => reading.error(key, format!("a key is a name, not {}", key.what())),
        }
    }
    pairs
}

/// What a list or a mapping named before: naming it twice is a fault.
#[derive(Default)]
pub(super) struct Seen(Vec<(String, Position)>);

impl Seen {
    /// Notes a name, and the fault where it was noted before.
    pub(super) fn note(&mut self, name: &str, node: &Node<'_>, reading: &mut Reading<'_>) {
        let position = reading.position(node);
        match self.0.iter().find(|(seen, _)| seen == name) {
            Some((_, first)) => {
                let message = format!("{} is repeated; it first appears at {first}", quote(name));
                reading.error(node, message);
            }
            None => self.0.push((name.to_owned(), position)),
        }
    }
}
