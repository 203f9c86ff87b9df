//! The work grows with the Ingress, not with its square.

use super::*;
use crate::lint::subject::{Backend, HostRule, PathRule};

/// How often paths are compared for so many services, each with a path of its
/// own, on so many hosts.
fn compared(services: usize, hosts: usize, keys: &[(&str, &str)]) -> usize {
    let annotation = |&(key, value): &(&str, &str)| Annotation {
        key: format!("{COMMUNITY}{key}").into(),
        value: value.to_owned().into(),
    };
    let path = |number: usize| PathRule {
        path: Some(format!("/a/{number:04}").into()),
        backend: Backend {
            service: Some(format!("s{number}").into()),
            ..Backend::default()
        },
        ..PathRule::default()
    };
    let rule = |number: usize| HostRule {
        host: Some(format!("h{number}.example.com").into()),
        paths: Some((0..services).map(path).collect()),
    };
    let subject = Subject {
        annotations: keys.iter().map(annotation).collect(),
        rules: (0..hosts).map(rule).collect(),
        ..Subject::default()
    };
    path::COMPARED.set(0);
    let options = Options::default();
    let source = Source::new(&subject, &options, TlsTermination::Ingress);
    let mut migration = Migration::new(ORG_KEY);
    let cookies = draft(&source, &mut migration).unwrap();
    assert_eq!(cookies.len(), services);
    facts::note(&source, &Policy::default(), &mut migration.notes);
    path::COMPARED.get()
}

#[test]
fn twice_the_routes_take_twice_the_comparisons() {
    for keys in [
        &[("affinity", "cookie")][..],
        &[("affinity", "cookie"), ("affinity-mode", "persistent")],
        &[
            ("affinity", "cookie"),
            ("affinity-mode", "persistent"),
            ("session-cookie-path", "/a"),
        ],
        &[
            ("affinity", "cookie"),
            ("session-cookie-path", "/a/0007/below"),
        ],
        &[
            ("affinity", "cookie"),
            ("session-cookie-domain", "h7.example.com"),
        ],
    ] {
        for (services, hosts) in [(200, 1), (3, 200), (40, 40)] {
            let once = compared(services, hosts, keys);
            let twice =
                compared(2 * services, hosts, keys).max(compared(services, 2 * hosts, keys));
            assert!(
                twice <= 2 * once + once / 20 + 20,
                "{keys:?}: {services} services on {hosts} hosts: {once}, then {twice}"
            );
        }
    }
}
