//! Bytes of a file as text, and the way back.
//!
//! kubectl reads UTF-8 and UTF-16 with a byte order mark (which `>` of Windows
//! `PowerShell` writes), and ignores comments.

/// The encoding of a file's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[default]
    Utf8,
    /// UTF-16, least significant byte first, with a byte order mark.
    Utf16Le,
    /// UTF-16, most significant byte first, with a byte order mark.
    Utf16Be,
    /// UTF-8 but for bytes in comments, which are read as U+FFFD.
    Lossy,
}

const BINARY: &str = "a binary file";

/// The text of a file; an error is one sentence without a final stop.
pub(super) fn decode(bytes: Vec<u8>) -> Result<(String, Encoding), String> {
    let (text, encoding) = match bytes.as_slice() {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => {
            return Err("the text is UTF-32; UTF-8 and UTF-16 are read".to_owned());
        }
        [0xFF, 0xFE, units @ ..] => (utf16(units, u16::from_le_bytes)?, Encoding::Utf16Le),
        [0xFE, 0xFF, units @ ..] => (utf16(units, u16::from_be_bytes)?, Encoding::Utf16Be),
        _ => utf8(bytes)?,
    };
    if holds_nul(text.as_bytes()) {
        return Err(BINARY.to_owned());
    }
    Ok((text, encoding))
}

/// The bytes of a text; `None` where they are unknown.
pub(super) fn encode(text: &str, encoding: Encoding) -> Option<Vec<u8>> {
    let marked = |to_bytes: fn(u16) -> [u8; 2]| {
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        units.flat_map(to_bytes).collect()
    };
    match encoding {
        Encoding::Utf8 => Some(text.as_bytes().to_vec()),
        Encoding::Utf16Le => Some(marked(u16::to_le_bytes)),
        Encoding::Utf16Be => Some(marked(u16::to_be_bytes)),
        Encoding::Lossy => None,
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, String> {
    let pairs = bytes.chunks_exact(2);
    let whole = pairs.remainder().is_empty();
    let units = pairs.map(|pair| unit([pair[0], pair[1]]));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.ok()
        .filter(|_| whole)
        .ok_or_else(|| "not UTF-16, although it begins with its byte order mark".to_owned())
}

fn utf8(bytes: Vec<u8>) -> Result<(String, Encoding), String> {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Ok((text, Encoding::Utf8)),
        Err(error) => error.into_bytes(),
    };
    if holds_nul(&bytes) {
        return Err(BINARY.to_owned());
    }
    let mut text = String::with_capacity(bytes.len());
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        at += chunk.valid().len();
        if chunk.invalid().is_empty() {
            continue;
        }
        if !in_comment(&text) {
            let line = text.matches('\n').count() + 1;
            return Err(format!(
                "not UTF-8: the byte {at} (line {line}) begins no character"
            ));
        }
        text.push(char::REPLACEMENT_CHARACTER);
        at += chunk.invalid().len();
    }
    Ok((text, Encoding::Lossy))
}

/// Whether what follows `text` is part of a comment, as far as its line shows.
fn in_comment(text: &str) -> bool {
    let line = text.rsplit('\n').next().unwrap_or_default();
    line.trim_start().starts_with('#') || line.contains(" #") || line.contains("\t#")
}

/// Whether the head of a file is binary, by the test that ripgrep uses.
fn holds_nul(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(8000)].contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubectl_reads_is_text_and_goes_back_to_its_bytes() {
        for (bytes, text, encoding) in [
            (&b"a: \xc3\xa9"[..], "a: é", Encoding::Utf8),
            (b"\xff\xfea\0\xe9\0", "aé", Encoding::Utf16Le),
            (b"\xfe\xff\0a\xd8\x34\xdd\x1e", "a𝄞", Encoding::Utf16Be),
        ] {
            let decoded = decode(bytes.to_vec()).unwrap();
            assert_eq!(decoded, (text.to_owned(), encoding));
            assert_eq!(encode(text, encoding).as_deref(), Some(bytes));
        }
        for comment in [&b"# caf\xe9\na: 1"[..], b"a: 1 # caf\xe9\n"] {
            let (text, encoding) = decode(comment.to_vec()).unwrap();
            assert!(text.contains('\u{fffd}'));
            assert_eq!(encode(&text, encoding), None);
        }
    }

    #[test]
    fn binary_files_and_utf_32_are_reported() {
        for (bytes, message) in [
            (&b"a: \0"[..], "a binary file"),
            (b"\0\xff", "a binary file"),
            (
                b"\xff\xfe\0\0a\0\0\0",
                "the text is UTF-32; UTF-8 and UTF-16 are read",
            ),
            (
                b"\xff\xfea",
                "not UTF-16, although it begins with its byte order mark",
            ),
            (
                b"\xff\xfe\0\xd8",
                "not UTF-16, although it begins with its byte order mark",
            ),
            (
                b"a: 1\nb: \xe9",
                "not UTF-8: the byte 8 (line 2) begins no character",
            ),
            (
                b"# \xe9\xe9\na: \xe9",
                "not UTF-8: the byte 8 (line 2) begins no character",
            ),
        ] {
            assert_eq!(decode(bytes.to_vec()), Err(message.to_owned()));
        }
    }
}
