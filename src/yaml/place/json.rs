//! Strings of a JSON text (RFC 8259, section 7).

use super::Decoder;
use crate::lint::Span;

/// A string; the decoder is at its first quote. Half of a surrogate pair
/// becomes U+FFFD, as Go reads it.
pub(super) fn string(decoder: &mut Decoder<'_, '_>) -> Option<()> {
    if decoder.peek()? != '"' {
        return None;
    }
    decoder.skip(1);
    let first = decoder.at;
    loop {
        let rest = decoder.rest();
        decoder.copy_to(decoder.at + rest.find(['"', '\\'])?);
        if decoder.peek()? == '"' {
            decoder.body = Span::new(first, decoder.at);
            decoder.skip(1);
            return Some(());
        }
        let start = decoder.at;
        let (spelled, length) = escape(decoder.rest())?;
        decoder.skip(length);
        decoder.replace(start, spelled.encode_utf8(&mut [0; 4]));
    }
}

/// What the escape at the start of `text` spells, and its length.
pub(in crate::yaml) fn escape(text: &str) -> Option<(char, usize)> {
    let spelled = match text.as_bytes().get(1)? {
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(text),
        quoted @ (b'"' | b'\\' | b'/') => char::from(*quoted),
        _ => return None,
    };
    Some((spelled, 2))
}

fn unicode(text: &str) -> Option<(char, usize)> {
    let unit = |at: usize| -> Option<u32> {
        let escape = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(escape, 16).ok()
    };
    let high = unit(0)?;
    if let Some(alone) = char::from_u32(high) {
        return Some((alone, 6));
    }
    let pair = unit(6).filter(|low| high < 0xDC00 && (0xDC00..0xE000).contains(low));
    let code = pair.map(|low| 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00));
    match code.and_then(char::from_u32) {
        Some(both) => Some((both, 12)),
        None => Some((char::REPLACEMENT_CHARACTER, 6)),
    }
}
