//! One check for several releases of the controller.
//!
//! Where the operator names no release, the ones in use are assumed. They are
//! parted into groups that treat this Ingress alike, each group is checked
//! once, and what only some of them report becomes a warning that names them.

use std::collections::BTreeMap;
use std::mem;

use super::consequence::{Consequence, Severity};
use super::diagnostic::Diagnostic;
use super::meter;
use super::policy::Policy;
use super::read::keys::{ORG_KEY, PATH_REGEX, PLUS_KEY, USE_CLUSTER_IP};
use super::release::value::strict_errors;
use super::release::{Fact, Releases, path};
use super::subject::Subject;

/// What is found for a group of releases that treat an Ingress alike.
pub(super) type ByRelease = (Releases, Vec<Diagnostic>);

/// A finding, and the releases that report it.
pub(super) type Reported = (Releases, Diagnostic);

/// The releases that a check is about: the one that the policy names, or those
/// in use. An Ingress shows more: the `nginx.org` key is written for releases
/// that read it; and so does a flag that only some releases have.
#[must_use]
pub(super) fn concerned(subject: &Subject<'_>, policy: &Policy) -> Releases {
    if let Some(release) = policy.controller.version {
        return Releases::of(release);
    }
    let mut releases = Releases::IN_USE;
    if subject.annotation(ORG_KEY).is_some() {
        releases = releases.both(Fact::OrgKey.releases());
    }
    if policy.controller.config_safety {
        releases = releases.both(Fact::ConfigSafety.releases());
    }
    releases
}

/// Parts releases into groups that treat the Ingress alike, oldest first.
#[must_use]
pub(super) fn groups(subject: &Subject<'_>, releases: Releases) -> Vec<Releases> {
    let mut groups = vec![releases];
    if Releases::of(releases.newest()) == releases {
        return groups;
    }
    let differs = Differences::of(subject);
    if differs == Differences::default() {
        return groups;
    }
    for fact in Fact::ALL.iter().filter(|fact| differs.by(**fact)) {
        let with = fact.releases();
        groups = groups
            .into_iter()
            .flat_map(|group| [group.without(with), group.both(with)])
            .filter(|group| !group.is_empty())
            .collect();
    }
    // Releases are bits in order: of two groups, the one with the oldest comes first.
    groups.sort_by_key(|group| group.iter().next().map(Releases::of));
    groups
}

/// What of an Ingress the releases in use treat differently.
#[derive(PartialEq, Eq, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own"
)]
struct Differences {
    value: bool,
    paths: bool,
    regex: bool,
    cluster_ip: bool,
    backend: bool,
    host: bool,
}

impl Differences {
    fn of(subject: &Subject<'_>) -> Self {
        let has = |key| subject.annotation(key).is_some();
        let values = [ORG_KEY, PLUS_KEY].into_iter();
        let mut backends = subject.paths().map(|(_, path)| &path.backend);
        let mut default = subject.default_backend.iter();
        Self {
            value: values
                .filter_map(|key| subject.annotation(key))
                .any(is_strict_different),
            paths: subject
                .paths()
                .any(|(_, rule)| !rule.path.as_deref().is_some_and(path::is_ordinary)),
            regex: has(PATH_REGEX),
            cluster_ip: has(USE_CLUSTER_IP),
            backend: backends.any(|it| it.service.is_none())
                || default.any(|it| it.service.is_none()),
            host: subject
                .rules
                .iter()
                .any(|rule| rule.host.as_deref().is_none_or(str::is_empty)),
        }
    }

    fn by(&self, fact: Fact) -> bool {
        match fact {
            Fact::LenientReader | Fact::WholeReader | Fact::QuotedReader | Fact::StrictReader => {
                self.value
            }
            Fact::PathRegex | Fact::ExactRegexNeverMatches => self.regex,
            Fact::UseClusterIp => self.cluster_ip,
            Fact::BackendServiceRequired => self.backend,
            Fact::EmptyHostAllowable => self.host,
            Fact::BraceInPathBreaksReload
            | Fact::EmptyPathRejected
            | Fact::TypedEmptyPathRejected
            | Fact::PathSyntaxRejected
            | Fact::PathBraceOrBackslashRejected
            | Fact::PathContentRejected
            | Fact::PathGuardedAnywhere
            | Fact::PathGuardedBelow
            | Fact::PathTraversalRejected
            | Fact::PathPrintable
            | Fact::PathIsRegex
            | Fact::PathIsRe2 => self.paths,
            // True of all releases in use, or decided by the keys that are there.
            Fact::OrgKey
            | Fact::PlusKeyRejectedByOss
            | Fact::SameSite
            | Fact::Mergeable
            | Fact::ClassRequired
            | Fact::ShapeValidated
            | Fact::ResourceBackendRejected
            | Fact::ConfigSafety
            | Fact::ExactNeverMatches => false,
        }
    }
}

