//! Text of findings, the worst first: for consumers that show only the first.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};

use crate::finding::Finding;
use crate::lint::{Consequence, Severity};

/// The rank of a finding; the worst is the smallest.
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
    ranks: BTreeMap<Rank, Spool>,
}

impl WorstFirst {
    /// Adds a row, which ends as it must before the next.
    pub(super) fn push(&mut self, rank: Rank, row: &str) {
        self.ranks.entry(rank).or_default().push(row);
    }

    /// As [`WorstFirst::push`], unless rows of that rank would have more bytes
    /// than `most`.
    pub(super) fn push_within(&mut self, most: usize, rank: Rank, row: &str) {
        let taken = self.ranks.get(&rank).map_or(0, Spool::len);
        if taken + row.len() <= most {
            self.push(rank, row);
        }
    }

    /// Writes the rows, but for the first `skip` bytes of the first.
    pub(super) fn write(self, skip: usize, out: &mut dyn Write) -> io::Result<()> {
        let mut skip = skip;
        for spool in self.ranks.into_values() {
            spool.write(skip, out)?;
            skip = 0;
        }
        Ok(())
    }
}

/// So many bytes are kept in memory before a file takes them.
const IN_MEMORY: usize = 1024 * 1024;

/// Text that may be long: its beginning in a temporary file, if there can be
/// one, and the rest in memory.
#[derive(Debug, Default)]
struct Spool {
    file: Option<File>,
    /// How many bytes the file has.
    in_file: usize,
    memory: String,
    /// Whether there is no room for a file.
    stays: bool,
}

impl Spool {
    fn len(&self) -> usize {
        self.in_file + self.memory.len()
    }

    fn push(&mut self, text: &str) {
        self.memory.push_str(text);
        if self.memory.len() >= IN_MEMORY && !self.stays {
            self.stays = self.spill().is_err();
        }
    }

    fn spill(&mut self) -> io::Result<()> {
        if self.file.is_none() {
            self.file = Some(tempfile::tempfile()?);
        }
        if let Some(file) = &mut self.file {
            // What was written of it before an error is written over or cut off.
            file.seek(SeekFrom::Start(self.in_file as u64))?;
            file.write_all(self.memory.as_bytes())?;
            self.in_file += self.memory.len();
            self.memory.clear();
        }
        Ok(())
    }

    fn write(self, skip: usize, out: &mut dyn Write) -> io::Result<()> {
        let from_file = skip.min(self.in_file);
        if let Some(mut file) = self.file {
            file.seek(SeekFrom::Start(from_file as u64))?;
            let length = self.in_file - from_file;
            io::copy(&mut file.take(length as u64), out)?;
        }
        let memory = self.memory.as_bytes();
        out.write_all(memory.get(skip - from_file..).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_comes_back_as_it_was() {
        for (rows, skip) in [(0, 0), (3, 2), (3 * IN_MEMORY / 10, 2)] {
            let mut all = WorstFirst::default();
            for number in 0..rows {
                all.push(Rank::Suppressed, &format!("{number:08}\n"));
                all.push(Rank::Failure, "x");
            }
            let mut out = Vec::new();
            all.write(skip, &mut out).unwrap();
            let numbers = (0..rows).map(|number| format!("{number:08}\n"));
            let numbers: Vec<String> = numbers.collect();
            let expected = "x".repeat(rows) + &numbers.concat();
            assert!(out == expected.as_bytes()[skip..], "{rows}");
        }
    }

    #[test]
    fn a_rank_has_so_many_bytes_and_others_have_theirs() {
        let mut all = WorstFirst::default();
        for _ in 0..5 {
            all.push_within(4, Rank::Suppressed, "ab");
            all.push_within(3, Rank::Failure, "cd");
        }
        all.push_within(4, Rank::Suppressed, "");
        let mut out = Vec::new();
        all.write(0, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "cdabab");
    }

    #[test]
    fn without_a_file_all_stays_in_memory() {
        let mut spool = Spool {
            stays: true,
            ..Spool::default()
        };
        let text = "x".repeat(3 * IN_MEMORY);
        spool.push(&text);
        assert!(spool.file.is_none());
        let mut out = Vec::new();
        spool.write(0, &mut out).unwrap();
        assert_eq!(out.len(), text.len());
    }
}
