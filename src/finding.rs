//! A finding: a diagnostic with its source, as rendered.

use serde::Serialize;

use crate::lint::text::quote;
use crate::lint::{Diagnostic, Span};

/// A diagnostic with the object it was found in and, for manifests, the place
/// in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was found.
    pub diagnostic: Diagnostic,
    /// The object it was found in.
    pub object: ObjectRef,
    /// Where in a file; `None` for what came from a cluster.
    pub location: Option<Location>,
}

/// The names of an object.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectRef {
    /// Group and version, such as `networking.k8s.io/v1`.
    pub api_version: String,
    /// The kind, such as `Ingress`.
    pub kind: String,
    /// `None` where the manifest has none.
    pub namespace: Option<String>,
    /// `None` for an object that is made from `generateName`.
    pub name: Option<String>,
}

/// A range of a file. Lines and columns count from 1, columns in characters;
/// the end is the place after the last character.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Location {
    /// The file as it was named, or `<stdin>`.
    pub file: String,
    /// The document within the file, counted from 1.
    pub document: usize,
    /// The first line.
    pub line: usize,
    /// The first column.
    pub column: usize,
    /// The line of the place after the last character.
    pub end_line: usize,
    /// The column of the place after the last character.
    pub end_column: usize,
    /// The chart's file that Helm rendered the document from, where it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// The line of the alias that stands for what is shown, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<usize>,
    /// The same range as bytes of the file's text.
    #[serde(skip)]
    pub bytes: Span,
}

impl Location {
    /// What else there is to say about the place: a sentence each.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let alias = self
            .alias
            .map(|line| format!("the alias on line {line} stands for this value"));
        let template = self
            .template
            .as_ref()
            .map(|source| format!("rendered by Helm from {}", quote(source)));
        alias.into_iter().chain(template).collect()
    }
}
