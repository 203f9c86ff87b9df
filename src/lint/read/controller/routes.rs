//! Where requests lead: hosts, paths and backends, and the status of each service.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashSet;

use super::Mergeable;
use crate::lint::meter;
use crate::lint::read::facts::{Facts, TlsTermination};
use crate::lint::read::keys::PATH_REGEX;
use crate::lint::read::{host, url};
use crate::lint::release::Fact;
use crate::lint::subject::{Backend, HostRule, PathRule, PathType, Port, Subject};

/// Hosts and paths of an Ingress, and the services that they lead to.
#[derive(Debug, Clone)]
pub struct Routes<'s> {
    /// One for each rule.
    pub hosts: Vec<Host<'s>>,
    /// One for each path, and for the default backend where it is reached.
    pub routes: Vec<Route<'s>>,
    /// The paths that the controller drops: those that a minion names twice.
    pub dropped: HashSet<&'s str>,
    /// Whether the paths are regular expressions, which cannot be compared.
    pub regex: bool,
    /// Whether other objects have paths on the same hosts.
    pub mergeable: bool,
    /// Whether nothing of the Ingress is known but the value: any service may
    /// be a backend then.
    unknown: bool,
    /// Services with the indices of their routes, in order.
    by_service: Vec<(&'s str, usize)>,
    /// The services of backends that have no route, by name, with their
    /// status; a service may have routes beside.
    without_route: Vec<(&'s str, BackendStatus)>,
    /// The routes that are not exact, by host and path; made when first asked for.
    prefixes: OnceCell<Vec<usize>>,
}

/// A rule's host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host<'s> {
    /// As the Ingress has it; `None` is any host.
    pub spec_host: Option<&'s str>,
    /// As a browser writes it; empty where the rule matches any host.
    pub name: Cow<'s, str>,
    /// Whether it is reached over TLS, where that can be seen.
    pub tls: Option<bool>,
}

/// A path that leads to a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route<'s> {
    /// The service.
    pub service: &'s str,
    /// Its port.
    pub port: Option<&'s Port<'s>>,
    /// The host, as an index into [`Routes::hosts`].
    pub host: usize,
    /// The path as the Ingress has it, `/` where it is left out.
    pub spec_path: &'s str,
    /// The path as a browser writes it.
    pub path: Cow<'s, str>,
    /// Whether the path is one URL; else it is all below it, too.
    pub exact: bool,
}

/// How the controller uses a service. Ordered: the last is the one that counts where a
/// service is a backend in several places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BackendStatus {
    /// A minion's default backend, which the controller drops.
    MinionDefault,
    /// A default backend where every host has a path `/`: its upstream is
    /// rendered, and nothing leads there.
    ShadowedDefault,
    /// A path that a minion names twice: the controller takes the minion for a
    /// rival of itself and drops the path.
    DuplicatePath,
    /// A path whose location nginx never matches: the Ingress is accepted, and
    /// no request gets there.
    NeverMatches,
    /// Requests reach it.
    Reachable,
}

impl<'s> Routes<'s> {
    /// What `subject`, which plays `part`, shows of itself.
    #[must_use]
    pub fn of(subject: &'s Subject<'_>, part: Option<Mergeable>, facts: &Facts) -> Self {
        let minion = part == Some(Mergeable::Minion);
        let mut routes = Self {
            hosts: Vec::with_capacity(subject.rules.len()),
            routes: Vec::with_capacity(subject.paths().count()),
            dropped: HashSet::new(),
            regex: subject.annotation(PATH_REGEX).is_some() && facts.reads(PATH_REGEX),
            mergeable: minion,
            unknown: subject.value_alone,
            by_service: Vec::new(),
            without_route: Vec::new(),
            prefixes: OnceCell::new(),
        };
        if minion {
            let mut seen = HashSet::new();
            let paths = subject.paths().map(|(_, path)| spec_path(path));
            routes
                .dropped
                .extend(paths.filter(|path| !seen.insert(*path)));
        }
        let default = subject.default_backend.as_ref();
        let mut is_default_reached = subject.rules.is_empty();
        let secured = Secured::of(subject, facts.tls, minion);
        for rule in &subject.rules {
            let spec_host = rule.host.as_deref().filter(|host| !host.is_empty());
            meter::spend(1);
            routes.hosts.push(Host {
                spec_host,
                name: host::canonical(spec_host.unwrap_or_default()),
                tls: secured.has(spec_host),
            });
            routes.add_paths(rule, facts);
            if !has_root(rule, routes.regex) {
                is_default_reached = true;
                routes.add_default(default.filter(|_| !minion));
            }
        }
        let status = match () {
            () if minion => BackendStatus::MinionDefault,
            () if is_default_reached => BackendStatus::Reachable,
            () => BackendStatus::ShadowedDefault,
        };
        let default = default.and_then(|backend| backend.service.as_deref());
        let default = default.map(|service| (service, status));
        routes.without_route.extend(default);
        routes.index();
        routes
    }

