//! What people read through the API server: the text of a denial and the
//! warnings. No line depends on another for its sense, and nothing is aligned:
//! fonts are proportional, and some tools cut after the first line.

use std::fmt::Write as _;

use crate::lint::text::{is_invisible, quote};
use crate::lint::{Consequence, Diagnostic, EntryName, Place, Subject};

/// No denial lists more.
const MOST_LISTED: usize = 10;
/// No denial is longer, in bytes.
const LONGEST_DENIAL: usize = 3 * 1024;
/// The API server cuts a warning after this many characters
/// (`k8s.io/apiserver/pkg/endpoints/filters/warning.go`).
const LONGEST_WARNING: usize = 256;
/// And all warnings of one answer after this many (same file).
const LONGEST_WARNINGS: usize = 4096;

/// An object as messages name it, and the values that columns are counted in.
pub(super) struct Named<'a> {
    /// `namespace/name`.
    name: String,
    subject: &'a Subject<'a>,
}

impl<'a> Named<'a> {
    /// `generate_name` names an object that has no name yet.
    pub(super) fn new(subject: &'a Subject<'a>, generate_name: Option<&str>) -> Self {
        let name = match (&subject.name, generate_name) {
            (Some(name), _) => escape(name),
            (None, Some(start)) => format!("{}*", escape(start)),
            (None, None) => "(unnamed)".to_owned(),
        };
        let name = match &subject.namespace {
            Some(namespace) => format!("{}/{name}", escape(namespace)),
            None => name,
        };
        Self { name, subject }
    }

    /// The text of a denial for `denied`, of which there is at least one.
    pub(super) fn denial(&self, denied: &[Diagnostic]) -> String {
        match denied {
            [diagnostic] => cut(self.single(diagnostic), LONGEST_DENIAL),
            denied => self.list(denied),
        }
    }

    /// Object, what, where, consequence, help, rule: one line.
    fn single(&self, diagnostic: &Diagnostic) -> String {
        let mut text = format!("Ingress {}: {}", self.name, line(&diagnostic.message));
        if let Some(entry) = &diagnostic.entry {
            let _ = write!(text, " in {}", entry_name(entry));
        }
        match self.columns(&diagnostic.place) {
            Some(columns) => {
                let comma = if diagnostic.entry.is_some() {
                    ","
                } else {
                    " at"
                };
                let _ = write!(text, "{comma} {columns} of {}", field(&diagnostic.place));
            }
            None => text.push_str(&at_field(&diagnostic.place)),
        }
        if let Some(consequence) = diagnostic.consequence {
            let _ = write!(text, ": {}", consequence.clause());
        }
        push_help(&mut text, diagnostic);
        let _ = write!(text, " [{}]", diagnostic.rule);
        text
    }

    /// A first line that is complete by itself, and a numbered list, the worst
    /// first and then in the order of the text.
    fn list(&self, denied: &[Diagnostic]) -> String {
        let mut denied: Vec<_> = denied.iter().collect();
        denied.sort_by_key(|diagnostic| rank(diagnostic));
        let mut text = self.heading(&denied);
        let shared = shared_field(&denied);
        for (index, diagnostic) in denied.iter().enumerate() {
            let row = format!(
                "\n  {}. {}",
                index + 1,
                self.row(diagnostic, shared.is_some())
            );
            let more = format!(
                "\n  … and {} more; run 'stickler check'",
                denied.len() - index
            );
            if index == MOST_LISTED || text.len() + row.len() + more.len() > LONGEST_DENIAL {
                return text + &more;
            }
            text.push_str(&row);
        }
        text
    }

    fn heading(&self, denied: &[&Diagnostic]) -> String {
        let mut text = format!("Ingress {}: {} problems", self.name, denied.len());
        if let Some(field) = shared_field(denied) {
            let _ = write!(text, " in {field}");
        }
        if let Some(first) = denied.first() {
            if let Some(consequence) = first.consequence {
                let _ = write!(text, "; {}", consequence.clause());
            }
            let _ = write!(text, " ({}", line(&first.message));
            if let Some(entry) = &first.entry {
                let _ = write!(text, ", entry {}", entry.number);
            }
            text.push(')');
        }
        cut(text, LONGEST_DENIAL / 2)
    }

    /// The rule first, so that it can be grepped.
    fn row(&self, diagnostic: &Diagnostic, field_is_known: bool) -> String {
        let mut place: Vec<String> = diagnostic.entry.iter().map(entry_name).collect();
        let columns = self.columns(&diagnostic.place);
        match (columns, field_is_known) {
            (Some(columns), true) => place.push(columns),
            (Some(columns), false) => {
                place.push(format!("{columns} of {}", field(&diagnostic.place)));
            }
            (None, false) => place.push(field(&diagnostic.place)),
            (None, true) => {}
        }
        place.retain(|part| !part.is_empty());
        let mut text = format!("{}: ", diagnostic.rule);
        if !place.is_empty() {
            let _ = write!(text, "{}: ", place.join(", "));
        }
        text.push_str(&line(unnamed(diagnostic)));
        push_help(&mut text, diagnostic);
        if let Some(consequence) = diagnostic.consequence {
            let _ = write!(text, " ({})", consequence.clause());
        }
        text
    }

