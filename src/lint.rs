//! The pure middle: a [`Subject`] in, [`Diagnostic`]s out.
//!
//! Nothing here reads a file, opens a socket, knows a clock or names
//! Kubernetes' client. [`check`] is the one door. Behind it the value goes
//! from reader to reader: the [`controller`] splits it into entries, [`nginx`]
//! reads their words and makes a cookie, the [`browser`] keeps it or not, and
//! the operator's [`policy`] has the last word.

pub mod annotation;
pub mod browser;
pub mod consequence;
pub mod controller;
pub mod diagnostic;
pub mod entry;
pub mod field;
mod foreign;
pub mod nginx;
pub mod policy;
pub mod release;
pub mod rule;
pub mod span;
pub mod subject;
#[cfg(test)]
mod tests;
pub mod text;

pub use consequence::{Consequence, Severity};
pub use diagnostic::{Diagnostic, Edit, EntryName, Fix, Place};
pub use entry::Entry;
pub use field::{FieldPath, Step};
pub use policy::Policy;
pub use rule::{CATALOGUE, Rule};
pub use span::Span;
pub use subject::Subject;

use std::collections::HashSet;

use annotation::{ORG_KEY, PLUS_KEY};
use controller::{Annotation, Mergeable, Services};

/// Everything that the readers have to say about `subject`, in the order of
/// its fields and of the value's text.
///
/// An Ingress whose class the operator does not assign to the controller is
/// nobody's business; one without a sticky-cookie key is looked at only for
/// keys that were meant to be one.
#[must_use]
pub fn check(subject: &Subject<'_>, policy: &Policy) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if annotation::assigned(subject, policy) == Some(false) {
        return found;
    }
    annotation::judge(subject, policy, &mut found);
    foreign::judge(subject, policy, &mut found);
    if let Some((key, value)) = annotation::winner(subject, policy) {
        let entries = read_winner(subject, Annotation { key, value }, &mut found);
        if let (ORG_KEY, Some(value)) = (key, subject.annotation(PLUS_KEY)) {
            read_loser(
                Annotation {
                    key: PLUS_KEY,
                    value,
                },
                &mut found,
            );
        }
        controller::judge_ingress(subject, &mut found);
        let before = found.len();
        found.extend(browser::judge(subject, policy, &entries));
        policy::judge(policy, &entries, &mut found);
        keep_certain_fixes(&entries, &mut found[before..]);
    }
    policy.apply(&mut found);
    found.sort_by(|a, b| a.order().cmp(&b.order()));
    found
}

/// Takes the fixes off diagnostics of entries in which nginx decodes something:
/// what the readers behind it see is then not what the words say.
fn keep_certain_fixes(entries: &[Entry<'_>], found: &mut [Diagnostic]) {
    let unsure = entries.iter().filter(|entry| !entry.is_plain());
    let unsure: HashSet<_> = unsure.map(|entry| entry.number).collect();
    if unsure.is_empty() {
        return;
    }
    for diagnostic in found {
        let entry = diagnostic.entry.as_ref();
        if entry.is_some_and(|entry| unsure.contains(&entry.number)) {
            diagnostic.fix = None;
        }
    }
}

/// Reads the annotation that the controller goes by, and gives the entries
/// whose cookies reach a browser.
fn read_winner<'s>(
    subject: &'s Subject<'_>,
    annotation: Annotation<'s>,
    found: &mut Vec<Diagnostic>,
) -> Vec<Entry<'s>> {
    let reading = controller::read(annotation.value);
    controller::judge_value(annotation, &reading, found);
    let counts = controller::judge_duplicates(annotation, &reading.entries, found);
    let entries = reading
        .entries
        .iter()
        .zip(counts)
        .filter_map(|(entry, counts)| counts.then_some(entry));
    if Mergeable::of(subject) == Some(Mergeable::Master) {
        found.push(on_master(annotation));
        read_stripped(annotation, entries, found);
        return Vec::new();
    }
    let mut services = Services::new(subject, annotation);
    let mut live = Vec::with_capacity(reading.entries.len());
    for entry in entries {
        let works = services.judge(entry, found);
        let directive = nginx::read(annotation.value, entry.parameters);
        nginx::judge(annotation, entry, &directive, found);
        nginx::judge_hazards(annotation, entry, &directive, found);
        if works && let Some(cookie) = directive.into_sound_cookie() {
            live.push(Entry::new(annotation, entry, cookie));
        }
    }
    live
}

/// Reads the annotation that loses against its twin: the controller validates
/// it all the same, and renders nothing.
fn read_loser(annotation: Annotation<'_>, found: &mut Vec<Diagnostic>) {
    let reading = controller::read(annotation.value);
    controller::judge_value(annotation, &reading, found);
    read_stripped(annotation, reading.entries.iter(), found);
}

/// Reads entries that nginx never sees, for what would be a hazard if it did.
fn read_stripped<'e>(
    annotation: Annotation<'_>,
    entries: impl Iterator<Item = &'e controller::Entry>,
    found: &mut Vec<Diagnostic>,
) {
    for entry in entries {
        let directive = nginx::read(annotation.value, entry.parameters);
        nginx::judge_hazards(annotation, entry, &directive, found);
    }
}

fn on_master(annotation: Annotation<'_>) -> Diagnostic {
    let place = Place::field(FieldPath::annotation(annotation.key));
    let message = "the controller ignores the annotation on a mergeable master";
    Diagnostic::new(Rule::MergeableMaster, place, message).with_help("move it to the minions")
}
