//! Globs: how a policy names many things at once.

use std::fmt;

use globset::{Glob, GlobMatcher};

/// A glob over a whole name: `*` and `?` match any characters, `[a-z]` for
/// one of a set, `{a,b}` for one of a list, and a backslash takes the next
/// character literally. Upper and lower case differ.
///
/// Compiled once, when the policy is loaded.
#[derive(Clone)]
pub struct Pattern {
    text: String,
    matcher: GlobMatcher,
}

impl Pattern {
    /// The glob that `text` writes. The error says what is wrong with it.
    pub fn new(text: &str) -> Result<Self, String> {
        let glob = Glob::new(text).map_err(|error| error.kind().to_string())?;
        Ok(Self {
            text: text.to_owned(),
            matcher: glob.compile_matcher(),
        })
    }

    /// Whether the glob matches `name`.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        self.matcher.is_match(name)
    }

    /// The glob as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the glob has no special characters, and so matches only itself.
    #[must_use]
    pub fn is_literal(&self) -> bool {
        !self.text.contains(['*', '?', '[', '{', '\\'])
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pattern({:?})", self.text)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_matches_whole_names() {
        for (glob, name, matches) in [
            ("team-*", "team-a", true),
            ("team-*", "a-team-b", false),
            ("team-?", "team-ab", false),
            ("{dev,test}-*", "test-1", true),
            ("*", "", true),
            (
                "system:serviceaccount:cd:*",
                "system:serviceaccount:cd:sync",
                true,
            ),
            ("Team-*", "team-a", false),
            ("a/*", "a/b/c", true),
        ] {
            assert_eq!(
                Pattern::new(glob).unwrap().matches(name),
                matches,
                "{glob} {name}"
            );
        }
        assert!(Pattern::new("[a").is_err());
        assert!(Pattern::new("plain-name").unwrap().is_literal());
        for glob in ["team-*", "team-?", "team-[ab]", "{dev,test}", r"team\-a"] {
            assert!(!Pattern::new(glob).unwrap().is_literal(), "{glob}");
        }
    }
}
