//! How messages quote what the user wrote, and how they suggest.

use std::error::Error;
use std::iter;

use super::meter;

/// Quoted text is cut after this many characters.
const LONGEST_QUOTE: usize = 40;

/// `text` between single quotes, safe to print anywhere: cut after 40
/// characters with `…`, quotes and backslashes escaped, and so is what is
/// invisible or turns the direction of writing.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len().min(3 * LONGEST_QUOTE) + 2);
    quoted.push('\'');
    for (count, c) in text.chars().enumerate() {
        if count == LONGEST_QUOTE {
            quoted.push('…');
            break;
        }
        push_escaped(&mut quoted, c);
    }
    quoted.push('\'');
    quoted
}

/// The whole of `text`, as [`quote`] writes it, without the quotes.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    text.chars().for_each(|c| push_escaped(&mut escaped, c));
    escaped
}

fn push_escaped(out: &mut String, c: char) {
    if matches!(c, '\'' | '\\') || is_invisible(c) {
        out.extend(c.escape_default());
    } else {
        out.push(c);
    }
}

/// `text` with everything that a terminal would obey or not draw escaped.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for c in text.chars() {
        if is_invisible(c) {
            printable.extend(c.escape_default());
        } else {
            printable.push(c);
        }
    }
    printable
}

/// An error with its causes on one line, each once.
#[must_use]
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let causes = iter::successors(error.source(), |&error| error.source());
    for cause in causes.map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// Control characters, and those that are not drawn or that turn the
/// direction of writing (Unicode Standard Annex 9, explicit formatting).
#[must_use]
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{a0}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
            | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}'
            | '\u{3000}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// No longer words are compared, in characters: no name in Kubernetes is longer
/// (`k8s.io/apimachinery/pkg/util/validation`), and comparing takes time and
/// memory in proportion to the square of the length.
const LONGEST_COMPARED: usize = 253;

/// The one of `known` that `word` was probably intended to be: equal but for case
/// and `-_`, or within a Damerau-Levenshtein distance of a third of its length
/// (at least 1). Nothing where two are equally near, or for a word longer than
/// any name.
#[must_use]
pub fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let length = word.chars().count();
    if length > LONGEST_COMPARED {
        return None;
    }
    let furthest = (length / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    let mut tied = false;
    for candidate in known {
        meter::spend(1);
        if simplify(candidate).eq(simplify(word)) {
            return Some(candidate);
        }
        // No two words are nearer than their lengths.
        if candidate.chars().count().abs_diff(length) > furthest
            || distance_by_letters(word, candidate) > furthest
        {
            continue;
        }
        meter::spend(length * length / 16);
        let distance = strsim::damerau_levenshtein(word, candidate);
        if distance > furthest {
            continue;
        }
        match best {
            Some((nearest, _)) if distance > nearest => {}
            Some((nearest, same)) if distance == nearest => tied |= same != candidate,
            _ => (best, tied) = (Some((distance, candidate)), false),
        }
    }
    best.filter(|_| !tied).map(|(_, candidate)| candidate)
}

/// A number of edits that two words need at least, counted letter by letter:
/// an edit takes at most one letter away and brings at most one, and a swap
/// none. Most words are distinguished by it, at a fraction of the cost.
pub(crate) fn distance_by_letters(one: &str, other: &str) -> usize {
    let mut counts = [0_i32; 32];
    // Letters that share a count make the number smaller, never larger.
    let bucket = |c: char| c as usize % 32;
    one.chars().for_each(|c| counts[bucket(c)] += 1);
    other.chars().for_each(|c| counts[bucket(c)] -= 1);
    let surplus = |sign: i32| -> i32 { counts.iter().map(|n| (n * sign).max(0)).sum() };
    surplus(1).max(surplus(-1)).unsigned_abs() as usize
}

fn simplify(word: &str) -> impl Iterator<Item = char> {
    word.chars()
        .filter(|c| !matches!(c, '-' | '_'))
        .flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_safe_to_print() {
        for (text, quoted) in [
            ("tea", "'tea'"),
            ("", "''"),
            ("it's", r"'it\'s'"),
            ("a\nb\u{7}", r"'a\nb\u{7}'"),
            ("a\u{202e}b", r"'a\u{202e}b'"),
            ("päth", "'päth'"),
        ] {
            assert_eq!(quote(text), quoted);
        }
        let long = "x".repeat(41);
        assert_eq!(quote(&long), format!("'{}…'", "x".repeat(40)));
        assert_eq!(quote(&long[1..]), format!("'{}'", "x".repeat(40)));
    }

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Caused {
        text: &'static str,
        source: Option<Box<Caused>>,
    }

    #[test]
    fn causes_are_told_once() {
        for (texts, told) in [
            (&["no connection"][..], "no connection"),
            (&["no connection", "a", "b"], "no connection: a: b"),
            (&["no connection: a", "a", "b"], "no connection: a: b"),
        ] {
            let caused = texts.iter().rev().fold(None, |source, &text| {
                let source = source.map(Box::new);
                Some(Caused { text, source })
            });
            assert_eq!(with_causes(&caused.unwrap()), told);
        }
    }

    #[test]
    fn letters_are_never_further_apart_than_words() {
        let words = [
            "",
            "a",
            "tea",
            "eat",
            "äte",
            "expires",
            "expirse",
            "domain",
            "httponly",
            "http-only",
            "aaaa",
            "path",
            "\u{4e2d}",
            "tea-svc",
            "coffee-svc",
        ];
        for (a, b) in words.iter().flat_map(|a| words.map(|b| (*a, b))) {
            let least = distance_by_letters(a, b);
            let distance = strsim::damerau_levenshtein(a, b);
            assert!(least <= distance, "{a} {b}: {least} > {distance}");
        }
        let far = distance_by_letters("domain", "expires");
        assert_eq!((far, distance_by_letters("tea", "eat")), (6, 0));
    }

    #[test]
    fn suggestions_are_near_and_single() {
        let parameters = [
            "expires", "domain", "httponly", "secure", "samesite", "path",
        ];
        for (word, expected) in [
            ("expire", Some("expires")),
            ("HttpOnly", Some("httponly")),
            ("http-only", Some("httponly")),
            ("sceure", Some("secure")),
            ("pth", Some("path")),
            ("partitioned", None),
            ("", None),
        ] {
            assert_eq!(did_you_mean(word, parameters), expected, "{word}");
        }
        for known in [["coffee-svc1", "coffee-abc"], ["coffee-abc", "coffee-svc1"]] {
            assert_eq!(did_you_mean("coffee-svc", known), Some("coffee-svc1"));
        }
        assert_eq!(did_you_mean("tea-svc-3", ["tea-svc-1", "tea-svc-2"]), None);
        assert_eq!(
            did_you_mean("tea-scv", ["coffee-svc", "tea-svc"]),
            Some("tea-svc")
        );
    }
}
