//! Text of findings, the worst first: for consumers that show only the first.

use std::collections::BTreeMap;

use crate::finding::Finding;
use crate::lint::{Consequence, Severity};

/// How grave a finding is; the worst is the smallest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Input that cannot be read: nothing is known of it.
    Failure,
    /// A finding of this severity, the error first, and this consequence.
    Finding(std::cmp::Reverse<Severity>, usize),
    /// A finding that a comment suppresses.
    Suppressed,
}

impl Rank {
    pub(super) fn of(finding: &Finding) -> Self {
        if finding.suppressed.is_some() {
            return Self::Suppressed;
        }
        let diagnostic = &finding.diagnostic;
        let consequence = diagnostic.consequence;
        let place = Consequence::ALL
            .iter()
            .position(|it| Some(*it) == consequence);
        Self::Finding(
            std::cmp::Reverse(diagnostic.severity),
            place.unwrap_or(Consequence::ALL.len()),
        )
    }
}

/// Rows of text, in the order of their ranks and then as they came.
#[derive(Debug, Default)]
pub(super) struct WorstFirst {
    ranks: BTreeMap<Rank, String>,
}

impl WorstFirst {
    /// Adds a row, which ends as it must before the next.
    pub(super) fn push(&mut self, rank: Rank, row: &str) {
        self.ranks.entry(rank).or_default().push_str(row);
    }

    /// As [`WorstFirst::push`], unless rows of that rank would have more bytes
    /// than `most`.
    pub(super) fn push_within(&mut self, most: usize, rank: Rank, row: &str) {
        let taken = self.ranks.get(&rank).map_or(0, String::len);
        if taken + row.len() <= most {
            self.push(rank, row);
        }
    }

    /// The rows of each rank.
    pub(super) fn into_ranks(self) -> impl Iterator<Item = String> {
        self.ranks.into_values()
    }
}
