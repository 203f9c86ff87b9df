//! What the controller's edition and version make of the two keys.

use super::{Controller, Edition, Policy};
use crate::lint::annotation::{ORG_KEY, PLUS_KEY};
use crate::lint::diagnostic::{Diagnostic, Place};
use crate::lint::field::FieldPath;
use crate::lint::rule::Rule;
use crate::lint::subject::Subject;

/// What the policy's `controller` says of the keys that `subject` carries.
///
/// The open-source edition rejects an Ingress with the `nginx.com` key before
/// it looks at the value, even beside a good `nginx.org` key (NIC,
/// `internal/k8s/validation.go`: `annotation requires NGINX Plus`). A
/// controller before 5.4 does not know the `nginx.org` key.
pub(crate) fn judge_keys(subject: &Subject<'_>, policy: &Policy, found: &mut Vec<Diagnostic>) {
    let controller = &policy.controller;
    let has = |key| subject.annotation(key).is_some();
    if controller.edition == Edition::Oss && has(PLUS_KEY) {
        found.push(plus_only(controller, has(ORG_KEY)));
    }
    if !controller.reads_org_key() && has(ORG_KEY) {
        found.push(key_too_new(controller));
    }
}

fn plus_only(controller: &Controller, has_twin: bool) -> Diagnostic {
    let help = match (controller.reads_org_key(), has_twin) {
        (true, true) => format!("remove it; '{ORG_KEY}' stands beside it"),
        (true, false) => format!("use '{ORG_KEY}'"),
        (false, _) => "remove it; session persistence needs NGINX Plus, \
                       or version 5.4 or later"
            .to_owned(),
    };
    let message = "the annotation requires NGINX Plus, \
                   and the policy says that the controller is the open-source edition";
    at_key(Rule::PlusOnly, PLUS_KEY, message).with_help(help)
}

fn key_too_new(controller: &Controller) -> Diagnostic {
    let (major, minor) = controller.version.unwrap_or_default();
    let message = format!(
        "the annotation is read by version 5.4 and later, \
         and the policy says that the controller is version {major}.{minor}"
    );
    let upgrade = "upgrade the controller to version 5.4 or later";
    let help = match controller.edition {
        Edition::Oss => upgrade.to_owned(),
        Edition::Plus => format!("use '{PLUS_KEY}', or {upgrade}"),
        Edition::Unknown => format!("{upgrade}, or use '{PLUS_KEY}' with NGINX Plus"),
    };
    at_key(Rule::KeyTooNew, ORG_KEY, message).with_help(help)
}

fn at_key(rule: Rule, key: &str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(rule, Place::field(FieldPath::annotation(key)), message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::subject::Annotation;

    fn rules(edition: Edition, version: Option<(u32, u32)>, keys: &[&str]) -> Vec<Rule> {
        let annotation = |key: &&str| Annotation {
            key: (*key).to_owned().into(),
            value: "serviceName=tea srv".into(),
        };
        let subject = Subject {
            annotations: keys.iter().map(annotation).collect(),
            ..Subject::default()
        };
        let policy = Policy {
            controller: Controller { edition, version },
            ..Policy::default()
        };
        let mut found = Vec::new();
        judge_keys(&subject, &policy, &mut found);
        found
            .into_iter()
            .map(|diagnostic| diagnostic.rule)
            .collect()
    }

    #[test]
    fn edition_and_version_decide_which_key_is_read() {
        use Edition::{Oss, Plus, Unknown};
        use Rule::{KeyTooNew, PlusOnly};
        let cases: &[(_, _, &[&str], &[Rule])] = &[
            (Unknown, None, &[PLUS_KEY, ORG_KEY], &[]),
            (Plus, Some((5, 5)), &[PLUS_KEY, ORG_KEY], &[]),
            (Oss, None, &[ORG_KEY], &[]),
            (Oss, None, &[PLUS_KEY], &[PlusOnly]),
            (Oss, Some((5, 5)), &[ORG_KEY, PLUS_KEY], &[PlusOnly]),
            (Plus, Some((5, 3)), &[PLUS_KEY], &[]),
            (Plus, Some((5, 3)), &[ORG_KEY], &[KeyTooNew]),
            (Unknown, Some((4, 0)), &[ORG_KEY], &[KeyTooNew]),
            (
                Oss,
                Some((5, 3)),
                &[PLUS_KEY, ORG_KEY],
                &[PlusOnly, KeyTooNew],
            ),
        ];
        for &(edition, version, keys, expected) in cases {
            assert_eq!(
                rules(edition, version, keys),
                expected,
                "{edition:?} {version:?}"
            );
        }
    }
}
