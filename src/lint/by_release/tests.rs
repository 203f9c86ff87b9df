use super::*;
use crate::lint::check;
use crate::lint::policy::Controller;
use crate::lint::read::keys::PATH_REGEX;
use crate::lint::subject::{Annotation, Backend, HostRule, PathRule, PathType};

pub(in crate::lint) fn subject(annotations: &[(&str, &str)], path: &str) -> Subject<'static> {
    let annotation = |(key, value): &(&str, &str)| Annotation {
        key: (*key).to_owned().into(),
        value: (*value).to_owned().into(),
    };
    Subject {
        annotations: annotations.iter().map(annotation).collect(),
        rules: vec![HostRule {
            host: Some("cafe.example.com".into()),
            paths: Some(vec![PathRule {
                path: Some(path.to_owned().into()),
                path_type: PathType::Prefix,
                backend: Backend {
                    service: Some("tea".into()),
                    ..Backend::default()
                },
            }]),
        }],
        ..Subject::default()
    }
}

pub(in crate::lint) fn policy(version: Option<&str>) -> Policy {
    Policy {
        controller: Controller {
            version: version.map(|version| version.parse().unwrap()),
            ..Controller::default()
        },
        ..Policy::default()
    }
}

fn found(annotations: &[(&str, &str)], path: &str, version: Option<&str>) -> Vec<String> {
    let found = check(&subject(annotations, path), &policy(version));
    let line = |it: &Diagnostic| format!("{} {}: {}", it.severity, it.rule, it.message);
    found.iter().map(line).collect()
}

#[test]
fn what_only_some_releases_do_is_a_warning_that_names_them() {
    let good = "serviceName=tea srv_id path=/";
    for (annotations, path, expected) in [
        ([(PLUS_KEY, good)], "/", &[] as &[&str]),
        (
            [(PLUS_KEY, good)],
            "/products/variants",
            &[
                "warning rejected-ingress: the path '/products/variants' contains '/root' or '/var', \
               which the controller does not allow (rejected from 2.4 up to 5.5)",
            ],
        ),
        (
            [(PLUS_KEY, good)],
            "/var/www",
            &[
                "warning rejected-ingress: the path '/var/www' is '/root' or '/var' or below it, \
               which the controller does not allow (rejected from 2.4 on)",
            ],
        ),
        (
            [(PLUS_KEY, "serviceName=tea srv_id path=/\n")],
            "/",
            &[
                "warning control-character: a line break at the end of an entry (rejected from 5.6 on)",
            ],
        ),
        (
            [(PLUS_KEY, "serviceName=tea ")],
            "/",
            &["error no-parameters: no cookie after service 'tea'"],
        ),
    ] {
        assert_eq!(
            found(&annotations, path, None),
            expected,
            "{annotations:?} {path}"
        );
    }
}

#[test]
fn one_release_says_nothing_of_others() {
    let value = [(PLUS_KEY, "serviceName=tea srv_id path=/\n")];
    assert_eq!(found(&value, "/products/variants", Some("5.6")).len(), 1);
    assert_eq!(found(&value, "/products/variants", Some("5.5")).len(), 1);
    assert_eq!(found(&value, "/", Some("5.5")), [""; 0]);
}

#[test]
fn a_key_and_a_flag_decide_which_releases_are_checked() {
    let subject = subject(&[(ORG_KEY, ""), (PATH_REGEX, "exact")], "/");
    let oldest = |policy: &Policy| {
        let releases = concerned(&subject, policy);
        releases.iter().next().unwrap().to_string()
    };
    assert_eq!(oldest(&policy(None)), "5.4");
    assert_eq!(oldest(&policy(Some("2.0"))), "2.0");
}

#[test]
fn config_safety_confines_what_nginx_refuses() {
    let subject = subject(&[(ORG_KEY, "serviceName=tea srv_id nope path=/")], "/");
    for (version, expected) in [
        ("5.3", None),
        ("5.4", Some(Consequence::NotApplied)),
        ("5.6", Some(Consequence::NotApplied)),
    ] {
        let mut policy = policy(Some(version));
        policy.controller.config_safety = true;
        let found = check(&subject, &policy);
        let unknown = found
            .iter()
            .find(|it| it.rule == crate::lint::Rule::UnknownParameter);
        assert_eq!(unknown.and_then(|it| it.consequence), expected, "{version}");
        assert!(unknown.is_none_or(|it| it.severity == Severity::Error));
    }
}

#[test]
fn releases_of_a_group_have_the_same_diagnostics() {
    let value = "serviceName=tea srv`id";
    let subject = subject(
        &[
            (PLUS_KEY, value),
            (USE_CLUSTER_IP, "true"),
            (PATH_REGEX, "exact"),
        ],
        "/a{1}/../variants",
    );
    let policy = policy(None);
    for group in groups(&subject, concerned(&subject, &policy)) {
        let first = crate::lint::check_release(&subject, &policy, group.newest());
        for release in group.iter() {
            let other = crate::lint::check_release(&subject, &policy, release);
            assert_eq!(other, first, "{release}");
        }
    }
}
