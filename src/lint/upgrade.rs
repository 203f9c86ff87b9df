//! What an upgrade of the controller changes for one Ingress.
//!
//! A newer release reads the same cookies from a value and rejects more, so an
//! upgrade takes Ingresses away; it gives back the few that an older release
//! rejected; and it can read an annotation that older releases ignore.

use super::by_release::outcome;
use super::consequence::{Consequence, Severity};
use super::diagnostic::{Diagnostic, Place};
use super::field::FieldPath;
use super::policy::Policy;
use super::read::keys::{ORG_KEY, PLUS_KEY};
use super::release::{Fact, Release};
use super::rules::Rule;
use super::subject::Subject;

/// What changes between two releases: an error for what is lost, a warning for
/// what changes otherwise, a note for what works again.
#[must_use]
pub fn check(
    subject: &Subject<'_>,
    policy: &Policy,
    from: Release,
    to: Release,
) -> Vec<Diagnostic> {
    let mut today = super::check_release(subject, policy, from);
    today.extend(around_unread_key(subject, policy, from));
    let then = super::check_release(subject, policy, to);
    let mut changes: Vec<_> = both_keys(subject, from, to).into_iter().collect();
    let lost = then.iter().filter(|it| is_outcome(it) && !has(&today, it));
    let lost = lost.filter_map(|it| lose(it, subject, &today, from, to));
    changes.extend(lost);
    let gained = today.iter().filter(|it| is_outcome(it) && !has(&then, it));
    let gained = gained.filter(|it| {
        !then
            .iter()
            .any(|then| is_outcome(then) && then.place == it.place)
    });
    let org_is_lost = then
        .iter()
        .any(|it| is_outcome(it) && it.place.field.annotation_key() == Some(ORG_KEY));
    let is_reported = |it: &&Diagnostic| {
        it.rule == Rule::KeyTooNew && (org_is_lost || subject.annotation(PLUS_KEY).is_some())
    };
    let gained = gained.filter(|it| !is_reported(it));
    changes.extend(gained.map(|it| gain(it, &then, to)));
    changes.sort_by(|a, b| a.order().cmp(&b.order()));
    // A fix is for a value that one release reads, not for the way between two.
    for change in &mut changes {
        change.fix = None;
    }
    changes
}

/// Whether it stops the Ingress or the entry before a browser receives a
/// cookie.
fn is_outcome(diagnostic: &Diagnostic) -> bool {
    rank(diagnostic.consequence) > 0
        && diagnostic.severity >= Severity::Warning
        && diagnostic.rule != Rule::ShadowedAnnotation
}

fn rank(consequence: Option<Consequence>) -> u8 {
    match consequence {
        Some(Consequence::BreaksReload) => 4,
        Some(Consequence::RejectsIngress) => 3,
        Some(Consequence::NotApplied) => 2,
        Some(Consequence::NoEffect) => 1,
        _ => 0,
    }
}

fn has(diagnostics: &[Diagnostic], wanted: &Diagnostic) -> bool {
    diagnostics.iter().any(|it| {
        (it.rule, it.consequence, &it.place, &it.entry)
            == (
                wanted.rule,
                wanted.consequence,
                &wanted.place,
                &wanted.entry,
            )
    })
}

/// The outcome for the whole Ingress, if there is one.
fn of_ingress(diagnostics: &[Diagnostic]) -> Option<Consequence> {
    let outcomes = diagnostics.iter().filter(|it| is_outcome(it));
    let whole = outcomes.filter(|it| rank(it.consequence) > 1);
    whole
        .map(|it| it.consequence)
        .max_by_key(|it| rank(*it))
        .flatten()
}

/// What rejects an Ingress today although its only sticky-cookie annotation is a
/// key that the release does not read.
fn around_unread_key(subject: &Subject<'_>, policy: &Policy, from: Release) -> Vec<Diagnostic> {
    if Fact::OrgKey.holds(from) || subject.annotation(PLUS_KEY).is_some() {
        return Vec::new();
    }
    let mut twin = subject.clone();
    for annotation in &mut twin.annotations {
        if annotation.key == ORG_KEY {
            annotation.key = PLUS_KEY.into();
        }
    }
    let mut found = super::check_release(&twin, policy, from);
    found.retain(|it| matches!(it.rule, Rule::RejectedIngress | Rule::DuplicatePath));
    found
}

/// A finding of the newer release that the older one does not have; `None`
/// where nothing changes.
fn lose(
    found: &Diagnostic,
    subject: &Subject<'_>,
    today: &[Diagnostic],
    from: Release,
    to: Release,
) -> Option<Diagnostic> {
    let nobody_read =
        found.place.field.annotation_key() == Some(ORG_KEY) && !Fact::OrgKey.holds(from);
    let whole = of_ingress(today);
    let of_entry = today.iter().any(|it| {
        it.consequence == Some(Consequence::NoEffect)
            && it.entry.is_some()
            && it.entry == found.entry
    });
    let dead = nobody_read && subject.annotation(PLUS_KEY).is_none();
    let before = match whole {
        Some(consequence) => format!("{} today", outcome(Some(consequence))),
        None if dead || of_entry => "no effect today".to_owned(),
        None => "works today".to_owned(),
    };
    let had_none = whole.is_none() && (dead || of_entry);
    if had_none && found.consequence == Some(Consequence::NoEffect) {
        return None;
    }
    let after = outcome(found.consequence);
    let message = if nobody_read {
        let message = "a value of nginx.org that nobody read";
        format!("{before}, {after} in {to}: {message}: {}", found.message)
    } else {
        format!("{before}, {after} in {to}: {}", found.message)
    };
    let lost = whole.is_none() && rank(found.consequence) > u8::from(dead || of_entry);
    let severity = if lost {
        found.severity
    } else {
        Severity::Warning
    };
    Some(Diagnostic {
        severity,
        message,
        ..found.clone()
    })
}

/// A finding of the older release that the newer one does not have.
fn gain(found: &Diagnostic, then: &[Diagnostic], to: Release) -> Diagnostic {
    if found.rule == Rule::KeyTooNew {
        return Diagnostic {
            message: format!(
                "a value of nginx.org that nobody read: no effect today, read in {to}"
            ),
            severity: Severity::Note,
            consequence: None,
            help: None,
            ..found.clone()
        };
    }
    let before = outcome(found.consequence);
    let after = match of_ingress(then) {
        None => format!("fine in {to}"),
        Some(other) => format!(
            "no longer in {to}, which has another reason: {}",
            outcome(Some(other))
        ),
    };
    Diagnostic {
        message: format!("{}: {before} today, {after}", found.message),
        severity: Severity::Note,
        consequence: None,
        help: None,
        fix: None,
        ..found.clone()
    }
}

/// The `nginx.org` key begins to count beside the other one.
fn both_keys(subject: &Subject<'_>, from: Release, to: Release) -> Option<Diagnostic> {
    let [org, plus] = [ORG_KEY, PLUS_KEY].map(|key| subject.annotation(key));
    let begins = !Fact::OrgKey.holds(from) && Fact::OrgKey.holds(to);
    if !begins || org? == plus? {
        return None;
    }
    let place = Place::field(FieldPath::annotation(ORG_KEY));
    let message = format!("both keys: the cookies of nginx.org take over in {to}");
    let diagnostic = Diagnostic::new(Rule::ShadowedAnnotation, place, message);
    let help = "give both keys the same value before the upgrade, and remove 'nginx.com' after it";
    Some(diagnostic.with_severity(Severity::Error).with_help(help))
}

#[cfg(test)]
mod tests;
