//! A browser's cookie store after a visit to every route of the Ingress.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::{ReceivedCookie, is_kept_host_only, strip_leading_dot};
use crate::lint::meter;
use crate::lint::read::controller::{Route, Routes};
use crate::lint::read::{host, url};

/// A clash remembers this many rivals, and one more where there are more.
pub(super) const NAMED: usize = 3;

/// A group remembers this many of its setters: one that asks, those that a
/// message names, and one that represents all others.
const REMEMBERED: usize = NAMED + 2;

/// So many scopes are compared with a host without an index.
const FEW_SCOPES: usize = 16;

/// A cookie that may meet another of its name.
pub(super) struct Contender<'c> {
    pub(super) cookie: &'c ReceivedCookie<'c>,
    /// Its index among all cookies.
    pub(super) index: usize,
    /// The name that a browser keeps, up to the first equals sign, as nginx compares it.
    lowercased: Cow<'c, str>,
    /// The domain that the cookie goes to, where it names one.
    domain: Option<Cow<'c, str>>,
}

/// A cookie as one route sets it.
#[derive(Clone, Copy)]
pub(super) struct SetCookieAt<'c> {
    /// The cookie, as an index into the contenders.
    pub(super) contender: usize,
    pub(super) route: &'c Route<'c>,
    pub(super) path: &'c str,
    /// Whether the path is the same whichever URL comes first: it is written,
    /// or the route is one URL.
    pub(super) path_is_fixed: bool,
    /// Whether a browser keeps the cookie until the next request.
    pub(super) persists: bool,
    scope: Scope<'c>,
    name: &'c str,
    lowercased: &'c str,
    /// What nginx takes for the rest of the name: from an equals sign on.
    rest: &'c str,
}

/// The hosts that a cookie is sent to: one, or a domain.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Scope<'c> {
    host: &'c str,
    host_only: bool,
}

/// A cookie's key in the store (RFC 6265bis, section 5.7): scope, name, path.
/// One that comes with the same key overwrites it.
type CookieKey<'c> = (Scope<'c>, &'c str, &'c str);

/// The store: setters by key, and by what nginx cannot distinguish.
pub(super) struct Store<'c> {
    pub(super) setters: Vec<SetCookieAt<'c>>,
    by_key: HashMap<CookieKey<'c>, Group<'c>>,
    /// By what nginx cannot distinguish, and then by whom it is sent to.
    by_name: HashMap<(&'c str, &'c str), HashMap<Scope<'c>, Group<'c>>>,
    lengths: BTreeSet<usize>,
}

/// Setters of one cookie.
#[derive(Default)]
pub(super) struct Group<'c> {
    few: Vec<SetCookieAt<'c>>,
    deepest: Option<&'c Route<'c>>,
    scattered: bool,
}

impl<'c> Contender<'c> {
    pub(super) fn new(index: usize, cookie: &'c ReceivedCookie<'c>) -> Self {
        let domain = cookie
            .parsed
            .effective_domain()
            .map(|text| host::canonical(strip_leading_dot(text)));
        let lowercased = lowercase(cookie.parsed.name);
        Self {
            cookie,
            index,
            lowercased,
            domain,
        }
    }

    /// The cookie as `route` sets it, if a browser keeps it there.
    fn set_at(
        &'c self,
        contender: usize,
        route: &'c Route<'c>,
        routes: &'c Routes<'c>,
    ) -> Option<SetCookieAt<'c>> {
        meter::spend(1);
        let host = &routes.hosts[route.host];
        if !self.cookie.is_stored_on(host) {
            return None;
        }
        let scope = match &self.domain {
            Some(domain) => Scope {
                host: domain,
                host_only: *domain == host.name && is_kept_host_only(domain),
            },
            None => Scope {
                host: &host.name,
                host_only: true,
            },
        };
        let path = self.cookie.parsed.absolute_path();
        let name = self.cookie.header.name;
        Some(SetCookieAt {
            contender,
            route,
            path: path.unwrap_or_else(|| url::default_path(&route.path)),
            path_is_fixed: path.is_some() || route.exact,
            persists: self.cookie.parsed.lifetime.is_none_or(|it| it.seconds > 0),
            scope,
            name: self.cookie.parsed.name,
            lowercased: &self.lowercased,
            rest: name
                .get(self.cookie.parsed.name.len()..)
                .unwrap_or_default(),
        })
    }
}

