//! JSON, read without a tree: `serde_json` finds the objects as slices of the
//! text and reads them in place.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::object::{Body, Found, Inherited, Kind, NAME, Object, Visit, name_of};
use super::read_options::ReadOptions;
use super::tree::read_object;
use super::unreadable::unreadable;
use crate::finding::ObjectRef;
use crate::ingress::Ingress;
use crate::lint::Span;
use crate::lint::read::keys::is_present;
use crate::yaml::{DEEPEST, Document, Documents, read_json};

mod strict;

use strict::Strict;

/// Whether a text begins as JSON does; a template begins with `{{`.
pub(super) fn looks_like(text: &str) -> bool {
    let text = without_mark(text).trim_start();
    text.starts_with('{') && !text.starts_with("{{")
}

fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The values of JSON at the start of a text, one after the other; what
/// follows the last one is for others to read.
pub(super) fn values(text: &str) -> (Vec<Document<'_>>, Documents<'_>) {
    let mut found = Vec::new();
    let rest = each_value(text, &mut |document, _| found.push(document));
    (found, rest)
}

/// Reads the JSON at the start of a text.
pub(super) fn read<'t>(
    text: &'t str,
    options: ReadOptions<'_>,
    visit: Visit<'_, 't>,
) -> Documents<'t> {
    each_value(text, &mut |document, value| {
        let mut reader = Reader {
            document,
            options,
            visit: &mut *visit,
        };
        reader.object(value, &Inherited::default(), 0);
    })
}

fn each_value<'t>(
    text: &'t str,
    visit: &mut dyn FnMut(Document<'t>, &'t RawValue),
) -> Documents<'t> {
    let base = text.len() - without_mark(text).len();
    let (mut end, mut number) = (base, 0);
    let mut values = serde_json::Deserializer::from_str(&text[base..]).into_iter::<&RawValue>();
    while let Some(Ok(value)) = values.next() {
        end = base + values.byte_offset();
        number += 1;
        let range = Span::new(end - value.get().len(), end);
        visit(
            Document {
                text,
                range,
                number,
            },
            value,
        );
    }
    Documents::behind(text, end, number)
}

struct Reader<'v, 't> {
    document: Document<'t>,
    options: ReadOptions<'v>,
    visit: Visit<'v, 't>,
}

/// What an object says of itself. A field of another type reads as absent:
/// then the tree says what is wrong.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head<'t> {
    #[serde(borrow, default)]
    api_version: Option<Cow<'t, str>>,
    #[serde(borrow, default)]
    kind: Option<Cow<'t, str>>,
    #[serde(borrow, default)]
    metadata: Option<&'t RawValue>,
    #[serde(borrow, default)]
    spec: Option<&'t RawValue>,
    #[serde(borrow, default)]
    items: Option<&'t RawValue>,
}

#[derive(Deserialize, Default)]
struct Metadata {
    name: Option<String>,
    namespace: Option<String>,
}

impl<'t> Reader<'_, 't> {
    fn object(&mut self, value: &'t RawValue, inherited: &Inherited, depth: usize) {
        let range = self.range(value);
        let head = serde_json::from_str::<Head<'t>>(value.get()).ok();
        let read = head.and_then(|head| self.known(value, &head, inherited, depth));
        if read.is_none() {
            // Something is wrong with it, or with how serde reads it: the tree shows what.
            match read_json(self.document.text, range) {
                Ok(node) => read_object(&self.document, &node, inherited, self.options, self.visit),
                Err(error) => {
                    (self.visit)(&self.document, unreadable(&self.document, range, error));
                }
            }
        }
    }

    /// Reads an object in place; `None` where something is wrong with it.
    fn known(
        &mut self,
        value: &'t RawValue,
        head: &Head<'t>,
        inherited: &Inherited,
        depth: usize,
    ) -> Option<()> {
        let (api_version, kind) = names(head, inherited)?;
        match Kind::of(api_version, kind) {
            // A patch is for the tree.
            Kind::Ingress if head.spec.is_none() => None,
            Kind::Ingress => self.ingress(value, api_version, kind),
            Kind::List => match head.items {
                Some(items) if depth < DEEPEST => {
                    let inherited = Inherited::from_list(api_version, kind);
                    self.items(items, &inherited, depth)
                }
                _ => None,
            },
            // A value that has the annotation's name is read as a tree, too.
            Kind::Other if value.get().contains(NAME) => None,
            Kind::Other => {
                let metadata = head.metadata.map(RawValue::get).unwrap_or_default();
                let metadata: Metadata = serde_json::from_str(metadata).unwrap_or_default();
                let object = ObjectRef {
                    api_version: api_version.to_owned(),
                    kind: kind.to_owned(),
                    namespace: metadata.namespace,
                    name: metadata.name,
                };
                let place = Span::at(self.range(value).start);
                (self.visit)(&self.document, Found::Other(object, place));
                Some(())
            }
        }
    }

    fn ingress(&mut self, value: &'t RawValue, api_version: &str, kind: &str) -> Option<()> {
        serde_json::from_str::<Strict>(value.get()).ok()?;
        let ingress: Ingress<'t> = serde_json::from_str(value.get()).ok()?;
        let subject = ingress.subject;
        let is_misplaced = !is_present(&subject) && value.get().contains(NAME);
        if is_misplaced || (subject.rules.is_empty() && (self.options.is_patch)()) {
            return None;
        }
        let object = Object {
            name: name_of(api_version, kind, &subject),
            subject,
            text: self.document.text,
            body: Body::Json(self.range(value)),
            frames: &[],
        };
        (self.visit)(&self.document, Found::Subject(Box::new(object)));
        Some(())
    }

    fn items(&mut self, items: &'t RawValue, inherited: &Inherited, depth: usize) -> Option<()> {
        let elements = Elements {
            reader: self,
            inherited,
            depth,
        };
        let mut json = serde_json::Deserializer::from_str(items.get());
        json.deserialize_any(elements).ok()
    }

    fn range(&self, value: &RawValue) -> Span {
        let start = value.get().as_ptr().addr() - self.document.text.as_ptr().addr();
        Span::new(start, start + value.get().len())
    }
}

fn names<'h>(head: &'h Head<'_>, inherited: &'h Inherited) -> Option<(&'h str, &'h str)> {
    let api_version = head
        .api_version
        .as_deref()
        .or(inherited.api_version.as_deref())?;
    let kind = head.kind.as_deref().or(inherited.kind.as_deref())?;
    (!api_version.is_empty() && !kind.is_empty()).then_some((api_version, kind))
}

/// Reads the elements of a list one by one. Null is an empty list.
struct Elements<'e, 'v, 't> {
    reader: &'e mut Reader<'v, 't>,
    inherited: &'e Inherited,
    depth: usize,
}

impl<'t> Visitor<'t> for Elements<'_, '_, 't> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element::<&'t RawValue>()? {
            self.reader.object(element, self.inherited, self.depth + 1);
        }
        Ok(())
    }
}
