//! What each rule reads of an Ingress beside the annotation's value.

use std::collections::HashSet;

use crate::lint::read::controller::{self, BackendStatus, Mergeable, Routes};
use crate::lint::read::{Facts, keys};
use crate::lint::release::value::Reader;
use crate::lint::{self, Diagnostic, Policy, Rule, Subject};

/// What a rule reads beside the value. The class, the mergeable type and the
/// key that the controller uses are inputs of every rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inputs {
    /// Nothing.
    Value,
    /// The status of the entry's service: whether it is a backend, and whether
    /// requests reach it. A mistake that nginx never read is new when it does.
    Backend,
    /// The same, and the hosts, paths and TLS of that service.
    Routes,
    /// The same of every service that the value names.
    AllRoutes,
}

impl Rule {
    /// What the rule reads beside the value.
    pub(super) fn inputs(self) -> Inputs {
        match self {
            // The controller and the policy's keys, before anything is rendered.
            Self::EmptyValue
            | Self::EmptyEntry
            | Self::MalformedEntry
            | Self::ForbiddenCharacter
            | Self::DuplicateService
            | Self::MergeableMaster
            | Self::ShadowedAnnotation
            | Self::PlusOnly
            | Self::KeyTooNew
            | Self::RejectedIngress
            | Self::DuplicatePath
            | Self::UnknownAnnotation
            | Self::ForeignAnnotation
            | Self::UnreadableIngress
            | Self::UnusedIgnore => Inputs::Value,
            // What a browser does with the cookie on these URLs.
            Self::SecureWithoutTls
            | Self::CookiePrefix
            | Self::PathMismatch
            | Self::RelativePath
            | Self::MissingPath
            | Self::PublicSuffixDomain
            | Self::DomainMismatch
            | Self::InvalidDomain
            | Self::WideDomain => Inputs::Routes,
            Self::CookieClash => Inputs::AllRoutes,
            // What nginx and the policy read of an entry, and what browsers do
            // with its cookie wherever it comes from.
            _ => Inputs::Backend,
        }
    }
}

/// What has changed between two objects of what rules read.
#[derive(Default)]
pub(super) struct Changes {
    /// Whether the class, the mergeable type or the effective key has.
    common: bool,
    /// The services of the value of which the status has changed.
    statuses: HashSet<String>,
    /// The services of the value of which hosts, paths or TLS have.
    routes: HashSet<String>,
}

impl Changes {
    /// Compares two objects, as each release that is modelled reads them.
    /// Takes time in proportion to them.
    pub(super) fn between(old: &Subject<'_>, new: &Subject<'_>, policy: &Policy) -> Self {
        let mut changes = Self::default();
        let releases = lint::releases(new, policy).into_iter();
        for release in releases.chain(lint::releases(old, policy)) {
            changes.compare(old, new, &policy.facts(release));
        }
        changes
    }

    fn compare(&mut self, old: &Subject<'_>, new: &Subject<'_>, facts: &Facts) {
        let common = |subject| {
            let key = keys::effective(subject, facts).map(|(key, _)| key);
            (keys::class(subject), Mergeable::of(subject, facts), key)
        };
        self.common |= common(old) != common(new);
        if self.common {
            return;
        }
        let read = |subject| Routes::of(subject, Mergeable::of(subject, facts), facts);
        let (before, now) = (read(old), read(new));
        for service in services(new, facts) {
            if status(&before, service) != status(&now, service) {
                self.statuses.insert(service.to_owned());
                self.routes.insert(service.to_owned());
            } else if before.regex != now.regex || urls(&before, service) != urls(&now, service) {
                self.routes.insert(service.to_owned());
            }
        }
    }

    /// Whether the inputs of the diagnostic's rule are the same.
    pub(super) fn keep(&self, diagnostic: &Diagnostic) -> bool {
        let entry = diagnostic.entry.as_ref();
        let none_of = |changed: &HashSet<String>| match entry {
            Some(entry) => !changed.contains(&entry.service),
            None => changed.is_empty(),
        };
        !self.common
            && match diagnostic.rule.inputs() {
                Inputs::Value => true,
                Inputs::Backend => none_of(&self.statuses),
                Inputs::Routes => none_of(&self.routes),
                Inputs::AllRoutes => self.routes.is_empty(),
            }
    }
}

/// The services that the values name, each once.
fn services<'s>(subject: &'s Subject<'_>, facts: &Facts) -> HashSet<&'s str> {
    let values = [keys::ORG_KEY, keys::PLUS_KEY].map(|key| subject.annotation(key));
    let values = values.into_iter().flatten();
    values
        .flat_map(|value| {
            let entries = controller::read(value, Reader::of(facts.release)).entries;
            entries.into_iter().map(|entry| entry.service.of(value))
        })
        .collect()
}

fn status(routes: &Routes<'_>, service: &str) -> Option<BackendStatus> {
    routes.status(service)
}

/// The URLs that lead to a service, in an order of their own.
fn urls<'r>(
    routes: &'r Routes<'_>,
    service: &'r str,
) -> Vec<(Option<&'r str>, Option<bool>, &'r str, bool)> {
    let mut urls: Vec<_> = routes
        .of_service(service)
        .map(|route| {
            let host = &routes.hosts[route.host];
            (host.spec_host, host.tls, route.spec_path, route.exact)
        })
        .collect();
    urls.sort_unstable();
    urls
}
