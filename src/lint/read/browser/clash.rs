//! Cookies that overwrite or shadow each other.
//!
//! A browser keeps one cookie for each name, domain and path, and sends all
//! that match, longer paths first, then older ones (RFC 6265bis, sections 5.7
//! and 5.8.3). nginx takes the first whose name is its own, ignoring case. So
//! a service loses its sessions when another service's cookie of that name is
//! sent before its own, or to its routes.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::ReceivedCookie;
use super::store::{Contender, NAMED, SetCookieAt, Store, lowercase};
use crate::lint::meter;
use crate::lint::read::controller::{Route, Routes};
use crate::lint::read::url;
use crate::lint::subject::Port;

/// How many cookies are compared with each other without an index.
const FEW: usize = 8;

/// What a cookie loses to others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Clash {
    /// The others, by their indices among all cookies: the first few.
    pub rivals: Vec<usize>,
    /// Whether the others come from the same host, so that one visitor meets both.
    pub same_host: bool,
    /// Whether each replaces the other: name, domain and path are the same.
    pub overwritten: bool,
    /// Whether the other is another port of the same service.
    pub ports: bool,
    /// Whether the others have servers of their own for certain: a port's name
    /// and its number may be one port.
    pub certain: bool,
}

/// What cookies lose to others, by their indices.
pub(super) fn find(routes: &Routes<'_>, cookies: &[ReceivedCookie<'_>]) -> Vec<(usize, Clash)> {
    let contenders = contenders(cookies);
    if contenders.is_empty() || routes.regex || are_apart(&contenders) {
        return Vec::new();
    }
    let store = Store::fill(&contenders, routes);
    let mut clashes = vec![Clash::default(); contenders.len()];
    for setter in &store.setters {
        if setter.route.is_covered_by(setter.path) {
            overwritten(&store, setter, &contenders, &mut clashes);
            if setter.persists {
                shadowed(&store, setter, routes, &contenders, &mut clashes);
            }
        }
    }
    if !routes.mergeable {
        let owners = RouteOwners::of(&store, routes);
        shadowed_below(&store, &owners, &contenders, &mut clashes);
        shadowed_around(&store, &owners, &contenders, &mut clashes);
    }
    let indices = contenders.iter().map(|contender| contender.index);
    let clashes = indices.zip(clashes);
    clashes
        .filter(|(_, clash)| !clash.rivals.is_empty())
        .collect()
}

/// The cookies that have a namesake, or that two ports of one service set.
fn contenders<'c>(cookies: &'c [ReceivedCookie<'c>]) -> Vec<Contender<'c>> {
    // One alone has no namesake.
    let compared = cookies.get(1..).map_or(&[][..], |_| cookies);
    let names = compared.iter().map(|it| lowercase(it.parsed.name));
    let mut names: Vec<_> = names.collect();
    names.sort_unstable();
    let has_namesake = |name: &Cow<'_, str>| {
        let first = names.partition_point(|other| other < name);
        names.get(first + 1) == Some(name)
    };
    let contends = |(_, cookie): &(usize, &ReceivedCookie<'_>)| {
        has_several_ports(cookie) || has_namesake(&lowercase(cookie.parsed.name))
    };
    let contenders = cookies.iter().enumerate().filter(contends);
    contenders
        .map(|(index, cookie)| Contender::new(index, cookie))
        .collect()
}

fn has_several_ports(cookie: &ReceivedCookie<'_>) -> bool {
    let mut ports = cookie.routes().map(|route| route.port);
    let first = ports.next();
    ports.any(|port| Some(port) != first)
}

