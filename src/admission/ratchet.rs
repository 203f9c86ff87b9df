//! An update is not refused for what was wrong before it, and for nothing else
//! is it excused.
//!
//! A finding that the old object had too only warns, where the annotation has
//! the same value and the inputs of its rule are the same. Each rule has inputs
//! of its own: a controller that adds a path for another service, as
//! cert-manager does, is not refused for an old mistake, and a mistake that
//! nginx never saw is new when its service gets a path.

mod inputs;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::Operation;
use super::review::Request;
use crate::ingress::Ingress;
use crate::lint::read::keys::{ORG_KEY, PLUS_KEY};
use crate::lint::{self, Consequence, Diagnostic, EntryName, Rule, Span, Step, Subject};
use crate::policy::{Effective, OnUpdate};
use inputs::Changes;

/// The old object's findings, and what has changed since.
pub(super) struct Before {
    /// How often the old object had each finding.
    findings: RefCell<HashMap<Finding, usize>>,
    /// What the rules read of both objects.
    changes: Changes,
    /// The annotations with other values, or that one of the two lacks.
    changed: HashSet<String>,
}

/// What makes two findings the same, whatever their words: a suggestion may
/// name a backend that is new.
#[derive(PartialEq, Eq, Hash)]
struct Finding {
    rule: Rule,
    consequence: Option<Consequence>,
    place: Place,
    /// The number of the entry and its service.
    entry: Option<(usize, String)>,
}

/// Where a finding is. Rules and paths of the spec are known by their content:
/// their numbers change when another is added before them.
#[derive(PartialEq, Eq, Hash)]
enum Place {
    Annotation(String, Option<Span>),
    Spec {
        host: Option<String>,
        message: String,
    },
}

impl Before {
    /// The old object, where its errors excuse those of the `new` one.
    pub(super) fn of(
        request: &Request<'_>,
        new: &Ingress<'_>,
        resolved: &Effective,
    ) -> Option<Self> {
        // A status update changes no field but annotations, and a controller
        // that writes addresses cannot fix them: `strict` is not for it.
        let is_status = request.sub_resource.is_some();
        let strict = resolved.on_update == OnUpdate::Strict && !new.being_deleted && !is_status;
        if strict || request.operation() != Operation::Update {
            return None;
        }
        let old = Ingress::from_json(request.old_object?.get()).ok()?;
        let (old, new) = (&old.subject, &new.subject);
        let mut findings = HashMap::new();
        for diagnostic in lint::check_without_fixes(old, &resolved.lint) {
            *findings.entry(Finding::of(&diagnostic, old)).or_default() += 1;
        }
        Some(Self {
            findings: RefCell::new(findings),
            changes: Changes::between(old, new, &resolved.lint),
            changed: changed_keys(old, new),
        })
    }

    /// Whether `diagnostic` of `now` is an old one. Each finding of the old
    /// object excuses one of the new.
    pub(super) fn had(&self, diagnostic: &Diagnostic, now: &Subject<'_>) -> bool {
        if !self.same_values(diagnostic) || !self.changes.keep(diagnostic) {
            return false;
        }
        let mut findings = self.findings.borrow_mut();
        match findings.get_mut(&Finding::of(diagnostic, now)) {
            None | Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }

    /// A finding outside of an annotation depends on both values.
    fn same_values(&self, diagnostic: &Diagnostic) -> bool {
        let same = |key: &str| !self.changed.contains(key);
        match diagnostic.place.field.annotation_key() {
            Some(key) => same(key),
            None => same(ORG_KEY) && same(PLUS_KEY),
        }
    }
}

/// The annotations with other values, or that one of the two lacks.
fn changed_keys(old: &Subject<'_>, new: &Subject<'_>) -> HashSet<String> {
    let [before, now] = [old, new].map(|subject| {
        let annotations = subject.annotations.iter();
        annotations
            .map(|it| (&*it.key, &*it.value))
            .collect::<HashMap<_, _>>()
    });
    let keys = before.keys().chain(now.keys());
    let changed = keys.filter(|key| before.get(*key) != now.get(*key));
    changed.map(|key| (*key).to_owned()).collect()
}

impl Finding {
    fn of(diagnostic: &Diagnostic, subject: &Subject<'_>) -> Self {
        lint::meter::spend(1);
        let field = &diagnostic.place.field;
        let place = match field.annotation_key() {
            Some(key) => Place::Annotation(key.to_owned(), diagnostic.place.span),
            None => Place::Spec {
                host: host(field.steps(), subject),
                message: diagnostic.message.clone(),
            },
        };
        let entry = |EntryName { number, service }: &EntryName| (*number, service.clone());
        Self {
            rule: diagnostic.rule,
            consequence: diagnostic.consequence,
            place,
            entry: diagnostic.entry.as_ref().map(entry),
        }
    }
}

/// The host of the rule that a field belongs to.
fn host(steps: &[Step], subject: &Subject<'_>) -> Option<String> {
    let [
        Step::Name("spec"),
        Step::Name("rules"),
        Step::Index(index),
        ..,
    ] = steps
    else {
        return None;
    };
    let host = subject.rules.get(*index)?.host.as_ref()?;
    Some(host.to_string())
}

#[cfg(test)]
mod tests;
