//! Whether a browser takes a cookie's domain from a host.

use crate::lint::rules::Rule;
use crate::lint::subject::{Backend, HostRule, PathRule, PathType, Subject};
use crate::lint::{Policy, read::keys::ORG_KEY, subject::Annotation};

/// Whether a browser keeps a cookie of this domain when `host` sets it; the
/// readers say so.
pub(super) fn fits(domain: &str, host: &str) -> bool {
    if domain.contains(' ') {
        return false;
    }
    let value = format!("serviceName=s n domain={domain} path=/");
    let subject = Subject {
        annotations: vec![Annotation {
            key: ORG_KEY.into(),
            value: value.into(),
        }],
        rules: vec![HostRule {
            host: Some(host.into()),
            paths: Some(vec![PathRule {
                path: Some("/".into()),
                path_type: PathType::Prefix,
                backend: Backend {
                    service: Some("s".into()),
                    ..Backend::default()
                },
            }]),
        }],
        ..Subject::default()
    };
    let diagnostics = crate::lint::check_without_fixes(&subject, &Policy::default());
    let refused = |rule| {
        matches!(
            rule,
            Rule::DomainMismatch
                | Rule::InvalidDomain
                | Rule::PublicSuffixDomain
                | Rule::OversizedAttribute
        )
    };
    let never = |diagnostic: &crate::lint::Diagnostic| {
        diagnostic.consequence == Some(crate::lint::Consequence::NeverSticks)
    };
    !diagnostics.iter().any(|it| refused(it.rule) && never(it))
}