/// Whether the strict reader may reject a value that the one before accepts.
fn is_strict_different(value: &str) -> bool {
    let mut pieces = value.split(';');
    pieces.any(|piece| {
        let parameters = piece.split_once(' ').map_or(piece, |(_, right)| right);
        !strict_errors(parameters).is_empty()
    })
}

/// What the groups of releases report, the oldest first, as one list in the
/// order of the Ingress.
#[must_use]
pub(super) fn merge(mut reports: Vec<ByRelease>) -> Vec<Reported> {
    if let [(group, diagnostics)] = reports.as_mut_slice() {
        let diagnostics = mem::take(diagnostics).into_iter();
        return diagnostics.map(|it| (*group, it)).collect();
    }
    let all = reports
        .iter()
        .fold(Releases::NONE, |all, (group, _)| all.and(*group));
    let mut kinds: Vec<Kind> = Vec::new();
    let mut index = BTreeMap::new();
    for (group, diagnostics) in reports {
        for diagnostic in diagnostics {
            meter::spend(1);
            let entry = diagnostic.entry.as_ref().map(|entry| entry.number);
            let place = (diagnostic.place.field.clone(), diagnostic.place.span);
            let key = (diagnostic.rule, place, entry);
            let at = *index.entry(key).or_insert(kinds.len());
            if at == kinds.len() {
                kinds.push(Kind::default());
            }
            kinds[at].add(group, diagnostic);
        }
    }
    let kinds = kinds.into_iter();
    let mut reported: Vec<_> = kinds.flat_map(|kind| kind.finish(all)).collect();
    reported.sort_by(|(_, a), (_, b)| a.order().cmp(&b.order()));
    reported
}

/// What one rule reports at one place, in the releases that report it.
#[derive(Default)]
struct Kind(Vec<Reported>);

impl Kind {
    /// Adds what a newer group reports; `group` is later than those before.
    fn add(&mut self, group: Releases, diagnostic: Diagnostic) {
        // Two of one group are two findings.
        let free = |(releases, known): &Reported| {
            known.consequence == diagnostic.consequence && releases.both(group).is_empty()
        };
        let same = |it: &Reported| free(it) && it.1.message == diagnostic.message;
        let at = self
            .0
            .iter()
            .position(same)
            .or(self.0.iter().position(free));
        match at.map(|at| &mut self.0[at]) {
            Some((releases, known)) => {
                *releases = releases.and(group);
                let severity = known.severity.min(diagnostic.severity);
                *known = diagnostic.with_severity(severity);
            }
            None => self.0.push((group, diagnostic)),
        }
    }

    fn finish(self, all: Releases) -> Vec<Reported> {
        let covered = self
            .0
            .iter()
            .fold(Releases::NONE, |sum, (releases, _)| sum.and(*releases));
        let apart = self.0.iter().enumerate().all(|(index, (releases, _))| {
            let others = self.0[..index].iter();
            others
                .clone()
                .all(|(other, _)| other.both(*releases).is_empty())
        });
        let mut variants = self.0;
        if covered == all && apart && variants.len() > 1 {
            // All report it, and differ in what follows from it.
            let mut first = variants.remove(0);
            for (_, other) in variants {
                first.1.severity = first.1.severity.min(other.severity);
            }
            return vec![first];
        }
        for (releases, diagnostic) in &mut variants {
            if *releases != all {
                let suffix = suffix(diagnostic, *releases, all);
                diagnostic.message.push_str(&suffix);
                diagnostic.severity = diagnostic.severity.min(Severity::Warning);
            }
        }
        variants
    }
}

/// Which releases do it: ` (rejected from 5.6 on)`.
fn suffix(diagnostic: &Diagnostic, releases: Releases, all: Releases) -> String {
    let what = outcome(diagnostic.consequence);
    format!(" ({what} {})", releases.among(all))
}

/// What happens to the Ingress or the entry, in a word or two.
#[must_use]
pub(super) fn outcome(consequence: Option<Consequence>) -> &'static str {
    match consequence {
        Some(Consequence::RejectsIngress) => "rejected",
        Some(Consequence::BreaksReload) => "nginx refuses to reload",
        Some(Consequence::NotApplied) => "not applied",
        Some(Consequence::NoEffect) => "no effect",
        Some(Consequence::NeverSticks) => "never sticks",
        Some(Consequence::PartlySticks) => "sticks in part",
        _ => "reported",
    }
}

#[cfg(test)]
pub(in crate::lint) mod tests;