/// A name as nginx compares it: without case.
pub(super) fn lowercase(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        Cow::Owned(name.to_ascii_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

impl<'c> Store<'c> {
    /// What the contenders leave in it.
    pub(super) fn fill(contenders: &'c [Contender<'c>], routes: &'c Routes<'c>) -> Self {
        let mut store = Self {
            setters: Vec::new(),
            by_key: HashMap::new(),
            by_name: HashMap::new(),
            lengths: BTreeSet::new(),
        };
        for (index, contender) in contenders.iter().enumerate() {
            let own = contender.cookie.routes();
            store
                .setters
                .extend(own.filter_map(|route| contender.set_at(index, route, routes)));
        }
        for setter in &store.setters {
            if setter.persists {
                let named = store.by_name.entry((setter.lowercased, setter.path));
                let group = named.or_default().entry(setter.scope);
                group.or_default().join(*setter);
            }
            if setter.path_is_fixed {
                let key = (setter.scope, setter.name, setter.path);
                store.by_key.entry(key).or_default().join(*setter);
            }
            store.lengths.insert(setter.path.len());
        }
        store
    }

    /// The setters whose cookies are there when the next request is made.
    pub(super) fn living(&self) -> impl Iterator<Item = &SetCookieAt<'c>> {
        self.setters.iter().filter(|setter| setter.persists)
    }

    /// Who writes into the key of `setter`, if its path is fixed.
    pub(super) fn key(&self, setter: &SetCookieAt<'c>) -> Option<&Group<'c>> {
        let key = (setter.scope, setter.name, setter.path);
        self.by_key.get(&key).filter(|_| setter.path_is_fixed)
    }

    /// Those whose cookies are sent with or before that of `setter` in requests
    /// to its route: with the same path or a longer one.
    pub(super) fn rivals(
        &self,
        setter: &SetCookieAt<'c>,
        host: &'c str,
    ) -> impl Iterator<Item = SetCookieAt<'c>> {
        let path = setter.route.path.as_ref();
        let shortest = setter.path.len().min(path.len());
        let lengths = self.lengths.range(shortest..=path.len());
        let paths = lengths.filter_map(|&length| url::covering(path, length));
        let by_name = paths.filter_map(|path| self.by_name.get(&(setter.lowercased, path)));
        let mut groups: Vec<(usize, usize, &Group<'c>)> = Vec::new();
        for (depth, named) in by_name.enumerate() {
            if named.len() <= FEW_SCOPES {
                let sent = named
                    .iter()
                    .filter_map(|(scope, group)| Some((scope.rank(host)?, group)));
                groups.extend(sent.map(|(rank, group)| (rank, depth, group)));
            } else {
                let sent = scopes(host).filter_map(|scope| named.get_key_value(&scope));
                let ranked = sent.filter_map(|(scope, group)| Some((scope.rank(host)?, group)));
                groups.extend(ranked.map(|(rank, group)| (rank, depth, group)));
            }
        }
        groups.sort_unstable_by_key(|&(rank, depth, _)| (rank, depth));
        let groups = groups.into_iter().map(|(_, _, group)| group);
        let is_rival =
            |other: &SetCookieAt<'_>| !other.is_same_upstream(setter) && setter.is_name_of(other);
        groups
            .flat_map(|group| &group.few)
            .copied()
            .filter(is_rival)
    }
}

impl Scope<'_> {
    /// How far above `host` it lies, if its cookies are sent there.
    fn rank(self, host: &str) -> Option<usize> {
        meter::spend(1);
        let below = host.strip_suffix(self.host)?;
        if self.host_only || below.is_empty() {
            return below.is_empty().then_some(usize::from(!self.host_only));
        }
        // Of parents, which one is nearer shows by the length as well as by the labels.
        below.ends_with('.').then(|| 1 + below.len())
    }
}

/// The scopes whose cookies are sent to `host`.
fn scopes(host: &str) -> impl Iterator<Item = Scope<'_>> {
    let domains = host::and_parents(host).map(|host| Scope {
        host,
        host_only: false,
    });
    std::iter::once(Scope {
        host,
        host_only: true,
    })
    .chain(domains)
}

impl<'c> Group<'c> {
    fn join(&mut self, setter: SetCookieAt<'c>) {
        let known = self.few.iter().any(|other| other.is_same_upstream(&setter));
        if !known && self.few.len() < REMEMBERED {
            self.few.push(setter);
        }
        match self.deepest {
            Some(deepest) if !setter.route.is_nested_with(deepest) => self.scattered = true,
            Some(deepest) if deepest.path.len() >= setter.route.path.len() => {}
            _ => self.deepest = Some(setter.route),
        }
    }

    /// The members from other upstreams than `setter`'s.
    pub(super) fn rivals_of(
        &self,
        setter: &SetCookieAt<'c>,
    ) -> impl Iterator<Item = SetCookieAt<'c>> {
        self.few
            .iter()
            .copied()
            .filter(|other| !other.is_same_upstream(setter))
    }

    /// Whether the routes are nested: each is within another.
    pub(super) fn is_nested(&self) -> bool {
        !self.scattered
    }
}

impl SetCookieAt<'_> {
    /// Whether both have the same servers behind them, whose ids are the same.
    fn is_same_upstream(&self, other: &Self) -> bool {
        self.contender == other.contender && self.route.port == other.route.port
    }

    /// Whether nginx, in search of this cookie, takes the other for it.
    pub(super) fn is_name_of(&self, other: &Self) -> bool {
        let more = self.rest.is_empty() || self.rest.eq_ignore_ascii_case(other.rest);
        self.lowercased == other.lowercased && more
    }
}
