//! The operator's severity; what is found is in `rules/cases`.

use crate::lint::policy::{Policy, Require};
use crate::lint::read::keys::ORG_KEY;
use crate::lint::subject::{Annotation, Backend, HostRule, PathRule, Subject};
use crate::lint::{Consequence, Diagnostic, Rule, check};

/// What the policy alone finds in `value`, on an Ingress with one service.
fn found(policy: &Policy, value: &str) -> Vec<Diagnostic> {
    let path = PathRule {
        path: Some("/tea".into()),
        backend: Backend {
            service: Some("tea".into()),
            ..Backend::default()
        },
        ..PathRule::default()
    };
    let subject = Subject {
        annotations: vec![Annotation {
            key: ORG_KEY.into(),
            value: value.into(),
        }],
        rules: vec![HostRule {
            host: Some("cafe.example.com".into()),
            paths: Some(vec![path]),
        }],
        ..Subject::default()
    };
    let mut found = check(&subject, policy);
    found.retain(|diagnostic| diagnostic.consequence == Some(Consequence::Policy));
    found
}

fn requiring(require: Require) -> Policy {
    Policy {
        require,
        ..Policy::default()
    }
}

#[test]
fn the_operators_severity_is_the_last_word() {
    let mut policy = requiring(Require {
        secure: true,
        ..Require::default()
    });
    let severity = |policy: &Policy| {
        found(policy, "serviceName=tea srv")
            .first()
            .map(|it| it.severity)
    };
    for setting in [Some(crate::lint::Severity::Warning), None] {
        policy.rules = vec![(Rule::RequireSecure, setting)];
        assert_eq!(severity(&policy), setting);
    }
}
