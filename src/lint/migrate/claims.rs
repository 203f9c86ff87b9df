//! Who takes the URL of the cookie path that is written in the key.

use std::collections::HashMap;

use super::path::covers;
use super::routes::{Route, Service};

/// How long the longest paths are that take the URL of the key's cookie path on
/// each host: of the service with the longest, and of the others.
#[derive(Debug, Default)]
pub(super) struct Claims<'s> {
    by_host: HashMap<&'s str, [(usize, &'s str); 2]>,
}

impl<'s> Claims<'s> {
    pub(super) fn of(services: &[Service<'s>], path: Option<&str>) -> Self {
        let mut claims = Self::default();
        let Some(path) = path else { return claims };
        for service in services {
            let takes = |route: &&Route<'_>| !route.exact && covers(route.path, path);
            for route in service.routes.iter().filter(takes) {
                claims.add(route.host, (route.path.len(), service.name));
            }
        }
        claims
    }

    fn add(&mut self, host: &'s str, claim: (usize, &'s str)) {
        let [first, second] = self.by_host.entry(host).or_default();
        if claim.0 > first.0 {
            if first.1 != claim.1 {
                *second = *first;
            }
            *first = claim;
        } else if first.1 != claim.1 && claim.0 > second.0 {
            *second = claim;
        }
    }

    pub(super) fn longest_of_others(&self, host: &str, service: &str) -> usize {
        match self.by_host.get(host) {
            Some([first, _]) if first.1 != service => first.0,
            Some([_, second]) => second.0,
            None => 0,
        }
    }
}
