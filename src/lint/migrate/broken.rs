//! Why the sessions of a service never stuck.

use super::cookie::Source;
use super::note::{Note, NoteId};
use super::rival::rivals;
use super::settings::{Expires, boolean};
use crate::lint::text::quote;

/// For each service what broke it, apart from its domain, path and name.
pub(super) fn by_service(source: &Source<'_>) -> Vec<Vec<Note>> {
    let shared = of_all(source);
    let mut rivals = shared_names(source).into_iter();
    let own = |_| {
        let mut notes = shared.clone();
        notes.extend(rivals.next().flatten());
        notes
    };
    source.services.iter().map(own).collect()
}

/// What broke all services.
fn of_all(source: &Source<'_>) -> Vec<Note> {
    let mut notes = Vec::new();
    let settings = &source.settings;
    if settings.expires() == Expires::Fails {
        let key = "session-cookie-expires";
        let raw = settings.expires.raw.unwrap_or_default();
        let message = format!(
            "{key} {} made ingress-nginx answer 500 to every request without a valid cookie; it \
             is left out",
            quote(raw)
        );
        notes.push(Note::new(NoteId::ExpiresError, Some(key), message));
    }
    if source
        .effective_lifetime()
        .is_some_and(|seconds| seconds <= 0)
    {
        let (key, raw) = match settings.effective_max_age() {
            Some(_) => ("session-cookie-max-age", settings.max_age.raw),
            None => ("session-cookie-expires", settings.expires.raw),
        };
        let message = format!(
            "{key} {} made browsers delete the cookie at once; it is left out",
            quote(raw.unwrap_or_default())
        );
        notes.push(Note::new(NoteId::Expired, Some(key), message));
    }
    if boolean(source.subject, "service-upstream") == Some(true) {
        let key = "service-upstream";
        let message = format!("{key} 'true': kube-proxy picked the pod for each connection");
        notes.push(Note::new(NoteId::ServiceUpstream, Some(key), message));
    }
    if boolean(source.subject, "ssl-passthrough") == Some(true) {
        let key = "ssl-passthrough";
        let message = format!("{key} 'true': no cookie was set, TLS went through to the pod");
        notes.push(Note::new(NoteId::SslPassthrough, Some(key), message));
    }
    notes
}

/// In the mode `persistent` a cookie with an unknown value is overwritten, and
/// of two cookies with one name ingress-nginx reads the last: the one with the
/// shorter path. A note for each service that is disturbed on all of its routes.
fn shared_names(source: &Source<'_>) -> Vec<Option<Note>> {
    if !source.settings.is_persistent() {
        return Vec::new();
    }
    let note = |rivals: Vec<Option<usize>>| {
        let rivals: Option<Vec<usize>> = rivals.into_iter().collect();
        let rival = source.services.get(*rivals?.first()?)?;
        let message = format!(
            "with affinity-mode 'persistent' the cookie of {} overwrote this one on each visit",
            quote(rival.name)
        );
        let key = Some("affinity-mode");
        Some(Note::new(NoteId::PersistentSharedName, key, message))
    };
    rivals(source).into_iter().map(note).collect()
}
