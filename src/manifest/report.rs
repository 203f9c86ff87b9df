//! What came of a text: findings, what could not be read, what was skipped.

use std::fmt;
use std::ops::AddAssign;

use crate::finding::{Finding, Location, ObjectRef};

/// Everything about one file, or about a path that could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// As named, or `<stdin>`.
    pub file: String,
    /// The text, for drawing; kept only where there is something to draw.
    pub text: Option<String>,
    /// What was found, in the order of the text. Each has a location.
    pub findings: Vec<Finding>,
    /// What comments silence.
    pub silenced: Vec<Finding>,
    /// What could not be read; everything else was.
    pub errors: Vec<InputError>,
    /// What was left out, and why.
    pub skipped: Vec<Skipped>,
    /// How much was looked at.
    pub counts: Counts,
}

/// Something that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputError {
    /// Where; line 0 where the file itself cannot be read.
    pub location: Location,
    /// One sentence without a final stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Where.
    pub location: Location,
    /// Why.
    pub reason: SkipReason,
}

/// Why something was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SkipReason {
    /// It is the source of a Helm template, not a manifest; said once a file.
    Template,
    /// It is an object of another kind.
    Kind(ObjectRef),
}

/// How much was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Files that were read.
    pub files: usize,
    /// Ingresses that were checked.
    pub ingresses: usize,
    /// Those that carry one of the two keys.
    pub annotated: usize,
    /// Objects of other kinds.
    pub skipped: usize,
    /// Files with template sources.
    pub templates: usize,
    /// Findings that a comment silences.
    pub ignored: usize,
}

impl Report {
    /// The report of a path that cannot be read.
    #[must_use]
    pub(crate) fn unreadable(file: &str, message: impl Into<String>) -> Box<Self> {
        let location = Location {
            file: file.to_owned(),
            ..Location::default()
        };
        let error = InputError {
            location,
            message: message.into(),
            help: None,
        };
        Box::new(Self {
            file: file.to_owned(),
            errors: vec![error],
            ..Self::default()
        })
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Location {
            file, line, column, ..
        } = &self.location;
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

impl std::error::Error for InputError {}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template => {
                f.write_str("the source of a Helm template; check its rendered output")
            }
            Self::Kind(object) => write!(f, "{} {}", object.api_version, object.kind),
        }
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.files += other.files;
        self.ingresses += other.ingresses;
        self.annotated += other.annotated;
        self.skipped += other.skipped;
        self.templates += other.templates;
        self.ignored += other.ignored;
    }
}
