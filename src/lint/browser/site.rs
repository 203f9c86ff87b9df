//! The Ingress as a visitor meets it: hosts, and what each path leads to.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashSet;

use super::{host, url};
use crate::lint::annotation;
use crate::lint::controller::{self, Mergeable};
use crate::lint::policy::{Policy, TlsEnd};
use crate::lint::subject::{HostRule, PathType, Port, Subject};

/// Hosts and places, with an index from services to their places.
pub(super) struct Site<'s> {
    /// One for each rule.
    pub(super) hosts: Vec<Host<'s>>,
    /// One for each path, and for the default backend where it is reached.
    pub(super) places: Vec<Place<'s>>,
    /// Services with the indices of their places, in order.
    by_service: Vec<(&'s str, usize)>,
    /// The places that are open below, by host and path.
    open: OnceCell<Vec<usize>>,
    /// Whether the paths can be judged; regular expressions cannot.
    pub(super) plain_paths: bool,
    /// Whether other objects have paths on the same hosts.
    pub(super) shared: bool,
}

/// A rule's host.
pub(super) struct Host<'s> {
    /// As written in the Ingress; `None` stands for any host.
    pub(super) written: Option<&'s str>,
    /// As a browser writes it; empty where any host is meant.
    pub(super) name: Cow<'s, str>,
    /// Whether it is reached over TLS, where that can be seen.
    pub(super) tls: Option<bool>,
}

/// A path that leads to a service.
pub(super) struct Place<'s> {
    /// The service.
    pub(super) service: &'s str,
    /// Its port.
    pub(super) port: Option<&'s Port<'s>>,
    /// The host, as an index into [`Site::hosts`].
    pub(super) host: usize,
    /// The path as written in the Ingress.
    pub(super) written: &'s str,
    /// The path as a browser writes it.
    pub(super) path: Cow<'s, str>,
    /// Whether the path is one URL; else it is all below it, too.
    pub(super) exact: bool,
}

impl<'s> Site<'s> {
    /// What `subject` shows of itself.
    pub(super) fn of(subject: &'s Subject<'_>, policy: &Policy) -> Self {
        let minion = Mergeable::of(subject) == Some(Mergeable::Minion);
        let dropped = controller::dropped_paths(subject);
        let mut site = Self {
            hosts: Vec::with_capacity(subject.rules.len()),
            places: Vec::new(),
            by_service: Vec::new(),
            open: OnceCell::new(),
            plain_paths: subject.annotation(annotation::PATH_REGEX).is_none(),
            shared: minion,
        };
        let hosts = subject.tls.iter().flat_map(|block| &block.hosts);
        let mut with_tls: Vec<&str> = hosts.map(AsRef::as_ref).collect();
        with_tls.sort_unstable();
        for rule in &subject.rules {
            let written = rule.host.as_deref().filter(|host| !host.is_empty());
            let tls = match (policy.tls, written) {
                (TlsEnd::Upstream, _) => Some(true),
                (TlsEnd::Ingress, Some(host)) if !minion => {
                    Some(with_tls.binary_search(&host).is_ok())
                }
                _ => None,
            };
            let name = host::canonical(written.unwrap_or_default());
            site.hosts.push(Host { written, name, tls });
            site.add_paths(rule, subject, &dropped);
        }
        let services = site.places.iter().map(|place| place.service);
        site.by_service = services.zip(0..).collect();
        site.by_service.sort_unstable();
        site
    }

