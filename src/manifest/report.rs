//! The report on a text: findings, what could not be read, what was skipped.

use std::fmt;

use super::name::Name;
use crate::finding::{Counts, Failure, Finding, Location, ObjectRef};

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
    pub errors: Vec<Failure>,
    /// What was left out, and why.
    pub skipped: Vec<Skipped>,
    /// How much was checked.
    pub counts: Counts,
}

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its place.
    pub location: Location,
    /// Why it was left out.
    pub reason: SkipReason,
}

/// Why something was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SkipReason {
    /// It is the source of a Helm template, not a manifest; reported once a file.
    Template,
    /// It is not a manifest, and what would be wrong with one.
    NotManifest(String),
    /// It holds the annotation's name where no value can be read.
    Mention,
    /// `.sticklerignore` names the file.
    Ignored,
    /// It is an object of another kind.
    Kind(ObjectRef),
}

impl Report {
    /// The report of a file that is left out.
    #[must_use]
    pub(super) fn left_out(name: &Name, reason: SkipReason) -> Box<Self> {
        let location = Location {
            file: name.shown.clone(),
            line: 1,
            path: name.from_root.clone(),
            ..Location::default()
        };
        let counts = Counts {
            skipped: 1,
            ..Counts::default()
        };
        Box::new(Self {
            file: name.shown.clone(),
            skipped: vec![Skipped { location, reason }],
            counts,
            ..Self::default()
        })
    }

    /// The report of a path that cannot be read.
    #[must_use]
    pub(super) fn unreadable(name: &Name, message: impl Into<String>) -> Box<Self> {
        let location = Location {
            file: name.shown.clone(),
            path: name.from_root.clone(),
            ..Location::default()
        };
        let error = Failure {
            location,
            message: message.into(),
            help: None,
        };
        Box::new(Self {
            file: name.shown.clone(),
            errors: vec![error],
            ..Self::default()
        })
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template => {
                f.write_str("the source of a Helm template; check its rendered output")
            }
            Self::NotManifest(why) => write!(f, "not a manifest ({why})"),
            Self::Mention => {
                f.write_str("the annotation appears here, and its value cannot be read")
            }
            Self::Ignored => f.write_str("named in .sticklerignore"),
            Self::Kind(object) => write!(f, "{} {}", object.api_version, object.kind),
        }
    }
}
