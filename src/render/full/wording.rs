//! Messages in the dress of a drawing: backticks for quotes.

/// The text before a value that is quoted as YAML has it.
const KEY: &str = "/sticky-cookie-services: ";

/// `message` with its quoted texts between backticks, as rustc writes them.
/// A quote mark inside such a text comes escaped ([`crate::lint::text::quote`])
/// and is unescaped. What is not closed stays as it is.
pub(super) fn backticks(message: &str) -> String {
    let mut dressed = String::with_capacity(message.len());
    let mut rest = message;
    while let Some((before, opened)) = rest.split_once('\'') {
        dressed.push_str(before);
        let Some(end) = closing_quote(opened) else {
            dressed.push('\'');
            rest = opened;
            continue;
        };
        if dressed.ends_with(KEY) {
            // A key with its value is YAML, to be copied as it is.
            dressed.push_str(&rest[before.len()..=before.len() + 1 + end]);
            rest = &opened[end + 1..];
            continue;
        }
        dressed.push('`');
        dressed.push_str(&opened[..end].replace("\\'", "'"));
        dressed.push('`');
        rest = &opened[end + 1..];
    }
    dressed.push_str(rest);
    dressed
}

/// The place of the first quote mark without a backslash before it.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == b'\'' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_become_backticks() {
        for (message, dressed) in [
            ("unknown parameter 'expire'", "unknown parameter `expire`"),
            ("'a' or 'b'", "`a` or `b`"),
            (r"quote in 'it\'s'", "quote in `it's`"),
            (r"backslash in 'a\\'", r"backslash in `a\\`"),
            ("nothing", "nothing"),
            ("open 'end", "open 'end"),
            ("empty ''", "empty ``"),
            (
                "write nginx.org/sticky-cookie-services: 'serviceName=a b'; see 'c'",
                "write nginx.org/sticky-cookie-services: 'serviceName=a b'; see `c`",
            ),
        ] {
            assert_eq!(backticks(message), dressed);
        }
    }
}
