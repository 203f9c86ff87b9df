//! Against a comparison of each route with each.

use proptest::prelude::*;

use super::*;
use crate::lint::migrate::Options;
use crate::lint::read::TlsTermination;
use crate::lint::subject::{Annotation, Backend, HostRule, PathRule, Subject};

const PATHS: [&str; 14] = [
    "/",
    "/a",
    "/a/",
    "/a/a",
    "/a/b",
    "/a/b/",
    "/ab",
    "/a(/|$)(.*)",
    "/a/(.*)",
    "^/a",
    "a",
    "a/b",
    "//",
    "/a/b/c",
];

fn subject(routes: &[(usize, usize, usize)], key: Option<&str>) -> Subject<'static> {
    let annotation = |name: &str, value: &str| Annotation {
        key: format!("nginx.ingress.kubernetes.io/{name}").into(),
        value: value.to_owned().into(),
    };
    let mut annotations = vec![
        annotation("affinity", "cookie"),
        annotation("affinity-mode", "persistent"),
    ];
    annotations.extend(key.map(|path| annotation("session-cookie-path", path)));
    let rule = |&(host, path, service): &(usize, usize, usize)| HostRule {
        host: Some(format!("h{host}.example.com").into()),
        paths: Some(vec![PathRule {
            path: Some(PATHS[path].into()),
            backend: Backend {
                service: Some(format!("s{service}").into()),
                ..Backend::default()
            },
            ..PathRule::default()
        }]),
    };
    Subject {
        annotations,
        rules: routes.iter().map(rule).collect(),
        ..Subject::default()
    }
}

/// What the definition says.
fn each_with_each(source: &Source<'_>) -> Vec<Vec<Option<usize>>> {
    let path = |route: &Route<'_>| source.settings.cookie_path(route.path).to_owned();
    let rival = |service: usize, route: &Route<'_>| {
        let own = path(route);
        let disturbs = |other: &Route<'_>| {
            let path = path(other);
            other.host == route.host && covers(&path, &own) && covers(&path, &route.plain)
        };
        let mut others = source.services.iter().enumerate();
        let found =
            others.find(|(number, other)| *number != service && other.routes.iter().any(disturbs));
        found.map(|(number, _)| number)
    };
    let services = source.services.iter().enumerate();
    let of_service = |(number, service): (usize, &super::super::routes::Service<'_>)| {
        let routes = service.routes.iter();
        routes.map(|route| rival(number, route)).collect()
    };
    services.map(of_service).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_at_once_is_each_with_each(
        routes in prop::collection::vec((0..2_usize, 0..PATHS.len(), 0..4_usize), 1..9),
        key in prop::option::of(prop::sample::select(&PATHS[..])),
    ) {
        let subject = subject(&routes, key);
        let options = Options::default();
        let source = Source::new(&subject, &options, TlsTermination::Ingress);
        prop_assert_eq!(rivals(&source), each_with_each(&source));
    }
}
