//! Paths of URLs: how a browser spells them, and which cookie path covers which.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::lint::meter;

/// `path` as a browser writes it into a request: what a URL's path cannot hold
/// is escaped (URL Standard, path percent-encode set; Chromium escapes `|` too).
pub(crate) fn spell(path: &str) -> Cow<'_, str> {
    if !path.bytes().any(is_escaped) {
        return Cow::Borrowed(path);
    }
    let mut spelled = String::with_capacity(path.len() + 16);
    for c in path.chars() {
        if c.is_ascii() && !is_escaped(c as u8) {
            spelled.push(c);
            continue;
        }
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            let _ = write!(spelled, "%{byte:02X}");
        }
    }
    Cow::Owned(spelled)
}

fn is_escaped(byte: u8) -> bool {
    byte.is_ascii_control()
        || !byte.is_ascii()
        || matches!(
            byte,
            b' ' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}'
        )
}

/// Whether a browser's request can have this path at all: it escapes some
/// characters, resolves `.` and `..`, and turns `\` into `/`.
pub(crate) fn is_possible(path: &str) -> bool {
    let escaped = |byte| is_escaped(byte) || matches!(byte, b'?' | b'#' | b'\\');
    !path.bytes().any(escaped) && !segments(path).any(is_dots)
}

/// What is between the slashes of a path.
pub(super) fn segments(path: &str) -> impl Iterator<Item = &[u8]> {
    path.as_bytes().split(|&byte| byte == b'/')
}

