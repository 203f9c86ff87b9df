//! What the readers have to say: plain data, drawn by renderers elsewhere.

use serde::Serialize;

use super::consequence::{Consequence, Severity};
use super::field::FieldPath;
use super::rules::Rule;
use super::span::Span;

/// A problem of a subject: one sentence and one place.
///
/// ```
/// use stickler::lint::{Diagnostic, Place, Rule, Severity, Span};
///
/// let place = Place::value("nginx.org/sticky-cookie-services", Span::new(27, 36));
/// let diagnostic = Diagnostic::new(Rule::UnknownParameter, place, "unknown parameter 'expire'");
/// assert_eq!(diagnostic.severity, Severity::Error);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule that found it.
    pub rule: Rule,
    /// The severity, with the operator's policy applied.
    pub severity: Severity,
    /// The effect; `None` for a note without one.
    pub consequence: Option<Consequence>,
    /// Where it is.
    pub place: Place,
    /// The entry it is about, where it is about one.
    pub entry: Option<EntryName>,
    /// One sentence without a final stop. What the user wrote is in
    /// single quotes, as [`super::text::quote`] writes it.
    pub message: String,
    /// What to do about it: a clause that can follow a semicolon.
    pub help: Option<String>,
    /// An edit of the value that fixes it.
    pub fix: Option<Fix>,
}

/// The place of a diagnostic: a field of the object, and within an
/// annotation's value a range of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The field of the Ingress.
    pub field: FieldPath,
    /// The range within the field's value; only annotations have one.
    pub span: Option<Span>,
}

/// The entry that a diagnostic is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryName {
    /// Counted from 1 in the order of the text.
    pub number: usize,
    /// The service's name as the controller reads it.
    pub service: String,
}

/// Edits of one value that belong together: all of them or none.
///
/// ```
/// use stickler::lint::{Edit, Fix, Span};
///
/// let edit = Edit { span: Span::new(0, 6), text: "expires".to_owned() };
/// let fix = Fix::of_edits(true, vec![edit]);
/// assert_eq!(fix.apply("expire=1h"), "expires=1h");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// Whether the edits can only be what was intended.
    pub safe: bool,
    /// Ranges of the value that do not overlap, in ascending order.
    pub edits: Vec<Edit>,
    /// Instead of edits: the annotation that takes the place of those that the
    /// finding is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replacement: Option<Replacement>,
}

/// An annotation that takes the place of others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replacement {
    /// Its key.
    pub annotation: &'static str,
    /// Its value.
    pub value: String,
}

/// A range of a text, such as a value, and the text to replace it.
///
/// ```
/// use stickler::lint::{Edit, Span};
///
/// let edit = Edit { span: Span::new(0, 6), text: "expires".to_owned() };
/// assert_eq!(Edit::apply_all(&[edit], "expire=1h"), "expires=1h");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty range inserts.
    pub span: Span,
    /// The new text.
    pub text: String,
}

impl Diagnostic {
    /// A diagnostic of `rule` with the severity and the consequence that the
    /// catalogue gives it.
    #[must_use]
    pub fn new(rule: Rule, place: Place, message: impl Into<String>) -> Self {
        Self {
            rule,
            severity: rule.severity(),
            consequence: rule.consequence(),
            place,
            entry: None,
            message: message.into(),
            help: None,
            fix: None,
        }
    }

    /// What diagnostics are sorted by: the order of the text, an annotation's
    /// before those of the spec.
    #[must_use]
    pub fn order(&self) -> (&FieldPath, Option<Span>, Rule) {
        (&self.place.field, self.place.span, self.rule)
    }

    /// The same, with another consequence than the catalogue's, and the
    /// severity that goes with it.
    #[must_use]
    pub fn with_consequence(mut self, consequence: Consequence) -> Self {
        self.consequence = Some(consequence);
        self.severity = consequence.severity();
        self
    }

    /// The same, with another severity than the catalogue's.
    #[must_use]
    pub fn with_severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same, about an entry.
    #[must_use]
    pub fn with_entry(mut self, number: usize, service: &str) -> Self {
        let service = service.to_owned();
        self.entry = Some(EntryName { number, service });
        self
    }

    /// The same, with help.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same, with a fix of one edit.
    #[must_use]
    pub fn with_edit(self, safe: bool, span: Span, text: impl Into<String>) -> Self {
        let text = text.into();
        let edits = vec![Edit { span, text }];
        self.with_fix(Fix::of_edits(safe, edits))
    }

    /// The same, with a fix.
    #[must_use]
    pub fn with_fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}

impl Place {
    /// A range of an annotation's value.
    #[must_use]
    pub fn value(key: &str, span: Span) -> Self {
        Self {
            field: FieldPath::annotation(key),
            span: Some(span),
        }
    }

    /// A field of the object as a whole.
    #[must_use]
    pub fn field(field: FieldPath) -> Self {
        Self { field, span: None }
    }
}

impl Fix {
    /// Edits of the value.
    #[must_use]
    pub fn of_edits(safe: bool, edits: Vec<Edit>) -> Self {
        Self {
            safe,
            edits,
            replacement: None,
        }
    }

    /// An annotation in the place of others.
    #[must_use]
    pub fn of_replacement(safe: bool, annotation: &'static str, value: String) -> Self {
        Self {
            safe,
            edits: Vec::new(),
            replacement: Some(Replacement { annotation, value }),
        }
    }

    /// `value` with the edits made.
    #[must_use]
    pub fn apply(&self, value: &str) -> String {
        Edit::apply_all(&self.edits, value)
    }
}

impl Edit {
    /// `text` with the edits made, which do not overlap and are in ascending
    /// order.
    #[must_use]
    pub fn apply_all(edits: &[Self], text: &str) -> String {
        let mut edited = String::with_capacity(text.len() + 16);
        let mut copied = 0;
        for Self { span, text: put } in edits {
            edited.push_str(Span::new(copied, span.start.max(copied)).of(text));
            edited.push_str(put);
            copied = span.end.max(copied);
        }
        edited.push_str(Span::new(copied, text.len().max(copied)).of(text));
        edited
    }
}

impl Serialize for Edit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut edit = serializer.serialize_struct("Edit", 3)?;
        edit.serialize_field("start", &self.span.start)?;
        edit.serialize_field("end", &self.span.end)?;
        edit.serialize_field("text", &self.text)?;
        edit.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fix_edits_what_it_names_and_nothing_else() {
        let edit = |&(start, end, text): &(usize, usize, &str)| Edit {
            span: Span::new(start, end),
            text: text.to_owned(),
        };
        let fix = |edits: &[_]| Fix::of_edits(true, edits.iter().map(edit).collect());
        assert_eq!(fix(&[]).apply("abc"), "abc");
        assert_eq!(fix(&[(1, 2, "")]).apply("abc"), "ac");
        assert_eq!(fix(&[(0, 0, "<"), (3, 3, ">")]).apply("abc"), "<abc>");
        assert_eq!(fix(&[(0, 1, "xy"), (1, 2, "z")]).apply("abc"), "xyzc");
    }
}
