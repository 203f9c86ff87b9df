//! Cookie paths: which requests they cover, and what a pattern leaves of one.

use std::borrow::Cow;

use crate::lint::read::url;

/// What makes a rule's path a regular expression.
const METACHARACTERS: [char; 13] = [
    '^', '$', '(', ')', '[', ']', '{', '}', '*', '+', '?', '|', '\\',
];

/// The longest cookie path that browsers keep (RFC 6265bis, section 5.6).
pub(super) const MAX_PATH: usize = 1024;

/// Whether a rule's path is a regular expression.
pub(super) fn is_regex(path: &str) -> bool {
    path.contains(METACHARACTERS)
}

/// The cookie path that covers every URL of a rule's path: the path itself; of
/// a regular expression the text before its first metacharacter; of what no
/// browser writes into a URL the part above it.
pub(super) fn plain_part(path: &str) -> Cow<'_, str> {
    let plain = match path.find(METACHARACTERS) {
        None => path,
        Some(at) => literal(&path[..at], &path[at..]),
    };
    if is_usable(plain) {
        return plain.into();
    }
    let mut ancestors = plain.rmatch_indices('/').map(|(at, _)| &plain[..at.max(1)]);
    let usable = ancestors.find(|path| is_usable(path));
    usable.unwrap_or("/").into()
}

/// The text before a pattern as a path: whole where the pattern begins at the
/// end of a segment, else up to the last `/`.
fn literal<'p>(text: &'p str, pattern: &str) -> &'p str {
    let slash_is_optional = text.ends_with('/') && pattern.starts_with(['?', '*']);
    let segment_ends = pattern.starts_with("(/") || slash_is_optional || pattern == "$";
    let folder = || text.rfind('/').map_or("", |slash| &text[..slash]);
    let text = if segment_ends { text } else { folder() };
    match text.strip_suffix('/').unwrap_or(text) {
        "" => "/",
        path => path,
    }
}

/// Whether a text can be the path of a cookie that browsers send.
pub(super) fn is_usable(path: &str) -> bool {
    path.starts_with('/') && path.len() <= MAX_PATH && url::is_possible(path)
}

/// The longest path that covers all of `paths`.
pub(super) fn common_ancestor<'p>(paths: &[&'p str]) -> &'p str {
    url::common_ancestor(paths.iter().copied()).unwrap_or("/")
}

/// Whether a cookie of this path is sent with a request for `request`.
pub(super) fn covers(cookie: &str, request: &str) -> bool {
    #[cfg(test)]
    COMPARED.with(|count| count.set(count.get() + 1));
    url::covers(cookie, request)
}

#[cfg(test)]
thread_local! {
    /// How often two paths were compared: tests count the work by it.
    pub(super) static COMPARED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_parts() {
        for (path, plain) in [
            ("/tea", "/tea"),
            ("/tea/", "/tea/"),
            ("/", "/"),
            ("/caf%C3%A9", "/caf%C3%A9"),
            ("/something(/|$)(.*)", "/something"),
            ("/tea(/.*)?", "/tea"),
            ("/tea/?(.*)", "/tea"),
            ("/tea/*", "/tea"),
            ("/tea$", "/tea"),
            ("/tea/(.*)", "/tea"),
            ("/tea.*", "/"),
            ("/tea/gr.*", "/tea"),
            ("/tea/[a-z]+", "/tea"),
            ("/(.*)", "/"),
            ("/?(.*)", "/"),
            ("/()(.*)", "/"),
            ("^/tea", "/"),
            ("/tea/caf\u{e9}/x", "/tea"),
            ("/tea/../x", "/tea"),
        ] {
            assert_eq!(plain_part(path), plain, "{path}");
        }
    }
}