/// Whether each cookie is returned only for paths of its own service, so that
/// none clashes. Checked for a few cookies only, as all are compared with all.
fn are_apart(contenders: &[Contender<'_>]) -> bool {
    let keeps_apart = |(index, one): (usize, &Contender<'_>)| {
        let Some(path) = one.cookie.parsed.absolute_path() else {
            return false;
        };
        let others = contenders.iter().enumerate();
        let mut others = others.filter(|&(other, _)| other != index);
        let meets =
            |route: &Route<'_>| url::covers(path, &route.path) || url::covers(&route.path, path);
        !has_several_ports(one.cookie) && !others.any(|(_, other)| other.cookie.routes().any(meets))
    };
    contenders.len() <= FEW && contenders.iter().enumerate().all(keeps_apart)
}

impl Clash {
    fn to(
        &mut self,
        rival: &SetCookieAt<'_>,
        victim: &Route<'_>,
        overwritten: bool,
        contenders: &[Contender<'_>],
    ) {
        meter::spend(1);
        let rival_index = contenders[rival.contender].index;
        if self.rivals.len() <= NAMED && !self.rivals.contains(&rival_index) {
            self.rivals.push(rival_index);
        }
        let ports = rival.route.service == victim.service;
        self.ports |= ports;
        self.certain |= !ports || is_same_kind(rival.route.port, victim.port);
        self.same_host |= rival.route.host == victim.host;
        self.overwritten |= overwritten;
    }
}

/// Whether two ports are distinguished by name, or both by number.
fn is_same_kind(one: Option<&Port<'_>>, other: Option<&Port<'_>>) -> bool {
    matches!(
        (one, other),
        (Some(Port::Number(_)), Some(Port::Number(_))) | (Some(Port::Name(_)), Some(Port::Name(_)))
    )
}

/// Others write into the slot itself. If the routes lie within each other, a
/// visitor who stays inside the inner one keeps its cookie for that long; the
/// ports of one service serve the same pages.
fn overwritten<'c>(
    store: &Store<'c>,
    setter: &SetCookieAt<'c>,
    contenders: &[Contender<'c>],
    clashes: &mut [Clash],
) {
    let Some(group) = store.key(setter) else {
        return;
    };
    for other in group.rivals_of(setter) {
        let always = !group.is_nested() || other.contender == setter.contender;
        clashes[setter.contender].to(&other, setter.route, always, contenders);
    }
}

/// Others are sent with or before the cookie in every request to its route.
fn shadowed<'c>(
    store: &Store<'c>,
    setter: &SetCookieAt<'c>,
    routes: &'c Routes<'c>,
    contenders: &[Contender<'c>],
    clashes: &mut [Clash],
) {
    let host = &routes.hosts[setter.route.host].name;
    for other in store.rivals(setter, host) {
        clashes[setter.contender].to(&other, setter.route, false, contenders);
    }
}

/// Who is given which cookie: the setter of each route that is open below, if
/// it has one.
struct RouteOwners<'j, 'c> {
    setters: HashMap<(usize, &'c str), Option<&'j SetCookieAt<'c>>>,
    /// The lengths of their paths: no other can be one of them.
    lengths: BTreeSet<usize>,
}

impl<'j, 'c> RouteOwners<'j, 'c> {
    fn of(store: &'j Store<'c>, routes: &'c Routes<'c>) -> Self {
        let open = routes.routes.iter().filter(|route| !route.exact);
        let mut owners: HashMap<_, _> = open.map(|route| (at(route), None)).collect();
        let setters = store.setters.iter().filter(|setter| !setter.route.exact);
        owners.extend(setters.map(|setter| (at(setter.route), Some(setter))));
        let lengths = owners.keys().map(|(_, path)| path.len()).collect();
        Self {
            setters: owners,
            lengths,
        }
    }

    /// The setter of the requests below `path`.
    fn owner(&self, host: usize, path: &'c str) -> Option<&'j SetCookieAt<'c>> {
        let lengths = self.lengths.range(..=path.len()).rev();
        let paths = lengths.filter_map(|&length| url::covering(path, length));
        let mut owners = paths.filter_map(|path| self.setters.get(&(host, path)));
        owners.next().copied().flatten()
    }
}

fn at<'c>(route: &'c Route<'_>) -> (usize, &'c str) {
    (route.host, route.path.as_ref())
}

/// Others are sent before the cookie in requests to a part of its route, because
/// their paths leave their own routes.
fn shadowed_below<'c>(
    store: &Store<'c>,
    owners: &RouteOwners<'_, 'c>,
    contenders: &[Contender<'c>],
    clashes: &mut [Clash],
) {
    for setter in store.living() {
        let Some(victim) = owners.owner(setter.route.host, setter.path) else {
            continue;
        };
        let before = victim.path.len() < setter.path.len() && url::covers(victim.path, setter.path);
        if before
            && victim.persists
            && victim.is_name_of(setter)
            && victim.contender != setter.contender
        {
            clashes[victim.contender].to(setter, victim.route, false, contenders);
        }
    }
}

/// Others have no path, and the folder of one of their URLs lies around the
/// cookie's route.
fn shadowed_around<'c>(
    store: &Store<'c>,
    owners: &RouteOwners<'_, 'c>,
    contenders: &[Contender<'c>],
    clashes: &mut [Clash],
) {
    for victim in store.living() {
        let path = victim.route.path.as_ref();
        let folder = if victim.route.exact {
            path
        } else {
            url::default_path(path.trim_end_matches('/'))
        };
        let Some(setter) = owners.owner(victim.route.host, folder) else {
            continue;
        };
        let before = folder.len() >= victim.path.len() && victim.route.is_covered_by(victim.path);
        let strays =
            !setter.path_is_fixed && setter.persists && setter.contender != victim.contender;
        if before && strays && victim.is_name_of(setter) {
            clashes[victim.contender].to(setter, victim.route, false, contenders);
        }
    }
}
