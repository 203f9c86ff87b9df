//! The path of a service's cookie.

use super::cookie::{Source, list};
use super::note::{Note, NoteId};
use super::path::{MAX_PATH, common_ancestor, covers, is_regex, is_usable};
use super::routes::{Route, Service, distinct};
use crate::lint::text::quote;

const KEY: &str = "session-cookie-path";

/// What a cookie path that is written in the key is to a service.
enum KeyPath<'s> {
    CoversAll,
    CoversSome,
    /// Not known: this path is a regular expression.
    Unjudged(&'s str),
    /// Browsers ignore it.
    Ignored,
    NeverMatches,
}

impl<'s> Source<'s> {
    /// The cookie's path, and what is noted of it.
    pub(super) fn path(&self, service: &Service<'s>) -> (String, Vec<Note>) {
        let mut notes = Vec::new();
        let key = self.settings.path.value.as_deref();
        let kept = key.filter(|path| {
            let fit = self.key_path(path, service);
            notes.extend(note(path, &fit));
            !matches!(fit, KeyPath::Ignored | KeyPath::NeverMatches)
        });
        let given = self.given_paths.get(service.name).copied();
        if key.is_none() {
            notes.extend(patterns(service));
        }
        if let Some(path) = given {
            if kept != Some(path) {
                let message = format!("the cookie path {} was given with --path", quote(path));
                notes.push(Note::new(NoteId::PathGiven, None, message));
            }
            return (path.to_owned(), notes);
        }
        if let Some(path) = kept {
            return (path.to_owned(), notes);
        }
        let paths = service.plain_paths();
        let path = common_ancestor(&paths);
        if key.is_none() && paths.len() > 1 {
            notes.push(merged(&paths, path));
        }
        (path.to_owned(), notes)
    }

    fn key_path(&self, path: &str, service: &Service<'s>) -> KeyPath<'s> {
        if !path.starts_with('/') || path.len() > MAX_PATH {
            return KeyPath::Ignored;
        }
        if !is_usable(path) {
            return KeyPath::NeverMatches;
        }
        let routes = &service.routes;
        let covered = routes.iter().filter(|it| covers(path, &it.plain)).count();
        if covered == routes.len() {
            return KeyPath::CoversAll;
        }
        if covered > 0 || self.lies_below(path, service) {
            return KeyPath::CoversSome;
        }
        match routes.iter().find(|route| route.is_pattern()) {
            Some(route) => KeyPath::Unjudged(route.path),
            None => KeyPath::NeverMatches,
        }
    }

    /// Whether a path lies below a Prefix path of the service, in a part that
    /// no longer path of another service takes.
    fn lies_below(&self, path: &str, service: &Service<'s>) -> bool {
        let prefix = |route: &&Route<'_>| !route.exact && !route.is_pattern();
        let mut routes = service.routes.iter().filter(prefix);
        routes.any(|route| {
            let taken = self.claims.longest_of_others(route.host, service.name);
            covers(route.path, path) && taken <= route.path.len()
        })
    }
}

fn note(path: &str, fit: &KeyPath<'_>) -> Option<Note> {
    let path = quote(path);
    let (id, message) = match fit {
        KeyPath::CoversAll => return None,
        KeyPath::CoversSome => (
            NoteId::PathCoversSome,
            format!(
                "{KEY} {path} covers some of the URLs of the service: sessions stick there only, \
                 before and after"
            ),
        ),
        KeyPath::Unjudged(pattern) => (
            NoteId::RegexPathUnjudged,
            format!(
                "whether {KEY} {path} covers the URLs of {} cannot be checked",
                quote(pattern)
            ),
        ),
        KeyPath::Ignored => (
            NoteId::PathIgnored,
            format!(
                "{KEY} {path} is not a cookie path, so browsers used the folder of the first URL; \
                 now the path of the rule is used"
            ),
        ),
        KeyPath::NeverMatches => (
            NoteId::PathNeverMatches,
            format!(
                "{KEY} {path} covers no URL of the service, so browsers never returned the \
                 cookie; now the path of the rule is used"
            ),
        ),
    };
    Some(Note::new(id, Some(KEY), message))
}

/// Notes that the rules' paths, which were the cookie's, are not such as browsers match.
fn patterns(service: &Service<'_>) -> Option<Note> {
    let usable = |route: &Route<'_>| is_usable(route.path) && !is_regex(route.path);
    if service.routes.iter().any(usable) {
        return None;
    }
    let written = distinct(service.routes.iter().map(|route| route.path));
    let id = if service.routes.iter().any(Route::is_pattern) {
        NoteId::RegexPath
    } else {
        NoteId::PathNeverMatches
    };
    let message = format!(
        "without {KEY} the path of the rule, {}, was the path of the cookie; browsers compare it \
         letter by letter and never returned the cookie",
        list(&written)
    );
    Some(Note::new(id, None, message))
}

fn merged(paths: &[&str], path: &str) -> Note {
    let message = format!(
        "each path had a cookie of its own ({}); now one cookie with the path {} serves them all",
        list(paths),
        quote(path)
    );
    Note::new(NoteId::PathsMerged, None, message)
}
