//! Bytes of a text as lines and columns.

use crate::lint::Span;

/// A place as people name it: both count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line; only a line feed ends one.
    pub line: usize,
    /// The column.
    pub column: usize,
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
}

impl<'t> Lines<'t> {
    /// The lines of `text`.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let starts = text.match_indices('\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(starts).collect();
        Self { text, starts }
    }

    /// The position of a byte; a byte behind the end has the end's.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = self.starts.get(line - 1).copied().unwrap_or_default();
        let end = offset.min(self.text.len());
        let before = Span::new(start.min(end), end).of(self.text);
        // A byte order mark is not a character of the line to anybody's editor.
        let mark = usize::from(start == 0 && before.starts_with('\u{feff}'));
        let column = before.chars().count() - mark + 1;
        Position { line, column }
    }
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
}
