//! The releases of NGINX Ingress Controller (NIC), and what each of them does.
//!
//! [`Fact`] is the one table of what is true from which release to which. A
//! check asks `fact.holds(release)` and has no other condition on a version.
//! [`value`] has the four readers of an annotation's value, [`path`] the checks
//! of a rule's path.
//!
//! Established by running the functions of 24 releases (`tests/corpus`); what
//! is presumed instead of run is marked in the table.

mod fact;
pub mod path;
mod regex;
mod set;
pub mod value;

use std::fmt;

use fact::{FIRST_STRICT_REVISION, LINES};

pub use fact::Fact;
pub use set::Releases;

/// A release of the controller, as an operator names it.
///
/// ```
/// use stickler::lint::release::{Fact, Release};
///
/// let release: Release = "5.3.1".parse().unwrap();
/// assert_eq!(release.to_string(), "5.3.1");
/// assert!(!Fact::OrgKey.holds(release));
/// assert!("4.1".parse::<Release>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Release {
    name: Name,
    line: Line,
}

/// What a release is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    /// `5.5` or `5.5.4`.
    Version(u32, u32, Option<u32>),
    /// `2026-lts` or `2026-lts-r4`.
    Lts(u32, Option<u32>),
}

/// The place of a release in [`fact::LINES`]: releases of one line read alike.
type Line = u8;

/// The text that an operator gives is not the name of a release.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownRelease {
    /// It has the form of one.
    #[error("is not a release of the controller")]
    NeverPublished,
    /// It does not have the form of one.
    #[error("is not the name of a release, such as 5.5, 5.5.4 or 2026-lts-r4")]
    Malformed,
}

impl Default for Release {
    /// The newest that stickler models.
    fn default() -> Self {
        Self::NEWEST
    }
}

impl Release {
    /// The newest release that stickler models: `5.6`.
    pub const NEWEST: Self = Self {
        name: LINES[set::NEWEST as usize],
        line: set::NEWEST,
    };

    /// The releases that a check covers where the operator names none, each as
    /// its newest patch level: 2.3 to 5.6.
    pub fn in_use() -> impl Iterator<Item = Self> + Clone {
        Releases::IN_USE.iter()
    }

    /// One release for each line that can differ from the others, oldest first.
    pub fn all() -> impl Iterator<Item = Self> + Clone {
        Releases::ALL.iter()
    }

    /// Whether the release is newer than those that stickler models; it is read
    /// as the newest of its kind.
    #[must_use]
    pub fn is_newer_than_modelled(self) -> bool {
        match (self.name, Self::NEWEST.name) {
            (Name::Version(major, minor, _), Name::Version(newest, of, _)) => {
                (major, minor) > (newest, of)
            }
            (Name::Lts(year, _), _) => year > 2026,
            _ => false,
        }
    }

    /// Whether it is one of the long-term support releases.
    #[must_use]
    pub fn is_lts(self) -> bool {
        matches!(self.name, Name::Lts(..))
    }

    /// The release line before this one; the oldest has none and is its own.
    #[must_use]
    pub fn predecessor(self) -> Self {
        // A patch level is not what runs before an upgrade to its own version,
        // and the support releases branch off from 5.4.
        match self.name {
            Name::Lts(..) => Self::of_line(set::LTS_BRANCHED_FROM),
            Name::Version(..) => {
                let older = |line: &Line| Releases::VERSIONS.has(Self::of_line(*line));
                let first = set::first_patch_level(self.line);
                Self::of_line((0..first).rev().find(older).unwrap_or(self.line))
            }
        }
    }

    /// The release that this one is read as.
    #[must_use]
    pub fn modelled_as(self) -> Self {
        Self::of_line(self.line)
    }

    /// The releases that a help text can name, without patch levels.
    #[must_use]
    pub fn known() -> String {
        let mut majors: Vec<(Self, Self)> = Vec::new();
        for release in Releases::VERSIONS.iter() {
            match majors.last_mut() {
                Some((first, last)) if first.major() == release.major() => *last = release,
                _ => majors.push((release, release)),
            }
        }
        let named = majors.into_iter().map(|(first, last)| {
            if first == last {
                first.to_string()
            } else {
                format!("{first} to {last}")
            }
        });
        let lts = Self::of_line(set::LTS_NEWEST).to_string();
        named.chain([lts]).collect::<Vec<_>>().join(", ")
    }

    fn major(self) -> u32 {
        match self.name {
            Name::Version(major, ..) | Name::Lts(major, _) => major,
        }
    }

    fn of_line(line: Line) -> Self {
        let name = LINES[usize::from(line)];
        Self { name, line }
    }

    fn named(name: Name) -> Option<Self> {
        let line = match name {
            Name::Version(major, minor, _) => {
                let plain = Name::Version(major, minor, None);
                let newer = Self { name, line: 0 }.is_newer_than_modelled();
                let line = line_of(name).or(line_of(plain));
                line.or(newer.then_some(set::NEWEST))?
            }
            Name::Lts(2026, Some(0)) | Name::Lts(..2026, _) => return None,
            Name::Lts(2026, Some(..FIRST_STRICT_REVISION)) => set::LTS_FIRST,
            Name::Lts(..) => set::LTS_NEWEST,
        };
        Some(Self { name, line })
    }
}

fn line_of(name: Name) -> Option<Line> {
    let line = LINES.iter().position(|line| *line == name)?;
    line.try_into().ok()
}

impl std::str::FromStr for Release {
    type Err = UnknownRelease;

    /// Reads `5.5`, `5.5.4`, `v5.5.4` (the tag of a release), `2026-lts` or `2026-lts-r4`.
    fn from_str(text: &str) -> Result<Self, UnknownRelease> {
        let name = Name::parse(text).ok_or(UnknownRelease::Malformed)?;
        Self::named(name).ok_or(UnknownRelease::NeverPublished)
    }
}

impl Name {
    fn parse(text: &str) -> Option<Self> {
        if let Some((year, revision)) = text.split_once("-lts") {
            let revision = match revision.strip_prefix("-r") {
                Some(revision) => Some(number(revision)?),
                None if revision.is_empty() => None,
                None => return None,
            };
            return Some(Self::Lts(number(year)?, revision));
        }
        let text = text.strip_prefix('v').unwrap_or(text);
        let mut numbers = text.splitn(3, '.');
        let (major, minor) = (number(numbers.next()?)?, number(numbers.next()?)?);
        let patch = match numbers.next() {
            Some(patch) => Some(number(patch)?),
            None => None,
        };
        Some(Self::Version(major, minor, patch))
    }
}

/// A number without sign or leading zeros.
fn number(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = plain && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| canonical)
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            Name::Version(major, minor, Some(patch)) => write!(f, "{major}.{minor}.{patch}"),
            Name::Version(major, minor, None) => write!(f, "{major}.{minor}"),
            Name::Lts(year, Some(revision)) => write!(f, "{year}-lts-r{revision}"),
            Name::Lts(year, None) => write!(f, "{year}-lts"),
        }
    }
}

#[cfg(test)]
mod tests;
