//! A value made better, edit by edit.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::finding::{Finding, ObjectRef};
use crate::lint::{Consequence, Diagnostic, Severity, Subject};
use crate::manifest::Judge;

/// Edits to a value that bring nothing by themselves, but may open the way to
/// one that does.
const DETOURS: usize = 8;

/// Which fixes are made.
pub(super) struct Wanted<'f> {
    /// Also those that are a guess.
    pub(super) unsafe_too: bool,
    /// What comments silence stays as it is.
    pub(super) silenced: &'f [Finding],
}

impl Wanted<'_> {
    /// Whether a fix of the annotation `key` is to be made.
    fn includes(&self, object: &ObjectRef, key: &str, diagnostic: &Diagnostic) -> bool {
        let ours = diagnostic.place.field.annotation_key() == Some(key);
        let fix = diagnostic.fix.as_ref();
        let wanted = fix.is_some_and(|fix| fix.safe || self.unsafe_too);
        let silent = self.silenced.iter().any(|finding| {
            finding.object == *object
                && finding.diagnostic.rule == diagnostic.rule
                && finding.diagnostic.place.field == diagnostic.place.field
        });
        ours && wanted && !silent
    }
}

/// A value that is better than it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mended {
    pub(super) value: String,
    /// How many fixes led there.
    pub(super) applied: usize,
}

/// The best that fixes can make of an annotation; `None` where they make it no
/// better. The subject decides, not the value alone: what heals one cookie
/// may spoil its neighbour.
pub(super) fn mend(
    subject: &Subject<'_>,
    object: &ObjectRef,
    key: &str,
    judge: &Judge<'_>,
    wanted: &Wanted<'_>,
) -> Option<Mended> {
    let mut value = subject.annotation(key)?.to_owned();
    let mut found = judge(subject);
    let first = Weight::of(&found);
    let mut best: Option<(Weight, Mended)> = None;
    let mut search = Search {
        subject,
        object,
        key,
        judge,
        wanted,
        seen: HashSet::from([value.clone()]),
    };
    let (mut applied, mut detours) = (0, 0);
    while detours < DETOURS {
        let Some((next, then)) = search.step(&value, &found) else {
            break;
        };
        (value, found) = (next, then);
        applied += 1;
        detours += 1;
        let weight = Weight::of(&found);
        let limit = best.as_ref().map_or(&first, |(weight, _)| weight);
        if weight.is_better_than(limit) && weight.is_better_than(&first) {
            let value = value.clone();
            best = Some((weight, Mended { value, applied }));
            detours = 0;
        }
    }
    best.map(|(_, mended)| mended)
}

/// The way from value to value of one annotation.
struct Search<'m, 's> {
    subject: &'m Subject<'s>,
    object: &'m ObjectRef,
    key: &'m str,
    judge: &'m Judge<'m>,
    wanted: &'m Wanted<'m>,
    /// The values that were tried: none is tried twice.
    seen: HashSet<String>,
}

impl Search<'_, '_> {
    /// The value after the first fix that makes it better, or where none does
    /// after the first of all; and what is found in it.
    fn step(&mut self, value: &str, found: &[Diagnostic]) -> Option<(String, Vec<Diagnostic>)> {
        let (object, key, wanted) = (self.object, self.key, self.wanted);
        let weight = Weight::of(found);
        let mut step = None;
        for diagnostic in found.iter().filter(|d| wanted.includes(object, key, d)) {
            let Some(fix) = &diagnostic.fix else { continue };
            let next = fix.apply(value);
            if !self.seen.insert(next.clone()) {
                continue;
            }
            let then = (self.judge)(&with_value(self.subject, key, &next));
            if Weight::of(&then).is_better_than(&weight) {
                return Some((next, then));
            }
            step = step.or(Some((next, then)));
        }
        step
    }
}

/// The subject with another value of an annotation.
fn with_value<'s>(subject: &Subject<'s>, key: &str, value: &str) -> Subject<'s> {
    let mut subject = subject.clone();
    for annotation in &mut subject.annotations {
        if annotation.key == key {
            annotation.value = Cow::Owned(value.to_owned());
        }
    }
    subject
}

/// How bad a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Weight {
    /// What reaches beyond the cookie: rejected, breaks, unsafe.
    grave: [usize; 4],
    errors: usize,
    warnings: usize,
}

impl Weight {
    fn of(found: &[Diagnostic]) -> Self {
        let count = |holds: &dyn Fn(&Diagnostic) -> bool| found.iter().filter(|d| holds(d)).count();
        let grave = [
            Consequence::RejectsIngress,
            Consequence::BreaksReload,
            Consequence::NotApplied,
            Consequence::Unsafe,
        ];
        Self {
            grave: grave.map(|grave| count(&|found| found.consequence == Some(grave))),
            errors: count(&|found| found.severity == Severity::Error),
            warnings: count(&|found| found.severity == Severity::Warning),
        }
    }

    /// Fewer errors, or as many and fewer warnings; and nothing that reaches
    /// beyond the cookie is new.
    fn is_better_than(&self, other: &Self) -> bool {
        let no_graver = self
            .grave
            .iter()
            .zip(&other.grave)
            .all(|(mine, others)| mine <= others);
        no_graver && (self.errors, self.warnings) < (other.errors, other.warnings)
    }
}
