//! The status of backends.

use super::*;
use crate::lint::read::keys::MERGEABLE;
use crate::lint::subject::Annotation;

type Path = (&'static str, PathType, &'static str);
const ROOT: Path = ("/", PathType::Prefix, "coffee");
const EXACT_ROOT: Path = ("/", PathType::Exact, "coffee");
const NO_PATH: Path = ("", PathType::ImplementationSpecific, "coffee");
const CHAI: Path = ("/chai", PathType::Prefix, "coffee");
const TEA: Path = ("/tea", PathType::Prefix, "tea");

fn backend(service: &'static str) -> Backend<'static> {
    Backend {
        service: Some(service.into()),
        ..Backend::default()
    }
}

/// The status of `tea`, the default backend, where each host has these paths.
fn status(annotation: (&'static str, &'static str), hosts: &[&[Path]]) -> Option<BackendStatus> {
    let path = |&(path, path_type, service): &Path| PathRule {
        path: Some(path.into()),
        path_type,
        backend: backend(service),
    };
    let rule = |paths: &&[Path]| HostRule {
        host: None,
        paths: Some(paths.iter().map(path).collect()),
    };
    let subject = Subject {
        annotations: vec![Annotation {
            key: annotation.0.into(),
            value: annotation.1.into(),
        }],
        default_backend: Some(backend("tea")),
        rules: hosts.iter().map(rule).collect(),
        ..Subject::default()
    };
    let facts = Facts::default();
    let routes = Routes::of(&subject, Mergeable::of(&subject, &facts), &facts);
    assert_eq!(routes.status("water"), None);
    routes.status("tea")
}

#[test]
fn what_becomes_of_a_default_backend() {
    let (plain, minion, regex) = (("", ""), (MERGEABLE, "minion"), (PATH_REGEX, "exact"));
    for (annotation, hosts, expected) in [
        (plain, &[] as &[&[Path]], BackendStatus::Reachable),
        (plain, &[&[CHAI]], BackendStatus::Reachable),
        (plain, &[&[ROOT]], BackendStatus::ShadowedDefault),
        (plain, &[&[NO_PATH]], BackendStatus::ShadowedDefault),
        (plain, &[&[ROOT], &[CHAI]], BackendStatus::Reachable),
        (
            plain,
            &[&[ROOT], &[CHAI, ROOT]],
            BackendStatus::ShadowedDefault,
        ),
        (plain, &[&[ROOT, TEA]], BackendStatus::Reachable),
        (plain, &[&[EXACT_ROOT]], BackendStatus::Reachable),
        (regex, &[&[EXACT_ROOT]], BackendStatus::ShadowedDefault),
        (minion, &[&[CHAI]], BackendStatus::MinionDefault),
        (minion, &[&[TEA]], BackendStatus::Reachable),
        (minion, &[&[TEA, TEA]], BackendStatus::DuplicatePath),
    ] {
        assert_eq!(
            status(annotation, hosts),
            Some(expected),
            "{annotation:?} {hosts:?}"
        );
    }
}
