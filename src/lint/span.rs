//! Ranges of a value.

use serde::Serialize;

/// A byte range of an annotation's value, from `start` up to but without `end`.
///
/// Both ends lie on character boundaries of the value the span was taken from.
///
/// ```
/// use stickler::lint::Span;
///
/// let value = "serviceName=tea-svc srv_id";
/// assert_eq!(Span::new(12, 19).of(value), "tea-svc");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct Span {
    /// The first byte, counted from 0.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// The range from `start` up to but without `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end, "a span runs forward: {start}..{end}");
        Self { start, end }
    }

    /// The whole of `value`.
    #[must_use]
    pub fn whole(value: &str) -> Self {
        Self::new(0, value.len())
    }

    /// The empty range at `offset`.
    #[must_use]
    pub fn at(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// The number of bytes.
    #[must_use]
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether the range holds no byte; it is still a place.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies wholly within this range.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The text of `value` in this range; empty where the range is not one of `value`.
    #[must_use]
    pub fn of(self, value: &str) -> &str {
        value.get(self.start..self.end).unwrap_or_default()
    }

    /// The first and last column of this range in `value`: characters counted
    /// from 1. An empty range has the column of the character that follows it.
    #[must_use]
    pub fn columns(self, value: &str) -> (usize, usize) {
        let before = Self::new(0, self.start).of(value).chars().count();
        let inside = self.of(value).chars().count();
        (before + 1, before + inside.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_from_one() {
        let value = "päth=/é x";
        for (start, end, columns) in [
            (0, 1, (1, 1)),
            (0, 3, (1, 2)),
            (7, 9, (7, 7)),
            (9, 11, (8, 9)),
            (11, 11, (10, 10)),
        ] {
            assert_eq!(Span::new(start, end).columns(value), columns);
        }
    }

    #[test]
    fn a_range_that_is_not_of_the_value_reads_empty() {
        assert_eq!(Span::new(3, 90).of("short"), "");
        assert_eq!(Span::new(1, 2).of("é"), "");
    }
}
