//! A value made better, edit by edit.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::CheckSubject;
use super::object::Object;
use crate::finding::{Finding, ObjectRef};
use crate::lint::read::keys::{ORG_KEY, PLUS_KEY};
use crate::lint::{Diagnostic, Edit, Fix, Rule, Span, Subject, Weight};

/// Edits to a value that bring nothing by themselves, but may open the way to
/// one that does.
const DETOURS: usize = 8;

/// Values that are tried for one annotation: the time stays in proportion to
/// the value's length.
const MOST_TRIED: usize = 200;

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
pub(super) struct Improved {
    pub(super) value: String,
    /// The number of findings with a fix that are fixed.
    pub(super) applied: usize,
    /// Which: places in the list of what was found before.
    fixed: Vec<usize>,
}

/// Takes off the fixes that [`super::fix()`] does not make, so that what is
/// counted as fixable is what it fixes.
pub(super) fn keep_fixes_that_are_made(
    object: &Object<'_, '_>,
    check_subject: &CheckSubject<'_>,
    found: &mut [Diagnostic],
) {
    let mut made: HashSet<usize> = HashSet::new();
    for key in [PLUS_KEY, ORG_KEY] {
        for unsafe_too in [false, true] {
            let wanted = Wanted {
                unsafe_too,
                silenced: &[],
            };
            let is_asked = |found: &Diagnostic| {
                let fix = found.fix.as_ref();
                fix.is_some_and(|fix| fix.safe != unsafe_too)
                    && wanted.includes(&object.name, key, found)
            };
            if found.iter().any(is_asked)
                && let Some(improved) =
                    improve(&object.subject, &object.name, key, check_subject, &wanted)
            {
                let asked = improved.fixed.into_iter();
                made.extend(asked.filter(|&at| found.get(at).is_some_and(is_asked)));
            }
        }
    }
    for (at, diagnostic) in found.iter_mut().enumerate() {
        let replaces = |fix: &Fix| fix.replacement.is_some();
        if !made.contains(&at) && !diagnostic.fix.as_ref().is_some_and(replaces) {
            diagnostic.fix = None;
        }
    }
}

/// The best that fixes can make of an annotation; `None` where they make it no
/// better. The subject decides, not the value alone: what heals one cookie
/// may spoil its neighbour.
pub(super) fn improve(
    subject: &Subject<'_>,
    object: &ObjectRef,
    key: &str,
    check_subject: &CheckSubject<'_>,
    wanted: &Wanted<'_>,
) -> Option<Improved> {
    let mut value = subject.annotation(key)?.to_owned();
    let before = check_subject(subject);
    let mut found = before.clone();
    let first = Weight::of(&found);
    let mut best: Option<(Weight, Improved)> = None;
    let mut search = Search {
        subject,
        object,
        key,
        check_subject,
        wanted,
        seen: HashSet::from([value.clone()]),
    };
    let mut detours = 0;
    while detours < DETOURS {
        let next = search.all_at_once(&value, &found);
        let Some((next, then)) = next.or_else(|| search.step(&value, &found)) else {
            break;
        };
        (value, found) = (next, then);
        detours += 1;
        let weight = Weight::of(&found);
        let limit = best.as_ref().map_or(&first, |(weight, _)| weight);
        if weight.is_better_than(limit) {
            let fixed = search.fixed(&before, &found);
            let improved = Improved {
                value: value.clone(),
                applied: fixed.len(),
                fixed,
            };
            best = Some((weight, improved));
            detours = 0;
        }
    }
    best.map(|(_, improved)| improved)
}

/// The way from value to value of one annotation.
struct Search<'m, 's> {
    subject: &'m Subject<'s>,
    object: &'m ObjectRef,
    key: &'m str,
    check_subject: &'m CheckSubject<'m>,
    wanted: &'m Wanted<'m>,
    /// The values that were tried: none is tried twice.
    seen: HashSet<String>,
}

impl Search<'_, '_> {
    /// The value after all fixes that do not meet, where they are several and
    /// make it better.
    fn all_at_once(
        &mut self,
        value: &str,
        found: &[Diagnostic],
    ) -> Option<(String, Vec<Diagnostic>)> {
        let mut edits: BTreeMap<Span, &str> = BTreeMap::new();
        let mut fixes = 0;
        for diagnostic in found {
            let Some(fix) = &diagnostic.fix else { continue };
            if !self.wanted.includes(self.object, self.key, diagnostic) {
                continue;
            }
            if fix.edits.iter().all(|edit| is_apart(edit, &edits)) {
                edits.extend(fix.edits.iter().map(|edit| (edit.span, edit.text.as_str())));
                fixes += 1;
            }
        }
        if fixes < 2 {
            return None;
        }
        let edit = |(span, text): (Span, &str)| Edit {
            span,
            text: text.to_owned(),
        };
        let edits: Vec<Edit> = edits.into_iter().map(edit).collect();
        let next = Edit::apply_all(&edits, value);
        if !self.seen.insert(next.clone()) {
            return None;
        }
        let then = (self.check_subject)(&with_value(self.subject, self.key, &next));
        let better = Weight::of(&then).is_better_than(&Weight::of(found));
        better.then_some((next, then))
    }

