//! Why there is no value.

use super::cookie::{Cookie, Source};
use super::note::{Note, NoteId};
use super::settings::Expires;
use crate::lint::consequence::Consequence;
use crate::lint::diagnostic::Diagnostic;
use crate::lint::read::nginx::suggest::is_one_word;
use crate::lint::rules::Rule;
use crate::lint::text::quote;

/// A name with a value of a pod's id must fit into this many bytes, or browsers
/// drop the cookie (RFC 6265bis, section 5.6), and nginx refuses the word.
const MAX_NAME: usize = 4096 - 32;

/// What the language cannot hold.
pub(super) fn unwritable(source: &Source<'_>, cookies: &[Cookie]) -> Option<Note> {
    let comma = source
        .settings
        .path
        .value
        .as_deref()
        .filter(|path| path.contains(','));
    if let Some(path) = comma {
        let key = "session-cookie-path";
        let message = format!(
            "{key} {} holds a comma, which cannot be written here",
            quote(path)
        );
        return Some(Note::new(NoteId::Unwritable, Some(key), message));
    }
    if source.settings.expires() == Expires::Unmodelled {
        let key = "session-cookie-expires";
        let raw = source.settings.expires.raw.unwrap_or_default();
        let message = format!(
            "{key} {} is a number in a form that is not supported",
            quote(raw)
        );
        return Some(Note::new(NoteId::Unwritable, Some(key), message));
    }
    let words = |it: &Cookie| {
        let fits = it.name.len() + it.service.len() < MAX_NAME && is_one_word(&it.name);
        let domain = it.domain.as_deref().is_none_or(is_one_word);
        fits && domain
            && is_one_word(&it.service)
            && !it.service.contains('=')
            && is_one_word(&it.path)
    };
    let cookie = cookies.iter().find(|it| !words(it))?;
    let message = format!(
        "the entry of service {} holds what cannot be written here: {}",
        quote(&cookie.service),
        quote(&cookie.parameters())
    );
    Some(Note::new(NoteId::Unwritable, None, message))
}

/// A note for an error that the Ingress has whatever the value.
pub(super) fn not_the_value(error: &Diagnostic) -> Option<Note> {
    let id = match error.rule {
        Rule::RejectedIngress
        | Rule::DuplicatePath
        | Rule::MergeableMaster
        | Rule::DroppedBackend => NoteId::RejectedIngress,
        Rule::PlusOnly | Rule::KeyTooNew => NoteId::ControllerTooOld,
        _ => return None,
    };
    let message = match error.consequence {
        Some(Consequence::NoEffect) | None => {
            format!(
                "in the new controller no session would stick: {}",
                error.message
            )
        }
        Some(consequence) => format!(
            "the new controller would not serve it: {} ({})",
            error.message,
            consequence.clause()
        ),
    };
    Some(Note::new(id, None, message))
}

/// A note for a service that the default backend reaches on another port than
/// its rules: no name keeps the cookies of two ports apart.
pub(super) fn two_ports(source: &Source<'_>, error: &Diagnostic) -> Option<Note> {
    let default = source.subject.default_backend.as_ref()?;
    let name = default.service.as_deref()?;
    let entry = error.entry.as_ref()?;
    if error.rule != Rule::CookieClash || entry.service != name {
        return None;
    }
    let message = format!(
        "the default backend reaches service {} on another port than its rules: here these are two \
         upstreams whose cookies overwrite each other",
        quote(name)
    );
    let mut note = Note::new(NoteId::TwoPorts, None, message);
    note.service = Some(name.to_owned());
    Some(note)
}
