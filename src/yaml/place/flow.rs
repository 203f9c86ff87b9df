//! Plain and quoted scalars: their lines fold (YAML 1.2.2, sections 7.3 and 6.5).

use super::Decoder;
use crate::lint::Span;

/// A plain scalar that ends at `end`.
pub(super) fn plain(decoder: &mut Decoder<'_, '_>, end: usize) {
    while decoder.at < end {
        let rest = Span::new(decoder.at, end).of(decoder.text);
        let length = rest.find(['\r', '\n']).unwrap_or(rest.len());
        let line = &rest[..length];
        decoder.copy_to(decoder.at + line.trim_end_matches([' ', '\t']).len());
        if length < rest.len() {
            fold(decoder);
        }
    }
}

/// A quoted scalar; the decoder is at its first quote.
pub(super) fn quoted(decoder: &mut Decoder<'_, '_>, quote: char) -> Option<()> {
    if decoder.peek()? != quote {
        return None;
    }
    decoder.skip(1);
    let start = decoder.at;
    while let Some(c) = decoder.peek() {
        match c {
            '\'' if quote == '\'' && decoder.rest().starts_with("''") => {
                let from = decoder.at;
                decoder.skip(2);
                decoder.replace(from, "'");
            }
            _ if c == quote => {
                decoder.body = Span::new(start, decoder.at);
                decoder.skip(1);
                return Some(());
            }
            '\\' if quote == '"' => escape(decoder)?,
            ' ' | '\t' | '\r' | '\n' => whitespace(decoder),
            _ => {
                let special = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n' | '\\' | '\'' | '"');
                let rest = decoder.rest();
                let more = rest[c.len_utf8()..].find(special);
                let length = more.map_or(rest.len(), |more| c.len_utf8() + more);
                decoder.copy_to(decoder.at + length);
            }
        }
    }
    None
}

/// Spaces within a line are kept; before a line break they fold
/// away with it.
fn whitespace(decoder: &mut Decoder<'_, '_>) {
    let rest = decoder.rest();
    let length = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    if rest[length..].starts_with(['\r', '\n']) {
        fold(decoder);
    } else {
        decoder.copy_to(decoder.at + length);
    }
}

/// A line break with the whitespace around it: one is a space, of several the
/// first vanishes.
fn fold(decoder: &mut Decoder<'_, '_>) {
    let start = decoder.at;
    let breaks = skip_breaks(decoder);
    if breaks == 1 {
        decoder.replace(start, " ");
    } else {
        decoder.replace(start, &"\n".repeat(breaks - 1));
    }
}

/// Skips whitespace and line breaks, and counts the breaks.
fn skip_breaks(decoder: &mut Decoder<'_, '_>) -> usize {
    let mut breaks = 0;
    loop {
        let length = decoder.line_break();
        if length > 0 {
            breaks += 1;
            decoder.skip(length);
        } else if matches!(decoder.peek(), Some(' ' | '\t')) {
            decoder.skip(1);
        } else {
            return breaks;
        }
    }
}

/// An escape of a double-quoted scalar (YAML 1.2.2, section 5.7).
fn escape(decoder: &mut Decoder<'_, '_>) -> Option<()> {
    let start = decoder.at;
    decoder.skip(1);
    if decoder.line_break() > 0 {
        // An escaped line break vanishes; empty lines behind it do not.
        let breaks = skip_breaks(decoder);
        decoder.replace(start, &"\n".repeat(breaks - 1));
        return Some(());
    }
    let kind = decoder.peek()?;
    decoder.skip(kind.len_utf8());
    let spelled = match kind {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        'x' => hexadecimal(decoder, 2)?,
        'u' => hexadecimal(decoder, 4)?,
        'U' => hexadecimal(decoder, 8)?,
        itself => itself,
    };
    decoder.replace(start, spelled.encode_utf8(&mut [0; 4]));
    Some(())
}

fn hexadecimal(decoder: &mut Decoder<'_, '_>, digits: usize) -> Option<char> {
    let code = u32::from_str_radix(decoder.rest().get(..digits)?, 16).ok()?;
    decoder.skip(digits);
    char::from_u32(code)
}
