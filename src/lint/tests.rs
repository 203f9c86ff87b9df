//! Values and Ingresses through the whole check. The cases of each rule are in
//! rules/cases.

mod browser;

use super::read::keys::ORG_KEY;
use super::subject::{Annotation, Backend, HostRule, PathRule, PathType};
use super::{Policy, Subject, check};

/// An Ingress with `value` and two services, one for `/tea` and one for `/coffee`.
pub(super) fn cafe<'v>(value: &'v str, [tea, coffee]: [&'static str; 2]) -> Subject<'v> {
    let path = |path: &'static str, service: &'static str| PathRule {
        path: Some(path.into()),
        path_type: PathType::Prefix,
        backend: Backend {
            service: Some(service.into()),
            ..Backend::default()
        },
    };
    Subject {
        annotations: vec![Annotation {
            key: ORG_KEY.into(),
            value: value.into(),
        }],
        rules: vec![HostRule {
            host: Some("cafe.example.com".into()),
            paths: Some(vec![path("/tea", tea), path("/coffee", coffee)]),
        }],
        ..Subject::default()
    }
}

#[test]
fn of_a_value_alone_only_the_value_is_reported() {
    let rules = |value: &'static str| -> Vec<&str> {
        let subject = Subject {
            value_alone: true,
            rules: Vec::new(),
            ..cafe(value, ["", ""])
        };
        let found = check(&subject, &Policy::default());
        found.iter().map(|found| found.rule.id()).collect()
    };
    for (value, expected) in [
        ("serviceName=any srv_id expires=1h path=/", &[][..]),
        ("serviceName=any srv_id", &[]),
        (
            "serviceName=any srv_id secure domain=.example.com path=/x",
            &[],
        ),
        ("serviceName=any __Host-id secure path=/", &[]),
        (
            "serviceName=any srv_id expire=1h;",
            &["unknown-parameter", "empty-entry"],
        ),
        (
            "serviceName=any srv_id samesite=none",
            &["samesite-none-insecure"],
        ),
        ("serviceName=any srv_id expires=0", &["expires-zero"]),
        ("", &["empty-value"]),
    ] {
        assert_eq!(rules(value), expected, "{value}");
    }
}
