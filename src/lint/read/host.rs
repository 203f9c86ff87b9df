//! Hosts as a browser writes them.

use std::borrow::Cow;

use idna::AsciiDenyList;

use crate::lint::meter;

/// `host` in lower case, with labels beyond ASCII in Punycode (UTS #46, as the
/// URL Standard's domain to ASCII has it). What cannot be converted stays.
pub(crate) fn canonical(host: &str) -> Cow<'_, str> {
    meter::spend_on(host);
    if host.is_ascii() {
        return if host.bytes().any(|b| b.is_ascii_uppercase()) {
            Cow::Owned(host.to_ascii_lowercase())
        } else {
            Cow::Borrowed(host)
        };
    }
    idna::domain_to_ascii_cow(host.as_bytes(), AsciiDenyList::URL).unwrap_or(Cow::Borrowed(host))
}

/// Four decimal numbers below 256: an IPv4 address as browsers write it.
pub(crate) fn is_ip(host: &str) -> bool {
    let mut numbers = host.split('.');
    let is_number =
        |part: &str| part.bytes().all(|b| b.is_ascii_digit()) && part.parse::<u8>().is_ok();
    (0..4).all(|_| numbers.next().is_some_and(is_number)) && numbers.next().is_none()
}

/// Whether browsers trust the host without TLS: `localhost`, what lies below
/// it, and 127.0.0.0/8 (Secure Contexts, section 3.1).
pub(crate) fn is_local(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    host == "localhost" || host.ends_with(".localhost") || (is_ip(host) && host.starts_with("127."))
}

/// The host and each of its parent domains.
pub(crate) fn and_parents(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |host| {
        meter::spend(1);
        host.split_once('.').map(|(_, parent)| parent)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_written_one_way() {
        for (host, expected) in [
            ("cafe.example.com", "cafe.example.com"),
            ("CAFE.example.COM", "cafe.example.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("BÜCHER.Example", "xn--bcher-kva.example"),
            ("münchen.de", "xn--mnchen-3ya.de"),
            ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
            ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
            ("*.example.com", "*.example.com"),
            ("bu\u{308}cher.example", "xn--bcher-kva.example"),
            ("straße.de", "xn--strae-oqa.de"),
            ("ΣΊΣΥΦΟΣ.gr", "xn--kxa6akbbkh.gr"),
            ("ｃafe。example．com", "cafe.example.com"),
            ("ca\u{ad}fe.example.com", "cafe.example.com"),
            ("\u{a0}cafe.example.com", "\u{a0}cafe.example.com"),
        ] {
            assert_eq!(canonical(host), expected);
        }
    }

    #[test]
    fn addresses() {
        for (host, ip, local) in [
            ("127.0.0.1", true, true),
            ("10.0.0.5", true, false),
            ("10.0.0", false, false),
            ("10.0.0.256", false, false),
            ("10.0.0.+5", false, false),
            ("localhost", false, true),
            ("cafe.localhost", false, true),
            ("localhost.localdomain", false, false),
            ("cafe.local", false, false),
        ] {
            assert_eq!((is_ip(host), is_local(host)), (ip, local), "{host}");
        }
    }

    #[test]
    fn parents() {
        let hosts: Vec<_> = and_parents("a.b.c").collect();
        assert_eq!(hosts, ["a.b.c", "b.c", "c"]);
    }
}
