//! Which fixes are offered: a fix belongs to the value, not to a finding.
//!
//! Rules propose. Two that ask for the same change give one change, and a fix
//! is offered only if checking the value that it makes finds less than before:
//! alone, and for safe fixes together with the others too. So all
//! safe fixes of a report together improve the value. Where it is checked for
//! several releases, no one of them may find more.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::by_release::{ByRelease, Reported};
use super::consequence::{Consequence, Severity};
use super::diagnostic::{Diagnostic, Edit, Fix};
use super::read::keys::{ORG_KEY, PLUS_KEY};
use super::read::nginx::{Parameter, Word, suggest};
use super::read::{EntryReading, Reading};
use super::release::Releases;
use super::rules::Rule;
use super::span::Span;
use super::subject::Subject;

/// The most values that are checked for the fixes of one subject.
const MOST_CHECKS: usize = 16;

/// The most bytes that these values and the Ingress around them have in all:
/// beyond it no fix is offered until others are made.
const MOST_BYTES: usize = 64 * 1024;

/// A rule decides whether its fix can only be what was intended; whether the
/// value improves is determined here. `before` is the subject's own weight, and
/// `weigh` gives that of another.
pub(super) fn settle(
    subject: &Subject<'_>,
    before: Weights,
    reported: &mut [Reported],
    weigh: &dyn Fn(&Subject<'_>) -> Weights,
) {
    if reported.iter().all(|(_, it)| it.fix.is_none()) {
        return;
    }
    drop_repeated(reported);
    let mut trial = Trial {
        subject,
        before,
        checks_left: MOST_CHECKS.min(MOST_BYTES / size(subject).max(1)),
        weigh,
    };
    for key in [ORG_KEY, PLUS_KEY] {
        if let Some(value) = subject.annotation(key) {
            trial.keep_good(key, value, reported);
        }
    }
}

/// How many bytes a check reads, about.
fn size(subject: &Subject<'_>) -> usize {
    let annotations = subject.annotations.iter();
    let annotations = annotations.map(|it| it.key.len() + it.value.len());
    let paths = subject.paths().map(|(_, path)| {
        let text = path.path.as_ref().map_or(0, |path| path.len());
        64 + text + path.backend.service.as_ref().map_or(0, |name| name.len())
    });
    let hosts = subject.tls.iter().flat_map(|block| &block.hosts);
    annotations.sum::<usize>() + paths.sum::<usize>() + hosts.map(|it| it.len()).sum::<usize>()
}

/// Takes away fixes of cookies of which it is not clear what they are: where
/// nginx decodes something, what is sent is not what is written; where the name
/// is missing, the first parameter is the name; and a parameter that is there
/// already, be it misspelt, is not added.
pub(super) fn drop_doubtful(reading: &Reading<'_>, diagnostics: &mut [Diagnostic]) {
    let live = reading.live().map(|(entry, _)| entry);
    let entries: HashMap<_, _> = live.map(|entry| (entry.entry.number, entry)).collect();
    let nameless: HashSet<_> = diagnostics
        .iter()
        .filter(|it| it.rule == Rule::DisguisedParameter)
        .filter_map(|it| it.entry.as_ref().map(|entry| entry.number))
        .collect();
    for diagnostic in diagnostics {
        let Some(number) = diagnostic.entry.as_ref().map(|entry| entry.number) else {
            continue;
        };
        if diagnostic.rule.is_about_the_cookie()
            && let Some(entry) = entries.get(&number)
            && (!entry.is_plain()
                || nameless.contains(&number)
                || diagnostic.fix.as_ref().is_some_and(|it| repeats(entry, it)))
        {
            diagnostic.fix = None;
        }
    }
}

/// Whether a fix adds a parameter that the entry has already, or says no to.
fn repeats(entry: &EntryReading<'_>, fix: &Fix) -> bool {
    let inserted = fix.edits.iter().filter(|edit| edit.span.is_empty());
    let words = inserted.flat_map(|edit| edit.text.split(' '));
    let mut parameters = words.filter_map(parameter);
    parameters.any(|parameter| {
        let end = Span::at(entry.value.len());
        let directive = entry.directive.as_ref();
        directive.is_some_and(|directive| {
            let negates =
                |word: &Word<'_>| suggest::negated(suggest::split(&word.text).0) == Some(parameter);
            directive.has_other(parameter, end, None) || directive.words.iter().any(negates)
        })
    })
}

fn parameter(word: &str) -> Option<Parameter> {
    Parameter::named(suggest::split(word).0)
}

/// Leaves each change to one fix: the safe ones and those that do most come
/// first, and two that cannot both be made are not both offered.
fn drop_repeated(reported: &mut [Reported]) {
    let extent = |diagnostic: &Diagnostic| {
        let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits);
        edits
            .map(|edit| edit.text.split(' ').count())
            .sum::<usize>()
    };
    let is_safe = |it: &Diagnostic| it.fix.as_ref().is_some_and(|fix| fix.safe);
    let mut order: Vec<_> = (0..reported.len()).collect();
    // An annotation in the place of others is not a change of a value.
    let edits = |it: &Diagnostic| it.fix.as_ref().is_some_and(|fix| fix.replacement.is_none());
    order.retain(|&index| edits(&reported[index].1));
    order.sort_by_key(|&index| {
        let (_, diagnostic) = &reported[index];
        Reverse((is_safe(diagnostic), extent(diagnostic)))
    });
    let mut changes: HashMap<String, Changes> = HashMap::new();
    for index in order {
        let (_, diagnostic) = &mut reported[index];
        let key = diagnostic.place.field.annotation_key();
        let changes = changes.entry(key.unwrap_or_default().to_owned());
        if let Some(fix) = &mut diagnostic.fix
            && !changes.or_default().admit(fix)
        {
            diagnostic.fix = None;
        }
    }
}

