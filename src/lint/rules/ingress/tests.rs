//! Ingresses that the controller rejects whatever the value says.

use super::*;
use crate::lint::diagnostic::Diagnostic;
use crate::lint::policy::Policy;
use crate::lint::read::keys::ORG_KEY;
use crate::lint::subject::{Annotation, PathRule, PathType};

/// What is reported beside the value, on an Ingress with our annotation.
fn reported(mut subject: Subject<'_>) -> Vec<Diagnostic> {
    subject.annotations.push(Annotation {
        key: ORG_KEY.into(),
        value: "serviceName=tea id".into(),
    });
    let mut found = crate::lint::check(&subject, &Policy::default());
    found.retain(|it| matches!(it.rule, Rule::RejectedIngress | Rule::DuplicatePath));
    found
}

#[test]
fn words_of_the_other_annotations() {
    for (key, known, unknown) in [
        (
            MERGEABLE,
            &["master", "minion"] as &[_],
            &["", "Master", "minion ", "slave"] as &[_],
        ),
        (
            USE_CLUSTER_IP,
            &["true", "True", "TRUE", "t", "T", "1", "false", "f", "0"],
            &["", "yes", "on", " true", "tRUE"],
        ),
        (
            PATH_REGEX,
            &["case_sensitive", "case_insensitive", "exact"],
            &["", "true", "Exact", "case-sensitive"],
        ),
    ] {
        for (word, rejected) in known
            .iter()
            .map(|word| (word, false))
            .chain(unknown.iter().map(|word| (word, true)))
        {
            let subject = Subject {
                annotations: vec![Annotation {
                    key: key.into(),
                    value: (*word).into(),
                }],
                ..Subject::default()
            };
            let found = reported(subject);
            let field = FieldPath::annotation(key);
            let is_reported = found.iter().any(|it| it.place.field == field);
            assert_eq!(is_reported, rejected, "{key} {word:?}");
        }
    }
}

/// What is rejected on an Ingress with this annotation and one host a list
/// of paths, a final `!` marking exact ones.
fn rejections(key: &str, word: &str, hosts: &[&[&str]], tls: bool) -> Vec<String> {
    let path = |path: &&str| PathRule {
        path: Some(path.trim_end_matches('!').to_owned().into()),
        path_type: if path.ends_with('!') {
            PathType::Exact
        } else {
            PathType::Prefix
        },
        backend: Backend {
            service: Some("tea".into()),
            ..Backend::default()
        },
    };
    let rule = |(index, paths): (usize, &&[&str])| HostRule {
        host: Some(format!("{index}.example.com").into()),
        paths: Some(paths.iter().map(path).collect()),
    };
    let subject = Subject {
        annotations: vec![Annotation {
            key: key.to_owned().into(),
            value: word.to_owned().into(),
        }],
        rules: hosts.iter().enumerate().map(rule).collect(),
        tls: tls.then(Default::default).into_iter().collect(),
        ..Subject::default()
    };
    let text = |it: Diagnostic| format!("{}: {}", it.place.field, it.message);
    reported(subject).into_iter().map(text).collect()
}

#[test]
fn locations_that_nginx_takes_once() {
    let twice = |path: &str| {
        format!("spec.rules[0].http.paths[1].path: the path '{path}' appears twice on one host")
    };
    for (style, paths, expected) in [
        ("", &["/tea", "/tea"], Some("/tea")),
        ("", &["/tea", "/coffee"], None),
        ("", &["/tea", "/tea!"], None),
        ("case_sensitive", &["/tea", "/tea"], None),
        ("exact", &["/tea", "/tea!"], Some("/tea")),
    ] {
        let key = if style.is_empty() { "any" } else { PATH_REGEX };
        let actual = rejections(key, style, &[paths], false);
        let expected: Vec<_> = expected.map(twice).into_iter().collect();
        assert_eq!(actual, expected, "{style} {paths:?}");
    }
}

#[test]
fn shapes_of_masters_and_minions() {
    for (part, hosts, tls, expected) in [
        (
            "master",
            &[&[] as &[&str]] as &[&[&str]],
            true,
            &[] as &[&str],
        ),
        (
            "master",
            &[&[], &[]],
            false,
            &["spec.rules: a master has several rules"],
        ),
        (
            "master",
            &[&["/tea"]],
            false,
            &["spec.rules[0].http.paths: a master has paths"],
        ),
        ("minion", &[&["/tea"]], false, &[]),
        ("minion", &[], false, &["spec: there are no rules"]),
        (
            "minion",
            &[&["/tea"]],
            true,
            &["spec.tls: a minion has TLS"],
        ),
        (
            "minion",
            &[&[]],
            true,
            &[
                "spec.rules[0]: a minion has no path",
                "spec.tls: a minion has TLS",
            ],
        ),
        (
            "minion",
            &[&["/tea"], &["/tea"]],
            false,
            &["spec.rules: a minion has several rules"],
        ),
    ] {
        let actual = rejections(MERGEABLE, part, hosts, tls);
        assert_eq!(actual, expected, "{part} {hosts:?}");
    }
}

#[test]
fn backends_that_are_no_services() {
    let (none, resource) = (
        Backend::default(),
        Backend {
            resource: true,
            ..Backend::default()
        },
    );
    for (api_version, backend, expected) in [
        (
            ApiVersion::V1,
            &none,
            "spec.defaultBackend: the backend has no service (rejected from 5.5 on)",
        ),
        (
            ApiVersion::V1,
            &resource,
            "spec.defaultBackend.resource: the backend is a resource",
        ),
        (
            ApiVersion::V1beta1,
            &none,
            "spec.backend: the backend has no service (rejected from 5.5 on)",
        ),
    ] {
        let subject = Subject {
            api_version,
            default_backend: Some(backend.clone()),
            rules: vec![HostRule::default()],
            ..Subject::default()
        };
        let found = reported(subject);
        let text = |it: &Diagnostic| format!("{}: {}", it.place.field, it.message);
        let actual: Vec<_> = found.iter().map(text).collect();
        assert_eq!(actual[0], expected, "{actual:?}");
    }
}