    /// The routes of a rule, but for those that the controller drops.
    fn add_paths(&mut self, rule: &'s HostRule<'_>, facts: &Facts) {
        for path in rule.paths.iter().flatten() {
            let Some(service) = path.backend.service.as_deref() else {
                continue;
            };
            let written = spec_path(path);
            if self.dropped.contains(written) {
                let status = BackendStatus::DuplicatePath;
                self.without_route.push((service, status));
                continue;
            }
            let exact = path.path_type == PathType::Exact;
            if self.never_matches(written, exact, facts) {
                let status = BackendStatus::NeverMatches;
                self.without_route.push((service, status));
                continue;
            }
            self.add(service, &path.backend, or_root(written), exact);
        }
    }

    /// Whether nginx never matches the location of a path. It compares with a
    /// URL in which `//` is one slash and `..` is resolved.
    fn never_matches(&self, path: &str, exact: bool, facts: &Facts) -> bool {
        if self.regex {
            return exact && facts.is(Fact::ExactRegexNeverMatches);
        }
        let unresolved = path.starts_with("//") || url::segments(path).any(|it| it == b"..");
        unresolved || (exact && facts.is(Fact::ExactNeverMatches))
    }

    /// The default backend, which takes what no path of the last host takes.
    fn add_default(&mut self, backend: Option<&'s Backend<'_>>) {
        if let Some(backend) = backend
            && let Some(service) = backend.service.as_deref()
        {
            self.add(service, backend, "/", false);
        }
    }

    fn add(&mut self, service: &'s str, backend: &'s Backend<'_>, path: &'s str, exact: bool) {
        meter::spend_on(path);
        self.routes.push(Route {
            service,
            port: backend.port.as_ref(),
            host: self.hosts.len() - 1,
            spec_path: path,
            path: url::spell(path),
            exact,
        });
    }

    fn index(&mut self) {
        let others = &mut self.without_route;
        others.sort_unstable_by(|a, b| a.0.cmp(b.0).then(b.1.cmp(&a.1)));
        others.dedup_by_key(|(service, _)| *service);
        let services = self.routes.iter().map(|route| route.service);
        self.by_service = services.zip(0..).collect();
        self.by_service.sort_unstable();
    }

    /// The status of a service; `None` where it is not a backend. Where
    /// nothing is known of the Ingress, each is taken for reachable.
    #[must_use]
    pub fn status(&self, service: &str) -> Option<BackendStatus> {
        if self.unknown {
            return Some(BackendStatus::Reachable);
        }
        self.shown_status(service)
    }

    /// Whether the Ingress shows that a service is a backend.
    #[must_use]
    pub fn is_backend(&self, service: &str) -> bool {
        self.shown_status(service).is_some()
    }

    fn shown_status(&self, service: &str) -> Option<BackendStatus> {
        let first = self.by_service.partition_point(|&(name, _)| name < service);
        if matches!(self.by_service.get(first), Some(&(name, _)) if name == service) {
            return Some(BackendStatus::Reachable);
        }
        let others = &self.without_route;
        let at = others.binary_search_by_key(&service, |(name, _)| name);
        at.ok().map(|index| others[index].1)
    }

