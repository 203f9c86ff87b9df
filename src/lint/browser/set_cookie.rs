//! How a browser reads a Set-Cookie header.
//!
//! Source: RFC 6265bis, section 5.6, with what Chromium 156 was seen to do
//! beyond it: a TAB inside a name or a value refuses the cookie as well.

use super::date;

/// The most bytes that a name and its value may have together (RFC 6265bis, 5.6).
pub(super) const MAX_PAIR: usize = 4096;
/// The most bytes of an attribute's value; a longer one is ignored (RFC 6265bis, 5.6).
pub(super) const MAX_ATTRIBUTE: usize = 1024;

/// A cookie as a browser understands it, before it looks at where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Received<'t> {
    /// The name; empty where the first part has no equals sign.
    pub(super) name: &'t str,
    /// The value.
    pub(super) value: &'t str,
    /// `max-age`, else `expires`.
    pub(super) life: Option<Life>,
    /// `domain`, even if empty.
    pub(super) domain: Option<Attribute<'t>>,
    /// `path`, even if relative.
    pub(super) path: Option<Attribute<'t>>,
    /// `samesite`.
    pub(super) same_site: Option<Attribute<'t>>,
    /// `secure`.
    pub(super) secure: Option<Attribute<'t>>,
    /// `httponly`.
    pub(super) http_only: Option<Attribute<'t>>,
    /// `partitioned`, which nginx does not know but an unquoted `;` can bring in.
    pub(super) partitioned: Option<Attribute<'t>>,
    /// Attributes that are ignored for their length.
    pub(super) oversized: Vec<Attribute<'t>>,
}

/// One attribute. Of several with one name the last counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Attribute<'t> {
    /// The name, as written.
    pub(super) name: &'t str,
    /// The value, blanks taken off.
    pub(super) text: &'t str,
    /// The offset in the header at which the name begins.
    pub(super) offset: usize,
}

/// How long a cookie lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Life {
    /// In seconds from the response on; 0 deletes.
    pub(super) seconds: u64,
    /// The offset in the header of the attribute that says so.
    pub(super) offset: usize,
}

/// Why a browser drops the whole header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A control character, at this offset.
    Control(usize),
    /// Name and value have more than [`MAX_PAIR`] bytes together.
    Oversized,
}

/// Reads the header's value. CR and LF end the line, whatever was meant to follow.
pub(super) fn receive(text: &str) -> Result<Received<'_>, Refusal> {
    if let Some(offset) = text.find('\0') {
        return Err(Refusal::Control(offset));
    }
    let line = text.split(['\r', '\n']).next().unwrap_or_default();
    let mut parts = Parts { line, at: 0 };
    let mut received = Received::default();
    let first = parts.next().unwrap_or_default();
    check_controls(&first)?;
    (received.name, received.value) = if first.has_value {
        (first.attribute.name, first.attribute.text)
    } else {
        ("", first.attribute.name)
    };
    if received.name.len() + received.value.len() > MAX_PAIR {
        return Err(Refusal::Oversized);
    }
    let mut expires = None;
    for part in parts {
        check_controls(&part)?;
        received.attribute(part.attribute, &mut expires);
    }
    received.life = received.life.or(expires);
    Ok(received)
}

impl<'t> Received<'t> {
    fn attribute(&mut self, attribute: Attribute<'t>, expires: &mut Option<Life>) {
        if attribute.text.len() > MAX_ATTRIBUTE {
            self.oversized.push(attribute);
            return;
        }
        let is = |name: &str| attribute.name.eq_ignore_ascii_case(name);
        let life = |seconds| Life {
            seconds,
            offset: attribute.offset,
        };
        if is("max-age") {
            self.life = max_age(attribute.text).map(life).or(self.life);
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

    /// The path that counts: one that begins with a slash (RFC 6265bis, 5.6.4).
    pub(super) fn absolute_path(&self) -> Option<&'t str> {
        let text = self.path?.text;
        text.starts_with('/').then_some(text)
    }

    /// The domain that counts: one that is not empty (RFC 6265bis, 5.6.3).
    pub(super) fn domain_text(&self) -> Option<&'t str> {
        let text = self.domain?.text;
        (!text.is_empty()).then_some(text)
    }
}

fn check_controls(part: &Part<'_>) -> Result<(), Refusal> {
    let Attribute { name, text, offset } = part.attribute;
    let refused = [name, text]
        .iter()
        .any(|text| text.bytes().any(|b| b.is_ascii_control()));
    if refused {
        Err(Refusal::Control(offset))
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

/// What stands between two semicolons.
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
        let blanks = name.len() - name.trim_start_matches(is_blank).len();
        Some(Part {
            attribute: Attribute {
                name: name.trim_matches(is_blank),
                text: text.trim_matches(is_blank),
                offset: start + blanks,
            },
            has_value: sign.is_some(),
        })
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
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
            let received = receive(text).unwrap();
            assert_eq!((received.name, received.value), (name, value), "{text:?}");
        }
    }

    #[test]
    fn the_last_attribute_of_a_name_counts() {
        let received = receive("a=1; Path=/x; domain=b; PATH = /y ;SECURE; domain=c").unwrap();
        assert_eq!(received.absolute_path(), Some("/y"));
        assert_eq!(received.domain_text(), Some("c"));
        assert_eq!(received.path.unwrap().offset, 24);
        assert!(received.secure.is_some() && received.http_only.is_none());
    }

    #[test]
    fn attributes_that_are_ignored() {
        let long = format!("a=1; path=/a; path=/{}", "p".repeat(MAX_ATTRIBUTE));
        let received = receive(&long).unwrap();
        assert_eq!(received.absolute_path(), Some("/a"));
        assert_eq!(received.oversized.len(), 1);
        let long = format!("a=1; path=/{}", "p".repeat(MAX_ATTRIBUTE - 1));
        assert!(receive(&long).unwrap().absolute_path().is_some());
        assert_eq!(receive("a=1; path=tea").unwrap().absolute_path(), None);
        assert_eq!(receive("a=1; domain=").unwrap().domain_text(), None);
        let cut = receive("a=1; path=/\nX: 1; secure").unwrap();
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
            let life = receive(&text).unwrap().life;
            assert_eq!(life.map(|life| life.seconds), seconds, "{text}");
        }
    }

    #[test]
    fn refusals() {
        let fits = format!("{}={DIGITS}; path=/", "n".repeat(MAX_PAIR - 32));
        assert!(receive(&fits).is_ok());
        let oversized = format!("n{fits}");
        assert_eq!(receive(&oversized), Err(Refusal::Oversized));
        for (text, offset) in [
            ("s\u{7f}v=1", 0),
            ("s\tv=1", 0),
            ("s=1; path=/a\u{1}b", 5),
            ("s=1; path=/\0", 11),
            ("s\0=1", 1),
        ] {
            assert_eq!(receive(text), Err(Refusal::Control(offset)), "{text:?}");
        }
    }
}
