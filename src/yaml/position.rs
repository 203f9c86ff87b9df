//! Bytes of a text as lines and columns.

use std::fmt;

use crate::lint::Span;

/// A place as people name it: both count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// The line; only a line feed ends one.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl Position {
    /// The position of a byte of `text`. Walks the text: for many of them
    /// there is [`Lines`].
    #[must_use]
    pub fn of(text: &str, offset: usize) -> Self {
        Lines::new(text).position(offset)
    }
}

/// Where the lines of a text begin; made once, asked often.
#[derive(Debug, Clone)]
pub struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    /// Within long lines, in the text's order.
    marks: Vec<Mark>,
}

/// A byte of a line, and the characters of the line before it.
#[derive(Debug, Clone, Copy)]
struct Mark {
    byte: usize,
    characters: usize,
}

/// No more bytes than about so many are walked for a column: JSON of many
/// megabytes is often one line.
const STRIDE: usize = 4096;

impl<'t> Lines<'t> {
    /// The lines of `text`.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        let starts: Vec<usize> = std::iter::once(0).chain(starts).collect();
        let ends = starts.iter().copied().skip(1).chain([text.len()]);
        let lines = starts.iter().zip(ends);
        let marks = lines.flat_map(|(&start, end)| marks(text, start, end));
        let marks = marks.collect();
        Self {
            text,
            starts,
            marks,
        }
    }

    /// The position of a byte; a byte behind the end has the end's.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let end = offset.min(self.text.len());
        let (walked_from, characters) = self.nearest(start, end);
        let walked = Span::new(walked_from, end).of(self.text);
        // Editors do not count a byte order mark as a character of the line.
        let mark = usize::from(start == 0 && end > 0 && self.text.starts_with('\u{feff}'));
        let column = characters + walked.chars().count() - mark + 1;
        Position { line, column }
    }

    /// The last place of the line from `start` to `end` whose characters are
    /// counted already, and their number.
    fn nearest(&self, start: usize, end: usize) -> (usize, usize) {
        let behind = self.marks.partition_point(|mark| mark.byte <= end);
        let mark = behind.checked_sub(1).and_then(|at| self.marks.get(at));
        mark.filter(|mark| mark.byte >= start)
            .map_or((start.min(end), 0), |mark| (mark.byte, mark.characters))
    }
}

/// The marks of one line.
fn marks(text: &str, start: usize, end: usize) -> impl Iterator<Item = Mark> {
    let mut last = Mark {
        byte: start,
        characters: 0,
    };
    std::iter::from_fn(move || {
        let byte = (last.byte + STRIDE..end).find(|&byte| text.is_char_boundary(byte))?;
        let passed = Span::new(last.byte, byte).of(text).chars().count();
        last = Mark {
            byte,
            characters: last.characters + passed,
        };
        Some(last)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one() {
        let text = "\u{feff}ab\r\n\té𝄞x\n";
        for (what, line, column) in [
            ("a", 1, 1),
            ("b", 1, 2),
            ("\t", 2, 1),
            ("é", 2, 2),
            ("𝄞", 2, 3),
            ("x", 2, 4),
        ] {
            let offset = text.find(what).unwrap();
            assert_eq!(Position::of(text, offset), Position { line, column });
        }
        let end = Position { line: 3, column: 1 };
        assert_eq!(Position::of(text, text.len()), end);
        assert_eq!(Position::of(text, text.len() + 9), end);
    }

    #[test]
    fn columns_of_long_lines_are_those_of_short_ones() {
        let long = "\u{feff}aé𝄞".repeat(STRIDE);
        let text = format!("{long}\nx\n{long}");
        let lines = Lines::new(&text);
        assert!(lines.marks.len() > 10);
        for start in [0, long.len() + 3] {
            for (column, (at, _)) in long.char_indices().enumerate().step_by(97) {
                let line = if start == 0 { 1 } else { 3 };
                let column = column + usize::from(start > 0 || at == 0);
                assert_eq!(lines.position(start + at), Position { line, column });
            }
        }
        let second = Position { line: 2, column: 1 };
        assert_eq!(lines.position(long.len() + 1), second);
    }
}