/// Whether a segment is `.` or `..`, either dot perhaps written `%2e`.
fn is_dots(segment: &[u8]) -> bool {
    let (mut rest, mut dots) = (segment, 0);
    loop {
        rest = match rest {
            [] => return (1..=2).contains(&dots),
            [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => rest,
            _ => return false,
        };
        dots += 1;
    }
}

/// Whether a cookie with path `cookie` is sent to `request` (RFC 6265bis, 5.1.4).
pub(crate) fn covers(cookie: &str, request: &str) -> bool {
    meter::spend_on(cookie);
    match request.strip_prefix(cookie) {
        Some(rest) => rest.is_empty() || rest.starts_with('/') || cookie.ends_with('/'),
        None => false,
    }
}

/// The path of a cookie that names none, set by `request` (RFC 6265bis, 5.1.4).
pub(crate) fn default_path(request: &str) -> &str {
    match request.rfind('/') {
        None | Some(0) => "/",
        Some(end) => &request[..end],
    }
}

/// Every cookie path that covers `request`, shortest first.
pub(crate) fn coverings(request: &str) -> impl Iterator<Item = &str> {
    let slashes = request.match_indices('/').map(|(at, _)| at);
    let cuts = slashes.flat_map(|at| [at, at + 1]);
    let cuts = cuts.filter(move |&cut| cut > 0 && cut < request.len());
    let mut last = 0;
    let cuts = cuts.chain([request.len()]).filter(move |&cut| {
        let fresh = cut > last;
        last = cut;
        fresh
    });
    cuts.map(|cut| {
        meter::spend(1);
        &request[..cut]
    })
}

/// The cookie path of that length which covers `request`, if there is one.
pub(crate) fn covering(request: &str, length: usize) -> Option<&str> {
    let head = request.get(..length).filter(|head| !head.is_empty())?;
    meter::spend_on(head);
    let rest = &request[length..];
    (rest.is_empty() || rest.starts_with('/') || head.ends_with('/')).then_some(head)
}

/// The longest path that covers each of `paths`.
pub(crate) fn common_ancestor<'p>(paths: impl Iterator<Item = &'p str>) -> Option<&'p str> {
    paths.reduce(|mut ancestor, path| {
        let both = ancestor.bytes().zip(path.bytes());
        let common = both.take_while(|(a, b)| a == b).count();
        // A covering path is no longer than what is alike: cut to the slash behind which they part.
        if common < ancestor.len() {
            let slash = ancestor.as_bytes()[..=common]
                .iter()
                .rposition(|&b| b == b'/');
            ancestor = &ancestor[..slash.unwrap_or(0).max(1)];
        }
        while !covers(ancestor, path) && ancestor != "/" {
            ancestor = match ancestor.strip_suffix('/') {
                Some(shorter) if !shorter.is_empty() => shorter,
                _ => default_path(ancestor),
            };
        }
        ancestor
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling() {
        for (path, spelled) in [
            ("/tea", "/tea"),
            ("/a b", "/a%20b"),
            ("/a|b^c", "/a%7Cb%5Ec"),
            ("/té", "/t%C3%A9"),
            ("/a%20b[c]'~", "/a%20b[c]'~"),
        ] {
            assert_eq!(spell(path), spelled);
        }
    }

    #[test]
    fn possible_paths() {
        for path in [
            "/", "/tea", "/t%65a", "//tea", "/tea*", "/a[b]", "/...", "/.a", "/tea,x",
        ] {
            assert!(is_possible(path), "{path}");
        }
        for path in [
            "/tea?x",
            "/tea#",
            "/\\tea",
            "/.",
            "/tea/..",
            "/a/../b",
            "/./tea",
            "/%2e%2E/x",
            "/.%2e",
            "/té",
            "/a b",
            "/a\"",
            "/<",
            "/>",
            "/^",
            "/`",
            "/{",
            "/}",
            "/|",
            "/\u{1}",
        ] {
            assert!(!is_possible(path), "{path}");
        }
    }

    #[test]
    fn covering() {
        for (cookie, request) in [
            ("/", "/"),
            ("/", "/tea"),
            ("/tea", "/tea"),
            ("/tea", "/tea/green"),
            ("/tea/", "/tea/green"),
            ("/tea", "/tea/"),
            ("/tea/", "/tea//x"),
        ] {
            assert!(covers(cookie, request), "{cookie} {request}");
        }
        for (cookie, request) in [
            ("/te", "/tea"),
            ("/TEA", "/tea"),
            ("/tea/", "/tea"),
            ("//tea", "/tea"),
            ("/tea", "/teapot"),
            ("/tea", "/tea.v1"),
        ] {
            assert!(!covers(cookie, request), "{cookie} {request}");
        }
    }

    #[test]
    fn default_paths() {
        for (request, path) in [
            ("/", "/"),
            ("/tea", "/"),
            ("/tea/", "/tea"),
            ("/tea/a/b", "/tea/a"),
            ("/tea//x", "/tea/"),
            ("tea", "/"),
        ] {
            assert_eq!(default_path(request), path);
        }
    }

    #[test]
    fn every_covering_path() {
        let list = |request| coverings(request).collect::<Vec<_>>();
        assert_eq!(list("/"), ["/"]);
        assert_eq!(list("/tea"), ["/", "/tea"]);
        assert_eq!(list("/a/b/"), ["/", "/a", "/a/", "/a/b", "/a/b/"]);
        assert_eq!(list("/a//b"), ["/", "/a", "/a/", "/a//", "/a//b"]);
        for request in ["/a/b/", "/a//b", "//", "/tea/green/leaf"] {
            assert!(
                coverings(request).all(|path| covers(path, request)),
                "{request}"
            );
        }
    }

    #[test]
    fn ancestors() {
        for (paths, ancestor) in [
            (&["/tea"][..], "/tea"),
            (&["/tea/"], "/tea/"),
            (&["/tea/", "/tea"], "/tea"),
            (&["/a/b", "/a/c"], "/a"),
            (&["/a/b", "/a/b/c"], "/a/b"),
            (&["/tea", "/teapot"], "/"),
            (&["/a", "/b", "/"], "/"),
        ] {
            assert_eq!(common_ancestor(paths.iter().copied()), Some(ancestor));
        }
    }
}
