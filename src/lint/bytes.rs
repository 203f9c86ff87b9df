//! Sets of bytes: most texts are plain, and one look shows it.

/// A set of bytes.
pub(crate) struct ByteSet([bool; 256]);

impl ByteSet {
    /// The bytes of `bytes`.
    pub(crate) const fn of(bytes: &[u8]) -> Self {
        let mut set = [false; 256];
        let mut index = 0;
        while index < bytes.len() {
            set[bytes[index] as usize] = true;
            index += 1;
        }
        Self(set)
    }

    /// The same, with all bytes from one to another, both included.
    pub(crate) const fn and(mut self, first: u8, last: u8) -> Self {
        let mut byte = first as usize;
        while byte <= last as usize {
            self.0[byte] = true;
            byte += 1;
        }
        self
    }

    /// Whether a byte is in the set.
    pub(crate) const fn has(&self, byte: u8) -> bool {
        self.0[byte as usize]
    }

    /// Whether a byte of `text` is in the set. None ends the search: without a
    /// branch for each, the whole text takes less than most of it would.
    pub(crate) fn meets(&self, text: &str) -> bool {
        text.bytes()
            .fold(false, |found, byte| found | self.has(byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_meets_a_set_in_any_of_its_bytes() {
        const SET: ByteSet = ByteSet::of(b"#\xff").and(0, 0x1f).and(0x80, 0x80);
        for (text, meets) in [
            ("", false),
            ("tea", false),
            ("#", true),
            ("tea\u{1f}", true),
            ("\0tea", true),
            ("tea ", false),
            ("\u{7f}", false),
            ("\u{100}", true),
            ("\u{ff}", false),
        ] {
            assert_eq!(SET.meets(text), meets, "{text:?}");
        }
        assert!(SET.has(0xff) && !SET.has(0xfe));
    }
}
