//! Sets of releases, and how a message names them.

use super::{LINES, Line, Name, Release};

/// A set of releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Releases(u64);

/// The line of the newest release.
pub(super) const NEWEST: Line = line(5, 6);
/// The line that `2026-lts` branches off from.
pub(super) const LTS_BRANCHED_FROM: Line = line(5, 4);
/// The line of the first revisions of `2026-lts`.
pub(super) const LTS_FIRST: Line = NEWEST + 1;
/// The line of its newest revisions.
pub(super) const LTS_NEWEST: Line = NEWEST + 2;

/// The line of the newest patch level of a version; fails to compile for a
/// version that does not exist.
#[allow(clippy::cast_possible_truncation, reason = "there are few lines")]
const fn line(major: u32, minor: u32) -> Line {
    let mut index = 0;
    while index < LINES.len() {
        if let Name::Version(of_major, of_minor, None) = LINES[index]
            && of_major == major
            && of_minor == minor
        {
            return index as Line;
        }
        index += 1;
    }
    panic!("no such version")
}

impl Releases {
    /// No release.
    pub const NONE: Self = Self(0);
    /// Every release.
    pub const ALL: Self = Self((1 << LINES.len()) - 1);
    /// Every revision of `2026-lts`.
    pub(super) const LTS: Self = Self(1 << LTS_FIRST | 1 << LTS_NEWEST);
    /// Its revisions 1 to 4.
    pub(super) const LTS_FIRST: Self = Self(1 << LTS_FIRST);
    /// Its revisions from 5 on.
    pub(super) const LTS_NEWEST: Self = Self(1 << LTS_NEWEST);
    /// The first patch level of 5.6 alone.
    pub(super) const FIRST_OF_5_6: Self = Self(1 << (NEWEST - 1));
    /// The versions, each as its newest patch level; not `2026-lts`.
    pub const VERSIONS: Self = Self::until((5, 6)).without(Self::FIRST_OF_5_6);
    /// 2.3 to 5.6, each as its newest patch level.
    pub const IN_USE: Self = Self::between((2, 3), (5, 6)).without(Self::FIRST_OF_5_6);

    /// The versions from one on; not `2026-lts`.
    pub(super) const fn since((major, minor): (u32, u32)) -> Self {
        Self::lines(line(major, minor), NEWEST)
    }

    /// The versions from one to another, both included; not `2026-lts`.
    pub(super) const fn between(from: (u32, u32), to: (u32, u32)) -> Self {
        Self::lines(line(from.0, from.1), line(to.0, to.1))
    }

    /// The versions up to one; not `2026-lts`.
    pub(super) const fn until((major, minor): (u32, u32)) -> Self {
        Self::lines(0, line(major, minor))
    }

    const fn lines(from: Line, to: Line) -> Self {
        // The first patch level of 5.6 comes before its line and belongs to it.
        let from = if from == NEWEST { NEWEST - 1 } else { from };
        Self(((1 << (to + 1)) - 1) & !((1 << from) - 1))
    }

    /// The releases of either set.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The releases that are in both sets.
    #[must_use]
    pub const fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The releases that are not in the other set.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The releases of one line.
    #[must_use]
    pub const fn of(release: Release) -> Self {
        Self(1 << release.line)
    }

    /// Whether a release is in the set.
    #[must_use]
    pub const fn has(self, release: Release) -> bool {
        self.0 & (1 << release.line) != 0
    }

    /// Whether no release is in the set.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The releases, oldest first.
    pub fn iter(self) -> impl Iterator<Item = Release> + Clone {
        let lines = 0..=LTS_NEWEST;
        lines
            .map(Release::of_line)
            .filter(move |release| self.has(*release))
    }

    /// The newest release of a set that is not empty, a version before a
    /// support release.
    #[must_use]
    pub fn newest(self) -> Release {
        let versions = self.without(Self::LTS);
        let set = if versions.is_empty() { self } else { versions };
        let line = set.0.checked_ilog2().and_then(|line| line.try_into().ok());
        line.map_or(Release::NEWEST, Release::of_line)
    }

    /// How a sentence names these releases among `of`: `from 5.6 on`,
    /// `up to 5.5`, `from 2.4 up to 5.5`, `in 3.0`.
    #[must_use]
    pub fn among(self, of: Self) -> String {
        let mut runs: Vec<(Option<Release>, Release, Option<Release>)> = Vec::new();
        let mut before = None;
        for release in of.iter() {
            if self.has(release) {
                match runs.last_mut() {
                    Some((_, last, _)) if Some(*last) == before => *last = release,
                    _ => runs.push((before, release, Some(release))),
                }
            }
            before = Some(release);
        }
        let newest = of.iter().last();
        let named = runs.into_iter().map(|(before, last, first)| {
            let first = first.unwrap_or(last);
            match (before.is_none(), Some(last) == newest) {
                (true, true) => "always".to_owned(),
                (true, false) => format!("up to {last}"),
                (false, true) => format!("from {first} on"),
                (false, false) if first == last => format!("in {first}"),
                (false, false) => format!("from {first} up to {last}"),
            }
        });
        named.collect::<Vec<_>>().join(" and ")
    }
}