/// The changes of one value that are offered so far.
#[derive(Default)]
struct Changes {
    /// The parameters that are added, by where.
    added: HashSet<(usize, String)>,
    /// The ranges that are replaced, by their start, with what is there then.
    replaced: BTreeMap<usize, (usize, String)>,
}

impl Changes {
    /// Takes from `fix` what is offered already; `false` if nothing is left, or
    /// what is left cannot be made beside it.
    fn admit(&mut self, fix: &mut Fix) -> bool {
        for edit in &mut fix.edits {
            if edit.span.is_empty() && edit.text.starts_with(' ') {
                edit.text = self.still_to_add(edit);
            }
        }
        fix.edits.retain(|edit| !self.is_made(edit));
        if fix.edits.is_empty() || fix.edits.iter().any(|edit| self.overlaps(edit.span)) {
            return false;
        }
        for edit in &fix.edits {
            for word in edit.text.split(' ').filter(|_| edit.span.is_empty()) {
                self.added.insert((edit.span.start, name(word)));
            }
            let made = (edit.span.end, edit.text.clone());
            self.replaced.insert(edit.span.start, made);
        }
        true
    }

    /// The words of an insertion but for those that another fix adds there.
    fn still_to_add(&self, edit: &Edit) -> String {
        let words = edit.text.split(' ').filter(|word| !word.is_empty());
        let fresh = words.filter(|word| !self.added.contains(&(edit.span.start, name(word))));
        fresh.flat_map(|word| [" ", word]).collect()
    }

    fn is_made(&self, edit: &Edit) -> bool {
        let nothing = edit.span.is_empty() && edit.text.is_empty();
        let made = self.replaced.get(&edit.span.start);
        nothing || made.is_some_and(|(end, text)| *end == edit.span.end && *text == edit.text)
    }

    fn overlaps(&self, span: Span) -> bool {
        let mut before = self.replaced.range(..span.end);
        let last = before.next_back();
        !span.is_empty() && last.is_some_and(|(_, (end, _))| *end > span.start)
    }
}

fn name(word: &str) -> String {
    suggest::split(word).0.to_owned()
}

/// Tries what fixes make of a value.
struct Trial<'t> {
    subject: &'t Subject<'t>,
    before: Weights,
    checks_left: usize,
    weigh: &'t dyn Fn(&Subject<'_>) -> Weights,
}

