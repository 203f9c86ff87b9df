//! Whether a browser takes a cookie's domain from a host.

use std::collections::HashSet;

use super::routes::Service;
use crate::lint::read::browser::CookieDomain;
use crate::lint::read::controller::Host;
use crate::lint::read::host::canonical;

/// The hosts of the services on which a browser keeps a cookie of this domain.
pub(super) fn hosts<'s>(domain: Option<&str>, services: &[Service<'s>]) -> HashSet<&'s str> {
    // A space inside is not part of any host.
    let Some(domain) = domain.filter(|domain| !domain.contains(' ')) else {
        return HashSet::new();
    };
    let domain = CookieDomain::new(domain);
    let hosts = services.iter().flat_map(Service::hosts);
    let hosts: HashSet<&str> = hosts.collect();
    hosts
        .into_iter()
        .filter(|host| fits(&domain, host))
        .collect()
}

fn fits(domain: &CookieDomain<'_>, host: &str) -> bool {
    let host = Host {
        spec_host: Some(host),
        name: canonical(host),
        tls: None,
    };
    domain.fit(&host).is_stored()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_fits_a_host_or_not() {
        for (domain, host, expected) in [
            ("example.com", "a.example.com", true),
            (".example.com", "a.example.com", true),
            ("a.example.com", "a.example.com", true),
            ("EXAMPLE.com", "a.example.com", true),
            ("example.com", "*.example.com", true),
            ("b.example.com", "a.example.com", false),
            ("example.com:80", "a.example.com", false),
            ("http://example.com", "a.example.com", false),
            ("com", "a.example.com", false),
            ("github.io", "me.github.io", false),
            ("10.0.0.5", "10.0.0.5", true),
            ("0.5", "10.0.0.5", false),
            ("localhost", "localhost", true),
        ] {
            let domain = CookieDomain::new(domain);
            assert_eq!(fits(&domain, host), expected, "{} {host}", domain.text);
        }
    }
}
