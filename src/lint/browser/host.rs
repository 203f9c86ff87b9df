//! Hosts as a browser writes them.

use std::borrow::Cow;

/// No label has more bytes than this before it is encoded; what has is left alone.
const LONGEST_LABEL: usize = 256;

/// `host` in lower case, with labels beyond ASCII in Punycode.
pub(super) fn canonical(host: &str) -> Cow<'_, str> {
    if !host
        .bytes()
        .any(|b| b.is_ascii_uppercase() || !b.is_ascii())
    {
        return Cow::Borrowed(host);
    }
    let labels = host.split('.').map(|label| {
        let label = label.to_lowercase();
        if label.is_ascii() || label.len() > LONGEST_LABEL {
            return label;
        }
        format!("xn--{}", punycode(&label))
    });
    Cow::Owned(labels.collect::<Vec<_>>().join("."))
}

/// Four decimal numbers below 256: an IPv4 address as browsers write it.
pub(super) fn is_ip(host: &str) -> bool {
    let numbers = host.split('.');
    let is_number =
        |part: &str| part.bytes().all(|b| b.is_ascii_digit()) && part.parse::<u8>().is_ok();
    numbers.clone().count() == 4 && numbers.clone().all(is_number)
}

/// Whether browsers trust the host without TLS: `localhost`, what lies below
/// it, and 127.0.0.0/8 (Secure Contexts, section 3.1).
pub(super) fn is_local(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    host == "localhost" || host.ends_with(".localhost") || (is_ip(host) && host.starts_with("127."))
}

/// The host and each of its parent domains.
pub(super) fn and_parents(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |host| {
        host.split_once('.').map(|(_, parent)| parent)
    })
}

/// One label in Punycode (RFC 3492, section 6.3).
fn punycode(label: &str) -> String {
    let mut out: String = label.chars().filter(char::is_ascii).collect();
    let basic = u32::try_from(out.len()).unwrap_or(u32::MAX);
    if basic > 0 {
        out.push('-');
    }
    let (mut n, mut delta, mut bias, mut written) = (128_u32, 0_u32, 72_u32, basic);
    while let Some(next) = label.chars().map(u32::from).filter(|&c| c >= n).min() {
        delta = delta.wrapping_add((next - n).wrapping_mul(written + 1));
        n = next;
        for c in label.chars().map(u32::from) {
            if c < n {
                delta = delta.wrapping_add(1);
            } else if c == n {
                push_number(&mut out, delta, bias);
                bias = adapt(delta, written + 1, written == basic);
                delta = 0;
                written += 1;
            }
        }
        delta = delta.wrapping_add(1);
        n += 1;
    }
    out
}

/// A number of variable length (RFC 3492, section 6.3).
fn push_number(out: &mut String, number: u32, bias: u32) {
    let (mut q, mut k) = (number, 36);
    loop {
        let t = k.clamp(bias + 1, bias + 26) - bias;
        if q < t {
            out.push(digit(q));
            return;
        }
        out.push(digit(t + (q - t) % (36 - t)));
        q = (q - t) / (36 - t);
        k += 36;
    }
}

fn digit(value: u32) -> char {
    char::from_digit((value + 10) % 36, 36).unwrap_or('0')
}

/// The next bias (RFC 3492, section 6.1).
fn adapt(delta: u32, points: u32, first: bool) -> u32 {
    let mut delta = delta / if first { 700 } else { 2 };
    delta += delta / points;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
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