    /// The places of a rule, but for those that the controller drops.
    fn add_paths(
        &mut self,
        rule: &'s HostRule<'_>,
        subject: &'s Subject<'_>,
        dropped: &HashSet<&str>,
    ) {
        let host = self.hosts.len() - 1;
        for path in rule.paths.iter().flatten() {
            let written = controller::written(path);
            if dropped.contains(written) {
                continue;
            }
            let written = if written.is_empty() { "/" } else { written };
            let exact = path.path_type == PathType::Exact;
            if let Some(service) = path.backend.service.as_deref() {
                let port = path.backend.port.as_ref();
                self.places
                    .push(Place::new(service, port, host, written, exact));
            }
        }
        let default = subject
            .default_backend
            .as_ref()
            .filter(|_| !self.shared && !controller::has_root(rule, subject));
        if let Some(backend) = default
            && let Some(service) = backend.service.as_deref()
        {
            let port = backend.port.as_ref();
            self.places
                .push(Place::new(service, port, host, "/", false));
        }
    }

    /// The places of a service, in the order of the Ingress.
    pub(super) fn places_of<'a>(
        &'a self,
        service: &'a str,
    ) -> impl Iterator<Item = &'a Place<'s>> + Clone {
        let first = self.by_service.partition_point(|&(name, _)| name < service);
        let ours = self.by_service[first..].iter();
        let ours = ours.take_while(move |&&(name, _)| name == service);
        ours.map(|&(_, index)| &self.places[index])
    }

    /// Whether all below `path`, a part of `place`, leads to another service:
    /// of several paths that cover a request, the longest has it.
    pub(super) fn is_taken(&self, place: &Place<'_>, path: &str) -> bool {
        let key = |&index: &usize| {
            let place = &self.places[index];
            (place.host, place.path.as_ref(), place.service)
        };
        let open = self.open.get_or_init(|| {
            let open = (0..self.places.len()).filter(|&index| !self.places[index].exact);
            let mut open: Vec<_> = open.collect();
            open.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
            open
        });
        let takes = |path: &str| {
            let here = (place.host, path);
            let first = open.partition_point(|at| (key(at).0, key(at).1) < here);
            let behind = open.partition_point(|at| (key(at).0, key(at).1) <= here);
            // In order: the first and the last are of one service if all are.
            let mut ends = open[first..behind]
                .first()
                .into_iter()
                .chain(open[first..behind].last());
            ends.any(|at| key(at).2 != place.service)
        };
        let deeper = url::coverings(path).filter(|it| it.len() > place.path.len());
        deeper.into_iter().any(takes)
    }

    /// The hosts of a service; a host may come twice if rules of others stand between.
    pub(super) fn hosts_of<'a>(
        &'a self,
        service: &'a str,
    ) -> impl Iterator<Item = &'a Host<'s>> + Clone {
        let mut last = None;
        let fresh = self
            .places_of(service)
            .filter(move |place| last.replace(place.host) != Some(place.host));
        fresh.map(|place| &self.hosts[place.host])
    }
}

impl<'s> Place<'s> {
    fn new(
        service: &'s str,
        port: Option<&'s Port<'s>>,
        host: usize,
        written: &'s str,
        exact: bool,
    ) -> Self {
        let path = url::spell(written);
        Self {
            service,
            port,
            host,
            written,
            path,
            exact,
        }
    }

    /// Whether a cookie with this path is sent to all of the place's requests,
    /// and not to those below it alone.
    pub(super) fn is_covered_by(&self, cookie_path: &str) -> bool {
        url::covers(cookie_path, &self.path)
    }

    /// Whether what lies at `path` and below it is the place, or a part of it.
    pub(super) fn has_part(&self, path: &str) -> bool {
        !self.exact && url::covers(&self.path, path)
    }

    /// Whether one of two places lies within the other.
    pub(super) fn is_nested_with(&self, other: &Self) -> bool {
        self.host == other.host
            && (url::covers(&self.path, &other.path) || url::covers(&other.path, &self.path))
    }
}

impl Host<'_> {
    /// Whether a cookie with `secure` is kept and returned, where that can be seen.
    pub(super) fn is_trusted(&self) -> Option<bool> {
        if host::is_local(&self.name) {
            Some(true)
        } else {
            self.tls
        }
    }

    /// As a message names it.
    pub(super) fn label(&self) -> &str {
        self.written.unwrap_or("*")
    }
}
