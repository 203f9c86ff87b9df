//! The services of an Ingress' rules, and where requests reach them.

use std::borrow::Cow;

use super::path::plain_part;
use crate::lint::subject::{PathType, Port, Subject};

/// A service of the rules, with every path that leads to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Service<'s> {
    pub(super) name: &'s str,
    pub(super) routes: Vec<Route<'s>>,
}

/// A path of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route<'s> {
    /// The rule's host; empty where it has none.
    pub(super) host: &'s str,
    /// The path as it is written, `/` where it is left out.
    pub(super) path: &'s str,
    /// The part of the path that every matching URL starts with, as a cookie path.
    pub(super) plain: Cow<'s, str>,
    pub(super) exact: bool,
    pub(super) port: Option<&'s Port<'s>>,
}

impl Route<'_> {
    /// Whether the path is a regular expression, or for another reason never
    /// the start of a URL as browsers write it.
    pub(super) fn is_pattern(&self) -> bool {
        super::path::is_regex(self.path)
    }
}

impl<'s> Service<'s> {
    /// The services of the rules' paths, in order of appearance.
    pub(super) fn all(subject: &'s Subject<'_>) -> Vec<Self> {
        let mut services: Vec<Self> = Vec::new();
        let mut index = std::collections::HashMap::new();
        for (rule, path) in subject.paths() {
            let Some(name) = path.backend.service.as_deref().filter(|it| !it.is_empty()) else {
                continue;
            };
            let written = path.path.as_deref().filter(|path| !path.is_empty());
            let written = written.unwrap_or("/");
            let route = Route {
                host: rule.host.as_deref().unwrap_or_default(),
                path: written,
                plain: plain_part(written),
                exact: path.path_type == PathType::Exact,
                port: path.backend.port.as_ref(),
            };
            let place = *index.entry(name).or_insert_with(|| {
                services.push(Self {
                    name,
                    routes: Vec::new(),
                });
                services.len() - 1
            });
            services[place].routes.push(route);
        }
        services
    }

    /// The distinct hosts, in order of appearance.
    pub(super) fn hosts(&self) -> Vec<&'s str> {
        distinct(self.routes.iter().map(|route| route.host))
    }

    /// The distinct plain paths, in order of appearance.
    pub(super) fn plain_paths(&self) -> Vec<&str> {
        distinct(self.routes.iter().map(|route| route.plain.as_ref()))
    }

    /// Whether one host reaches the service on two ports.
    pub(super) fn has_two_ports(&self) -> bool {
        let mut ports: Vec<_> = self.routes.iter().map(|it| (it.host, it.port)).collect();
        ports.sort_unstable();
        ports.dedup();
        ports.windows(2).any(|pair| pair[0].0 == pair[1].0)
    }
}

/// Each element once, where it first appears.
pub(super) fn distinct<T: Copy + Eq + std::hash::Hash>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = std::collections::HashSet::new();
    items.filter(|item| seen.insert(*item)).collect()
}
