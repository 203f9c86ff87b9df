//! Literal and folded scalars (YAML 1.2.2, section 8.1).

use super::{Decoder, Places};
use crate::lint::Span;

/// The places of a block scalar whose header begins `span`.
///
/// How deep the content is indented depends on the parent where the header
/// has a number; so each depth is tried until the value is spelled.
pub(super) fn scalar(text: &str, span: Span, value: &str, folds: bool) -> Option<Places> {
    let header = Header::read(text, span.start)?;
    let unsure = header.numbered || value.bytes().all(|byte| byte == b'\n');
    let (first, deepest) = indents(text, header.content, value);
    let mut indents = if unsure { 1..=deepest } else { first..=first };
    indents.find_map(|indent| {
        let mut decoder = Decoder::new(text, header.content, value);
        lines(&mut decoder, indent, folds);
        let end = decoder
            .pieces
            .last()
            .map_or(header.content, |last| last.text.end);
        let mut places = decoder.done()?;
        places.body = Span::new(header.content, end);
        places.span = Span::new(span.start, end);
        Some(places)
    })
}

/// `|` or `>`, its indicators and a comment, up to the line's end.
#[derive(Debug, Clone, Copy)]
struct Header {
    numbered: bool,
    content: usize,
}

impl Header {
    fn read(text: &str, start: usize) -> Option<Self> {
        let rest = text.get(start..)?;
        let line = &rest[..rest.find('\n').map_or(rest.len(), |at| at + 1)];
        let indicators = line.strip_prefix(['|', '>'])?;
        let word = indicators.split([' ', '\t', '\r', '\n']).next()?;
        Some(Self {
            numbered: word.contains(|c: char| c.is_ascii_digit()),
            content: start + line.len(),
        })
    }
}

/// The indentation of the first line that is not whitespace, and the deepest of
/// all lines that the value may have.
fn indents(text: &str, content: usize, value: &str) -> (usize, usize) {
    let lines = text.get(content..).unwrap_or_default().split('\n');
    let count = value.matches('\n').count() + 1;
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let is_empty_line = |line: &&str| {
        line.trim_end_matches('\r')
            .trim_start_matches(' ')
            .is_empty()
    };
    let first = lines
        .clone()
        .find(|line| !is_empty_line(line))
        .map_or(0, indent);
    let deepest = lines.take(count).map(indent).max().unwrap_or_default();
    (first, deepest.max(first))
}

/// Line breaks that are not spelled yet: a folded scalar must see the next
/// line before it knows what they are.
#[derive(Default)]
struct Breaks {
    spans: Vec<Span>,
    /// Whether a content line is before them, and whether it began with whitespace.
    after_text: bool,
    after_whitespace: bool,
}

fn lines(decoder: &mut Decoder<'_, '_>, indent: usize, folds: bool) {
    let mut breaks = Breaks::default();
    while decoder.spelled < decoder.value.len() {
        let rest = decoder.rest();
        let spaces = rest.len() - rest.trim_start_matches(' ').len();
        decoder.skip(spaces.min(indent));
        if decoder.line_break() == 0 {
            if spaces < indent || decoder.rest().is_empty() {
                break;
            }
            let begins_with_whitespace = decoder.rest().starts_with([' ', '\t']);
            breaks.spell(decoder, folds && !begins_with_whitespace);
            breaks.after_text = true;
            breaks.after_whitespace = begins_with_whitespace;
            let rest = decoder.rest();
            let length = rest.find(['\r', '\n']).unwrap_or(rest.len());
            decoder.copy_to(decoder.at + length);
        }
        let start = decoder.at;
        decoder.skip(decoder.line_break());
        breaks.spans.push(Span::new(start, decoder.at));
    }
    breaks.chomp(decoder);
}

impl Breaks {
    /// Spells the breaks between two lines of text; the first one folds.
    fn spell(&mut self, decoder: &mut Decoder<'_, '_>, folds: bool) {
        let folds = folds && self.after_text && !self.after_whitespace;
        match self.spans.as_slice() {
            [single] if folds => decoder.push(" ", *single, false),
            [first, rest @ ..] if folds => {
                let joined = Span::new(first.start, rest.first().map_or(first.end, |b| b.end));
                decoder.push("\n", joined, false);
                for line_break in rest.iter().skip(1) {
                    decoder.push("\n", *line_break, false);
                }
            }
            all => all.iter().for_each(|b| decoder.push("\n", *b, false)),
        }
        self.spans.clear();
    }

    /// Spells as many of the last breaks as the value has left.
    fn chomp(&self, decoder: &mut Decoder<'_, '_>) {
        for line_break in &self.spans {
            if decoder.spelled < decoder.value.len() {
                decoder.push("\n", *line_break, false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_indented_by_the_first_and_by_the_deepest() {
        for (text, value, expected) in [
            ("  a\n    b\n", "a\n  b\n", (2, 4)),
            ("  a\n      b\n        c", "a\n    b", (2, 6)),
            ("    \n  a\n", "\na\n", (2, 4)),
            ("\r\n  a\r\n", "\na\n", (2, 2)),
            ("", "", (0, 0)),
        ] {
            assert_eq!(indents(text, 0, value), expected, "{text:?}");
        }
    }
}
