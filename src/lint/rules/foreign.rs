//! Session affinity in the keys of the retired community controller, and what
//! it would be in ours.

use std::fmt::Write as _;

use super::context::at_field;
use super::{Context, Report, Rule};
use crate::lint::field::FieldPath;
use crate::lint::read::Reading;
use crate::lint::read::controller::Routes;
use crate::lint::read::keys::{COMMUNITY, ORG_KEY};
use crate::lint::read::nginx::suggest;
use crate::lint::text::quote;

/// The cookie's name where the community controller was told none.
const DEFAULT_NAME: &str = "INGRESSCOOKIE";

/// One diagnostic for the first key of the community controller's affinity,
/// with the value that says the same to this controller; only on a class that
/// the operator assigns to it.
pub(super) fn foreign_annotation(context: &Context<'_>, report: &mut Report) {
    if !context.is_managed || context.reading.subject.value_alone {
        return;
    }
    let mut annotations = context.reading.subject.annotations.iter();
    let Some(first) = annotations.find(|annotation| is_affinity(&annotation.key)) else {
        return;
    };
    let field = FieldPath::annotation(&first.key);
    let message = format!("the controller does not read {}", quote(&first.key));
    let diagnostic = at_field(Rule::ForeignAnnotation, field, message);
    report.push(match equivalent(context.reading) {
        Some(value) => diagnostic.with_help(format!("write {ORG_KEY}: \"{value}\"")),
        None => diagnostic.with_help(format!("write {ORG_KEY}")),
    });
}

fn is_affinity(key: &str) -> bool {
    let name = key.strip_prefix(COMMUNITY);
    name.is_some_and(|name| name == "affinity" || name.starts_with("session-cookie-"))
}

/// The value that asks this controller for the same cookie on every backend.
fn equivalent(reading: &Reading<'_>) -> Option<String> {
    let setting = |name: &str| {
        let value = reading
            .subject
            .annotation(&format!("{COMMUNITY}session-cookie-{name}"));
        value.filter(|value| suggest::is_one_word(value))
    };
    let mut cookie = setting("name").unwrap_or(DEFAULT_NAME).to_owned();
    let life = setting("max-age")
        .or(setting("expires"))
        .and_then(suggest::expires);
    for (name, value) in [
        ("expires", life.as_deref()),
        ("domain", setting("domain")),
        ("path", Some(setting("path").unwrap_or("/"))),
        (
            "samesite",
            setting("samesite").map(str::to_ascii_lowercase).as_deref(),
        ),
    ] {
        if let Some(value) = value {
            let _ = write!(cookie, " {name}={value}");
        }
    }
    if setting("secure") == Some("true") {
        cookie.push_str(" secure");
    }
    let entries: Vec<_> = Routes::of(reading.subject, reading.part, reading.facts.tls)
        .services()
        .map(|service| format!("serviceName={service} {cookie}"))
        .collect();
    (!entries.is_empty()).then(|| entries.join(";"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::diagnostic::Diagnostic;
    use crate::lint::policy::Policy;
    use crate::lint::subject::{Annotation, Backend, Subject};

    /// What is said of these keys, each after `nginx.ingress.kubernetes.io/`.
    fn judged(keys: &[(&str, &str)], backend: Option<&str>, classes: &[&str]) -> Vec<String> {
        let annotation = |&(name, value): &(&str, &str)| Annotation {
            key: format!("{COMMUNITY}{name}").into(),
            value: value.to_owned().into(),
        };
        let subject = Subject {
            annotations: keys.iter().map(annotation).collect(),
            class_name: Some("nginx".into()),
            default_backend: backend.map(|service| Backend {
                service: Some(service.to_owned().into()),
                ..Backend::default()
            }),
            ..Subject::default()
        };
        let policy = Policy {
            ingress_classes: Some(classes.iter().map(|&class| class.to_owned()).collect()),
            ..Policy::default()
        };
        let mut found = crate::lint::check(&subject, &policy);
        found.retain(|it| it.rule == Rule::ForeignAnnotation);
        let told = |it: Diagnostic| format!("{}; {}", it.message, it.help.unwrap_or_default());
        found.into_iter().map(told).collect()
    }

    #[test]
    fn the_same_cookie_in_our_words() {
        for (keys, cookie) in [
            (&[("affinity", "cookie")][..], "INGRESSCOOKIE path=/"),
            (
                &[
                    ("session-cookie-name", "srv_id"),
                    ("session-cookie-max-age", "3600"),
                    ("session-cookie-expires", "60"),
                ],
                "srv_id expires=3600 path=/",
            ),
            (
                &[
                    ("session-cookie-expires", "60"),
                    ("session-cookie-domain", "example.com"),
                    ("session-cookie-path", "/tea"),
                    ("session-cookie-samesite", "Lax"),
                    ("session-cookie-secure", "true"),
                ],
                "INGRESSCOOKIE expires=60 domain=example.com path=/tea samesite=lax secure",
            ),
            (
                &[
                    ("session-cookie-name", "a;serviceName=b"),
                    ("session-cookie-path", ""),
                    ("session-cookie-samesite", "\u{e9}"),
                    ("session-cookie-secure", "false"),
                ],
                "INGRESSCOOKIE path=/",
            ),
        ] {
            let [told] = &judged(keys, Some("tea"), &["other", "nginx"])[..] else {
                panic!("{keys:?}");
            };
            let value = format!("; write {ORG_KEY}: \"serviceName=tea {cookie}\"");
            assert!(told.ends_with(&value), "{told}");
        }
    }

    #[test]
    fn only_what_was_ours_to_read() {
        let affinity = &[("affinity", "cookie")];
        let told = format!("the controller does not read '{COMMUNITY}affinity'; write {ORG_KEY}");
        assert_eq!(judged(affinity, None, &["nginx"]), [told]);
        assert!(judged(affinity, Some("tea"), &["other"]).is_empty());
        assert!(judged(&[("rewrite-target", "/")], Some("tea"), &["nginx"]).is_empty());
    }
}
