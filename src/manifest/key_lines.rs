//! The lines of a migration: those to remove, and the place of the new one.

use crate::lint::migrate::is_affinity;
use crate::lint::{Edit, Replacement, Span};
use crate::yaml::{Content, Node, Pair, places};

/// What is done to the lines of one Ingress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    /// The edits, in the order of the text.
    pub(super) edits: Vec<Edit>,
    /// A byte range within the annotations.
    pub(super) place: Span,
    /// The annotation that comes.
    pub(super) added: Replacement,
}

/// The edits that put an annotation in the place of the affinity keys of
/// `prefix`, or after them; an error says why the file is not such that lines
/// can be exchanged.
pub(super) fn plan(
    text: &str,
    node: &Node<'_>,
    prefix: &str,
    keep_old: bool,
    added: &Replacement,
) -> Result<Plan, &'static str> {
    let annotations = own(own(node, "metadata")?, "annotations")?;
    let Content::Mapping(pairs) = &annotations.content else {
        return Err("the annotations come through an anchor or an alias");
    };
    if text[annotations.span.start..].starts_with('{') {
        return Err("the annotations are a flow mapping");
    }
    if pairs.iter().any(Pair::merges) {
        return Err("the annotations have a merge key");
    }
    let old: Vec<&Pair<'_>> = pairs.iter().filter(|pair| is_old(pair, prefix)).collect();
    let mut names: Vec<_> = old.iter().filter_map(|pair| name(pair)).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err("a key is there twice");
    }
    let ranges = old
        .iter()
        .map(|pair| range(text, pair))
        .collect::<Result<Vec<_>, _>>()?;
    let (Some(first), Some(last)) = (ranges.first(), ranges.last()) else {
        return Err("the annotations come through an anchor or an alias");
    };
    let line = line(text, *first, added);
    let edits = if keep_old {
        vec![insertion(text, *last, &line)]
    } else {
        replacement(text, &ranges, &line)
    };
    Ok(Plan {
        edits,
        place: *first,
        added: added.clone(),
    })
}

/// The value of a key of a mapping itself, without anchor, alias or merge key.
fn own<'n, 't>(node: &'n Node<'t>, key: &str) -> Result<&'n Node<'t>, &'static str> {
    let Content::Mapping(pairs) = &node.content else {
        return Err("the annotations come through an anchor or an alias");
    };
    let mut own = pairs.iter().filter(|pair| pair.key.is_key(key));
    match (own.next(), own.next()) {
        (Some(pair), None) => Ok(&pair.value),
        (Some(_), Some(_)) => Err("a key is there twice"),
        (None, _) => Err("the annotations come through a merge key"),
    }
}

fn name<'p>(pair: &'p Pair<'_>) -> Option<&'p str> {
    pair.key.scalar().map(|key| key.value.as_ref())
}

fn is_old(pair: &Pair<'_>, prefix: &str) -> bool {
    name(pair)
        .and_then(|key| key.strip_prefix(prefix))
        .is_some_and(is_affinity)
}

/// The whole lines of a key and its value, with the line break at their end.
fn range(text: &str, pair: &Pair<'_>) -> Result<Span, &'static str> {
    if !matches!(pair.key.content, Content::Scalar(_)) || pair.key.tag.is_some() {
        return Err("a key has an anchor, an alias or a tag");
    }
    let start = text[..pair.key.span.start]
        .rfind('\n')
        .map_or(0, |at| at + 1);
    let before = text[start..pair.key.span.start].trim_start_matches('\u{feff}');
    if !before.bytes().all(|byte| byte == b' ') {
        return Err("a key does not stand alone at the start of its line");
    }
    let end = match &pair.value.content {
        Content::Anchor(_) => return Err("a value has an anchor"),
        Content::Alias(_) => pair.value.span.end,
        _ if pair.value.is_null() => pair.value.span.start.max(pair.key.span.end),
        _ => {
            places(text, &pair.value)
                .ok_or("the place of a value cannot be found")?
                .span
                .end
        }
    };
    let end = end.max(pair.key.span.end);
    let closed = text[..end].ends_with('\n');
    let rest = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    Ok(Span::new(start, if closed { end } else { rest }))
}

/// The new line, indented and ended as the first old one is.
fn line(text: &str, first: Span, added: &Replacement) -> String {
    let old = first.of(text);
    let indent = &old[..old.len() - old.trim_start_matches([' ', '\u{feff}']).len()];
    format!("{indent}{}: \"{}\"", added.annotation, added.value)
}

/// The line break of a range, or where it ends the text, of the text.
fn line_break(text: &str, range: Span) -> &'static str {
    let first = range.of(text).find('\n').map(|at| range.start + at);
    match first.or_else(|| text.find('\n')) {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

fn insertion(text: &str, last: Span, line: &str) -> Edit {
    let line_break = line_break(text, last);
    let closed = last.of(text).ends_with('\n');
    Edit {
        span: Span::at(last.end),
        text: if closed {
            format!("{line}{line_break}")
        } else {
            format!("{line_break}{line}")
        },
    }
}

/// The new line for the first range, nothing for the others.
fn replacement(text: &str, ranges: &[Span], line: &str) -> Vec<Edit> {
    let first = ranges[0];
    // Where the last line of a text without a final line break goes, the text has one now.
    let closed = first.of(text).ends_with('\n');
    let line_break = if closed { line_break(text, first) } else { "" };
    let mut edits = vec![Edit {
        span: first,
        text: format!("{line}{line_break}"),
    }];
    edits.extend(ranges[1..].iter().map(|&span| Edit {
        span,
        text: String::new(),
    }));
    edits
}