    /// `columns 31-36` of the annotation's value.
    fn columns(&self, place: &Place) -> Option<String> {
        let value = self.subject.annotation(place.field.annotation_key()?)?;
        Some(match place.span?.columns(value) {
            (first, last) if first == last => format!("column {first}"),
            (first, last) => format!("columns {first}-{last}"),
        })
    }

    /// The text of a cause, for machines.
    pub(super) fn cause(&self, diagnostic: &Diagnostic) -> String {
        cut(self.row(diagnostic, true), LONGEST_DENIAL)
    }

    /// The warnings for `diagnostics`, one line each, within the limits of
    /// the API server.
    pub(super) fn warnings(&self, diagnostics: &[Diagnostic]) -> Vec<String> {
        let mut warnings = Vec::with_capacity(diagnostics.len());
        let mut room = LONGEST_WARNINGS;
        for (index, diagnostic) in diagnostics.iter().enumerate() {
            let warning = cut_chars(self.warning(diagnostic), LONGEST_WARNING);
            let left = diagnostics.len() - index;
            let more = format!("… and {left} more for {}; run 'stickler check'", self.name);
            let last = if left == 1 { 0 } else { LONGEST_WARNING };
            let length = warning.chars().count();
            if length + last > room {
                warnings.push(cut_chars(more, LONGEST_WARNING));
                break;
            }
            room -= length;
            warnings.push(warning);
        }
        warnings
    }

    fn warning(&self, diagnostic: &Diagnostic) -> String {
        let mut text = format!("{} {}", diagnostic.rule, self.name);
        if let Some(entry) = &diagnostic.entry {
            let _ = write!(text, " {}", entry_name(entry));
        }
        let _ = write!(text, ": {}", line(&diagnostic.message));
        if let Some(consequence) = diagnostic.consequence {
            let _ = write!(text, " ({})", consequence.clause());
        }
        push_help(&mut text, diagnostic);
        text
    }
}

/// The message without the service at its head, where the entry's name
/// contains it.
fn unnamed(diagnostic: &Diagnostic) -> &str {
    let named = diagnostic.entry.as_ref().map(|entry| quote(&entry.service));
    let rest = named.and_then(|service| diagnostic.message.strip_prefix(&*service));
    let rest = rest.and_then(|rest| rest.strip_prefix(" is "));
    rest.unwrap_or(&diagnostic.message)
}

fn push_help(text: &mut String, diagnostic: &Diagnostic) {
    if let Some(help) = &diagnostic.help {
        let _ = write!(text, "; {}", line(help));
    }
}

/// The worst consequence first; none is last.
fn rank(diagnostic: &Diagnostic) -> usize {
    let all = Consequence::ALL.iter();
    let rank = |consequence| all.clone().position(|it| *it == consequence);
    diagnostic.consequence.and_then(rank).unwrap_or(usize::MAX)
}

/// The field of all of `denied`.
fn shared_field(denied: &[&Diagnostic]) -> Option<String> {
    let (first, rest) = denied.split_first()?;
    let shared = &first.place.field;
    let all = rest
        .iter()
        .all(|diagnostic| diagnostic.place.field == *shared);
    Some(field(&first.place)).filter(|field| all && !field.is_empty())
}

/// A field as users grep for it: the controller writes `annotations.KEY`
/// (`k8s.io/apimachinery/pkg/util/validation/field` as NIC calls it).
fn field(place: &Place) -> String {
    match place.field.annotation_key() {
        Some(key) => format!("annotations.{}", escape(key)),
        None => place.field.to_string(),
    }
}

fn at_field(place: &Place) -> String {
    let field = field(place);
    match place.field.annotation_key() {
        Some(_) => format!(" in {field}"),
        None if field.is_empty() => field,
        None => format!(" at {field}"),
    }
}

/// `entry 1 (coffee-svc)`.
fn entry_name(entry: &EntryName) -> String {
    format!("entry {} ({})", entry.number, escape(&entry.service))
}

/// What the user wrote, as [`quote`] makes it safe, without the quotes.
fn escape(text: &str) -> String {
    let quoted = quote(text);
    quoted
        .get(1..quoted.len() - 1)
        .unwrap_or_default()
        .to_owned()
}

/// `text` on one line: the API server silently drops a warning that holds a
/// control character.
fn line(text: &str) -> std::borrow::Cow<'_, str> {
    if text.chars().any(is_invisible) {
        text.replace(is_invisible, " ").into()
    } else {
        text.into()
    }
}

/// At most `longest` bytes of `text`, with a mark where something is missing.
fn cut(mut text: String, longest: usize) -> String {
    if text.len() > longest {
        let mut end = longest - '…'.len_utf8();
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
    text
}

/// At most `longest` characters of `text`, likewise.
fn cut_chars(text: String, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        None => text,
        Some(_) => text.chars().take(longest - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests;
