//! How a browser reads a Set-Cookie header.
//!
//! Source: RFC 6265bis, section 5.6, with what Chromium 156 was seen to do
//! beyond it: a TAB inside a name or a value refuses the cookie as well.

use super::date;
use crate::lint::bytes::ByteSet;

/// The most bytes that a name and its value may have together (RFC 6265bis, 5.6).
pub const MAX_PAIR: usize = 4096;
/// The most bytes of an attribute's value; a longer one is ignored (RFC 6265bis, 5.6).
pub const MAX_ATTRIBUTE: usize = 1024;

/// The control characters of ASCII.
const CONTROLS: ByteSet = ByteSet::of(b"\x7f").and(0, 0x1f);

/// A cookie as a browser understands it, before it checks where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParsedCookie<'t> {
    /// The name; empty where the first part has no equals sign.
    pub name: &'t str,
    /// The value.
    pub value: &'t str,
    /// `max-age`, else `expires`.
    pub lifetime: Option<Lifetime>,
    /// `domain`, even if empty.
    pub domain: Option<Attribute<'t>>,
    /// `path`, even if relative.
    pub path: Option<Attribute<'t>>,
    /// `samesite`.
    pub same_site: Option<Attribute<'t>>,
    /// `secure`.
    pub secure: Option<Attribute<'t>>,
    /// `httponly`.
    pub http_only: Option<Attribute<'t>>,
    /// `partitioned`, which nginx does not know but an unquoted `;` can bring in.
    pub partitioned: Option<Attribute<'t>>,
    /// Attributes that are ignored for their length.
    pub oversized: Vec<Attribute<'t>>,
}

/// One attribute. Of several with one name the last counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attribute<'t> {
    /// The name, as written.
    pub name: &'t str,
    /// The value, whitespace trimmed.
    pub text: &'t str,
    /// The offset in the header at which the name begins.
    pub offset: usize,
}

/// How long a cookie lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// In seconds from the response on; 0 deletes.
    pub seconds: u64,
    /// The offset in the header of the attribute that causes it.
    pub offset: usize,
}

/// Why a browser drops the whole header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// A control character, at this offset.
    #[error("the header has a control character")]
    Control(usize),
    /// Name and value have more than [`MAX_PAIR`] bytes together.
    #[error("name and value have more than {MAX_PAIR} bytes together")]
    Oversized,
}

/// Reads the header's value. CR and LF end the line, whatever was intended to follow.
pub(super) fn parse(text: &str) -> Result<ParsedCookie<'_>, Rejection> {
    // Most headers have no control character, and their parts need no look.
    let is_plain = !CONTROLS.meets(text);
    let line = if is_plain { text } else { first_line(text)? };
    let mut parts = Parts { line, at: 0 };
    let mut parsed = ParsedCookie::default();
    let first = parts.next().unwrap_or_default();
    check_controls(&first, is_plain)?;
    (parsed.name, parsed.value) = if first.has_value {
        (first.attribute.name, first.attribute.text)
    } else {
        ("", first.attribute.name)
    };
    if parsed.name.len() + parsed.value.len() > MAX_PAIR {
        return Err(Rejection::Oversized);
    }
    let mut expires = None;
    for part in parts {
        check_controls(&part, is_plain)?;
        parsed.attribute(part.attribute, &mut expires);
    }
    parsed.lifetime = parsed.lifetime.or(expires);
    Ok(parsed)
}

impl<'t> ParsedCookie<'t> {
    fn attribute(&mut self, attribute: Attribute<'t>, expires: &mut Option<Lifetime>) {
        if attribute.text.len() > MAX_ATTRIBUTE {
            self.oversized.push(attribute);
            return;
        }
        let is = |name: &str| attribute.name.eq_ignore_ascii_case(name);
        let life = |seconds| Lifetime {
            seconds,
            offset: attribute.offset,
        };
        if is("max-age") {
            self.lifetime = max_age(attribute.text).map(life).or(self.lifetime);
        } else if is("expires") {
            *expires = date::life(attribute.text).map(life).or(*expires);
        } else if is("domain") {
            self.domain = Some(attribute);
        } else if is("path") {
            self.path = Some(attribute);
        } else if is("samesite") {
            self.same_site = Some(attribute);
        } else if is("secure") {
            self.secure = Some(attribute);
        } else if is("httponly") {
            self.http_only = Some(attribute);
        } else if is("partitioned") {
            self.partitioned = Some(attribute);
        }
    }

    /// Whether `samesite` has that value, in any case.
    #[must_use]
    pub fn has_same_site(&self, value: &str) -> bool {
        let same_site = self.same_site;
        same_site.is_some_and(|attribute| attribute.text.eq_ignore_ascii_case(value))
    }

    /// The path that counts: one that begins with a slash (RFC 6265bis, 5.6.4).
    #[must_use]
    pub fn absolute_path(&self) -> Option<&'t str> {
        let text = self.path?.text;
        text.starts_with('/').then_some(text)
    }

    /// The domain that counts: one that is not empty (RFC 6265bis, 5.6.3).
    #[must_use]
    pub fn effective_domain(&self) -> Option<&'t str> {
        let text = self.domain?.text;
        (!text.is_empty()).then_some(text)
    }
}

/// What is before the first CR or LF of a text without NUL.
fn first_line(text: &str) -> Result<&str, Rejection> {
    match text.find('\0') {
        Some(offset) => Err(Rejection::Control(offset)),
        None => Ok(text.split(['\r', '\n']).next().unwrap_or_default()),
    }
}

