//! A borrowed view of an Ingress, in any of its three API versions.
//!
//! Read in one pass from any serde deserializer: JSON without escapes is
//! borrowed, and what is not checked (managedFields, other annotations' values,
//! status) is skipped. Unknown fields are not an error, null is
//! absent, and of two fields with one name the last counts, as in Go.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use crate::lint::Subject;
use crate::lint::read::keys::is_relevant;
use crate::lint::subject::{Annotation, ApiVersion};

pub(crate) mod fields;
mod spec;
mod unreadable;

use fields::{Fields, Object, Text, Value};
use spec::Spec;
pub use unreadable::Unreadable;

/// The API server takes no more bytes of annotations, keys and values together
/// (`k8s.io/apimachinery/pkg/api/validation`, `TotalAnnotationSizeLimitB`), so
/// it never sends more.
const MOST_ANNOTATIONS: usize = 256 << 10;

/// An Ingress: what of it is checked, and what identifies it.
///
/// ```
/// use stickler::ingress::Ingress;
///
/// let json = r#"{"kind": "Ingress", "metadata": {"name": "cafe"}}"#;
/// let ingress = Ingress::from_json(json).unwrap();
/// assert_eq!(ingress.subject.name.as_deref(), Some("cafe"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ingress<'a> {
    /// `apiVersion`.
    pub api_version: Option<Cow<'a, str>>,
    /// `kind`.
    pub kind: Option<Cow<'a, str>>,
    /// `metadata.generateName`.
    pub generate_name: Option<Cow<'a, str>>,
    /// Whether `metadata.deletionTimestamp` is set.
    pub being_deleted: bool,
    /// What is checked.
    pub subject: Subject<'a>,
}

impl<'a> Ingress<'a> {
    /// Reads one JSON object. A value of a wrong type is an error that names
    /// its field.
    pub fn from_json(json: &'a str) -> Result<Self, Unreadable> {
        Unreadable::or_read(json)
    }
}

/// Whether `kind` of `api_version` is an Ingress as this module reads it;
/// other groups have kinds of that name too.
#[must_use]
pub fn is_ingress(api_version: &str, kind: &str) -> bool {
    kind == "Ingress" && version(api_version).is_some()
}

/// The spelling of the fields in an API version of Ingress.
#[must_use]
pub fn version(api_version: &str) -> Option<ApiVersion> {
    match api_version {
        "networking.k8s.io/v1" => Some(ApiVersion::V1),
        "networking.k8s.io/v1beta1" | "extensions/v1beta1" => Some(ApiVersion::V1beta1),
        _ => None,
    }
}

impl<'de> Deserialize<'de> for Ingress<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Object::<Raw>::deserialize(deserializer).map(|Object(raw)| raw.into())
    }
}

/// An Ingress whose API version may not be known yet: fields come in any order.
#[derive(Default)]
struct Raw<'a> {
    api_version: Option<Cow<'a, str>>,
    kind: Option<Cow<'a, str>>,
    metadata: Metadata<'a>,
    spec: Spec<'a>,
}

impl<'de> Fields<'de> for Raw<'de> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error> {
        match name {
            "apiVersion" => self.api_version = value.text()?,
            "kind" => self.kind = value.text()?,
            "metadata" => self.metadata = value.object()?.unwrap_or_default(),
            "spec" => self.spec = value.object()?.unwrap_or_default(),
            _ => value.skip()?,
        }
        Ok(())
    }
}

impl<'a> From<Raw<'a>> for Ingress<'a> {
    fn from(raw: Raw<'a>) -> Self {
        let metadata = raw.metadata;
        let api_version = raw
            .api_version
            .as_deref()
            .and_then(version)
            .unwrap_or_default();
        let subject = Subject {
            namespace: metadata.namespace,
            name: metadata.name,
            annotations: metadata.annotations,
            ..raw.spec.into_subject(api_version)
        };
        Self {
            api_version: raw.api_version,
            kind: raw.kind,
            generate_name: metadata.generate_name,
            being_deleted: metadata.being_deleted,
            subject,
        }
    }
}

/// `metadata`.
#[derive(Default)]
struct Metadata<'a> {
    name: Option<Cow<'a, str>>,
    generate_name: Option<Cow<'a, str>>,
    namespace: Option<Cow<'a, str>>,
    annotations: Vec<Annotation<'a>>,
    being_deleted: bool,
}

impl<'de> Fields<'de> for Metadata<'de> {
    fn read<A: MapAccess<'de>>(&mut self, name: &str, value: Value<'_, A>) -> Result<(), A::Error> {
        match name {
            "name" => self.name = value.text()?.filter(|name| !name.is_empty()),
            "generateName" => self.generate_name = value.text()?.filter(|name| !name.is_empty()),
            "namespace" => self.namespace = value.text()?.filter(|name| !name.is_empty()),
            "annotations" => self.annotations = value.any::<Annotations>()?.unwrap_or_default().0,
            "deletionTimestamp" => self.being_deleted = value.present()?,
            _ => value.skip()?,
        }
        Ok(())
    }
}

/// Drops all but the last of each key.
fn keep_last(annotations: &mut Vec<Annotation<'_>>) {
    let mut places: Vec<_> = annotations
        .iter()
        .map(|it| it.key.as_ref())
        .zip(0..)
        .collect();
    places.sort_unstable();
    let mut last: Vec<usize> = Vec::with_capacity(places.len());
    for (index, (key, place)) in places.iter().enumerate() {
        if places.get(index + 1).is_none_or(|(next, _)| next != key) {
            last.push(*place);
        }
    }
    if last.len() < annotations.len() {
        last.sort_unstable();
        let mut index = 0;
        annotations.retain(|_| {
            index += 1;
            last.binary_search(&(index - 1)).is_ok()
        });
    }
}

/// The annotations that concern us, each key once.
#[derive(Default)]
struct Annotations<'a>(Vec<Annotation<'a>>);

impl<'de> Deserialize<'de> for Annotations<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AnnotationsVisitor)
    }
}

struct AnnotationsVisitor;

impl<'de> Visitor<'de> for AnnotationsVisitor {
    type Value = Annotations<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut annotations: Vec<Annotation<'de>> = Vec::new();
        let mut room = MOST_ANNOTATIONS;
        while let Some(Text(key)) = map.next_key()? {
            if !is_relevant(&key) {
                map.next_value::<serde::de::IgnoredAny>()?;
                continue;
            }
            // Go reads a null in a map of strings as the empty string.
            let Text(value) = map.next_value::<Option<Text>>()?.unwrap_or_default();
            let left = room.checked_sub(key.len() + value.len());
            let many = || A::Error::custom("more than 256 KiB of annotations");
            room = left.ok_or_else(many)?;
            annotations.push(Annotation { key, value });
        }
        keep_last(&mut annotations);
        Ok(Annotations(annotations))
    }
}

#[cfg(test)]
mod tests;
