//! A guard before the parser: within brackets it visits every open one for
//! each word it reads, so a text of brackets alone would take hours.

use super::error::Error;
use super::split::Document;
use crate::lint::Span;

/// More open brackets than this are refused unread.
const MOST_OPEN: usize = 1000;

/// Refuses a document with more than [`MOST_OPEN`] brackets that nothing closes.
///
/// The count is coarse (it sees the brackets in quotes and comments), but a
/// block scalar's lines are left out, so what people embed does not count.
pub(super) fn check(document: &Document<'_>) -> Result<(), Error> {
    let text = document.own_text();
    let is_opening = |byte: &u8| matches!(byte, b'[' | b'{');
    if text
        .as_bytes()
        .iter()
        .filter(|byte| is_opening(byte))
        .count()
        <= MOST_OPEN
    {
        return Ok(());
    }
    let mut open = 0_usize;
    let mut block: Option<usize> = None;
    let mut start = document.range.start;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let is_empty = line.trim().is_empty();
        if block.is_some_and(|outer| !is_empty && indent <= outer) {
            block = None;
        }
        if block.is_none() {
            for (at, byte) in line.bytes().enumerate() {
                match byte {
                    b'[' | b'{' => open += 1,
                    b']' | b'}' => open = open.saturating_sub(1),
                    _ => {}
                }
                if open > MOST_OPEN {
                    let message = format!("more than {MOST_OPEN} brackets are open at once");
                    return Err(Error::new(Span::new(start + at, start + at + 1), message));
                }
            }
            block = (open == 0 && opens_block(line)).then_some(indent);
        }
        start += line.len();
    }
    Ok(())
}

/// Whether a line ends in a block scalar's header.
fn opens_block(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or(line).trim_end();
    let header = line.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
    header.ends_with(['|', '>'])
}

#[cfg(test)]
mod tests {
    use super::super::documents;
    use super::*;

    #[test]
    fn only_what_would_take_forever_is_refused() {
        let open = "[".repeat(MOST_OPEN + 1);
        let balanced = "[]{}".repeat(MOST_OPEN);
        for (text, refused) in [
            (open.clone(), true),
            (format!("a: |\n  {open}\n"), false),
            (format!("a: |2- # x\n  {open}\nb: [\n"), false),
            (format!("a: |\n  x\nb: {open}\n"), true),
            (format!("a:\n  {open}\n"), true),
            (balanced, false),
            (
                format!("a-long-name: |\n{}", "  [\n".repeat(1 + MOST_OPEN)),
                false,
            ),
        ] {
            let document = documents(&text).next().unwrap();
            assert_eq!(check(&document).is_err(), refused, "{text:.20}");
        }
    }
}
