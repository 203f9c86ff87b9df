//! The services that an Ingress leads to, and those it only seems to lead to.

use std::collections::HashSet;

use crate::lint::annotation::PATH_REGEX;
use crate::lint::controller::Mergeable;
use crate::lint::subject::{HostRule, PathRule, PathType, Subject};

/// The services of an Ingress by name, with what becomes of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Backends<'s>(Vec<(&'s str, Fate)>);

/// What becomes of a service. Ordered: the last is the one that counts where a
/// service is a backend in several places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// A minion's default backend, which the controller drops.
    MinionDefault,
    /// A default backend behind `/` on every host: its upstream is rendered,
    /// and nothing leads there.
    ShadowedDefault,
    /// A path that a minion names twice: the controller takes the minion for a
    /// rival of itself and drops the path.
    DoubledPath,
    /// Requests reach it.
    Live,
}

impl<'s> Backends<'s> {
    /// The backends of an Ingress: those of every path, and the default one.
    /// Services count by name alone, whatever their ports.
    #[must_use]
    pub fn of(subject: &'s Subject<'_>) -> Self {
        let minion = Mergeable::of(subject) == Some(Mergeable::Minion);
        let dropped = dropped_paths(subject);
        let of_path = |path: &'s PathRule<'_>| {
            let fate = if dropped.contains(written(path)) {
                Fate::DoubledPath
            } else {
                Fate::Live
            };
            Some((path.backend.service.as_deref()?, fate))
        };
        let mut services: Vec<_> = subject
            .paths()
            .filter_map(|(_, path)| of_path(path))
            .collect();
        if let Some(service) = default_service(subject) {
            let fate = match () {
                () if minion => Fate::MinionDefault,
                () if shadows_default(subject) => Fate::ShadowedDefault,
                () => Fate::Live,
            };
            services.push((service, fate));
        }
        services.sort_unstable_by(|a, b| a.0.cmp(b.0).then(b.1.cmp(&a.1)));
        services.dedup_by_key(|(service, _)| *service);
        Self(services)
    }

    /// What becomes of a service; `None` where it is no backend at all.
    #[must_use]
    pub fn fate(&self, service: &str) -> Option<Fate> {
        let found = self.0.binary_search_by_key(&service, |(name, _)| name);
        found.ok().map(|index| self.0[index].1)
    }

    /// The names of all services, in order.
    pub fn names(&self) -> impl Iterator<Item = &'s str> {
        self.0.iter().map(|(name, _)| *name)
    }
}

fn default_service<'s>(subject: &'s Subject<'_>) -> Option<&'s str> {
    subject.default_backend.as_ref()?.service.as_deref()
}

/// The paths that the controller drops: those that a minion names twice.
pub(crate) fn dropped_paths<'s>(subject: &'s Subject<'_>) -> HashSet<&'s str> {
    let mut dropped = HashSet::new();
    if Mergeable::of(subject) == Some(Mergeable::Minion) {
        let mut seen = HashSet::new();
        let paths = subject.paths().map(|(_, path)| written(path));
        dropped.extend(paths.filter(|path| !seen.insert(*path)));
    }
    dropped
}

/// The path as the object has it; empty where it is left out.
pub(crate) fn written<'s>(path: &'s PathRule<'_>) -> &'s str {
    path.path.as_deref().unwrap_or_default()
}

/// Whether every host has a `/` that takes what no other path takes.
fn shadows_default(subject: &Subject<'_>) -> bool {
    let mut rules = subject.rules.iter();
    !subject.rules.is_empty() && rules.all(|rule| has_root(rule, subject))
}

/// Whether a rule of `subject` has a `/` that takes what no other path takes,
/// so that nothing is left for the default backend.
pub(crate) fn has_root(rule: &HostRule<'_>, subject: &Subject<'_>) -> bool {
    let regex = subject.annotation(PATH_REGEX).is_some();
    let is_root = |path: &PathRule<'_>| {
        matches!(written(path), "" | "/") && (regex || path.path_type != PathType::Exact)
    };
    rule.paths.iter().flatten().any(is_root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::annotation::MERGEABLE;
    use crate::lint::subject::{Annotation, Backend};

    type Path = (&'static str, PathType, &'static str);
    const ROOT: Path = ("/", PathType::Prefix, "coffee");
    const EXACT_ROOT: Path = ("/", PathType::Exact, "coffee");
    const NO_PATH: Path = ("", PathType::ImplementationSpecific, "coffee");
    const CHAI: Path = ("/chai", PathType::Prefix, "coffee");
    const TEA: Path = ("/tea", PathType::Prefix, "tea");

    fn backend(service: &'static str) -> Backend<'static> {
        Backend {
            service: Some(service.into()),
            ..Backend::default()
        }
    }

    /// What becomes of `tea`, the default backend, where each host has these paths.
    fn fate(annotation: (&'static str, &'static str), hosts: &[&[Path]]) -> Option<Fate> {
        let path = |&(path, path_type, service): &Path| PathRule {
            path: Some(path.into()),
            path_type,
            backend: backend(service),
        };
        let rule = |paths: &&[Path]| HostRule {
            host: None,
            paths: Some(paths.iter().map(path).collect()),
        };
        let subject = Subject {
            annotations: vec![Annotation {
                key: annotation.0.into(),
                value: annotation.1.into(),
            }],
            default_backend: Some(backend("tea")),
            rules: hosts.iter().map(rule).collect(),
            ..Subject::default()
        };
        assert_eq!(Backends::of(&subject).fate("water"), None);
        Backends::of(&subject).fate("tea")
    }

    #[test]
    fn what_becomes_of_a_default_backend() {
        let (plain, minion, regex) = (("", ""), (MERGEABLE, "minion"), (PATH_REGEX, "exact"));
        for (annotation, hosts, expected) in [
            (plain, &[] as &[&[Path]], Fate::Live),
            (plain, &[&[CHAI]], Fate::Live),
            (plain, &[&[ROOT]], Fate::ShadowedDefault),
            (plain, &[&[NO_PATH]], Fate::ShadowedDefault),
            (plain, &[&[ROOT], &[CHAI]], Fate::Live),
            (plain, &[&[ROOT], &[CHAI, ROOT]], Fate::ShadowedDefault),
            (plain, &[&[ROOT, TEA]], Fate::Live),
            (plain, &[&[EXACT_ROOT]], Fate::Live),
            (regex, &[&[EXACT_ROOT]], Fate::ShadowedDefault),
            (minion, &[&[CHAI]], Fate::MinionDefault),
            (minion, &[&[TEA]], Fate::Live),
            (minion, &[&[TEA, TEA]], Fate::DoubledPath),
        ] {
            assert_eq!(
                fate(annotation, hosts),
                Some(expected),
                "{annotation:?} {hosts:?}"
            );
        }
    }
}
