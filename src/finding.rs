//! A finding: a diagnostic with its source, as rendered.

use std::fmt;
use std::ops::AddAssign;
use std::sync::Arc;

use serde::Serialize;

use crate::lint::text::{escape, printable};
use crate::lint::{Diagnostic, Span};

/// The name of standard input, where it has no other.
pub const STDIN: &str = "<stdin>";

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
    /// The diagnostic's fix in the file's own text, with the quotes and
    /// escapes that its style asks for; empty where there is none.
    pub edits: Vec<SourceEdit>,
    /// Whether the value was checked alone: it comes from a patch, from values
    /// of a chart or from a template, and nothing is known of backends, hosts
    /// and paths.
    pub value_alone: bool,
    /// The reason that a comment gives for suppressing it.
    pub suppressed: Option<String>,
}

/// One edit of a fix, in the text of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceEdit {
    /// What is replaced.
    pub location: Location,
    /// The new text.
    pub text: String,
}

/// Input that could not be read, or not as an Ingress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The file always; line and column are 0 where there is no place.
    pub location: Location,
    /// One sentence without a final stop.
    pub message: String,
    /// What to do about it: a clause.
    pub help: Option<String>,
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
#[serde(rename_all = "camelCase")]
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
    /// The chart's file that Helm rendered the document from, if a comment names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// The line of the alias that refers to what is shown, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<usize>,
    /// Whether it is white space that a line break of a folded scalar wrote.
    #[serde(skip)]
    pub folded: bool,
    /// The same range as bytes of the file's text.
    #[serde(skip)]
    pub bytes: Span,
    /// The bytes of the file's path from the working directory, where they are
    /// not those of `file`: that one is absolute, or not UTF-8.
    #[serde(skip)]
    pub path: Option<Arc<[u8]>>,
}

/// How much was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Files that were read.
    pub files: usize,
    /// Ingresses that were checked.
    pub ingresses: usize,
    /// Those that carry one of the two keys.
    pub annotated: usize,
    /// Values that were checked alone: those of patches, of values of a chart,
    /// of templates.
    pub values_alone: usize,
    /// Objects of other kinds, files that are ignored, and what is not a manifest.
    pub skipped: usize,
    /// Files with template sources.
    pub templates: usize,
    /// Places that hold the annotation's name, and no value that can be read.
    pub mentions: usize,
    /// Findings that a comment silences.
    pub ignored: usize,
}

impl Counts {
    /// Whether there was nothing to check at all.
    #[must_use]
    pub fn saw_nothing(&self) -> bool {
        self.ingresses == 0 && self.values_alone == 0
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.ingresses += other.ingresses;
        self.annotated += other.annotated;
        self.values_alone += other.values_alone;
        self.skipped += other.skipped;
        self.templates += other.templates;
        self.mentions += other.mentions;
        self.ignored += other.ignored;
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Location {
            file, line, column, ..
        } = &self.location;
        let file = printable(file);
        match line {
            0 => write!(f, "{file}: {}", self.message)?,
            _ => write!(f, "{file}:{line}:{column}: {}", self.message)?,
        }
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

impl Finding {
    /// A finding without a place in a file.
    #[must_use]
    pub fn new(diagnostic: Diagnostic, object: ObjectRef) -> Self {
        Self {
            diagnostic,
            object,
            location: None,
            edits: Vec::new(),
            value_alone: false,
            suppressed: None,
        }
    }
}

impl ObjectRef {
    /// The object as messages name it: `Ingress default/cafe`.
    #[must_use]
    pub fn title(&self) -> String {
        let name = self.name.as_deref().unwrap_or("(no name yet)");
        match &self.namespace {
            Some(namespace) => format!("{} {namespace}/{name}", self.kind),
            None => format!("{} {name}", self.kind),
        }
    }
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
            .map(|source| format!("rendered by Helm from '{}'", escape(source)));
        let folded = "a line break in a folded scalar (`>`) becomes a space".to_owned();
        let folded = self.folded.then_some(folded);
        alias.into_iter().chain(folded).chain(template).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_its_place_as_far_as_it_is_known() {
        for (file, line, help, told) in [
            ("cafe.yaml", 0, None, "cafe.yaml: no file"),
            ("cafe.yaml", 3, None, "cafe.yaml:3:7: no file"),
            ("a\nb.yaml", 0, Some("look"), "a\\nb.yaml: no file; look"),
        ] {
            let location = Location {
                file: file.to_owned(),
                line,
                column: 7,
                ..Location::default()
            };
            let (message, help) = ("no file".to_owned(), help.map(str::to_owned));
            let failure = Failure {
                location,
                message,
                help,
            };
            assert_eq!(failure.to_string(), told);
        }
    }
}