fn check_controls(part: &Part<'_>, is_plain: bool) -> Result<(), Rejection> {
    let Attribute { name, text, offset } = part.attribute;
    if !is_plain && (CONTROLS.meets(name) || CONTROLS.meets(text)) {
        Err(Rejection::Control(offset))
    } else {
        Ok(())
    }
}

/// A number with an optional minus (RFC 6265bis, 5.6.2); what does not fit counts as endless.
fn max_age(text: &str) -> Option<u64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let negative = digits.len() < text.len();
    Some(if negative {
        0
    } else {
        digits.parse().unwrap_or(u64::MAX)
    })
}

/// The text between two semicolons.
#[derive(Default)]
struct Part<'t> {
    attribute: Attribute<'t>,
    has_value: bool,
}

/// The parts of a header, each split at its first equals sign and trimmed.
struct Parts<'t> {
    line: &'t str,
    at: usize,
}

impl<'t> Iterator for Parts<'t> {
    type Item = Part<'t>;

    fn next(&mut self) -> Option<Part<'t>> {
        let rest = self.line.get(self.at..)?;
        let end = rest.bytes().position(|byte| byte == b';');
        let part = &rest[..end.unwrap_or(rest.len())];
        let start = self.at;
        self.at += part.len() + 1;
        let sign = part.bytes().position(|byte| byte == b'=');
        let (name, text) = sign.map_or((part, ""), |at| (&part[..at], &part[at + 1..]));
        Some(Part {
            attribute: Attribute {
                name: trim(name),
                text: trim(text),
                offset: start + whitespace(name.bytes()),
            },
            has_value: sign.is_some(),
        })
    }
}

/// `text` without the spaces and TABs around it.
fn trim(text: &str) -> &str {
    let rest = &text[whitespace(text.bytes())..];
    &rest[..rest.len() - whitespace(rest.bytes().rev())]
}

fn whitespace(bytes: impl Iterator<Item = u8>) -> usize {
    bytes
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGITS: &str = "49d93890628afec4f1964241841ebd2a";

    #[test]
    fn names_and_values() {
        for (text, name, value) in [
            ("srv_id=1", "srv_id", "1"),
            (" srv =1 ; path=/", "srv", "1"),
            ("a=b=1", "a", "b=1"),
            ("=x=1", "", "x=1"),
            ("sv;=1", "", "sv"),
            ("srv_id; x=1", "", "srv_id"),
            ("a b=1", "a b", "1"),
            ("\tsv=1", "sv", "1"),
            ("s\nv=1", "", "s"),
            ("é=1", "é", "1"),
        ] {
            let parsed = parse(text).unwrap();
            assert_eq!((parsed.name, parsed.value), (name, value), "{text:?}");
        }
    }

    #[test]
    fn the_last_attribute_of_a_name_counts() {
        let parsed = parse("a=1; Path=/x; domain=b; PATH = /y ;SECURE; domain=c").unwrap();
        assert_eq!(parsed.absolute_path(), Some("/y"));
        assert_eq!(parsed.effective_domain(), Some("c"));
        assert_eq!(parsed.path.unwrap().offset, 24);
        assert!(parsed.secure.is_some() && parsed.http_only.is_none());
    }

    #[test]
    fn attributes_that_are_ignored() {
        let long = format!("a=1; path=/a; path=/{}", "p".repeat(MAX_ATTRIBUTE));
        let parsed = parse(&long).unwrap();
        assert_eq!(parsed.absolute_path(), Some("/a"));
        assert_eq!(parsed.oversized.len(), 1);
        let long = format!("a=1; path=/{}", "p".repeat(MAX_ATTRIBUTE - 1));
        assert!(parse(&long).unwrap().absolute_path().is_some());
        assert_eq!(parse("a=1; path=tea").unwrap().absolute_path(), None);
        assert_eq!(parse("a=1; domain=").unwrap().effective_domain(), None);
        let cut = parse("a=1; path=/\nX: 1; secure").unwrap();
        assert_eq!((cut.absolute_path(), cut.secure), (Some("/"), None));
    }

    #[test]
    fn life_is_max_age_or_else_expires() {
        for (attributes, seconds) in [
            ("", None),
            ("; max-age=60", Some(60)),
            ("; max-age=0", Some(0)),
            ("; max-age=-5", Some(0)),
            ("; max-age=x", None),
            ("; max-age=99999999999999999999", Some(u64::MAX)),
            ("; expires=Thu, 01-Jan-70 00:00:00 GMT", Some(0)),
            ("; expires=Thu, 01-Jan-70 00:00:00 GMT; max-age=7", Some(7)),
            ("; expires=NOW+60", None),
        ] {
            let text = format!("a=1{attributes}");
            let life = parse(&text).unwrap().lifetime;
            assert_eq!(life.map(|life| life.seconds), seconds, "{text}");
        }
    }

    #[test]
    fn refusals() {
        let fits = format!("{}={DIGITS}; path=/", "n".repeat(MAX_PAIR - 32));
        assert!(parse(&fits).is_ok());
        let oversized = format!("n{fits}");
        assert_eq!(parse(&oversized), Err(Rejection::Oversized));
        for (text, offset) in [
            ("s\u{7f}v=1", 0),
            ("s\tv=1", 0),
            ("s=1; path=/a\u{1}b", 5),
            ("s=1; path=/\0", 11),
            ("s\0=1", 1),
        ] {
            assert_eq!(parse(text), Err(Rejection::Control(offset)), "{text:?}");
        }
    }
}