impl Trial<'_> {
    /// Keeps the fixes of one annotation that make it better for the newest of
    /// the releases that ask for them.
    fn keep_good(&mut self, key: &str, value: &str, reported: &mut [Reported]) {
        let mut safe = Vec::new();
        for (index, (releases, diagnostic)) in reported.iter_mut().enumerate() {
            if diagnostic.place.field.annotation_key() != Some(key) {
                continue;
            }
            let Some(fix) = &diagnostic.fix else { continue };
            let newest = Releases::of(releases.newest());
            match self.outcome(key, value, &fix.edits) {
                Some(after) if after.is_better_for(newest, &self.before) => {
                    if fix.safe {
                        safe.push(index);
                    }
                }
                _ => diagnostic.fix = None,
            }
        }
        // Where not all can be made, those of the worst findings come first.
        safe.sort_by_key(|&index| reported[index].1.consequence);
        self.keep_compatible(key, value, &safe, reported);
    }

    /// Keeps the safe fixes that make the value better one upon the other.
    fn keep_compatible(
        &mut self,
        key: &str,
        value: &str,
        safe: &[usize],
        reported: &mut [Reported],
    ) {
        let edits = |indices: &[usize], reported: &[Reported]| {
            let fixes = indices
                .iter()
                .filter_map(|&index| reported[index].1.fix.as_ref());
            let mut edits: Vec<Edit> = fixes.flat_map(|fix| fix.edits.clone()).collect();
            edits.sort_by_key(|edit| edit.span);
            edits
        };
        if safe.len() < 2 {
            return;
        }
        let all = self.outcome(key, value, &edits(safe, reported));
        if all.is_some_and(|after| after.is_better_for(Releases::ALL, &self.before)) {
            return;
        }
        let (mut kept, mut best) = (Vec::new(), self.before.clone());
        for &index in safe {
            kept.push(index);
            match self.outcome(key, value, &edits(&kept, reported)) {
                Some(after) if after.is_better_for(Releases::ALL, &best) => best = after,
                _ => {
                    kept.pop();
                    reported[index].1.fix = None;
                }
            }
        }
    }

    /// How bad the subject is with the edits made; `None` where as many values
    /// were checked as may be, or the edits change nothing.
    fn outcome(&mut self, key: &str, value: &str, edits: &[Edit]) -> Option<Weights> {
        self.checks_left = self.checks_left.checked_sub(1)?;
        let mut subject = self.subject.clone();
        let fixed = Edit::apply_all(edits, value);
        if fixed == value {
            return None;
        }
        let annotations = subject.annotations.iter_mut();
        for annotation in annotations.filter(|annotation| annotation.key == key) {
            annotation.value = Cow::Borrowed(&fixed);
        }
        Some((self.weigh)(&subject))
    }
}

/// How bad a subject is for each group of releases that treat it alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Weights(Vec<(Releases, Weight)>);

impl Weights {
    pub(super) fn of(reports: &[ByRelease]) -> Self {
        let weights = reports.iter();
        Self(
            weights
                .map(|(group, it)| (*group, Weight::of(it)))
                .collect(),
        )
    }

    /// Whether it is better for some of `releases`, and no worse for any other.
    fn is_better_for(&self, releases: Releases, other: &Self) -> bool {
        let mut better = false;
        for (group, weight) in &self.0 {
            for (before_group, before) in &other.0 {
                let common = group.both(*before_group);
                if common.is_empty() || weight == before {
                    continue;
                }
                if !weight.is_better_than(before) {
                    return false;
                }
                better |= !common.both(releases).is_empty();
            }
        }
        better
    }
}

/// How bad a subject is: what decides whether a fix makes a value better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight {
    /// How often each consequence is found, the worst first.
    consequences: [usize; Consequence::ALL.len()],
    /// How many warnings and errors have no consequence.
    others: usize,
}

impl Weight {
    /// The weight of what is found in a subject. Notes weigh nothing.
    #[must_use]
    pub fn of(found: &[Diagnostic]) -> Self {
        let mut weight = Self {
            consequences: [0; Consequence::ALL.len()],
            others: 0,
        };
        for diagnostic in found {
            match diagnostic.consequence {
                Some(consequence) => weight.consequences[consequence as usize] += 1,
                None => weight.others += usize::from(diagnostic.severity > Severity::Note),
            }
        }
        weight
    }

    /// Whether a worse consequence is found less often, and none that reaches
    /// beyond the cookie more often.
    #[must_use]
    pub fn is_better_than(&self, other: &Self) -> bool {
        const GRAVE: usize = Consequence::NoEffect as usize;
        let pairs = self.consequences.iter().zip(&other.consequences);
        pairs.take(GRAVE).all(|(own, others)| own <= others) && self < other
    }
}
