//! A rule's path, as the controller validates it (`validatePath` in
//! `internal/k8s/validation.go`). It also tries each path as a regular
//! expression, which is not modelled.

use super::spec_path;
use crate::lint::subject::{PathRule, PathType};

/// Why the controller refuses a path, as the end of a sentence about it.
#[must_use]
pub fn fault(path: &PathRule<'_>) -> Option<&'static str> {
    let text = spec_path(path);
    match () {
        () if text.is_empty() => (path.path_type != PathType::ImplementationSpecific)
            .then_some("a path is missing, which only ImplementationSpecific may leave out"),
        () if !text.starts_with('/') => Some("does not begin with a slash"),
        () if text.contains([' ', '\t', '\n', '\r', '\u{c}']) => Some("holds a blank"),
        () if text.contains(';') => Some("holds a semicolon"),
        () if text.starts_with("//") => Some("begins with two slashes"),
        () if climbs(text) => Some("has a '..' segment"),
        () if !is_escaped(text) => Some("holds a double quote or ends in a backslash"),
        () if braces_letters(text) => Some("holds letters in curly braces"),
        () if is_guarded(text) => Some("is a folder that the controller guards"),
        () if spells_a_line_break(text) => Some("spells out a line break"),
        () => None,
    }
}

/// Whether a segment is `..`; a backslash parts segments too.
fn climbs(text: &str) -> bool {
    text.split(['/', '\\']).any(|segment| segment == "..")
}

/// Whether every double quote stands behind a backslash, and every backslash
/// before a character: `^([^"\\]|\\.)*$`.
fn is_escaped(text: &str) -> bool {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character == '"' || (character == '\\' && characters.next().is_none()) {
            return false;
        }
    }
    true
}

/// Whether a pair of curly braces holds a letter, as in `/tea/{id}`; numbers
/// of repetitions do not.
fn braces_letters(text: &str) -> bool {
    let mut rest = text;
    while let Some((inside, behind)) = rest
        .split_once('{')
        .and_then(|(_, opened)| opened.split_once('}'))
    {
        if inside.contains(|character: char| character.is_ascii_alphabetic()) {
            return true;
        }
        rest = behind;
    }
    false
}

fn is_guarded(text: &str) -> bool {
    let below = |folder: &str| {
        let rest = text.strip_prefix(folder);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    text.starts_with("/etc/") || below("/root") || below("/var")
}

/// The two characters `\n` anywhere, or `\r` at the end.
fn spells_a_line_break(text: &str) -> bool {
    text.contains("\\n") || text.ends_with("\\r")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault_of(text: &str, path_type: PathType) -> Option<&'static str> {
        fault(&PathRule {
            path: Some(text.into()),
            path_type,
            ..PathRule::default()
        })
    }

    #[test]
    fn accepted() {
        for text in [
            "/",
            "/tea",
            "/tea/",
            "/./tea",
            "/%2e%2e/tea",
            "/..tea",
            "/tea..",
            "/etc",
            "/rooted",
            "/various",
            "/tea/var",
            "/tea[A-Z]{2}/{1,3}",
            "/{}",
            "/tea}{id",
            "/{",
            "/té{é}",
            r#"/\"tea\""#,
            r"/tea\\",
            r"/tea\d\rest",
        ] {
            assert_eq!(fault_of(text, PathType::Prefix), None, "{text}");
        }
        assert_eq!(fault_of("", PathType::ImplementationSpecific), None);
    }

    #[test]
    fn refused() {
        for (text, word) in [
            ("", "missing"),
            ("tea", "slash"),
            ("/tea green", "blank"),
            ("/tea\u{c}", "blank"),
            ("/tea;", "semicolon"),
            ("//tea", "two slashes"),
            ("/..", "segment"),
            ("/a/../tea", "segment"),
            (r"/a\..\tea", "segment"),
            (r#"/"tea""#, "quote"),
            (r#"/\\"tea"#, "quote"),
            (r"/tea\", "backslash"),
            ("/tea/{id}", "letters"),
            ("/{1}{id}", "letters"),
            ("/{1{id}", "letters"),
            ("/etc/", "guards"),
            ("/root", "guards"),
            ("/var/tea", "guards"),
            (r"/tea\nginx", "line break"),
            (r"/tea\r", "line break"),
        ] {
            for path_type in [PathType::Exact, PathType::Prefix] {
                let fault = fault_of(text, path_type);
                assert!(
                    fault.is_some_and(|it| it.contains(word)),
                    "{text} {fault:?}"
                );
            }
        }
    }
}
