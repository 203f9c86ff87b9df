//! Whether a patched text has the new values, and no other change.

use std::collections::HashMap;

use super::target::Target;
use crate::lint::Span;
use crate::manifest::json;
use crate::yaml::{Content, Document, Error, Node, Pair, Scalar, Style, documents, read_json};

/// Whether `new` reads as `old` does but for the targets, which have their new values.
pub(super) fn holds(old: &str, new: &str, targets: &[Target]) -> bool {
    let starts = targets
        .iter()
        .map(|target| (target.places.span.start, target.new.as_str()));
    let changed: HashMap<usize, &str> = starts.collect();
    let (mut olds, mut news) = (parts(old).into_iter(), parts(new).into_iter());
    loop {
        let same = match (olds.next(), news.next()) {
            (None, None) => return true,
            (Some(old), Some(new)) => same_part(&old, &new, &changed),
            _ => false,
        };
        if !same {
            return false;
        }
    }
}

/// A document of a text, or a value of a JSON text.
struct Part<'t> {
    document: Document<'t>,
    is_json: bool,
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let (mut parts, rest) = if json::looks_like(text) {
        let (values, rest) = json::values(text);
        let part = |document| Part {
            document,
            is_json: true,
        };
        (values.into_iter().map(part).collect(), rest)
    } else {
        (Vec::new(), documents(text))
    };
    parts.extend(rest.map(|document| Part {
        document,
        is_json: false,
    }));
    parts
}

impl<'t> Part<'t> {
    fn read(&self) -> Result<Option<Node<'t>>, Error> {
        let Document { text, range, .. } = self.document;
        if self.is_json {
            read_json(text, range).map(Some)
        } else {
            self.document.read()
        }
    }
}

fn same_part(old: &Part<'_>, new: &Part<'_>, changed: &HashMap<usize, &str>) -> bool {
    let untouched = old.document.own_text() == new.document.own_text();
    let concerned = |range: Span| {
        changed
            .keys()
            .any(|&at| range.start <= at && at < range.end)
    };
    if untouched {
        return !concerned(old.document.range);
    }
    match (old.read(), new.read()) {
        (Ok(Some(old)), Ok(Some(new))) => same(&old, &new, changed),
        _ => false,
    }
}

fn same(old: &Node<'_>, new: &Node<'_>, changed: &HashMap<usize, &str>) -> bool {
    old.tag == new.tag
        && match (&old.content, &new.content) {
            (Content::Scalar(before), Content::Scalar(after)) => {
                match changed.get(&old.span.start) {
                    Some(value) => after.value == *value && new.string().is_some(),
                    None => same_scalar(before, after),
                }
            }
            (Content::Sequence(olds), Content::Sequence(news)) => {
                let mut pairs = olds.iter().zip(news);
                olds.len() == news.len() && pairs.all(|(old, new)| same(old, new, changed))
            }
            (Content::Mapping(olds), Content::Mapping(news)) => {
                let same_pair = |(old, new): (&Pair<'_>, &Pair<'_>)| {
                    same(&old.key, &new.key, changed) && same(&old.value, &new.value, changed)
                };
                olds.len() == news.len() && olds.iter().zip(news).all(same_pair)
            }
            (Content::Anchor(old), Content::Anchor(new)) => same(old, new, changed),
            // The anchor's node is compared in its own place.
            (Content::Alias(_), Content::Alias(_)) => true,
            _ => false,
        }
}

fn same_scalar(old: &Scalar<'_>, new: &Scalar<'_>) -> bool {
    let bare = |style: Style| matches!(style, Style::Plain | Style::JsonWord);
    old.value == new.value && bare(old.style) == bare(new.style)
}