    /// The names of all services that are backends, in order.
    #[must_use]
    pub fn services(&self) -> Vec<&'s str> {
        let routed = self.by_service.iter().map(|(name, _)| *name);
        let others = self.without_route.iter().map(|(name, _)| *name);
        let mut services: Vec<_> = routed.chain(others).collect();
        services.sort_unstable();
        services.dedup();
        services
    }

    /// The routes of a service, in the order of the Ingress.
    pub fn of_service<'a>(
        &'a self,
        service: &'a str,
    ) -> impl Iterator<Item = &'a Route<'s>> + Clone {
        let first = self.by_service.partition_point(|&(name, _)| name < service);
        let own = self.by_service[first..].iter();
        let own = own.take_while(move |&&(name, _)| name == service);
        own.map(|&(_, index)| {
            meter::spend(1);
            &self.routes[index]
        })
    }

    /// The hosts of a service; a host may come twice if rules of others are between.
    pub fn hosts_of<'a>(&'a self, service: &'a str) -> impl Iterator<Item = &'a Host<'s>> + Clone {
        let mut last = None;
        let fresh = self
            .of_service(service)
            .filter(move |route| last.replace(route.host) != Some(route.host));
        fresh.map(|route| &self.hosts[route.host])
    }

    /// Whether all below `path`, a part of `route`, leads to another service:
    /// of several paths that cover a request, the longest has it.
    #[must_use]
    pub fn is_taken(&self, route: &Route<'_>, path: &str) -> bool {
        let key = |&index: &usize| {
            let route = &self.routes[index];
            (route.host, route.path.as_ref(), route.service)
        };
        let prefixes = self.prefixes.get_or_init(|| {
            let prefixes = (0..self.routes.len()).filter(|&index| !self.routes[index].exact);
            let mut prefixes: Vec<_> = prefixes.collect();
            prefixes.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
            prefixes
        });
        let takes = |path: &str| {
            meter::spend_on(path);
            let here = (route.host, path);
            let first = prefixes.partition_point(|at| (key(at).0, key(at).1) < here);
            let after = prefixes.partition_point(|at| (key(at).0, key(at).1) <= here);
            // In order: the first and the last are of one service if all are.
            let same = &prefixes[first..after];
            let mut ends = same.first().into_iter().chain(same.last());
            ends.any(|at| key(at).2 != route.service)
        };
        let deeper = url::coverings(path).filter(|it| it.len() > route.path.len());
        deeper.into_iter().any(takes)
    }
}

impl Route<'_> {
    /// Whether a cookie with this path is sent to all of the route's requests,
    /// and not to those below it alone.
    #[must_use]
    pub fn is_covered_by(&self, cookie_path: &str) -> bool {
        url::covers(cookie_path, &self.path)
    }

    /// Whether what is at `path` and below it is the route, or a part of it.
    #[must_use]
    pub fn has_part(&self, path: &str) -> bool {
        !self.exact && url::covers(&self.path, path)
    }

    /// Whether one of two routes lies within the other.
    #[must_use]
    pub fn is_nested_with(&self, other: &Self) -> bool {
        self.host == other.host
            && (url::covers(&self.path, &other.path) || url::covers(&other.path, &self.path))
    }
}

impl Host<'_> {
    /// Whether a cookie with `secure` is stored and returned, where that can be seen.
    #[must_use]
    pub fn is_secure_origin(&self) -> Option<bool> {
        if host::is_local(&self.name) {
            Some(true)
        } else {
            self.tls
        }
    }

    /// As a message names it.
    #[must_use]
    pub fn label(&self) -> &str {
        self.spec_host.unwrap_or("*")
    }
}

/// The hosts that are reached over TLS.
struct Secured<'s> {
    tls: TlsTermination,
    /// A minion's TLS is in its master, another object.
    elsewhere: bool,
    hosts: Vec<&'s str>,
}

impl<'s> Secured<'s> {
    fn of(subject: &'s Subject<'_>, tls: TlsTermination, elsewhere: bool) -> Self {
        let hosts = subject.tls.iter().flat_map(|block| &block.hosts);
        let mut hosts: Vec<&str> = hosts.map(AsRef::as_ref).collect();
        hosts.sort_unstable();
        Self {
            tls,
            elsewhere,
            hosts,
        }
    }

    fn has(&self, host: Option<&str>) -> Option<bool> {
        match (self.tls, host) {
            (TlsTermination::Upstream, _) => Some(true),
            (TlsTermination::Ingress, Some(host)) if !self.elsewhere => {
                Some(self.hosts.binary_search(&host).is_ok())
            }
            _ => None,
        }
    }
}

/// The path as the object has it; empty where it is left out.
#[must_use]
pub fn spec_path<'s>(path: &'s PathRule<'_>) -> &'s str {
    path.path.as_deref().unwrap_or_default()
}

/// The location of a path: where it is left out, the root.
#[must_use]
pub fn or_root(written: &str) -> &str {
    if written.is_empty() { "/" } else { written }
}

/// Whether a rule has a `/` that takes what no other path takes, so that
/// nothing is left for the default backend.
fn has_root(rule: &HostRule<'_>, regex: bool) -> bool {
    let is_root = |path: &PathRule<'_>| {
        matches!(spec_path(path), "" | "/") && (regex || path.path_type != PathType::Exact)
    };
    rule.paths.iter().flatten().any(is_root)
}

#[cfg(test)]
mod tests;
