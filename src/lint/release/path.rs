//! A rule's path, as a release validates it (NIC, `validatePath` and
//! `ValidatePath` in `internal/k8s/validation.go` and `internal/validation`).

use unicode_general_category::{GeneralCategory, get_general_category};

use super::{Fact, Release, regex};
use crate::lint::bytes::ByteSet;

/// One check of a path: what a path that it refuses does, as the end of a
/// sentence about it, and the fact that says which releases have the check.
struct Check {
    fact: Fact,
    refuses: fn(&str) -> bool,
    clause: &'static str,
}

const MISSING: &str = "a path is missing";
const MISSING_TYPED: &str =
    "a path is missing, which only the type ImplementationSpecific may leave out";

/// In the order in which a message prefers them.
const CHECKS: &[Check] = &[
    Check {
        fact: Fact::PathSyntaxRejected,
        refuses: |path| !path.starts_with('/'),
        clause: "does not begin with '/'",
    },
    Check {
        fact: Fact::PathSyntaxRejected,
        refuses: |path| path.contains([' ', '\t', '\n', '\r', '\u{c}']),
        clause: "contains white space",
    },
    Check {
        fact: Fact::PathSyntaxRejected,
        refuses: |path| path.contains(';'),
        clause: "contains ';'",
    },
    Check {
        fact: Fact::PathTraversalRejected,
        refuses: |path| path.starts_with("//"),
        clause: "begins with '//'",
    },
    Check {
        fact: Fact::PathTraversalRejected,
        refuses: |path| path.split(['/', '\\']).any(|segment| segment == ".."),
        clause: "has a '..' segment",
    },
    Check {
        fact: Fact::PathBraceOrBackslashRejected,
        refuses: |path| path.contains(['{', '}', '\\']),
        clause: "contains '{', '}' or a backslash",
    },
    Check {
        fact: Fact::PathContentRejected,
        refuses: |path| !is_escaped(path),
        clause: "contains a double quote or ends with a backslash",
    },
    Check {
        fact: Fact::PathContentRejected,
        refuses: has_letters_in_braces,
        clause: "contains letters in braces",
    },
    Check {
        fact: Fact::PathContentRejected,
        refuses: |path| path.starts_with("/etc/"),
        clause: "is below '/etc', which the controller does not allow",
    },
    Check {
        fact: Fact::PathGuardedAnywhere,
        refuses: |path| {
            ["/root", "/var"]
                .iter()
                .any(|guarded| path.contains(guarded))
        },
        clause: "contains '/root' or '/var', which the controller does not allow",
    },
    Check {
        fact: Fact::PathGuardedBelow,
        refuses: |path| {
            ["/root", "/var"]
                .iter()
                .any(|guarded| is_below(path, guarded))
        },
        clause: "is '/root' or '/var' or below it, which the controller does not allow",
    },
    Check {
        fact: Fact::PathContentRejected,
        refuses: |path| path.contains("\\n") || path.ends_with("\\r"),
        clause: "spells a line break",
    },
    Check {
        fact: Fact::PathPrintable,
        refuses: |path| !path.chars().all(is_printable),
        clause: "contains a character that is not printable",
    },
    Check {
        fact: Fact::PathIsRegex,
        refuses: |path| regex::refused(path) == Some(regex::By::All),
        clause: "is not a valid regular expression",
    },
    Check {
        fact: Fact::PathIsRe2,
        refuses: |path| regex::refused(path).is_some(),
        clause: "is not a valid RE2 regular expression",
    },
];

/// Why a release rejects the Ingress for a path, as the end of a sentence that
/// begins with the path; for an empty one, the whole sentence.
///
/// `typed` says whether the rule's type is Exact or Prefix.
///
/// ```
/// use stickler::lint::release::{Release, path::rejection};
///
/// let of = |release: &str| rejection("/products/variants", true, release.parse().unwrap());
/// assert!(of("5.5").is_some());
/// assert!(of("5.6").is_none());
/// ```
#[must_use]
pub fn rejection(path: &str, typed: bool, release: Release) -> Option<&'static str> {
    if path.is_empty() {
        let always = Fact::EmptyPathRejected.holds(release);
        let rejected = always || (typed && Fact::TypedEmptyPathRejected.holds(release));
        return rejected.then_some(if always { MISSING } else { MISSING_TYPED });
    }
    if is_ordinary(path) {
        return None;
    }
    let mut checks = CHECKS.iter();
    checks
        .find(|check| check.fact.holds(release) && (check.refuses)(path))
        .map(|check| check.clause)
}

/// Whether no release rejects an Ingress for the path: segments of letters, digits and `-_~%`,
/// and a `.` between them.
#[must_use]
pub fn is_ordinary(path: &str) -> bool {
    const PLAIN: ByteSet = ByteSet::of(b"-_~%")
        .and(b'0', b'9')
        .and(b'A', b'Z')
        .and(b'a', b'z');
    let mut before = b' ';
    path.starts_with('/')
        && path.bytes().enumerate().all(|(at, byte)| {
            let fine = match byte {
                b'/' => byte != before && !begins_guarded(&path[at..]),
                b'.' => byte != before,
                _ => PLAIN.has(byte),
            };
            before = byte;
            fine
        })
}

/// Whether a segment begins like one that some release guards.
fn begins_guarded(rest: &str) -> bool {
    match rest.as_bytes().get(1) {
        Some(b'r') => rest.starts_with("/root"),
        Some(b'v') => rest.starts_with("/var"),
        Some(b'e') => rest.starts_with("/etc/"),
        _ => false,
    }
}

/// Whether every `"` follows a `\`, and every `\` has a character after it:
/// `^([^"\\]|\\.)*$`.
fn is_escaped(path: &str) -> bool {
    let mut characters = path.chars();
    while let Some(character) = characters.next() {
        if character == '"' || (character == '\\' && characters.next().is_none()) {
            return false;
        }
    }
    true
}

/// Whether an ASCII letter is between a `{` and the next `}`, as in
/// `/tea/{id}`; the numbers of a repetition are fine.
fn has_letters_in_braces(path: &str) -> bool {
    let mut rest = path;
    while let Some((inside, after)) = rest
        .split_once('{')
        .and_then(|(_, opened)| opened.split_once('}'))
    {
        if inside.contains(|character: char| character.is_ascii_alphabetic()) {
            return true;
        }
        rest = after;
    }
    false
}

fn is_below(path: &str, folder: &str) -> bool {
    let rest = path.strip_prefix(folder);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and U+0020.
fn is_printable(character: char) -> bool {
    use GeneralCategory::{
        Control, Format, LineSeparator, ParagraphSeparator, PrivateUse, SpaceSeparator, Surrogate,
        Unassigned,
    };
    if character.is_ascii() {
        return !character.is_ascii_control();
    }
    !matches!(
        get_general_category(character),
        Control
            | Format
            | Surrogate
            | PrivateUse
            | Unassigned
            | SpaceSeparator
            | LineSeparator
            | ParagraphSeparator
    )
}

#[cfg(test)]
mod tests;
