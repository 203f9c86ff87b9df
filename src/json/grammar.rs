//! The grammar of RFC 8259: where does what begins here end?
//!
//! Each function takes a text and a place in it, and returns the place behind
//! what it names; `None` where it is something else, or nothing.

/// Deeper values are left to serde_json, which has a limit of its own (128).
pub(super) const DEEPEST: u32 = 64;

fn is_whitespace(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

/// Whitespace, if there is any.
#[inline]
pub(super) fn whitespace(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(|&byte| is_whitespace(byte)) {
        at += 1;
    }
    at
}

/// `byte`, perhaps behind whitespace.
#[inline]
pub(super) fn mark(text: &[u8], at: usize, byte: u8) -> Option<usize> {
    if text.get(at) == Some(&byte) {
        return Some(at + 1);
    }
    let at = whitespace(text, at);
    (*text.get(at)? == byte).then_some(at + 1)
}

/// `true`, `false` or `null`.
#[inline]
pub(super) fn word(text: &[u8], at: usize, word: &str) -> Option<usize> {
    let found = text.get(at..)?.starts_with(word.as_bytes());
    found.then_some(at + word.len())
}

/// A string whose first quote is behind us, and whether it has escapes.
#[inline]
pub(super) fn string(text: &[u8], mut at: usize) -> Option<(usize, bool)> {
    let mut is_escaped = false;
    loop {
        while let Some(eight) = text.get(at..)?.first_chunk() {
            let marks = special(u64::from_le_bytes(*eight));
            if marks != 0 {
                at += (marks.trailing_zeros() / 8) as usize;
                break;
            }
            at += 8;
        }
        match *text.get(at)? {
            b'"' => return Some((at + 1, is_escaped)),
            b'\\' => {
                at = escape(text, at + 1)?;
                is_escaped = true;
            }
            0..0x20 => return None,
            // Among the last bytes of the text, which are fewer than eight.
            _ => at += 1,
        }
    }
}

/// An escape whose backslash is behind us.
fn escape(text: &[u8], at: usize) -> Option<usize> {
    match text.get(at..)? {
        [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => Some(at + 1),
        [b'u', digits @ ..] => {
            let four = digits.first_chunk::<4>()?;
            four.iter().all(u8::is_ascii_hexdigit).then_some(at + 5)
        }
        _ => None,
    }
}

/// Marks quotes, backslashes and control characters among eight bytes by their
/// highest bits.
///
/// No sum of seven bits and what is added to them has more than eight, so that
/// each byte is on its own. The highest bit of a sum is set for all but one
/// letter, or from the space on; bytes beyond ASCII have theirs set.
#[inline]
fn special(eight: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = EACH << 7;
    let seven_bits = eight & !HIGHEST;
    let is_other = |byte: u8| (seven_bits ^ (EACH * u64::from(byte))) + EACH * 0x7f;
    let is_printed = seven_bits + EACH * (0x80 - 0x20);
    let plain = (is_other(b'"') & is_other(b'\\') & is_printed) | eight;
    !plain & HIGHEST
}

/// A number.
pub(super) fn number(text: &[u8], at: usize) -> Option<usize> {
    let has = |at: usize, bytes: &[u8]| text.get(at).is_some_and(|byte| bytes.contains(byte));
    let digits = |at: usize| {
        let rest = text.get(at..)?;
        let count = rest.iter().take_while(|it| it.is_ascii_digit()).count();
        (count > 0).then_some(at + count)
    };
    let at = at + usize::from(has(at, b"-"));
    let mut at = if has(at, b"0") { at + 1 } else { digits(at)? };
    if has(at, b".") {
        at = digits(at + 1)?;
    }
    if has(at, b"eE") {
        let sign = usize::from(has(at + 1, b"+-"));
        at = digits(at + 1 + sign)?;
    }
    Some(at)
}

/// Any value, in one pass and with one bit for each object or list around.
pub(super) fn value(text: &[u8], mut at: usize) -> Option<usize> {
    let (mut depth, mut objects) = (0, 0_u64);
    loop {
        at = match *text.get(at)? {
            b'"' => string(text, at + 1)?.0,
            open @ (b'{' | b'[') if depth < DEEPEST => {
                depth += 1;
                objects = objects << 1 | u64::from(open == b'{');
                at = whitespace(text, at + 1);
                if !matches!(text.get(at)?, b'}' | b']') {
                    at = element(text, at, objects)?;
                    continue;
                }
                // An empty one ends below, as one with elements does.
                at
            }
            b't' => word(text, at, "true")?,
            b'f' => word(text, at, "false")?,
            b'n' => word(text, at, "null")?,
            byte if is_whitespace(byte) => {
                at += 1;
                continue;
            }
            _ => number(text, at)?,
        };
        // With it may end what is around it.
        loop {
            if depth == 0 {
                return Some(at);
            }
            match (*text.get(at)?, objects & 1 == 1) {
                (b',', _) => {
                    at = element(text, at + 1, objects)?;
                    break;
                }
                (b'}', true) | (b']', false) => {
                    at += 1;
                    depth -= 1;
                    objects >>= 1;
                }
                (byte, _) if is_whitespace(byte) => at += 1,
                _ => return None,
            }
        }
    }
}

/// Where the value of an element begins: in an object behind its key.
#[inline]
fn element(text: &[u8], at: usize, objects: u64) -> Option<usize> {
    if objects & 1 == 0 {
        return Some(at);
    }
    let key = mark(text, at, b'"')?;
    mark(text, string(text, key)?.0, b':')
}

#[cfg(test)]
mod tests {
    use super::special;

    #[test]
    fn each_byte_is_marked_on_its_own() {
        for byte in 0..=u8::MAX {
            let is_special = matches!(byte, b'"' | b'\\' | 0..0x20);
            for place in 0..8 {
                for other in [b'x', b' ', 0x7f, 0xff] {
                    let mut eight = [other; 8];
                    eight[place] = byte;
                    let mark = u64::from(is_special) << (8 * place + 7);
                    assert_eq!(special(u64::from_le_bytes(eight)), mark, "{eight:x?}");
                }
            }
        }
    }
}
