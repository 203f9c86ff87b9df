//! A text as its documents, before anything is parsed: a broken document does
//! not hide the ones behind it, and no more than one is held as nodes.
//!
//! `---` and `...` at the start of a line end a document anywhere
//! (YAML 1.2.2, section 9.1.2: a scalar cannot hold them), so splitting at
//! lines is exact.

use crate::lint::Span;

/// One document of a text.
#[derive(Debug, Clone, Copy)]
pub struct Document<'t> {
    /// The whole text.
    pub text: &'t str,
    /// The document's bytes, its `---` included.
    pub range: Span,
    /// Counted from 1.
    pub number: usize,
}

/// The documents of a text.
#[derive(Debug, Clone)]
pub struct Documents<'t> {
    text: &'t str,
    next: usize,
    number: usize,
}

/// The documents of `text`, in order. What holds neither content nor a `---`
/// is none.
#[must_use]
pub fn documents(text: &str) -> Documents<'_> {
    Documents {
        text,
        next: 0,
        number: 0,
    }
}

impl<'t> Document<'t> {
    /// The document's own text.
    #[must_use]
    pub fn own_text(&self) -> &'t str {
        self.range.of(self.text)
    }
}

impl<'t> Iterator for Documents<'t> {
    type Item = Document<'t>;

    fn next(&mut self) -> Option<Document<'t>> {
        let start = self.next;
        let mut opened = false;
        for line in lines(self.text, start) {
            let text = line.of(self.text);
            if is_marker(text, "---") {
                if opened {
                    return Some(self.cut(start, line.start));
                }
                opened = true;
            } else if is_marker(text, "...") {
                if opened {
                    return Some(self.cut(start, line.end));
                }
            } else {
                opened |= is_content(text);
            }
        }
        opened.then(|| self.cut(start, self.text.len()))
    }
}

impl<'t> Documents<'t> {
    /// The documents from the byte `next` on, `number` of them being read already.
    pub(crate) fn behind(text: &'t str, next: usize, number: usize) -> Self {
        Self { text, next, number }
    }

    fn cut(&mut self, start: usize, end: usize) -> Document<'t> {
        self.next = end;
        self.number += 1;
        Document {
            text: self.text,
            range: Span::new(start, end),
            number: self.number,
        }
    }
}

/// The lines from `start`, each with its line feed.
fn lines(text: &str, start: usize) -> impl Iterator<Item = Span> {
    let mut next = start;
    std::iter::from_fn(move || {
        let rest = text.get(next..).filter(|rest| !rest.is_empty())?;
        let end = rest.find('\n').map_or(text.len(), |at| next + at + 1);
        let line = Span::new(next, end);
        next = end;
        Some(line)
    })
}

fn is_marker(line: &str, marker: &str) -> bool {
    let line = line.strip_prefix('\u{feff}').unwrap_or(line);
    line.strip_prefix(marker)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// Whether a line is more than whitespace, a comment or a directive.
fn is_content(line: &str) -> bool {
    let line = line.strip_prefix('\u{feff}').unwrap_or(line);
    !line.starts_with('%') && !line.trim_start().is_empty() && !line.trim_start().starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_cut_at_their_markers() {
        for (text, expected) in [
            ("", &[][..]),
            ("# only a comment\n", &[]),
            ("a: 1\n", &["a: 1\n"]),
            ("---\na: 1\n---\nb: 2\n", &["---\na: 1\n", "---\nb: 2\n"]),
            ("# x\n---\na: 1", &["# x\n---\na: 1"]),
            ("a: |\n  x\n---\nb: 2", &["a: |\n  x\n", "---\nb: 2"]),
            (
                "a: 1\n...\n# x\n---\nb: 2",
                &["a: 1\n...\n", "# x\n---\nb: 2"],
            ),
            ("%YAML 1.1\n---\na: 1\n", &["%YAML 1.1\n---\na: 1\n"]),
            ("---\n---\n", &["---\n", "---\n"]),
            ("---x: 1\n", &["---x: 1\n"]),
            (
                "--- {a: 1}\r\n---\r\nb: 1",
                &["--- {a: 1}\r\n", "---\r\nb: 1"],
            ),
            ("\u{feff}---\na: 1\n", &["\u{feff}---\na: 1\n"]),
        ] {
            let found: Vec<&str> = documents(text).map(|found| found.own_text()).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }
}
