//! Which other service's cookie reaches a route, for all routes at once.
//!
//! The paths of a host are walked in their order, in which a path follows the
//! ones that it begins with: the work grows with the text, not with the square
//! of the routes.

use std::collections::HashMap;

use super::cookie::Source;
use super::path::covers;
use super::routes::Route;

/// The first two services, by number, whose cookies reach a place: one of them
/// is another than the service that asks.
#[derive(Debug, Clone, Copy, Default)]
struct Two(Option<usize>, Option<usize>);

impl Two {
    fn add(&mut self, service: usize) {
        let Self(first, second) = self;
        if first.is_none_or(|it| service < it) {
            *second = first.replace(service);
        } else if *first != Some(service) && second.is_none_or(|it| service < it) {
            *second = Some(service);
        }
    }

    fn and(mut self, other: Self) -> Self {
        [other.0, other.1]
            .into_iter()
            .flatten()
            .for_each(|it| self.add(it));
        self
    }

    fn other_than(self, service: usize) -> Option<usize> {
        self.0.filter(|&it| it != service).or(self.1)
    }
}

/// A route, by the numbers of its service and of itself.
type Number = (usize, usize);

/// An item in the order of a host's paths.
enum Item {
    /// The cookie of a service has this path.
    Cookie(usize),
    /// A route's requests begin with this path, and so does its cookie's path
    /// or not.
    Route { number: Number, and_itself: bool },
}

/// A path that later ones begin with.
struct Ancestor<'p> {
    path: &'p str,
    /// The services whose cookies have it.
    own: Two,
    /// The services whose cookies have a shorter path that covers it.
    above: Two,
}

/// For each service's routes the first other service of the host whose cookie
/// is sent there and covers the path of the route's own cookie, so that
/// ingress-nginx reads it.
pub(super) fn rivals(source: &Source<'_>) -> Vec<Vec<Option<usize>>> {
    let services = source.services.iter();
    let mut found: Vec<Vec<Option<usize>>> = services
        .map(|service| vec![None; service.routes.len()])
        .collect();
    for items in by_host(source).into_values() {
        for ((service, route), rival) in walk(items) {
            found[service][route] = rival;
        }
    }
    found
}

/// The cookies and routes of each host, with their paths.
fn by_host<'p>(source: &'p Source<'_>) -> HashMap<&'p str, Vec<(&'p str, Item)>> {
    let mut hosts: HashMap<&str, Vec<(&str, Item)>> = HashMap::new();
    for (service, routes) in source.services.iter().map(|it| &it.routes).enumerate() {
        for (route, it) in routes.iter().enumerate() {
            let items = hosts.entry(it.host).or_default();
            let own = source.settings.cookie_path(it.path);
            items.push((own, Item::Cookie(service)));
            items.extend(place(it, own).map(|(path, and_itself)| {
                let number = (service, route);
                (path, Item::Route { number, and_itself })
            }));
        }
    }
    hosts
}

/// The longest path of a cookie that reaches a route and covers its own cookie's
/// path, and whether a cookie of that very path does.
fn place<'r>(route: &'r Route<'_>, own: &'r str) -> Option<(&'r str, bool)> {
    let plain = route.plain.as_ref();
    if own.starts_with(plain) {
        return Some((plain, covers(plain, own)));
    }
    // Where the key gives the path, all cookies of the host have the same.
    plain.starts_with(own).then(|| (own, covers(own, plain)))
}

fn walk(mut items: Vec<(&str, Item)>) -> Vec<(Number, Option<usize>)> {
    // At one path, the cookies come before the routes.
    items.sort_by_key(|(path, item)| (*path, matches!(item, Item::Route { .. })));
    let mut stack: Vec<Ancestor<'_>> = Vec::new();
    let mut found = Vec::new();
    for (path, item) in items {
        while stack.last().is_some_and(|top| !path.starts_with(top.path)) {
            stack.pop();
        }
        if stack.last().is_none_or(|top| top.path != path) {
            let above = stack.last().map_or(Two::default(), |top| {
                let own = if covers(top.path, path) {
                    top.own
                } else {
                    Two::default()
                };
                top.above.and(own)
            });
            let own = Two::default();
            stack.push(Ancestor { path, own, above });
        }
        let Some(top) = stack.last_mut() else {
            continue;
        };
        match item {
            Item::Cookie(service) => top.own.add(service),
            Item::Route { number, and_itself } => {
                let own = if and_itself { top.own } else { Two::default() };
                found.push((number, top.above.and(own).other_than(number.0)));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