    /// Which findings with a wanted fix are gone, as far as their rules show.
    fn fixed(&self, before: &[Diagnostic], after: &[Diagnostic]) -> Vec<usize> {
        let mut gone: HashMap<Rule, usize> = HashMap::new();
        for diagnostic in before {
            *gone.entry(diagnostic.rule).or_default() += 1;
        }
        for diagnostic in after {
            if let Some(left) = gone.get_mut(&diagnostic.rule) {
                *left = left.saturating_sub(1);
            }
        }
        let mut fixed = Vec::new();
        for (at, diagnostic) in before.iter().enumerate() {
            let left = gone.entry(diagnostic.rule).or_default();
            if *left > 0 && self.wanted.includes(self.object, self.key, diagnostic) {
                *left -= 1;
                fixed.push(at);
            }
        }
        fixed
    }

    /// The value after the first fix that makes it better, or where none does
    /// after the first of all; and what is found in it.
    fn step(&mut self, value: &str, found: &[Diagnostic]) -> Option<(String, Vec<Diagnostic>)> {
        let (object, key, wanted) = (self.object, self.key, self.wanted);
        let weight = Weight::of(found);
        let mut step = None;
        for diagnostic in found.iter().filter(|d| wanted.includes(object, key, d)) {
            let Some(fix) = &diagnostic.fix else { continue };
            let next = fix.apply(value);
            if self.seen.len() > MOST_TRIED {
                break;
            }
            if !self.seen.insert(next.clone()) {
                continue;
            }
            let then = (self.check_subject)(&with_value(self.subject, key, &next));
            if Weight::of(&then).is_better_than(&weight) {
                return Some((next, then));
            }
            step = step.or(Some((next, then)));
        }
        step
    }
}

/// Whether an edit meets none of the others; the same edit once more does not.
fn is_apart(edit: &Edit, edits: &BTreeMap<Span, &str>) -> bool {
    if let Some(&same) = edits.get(&edit.span) {
        return same == edit.text;
    }
    let before = edits.range(..edit.span).next_back();
    let after = edits.range(edit.span..).next();
    let is_before = |one: Span, other: Span| one.end <= other.start && one.start < other.start;
    before.is_none_or(|(&span, _)| is_before(span, edit.span))
        && after.is_none_or(|(&span, _)| is_before(edit.span, span))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::Place;
    use crate::lint::subject::Annotation;

    #[test]
    fn edits_are_apart_where_they_do_not_touch() {
        let edit = |start, end, text: &str| Edit {
            span: Span::new(start, end),
            text: text.to_owned(),
        };
        let others = BTreeMap::from([(Span::new(4, 6), "x"), (Span::new(10, 12), "y")]);
        for (edit, apart) in [
            (edit(0, 2, "z"), true),
            (edit(0, 4, "z"), true),
            (edit(0, 5, "z"), false),
            (edit(6, 10, "z"), true),
            (edit(5, 7, "z"), false),
            (edit(7, 11, "z"), false),
            (edit(12, 14, "z"), true),
            (edit(11, 14, "z"), false),
            (edit(0, 20, "z"), false),
            (edit(4, 6, "x"), true),
            (edit(4, 6, "z"), false),
            (edit(4, 4, "z"), false),
            (edit(8, 8, "z"), true),
        ] {
            assert_eq!(is_apart(&edit, &others), apart, "{edit:?}");
        }
        assert!(is_apart(&edit(0, 2, "z"), &BTreeMap::new()));
    }

    fn improved(value: &str, check_subject: &CheckSubject<'_>) -> Option<Improved> {
        let annotation = Annotation {
            key: PLUS_KEY.into(),
            value: Cow::Borrowed(value),
        };
        let subject = Subject {
            annotations: vec![annotation],
            ..Subject::default()
        };
        let wanted = Wanted {
            unsafe_too: false,
            silenced: &[],
        };
        let object = ObjectRef::default();
        improve(&subject, &object, PLUS_KEY, check_subject, &wanted)
    }

    /// Every `b` is wrong, and is to become `new`.
    fn bs(subject: &Subject<'_>, new: &str) -> Vec<Diagnostic> {
        let value = subject.annotation(PLUS_KEY).unwrap_or_default();
        let found = value.match_indices('b').map(|(at, _)| {
            let span = Span::new(at, at + 1);
            let place = Place::value(PLUS_KEY, span);
            Diagnostic::new(Rule::UnknownParameter, place, "m").with_edit(true, span, new)
        });
        found.collect()
    }

    #[test]
    fn more_fixes_than_values_are_tried_are_made_at_once() {
        let many = MOST_TRIED + 20;
        let improved = improved(&"b ".repeat(many), &|subject| bs(subject, "a")).unwrap();
        assert_eq!(improved.value, "a ".repeat(many));
        assert_eq!((improved.applied, improved.fixed.len()), (many, many));
    }

    #[test]
    fn what_is_left_is_not_counted_as_fixed() {
        // Of three one stays: where it alone is left, its fix makes a worse value.
        let check_subject = |subject: &Subject<'_>| {
            let value = subject.annotation(PLUS_KEY).unwrap_or_default();
            let mut found = bs(subject, "a");
            if !value.contains('b') {
                found.extend(beyond_repair(value));
            }
            found
        };
        let improved = improved("b b b", &check_subject).unwrap();
        assert_eq!(improved.value.matches('b').count(), 1, "{}", improved.value);
        assert_eq!((improved.applied, improved.fixed.len()), (2, 2));
    }

    /// Four faults that nothing can be done about.
    fn beyond_repair(value: &str) -> Vec<Diagnostic> {
        let span = Span::whole(value);
        let fault = || Diagnostic::new(Rule::UnknownParameter, Place::value(PLUS_KEY, span), "m");
        vec![fault(), fault(), fault(), fault()]
    }
}
