//! Sets of releases, and how a message names them.

use super::fact::{FIRST_STRICT_REVISION, LINES};
use super::{Line, Name, Release};

/// A set of releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Releases(u64);

/// The line of the newest release.
pub(super) const NEWEST: Line = newest();
/// The line that `2026-lts` branches off from.
pub(super) const LTS_BRANCHED_FROM: Line = line(5, 4, None);
/// The line of the first revisions of `2026-lts`.
pub(super) const LTS_FIRST: Line = NEWEST + 1;
/// The line of its newest revisions.
pub(super) const LTS_NEWEST: Line = NEWEST + 2;

/// The last line that is not one of `2026-lts`.
#[allow(clippy::cast_possible_truncation, reason = "there are few lines")]
const fn newest() -> Line {
    let mut index = LINES.len() - 1;
    while let Name::Lts(..) = LINES[index] {
        index -= 1;
    }
    index as Line
}

/// The line of a version, or of a patch level that differs from it; fails to
/// compile for one that does not exist.
#[allow(clippy::cast_possible_truncation, reason = "there are few lines")]
const fn line(major: u32, minor: u32, patch: Option<u32>) -> Line {
    let mut index = 0;
    while index < LINES.len() {
        if let Name::Version(of_major, of_minor, of_patch) = LINES[index]
            && of_major == major
            && of_minor == minor
            && same(of_patch, patch)
        {
            return index as Line;
        }
        index += 1;
    }
    panic!("no such version")
}

const fn same(one: Option<u32>, other: Option<u32>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

/// The first line of the version that a line belongs to.
pub(super) const fn first_patch_level(line: Line) -> Line {
    let mut first = line;
    while first > 0 && is_same_version(LINES[first as usize - 1], LINES[line as usize]) {
        first -= 1;
    }
    first
}

const fn is_same_version(one: Name, other: Name) -> bool {
    match (one, other) {
        (Name::Version(a, b, _), Name::Version(c, d, _)) => a == c && b == d,
        _ => false,
    }
}

/// The lines of versions, each as its newest patch level.
const fn versions() -> Releases {
    let (mut lines, mut line) = (0, 0);
    while line <= NEWEST {
        if let Name::Version(_, _, None) = LINES[line as usize] {
            lines |= 1 << line;
        }
        line += 1;
    }
    Releases(lines)
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
    /// The versions, each as its newest patch level; not `2026-lts`.
    pub const VERSIONS: Self = versions();
    /// 2.3 to the newest, each as its newest patch level.
    pub const IN_USE: Self = Self::since((2, 3)).both(Self::VERSIONS);

    /// One patch level alone.
    pub(super) const fn patch_level(major: u32, minor: u32, patch: u32) -> Self {
        Self(1 << line(major, minor, Some(patch)))
    }

    /// The versions from one on; not `2026-lts`.
    pub(super) const fn since((major, minor): (u32, u32)) -> Self {
        Self::lines(line(major, minor, None), NEWEST)
    }

    /// The versions from one to another, both included; not `2026-lts`.
    pub(super) const fn between(from: (u32, u32), to: (u32, u32)) -> Self {
        Self::lines(line(from.0, from.1, None), line(to.0, to.1, None))
    }

    /// The versions up to one; not `2026-lts`.
    pub(super) const fn until((major, minor): (u32, u32)) -> Self {
        Self::lines(0, line(major, minor, None))
    }

    const fn lines(from: Line, to: Line) -> Self {
        let from = first_patch_level(from);
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

    /// How a page names these releases: `from 2.4 up to 5.5, 2026-lts up to r4`.
    #[must_use]
    pub fn named(self) -> String {
        let versions = self.both(Self::VERSIONS);
        let alone = self.without(Self::LTS).iter().next();
        let versions = match alone {
            Some(patch_level) if versions.is_empty() => Some(format!("in {patch_level}")),
            Some(_) => Some(versions.among(Self::VERSIONS)),
            None => None,
        };
        let lts = match (
            self.has(Release::of_line(LTS_FIRST)),
            self.has(Release::of_line(LTS_NEWEST)),
        ) {
            (true, true) => Some("2026-lts".to_owned()),
            (true, false) => Some(format!("2026-lts up to r{}", FIRST_STRICT_REVISION - 1)),
            (false, true) => Some(format!("2026-lts from r{FIRST_STRICT_REVISION} on")),
            (false, false) => None,
        };
        let named: Vec<_> = versions.into_iter().chain(lts).collect();
        named.join(", ")
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
