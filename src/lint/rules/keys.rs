//! The keys: which annotation the controller uses, and what resembles one.

use super::context::at_field;
use super::{Context, Report, Rule};
use crate::lint::consequence::Consequence;
use crate::lint::diagnostic::Diagnostic;
use crate::lint::field::FieldPath;
use crate::lint::read::keys::{ORG_KEY, PLUS_KEY, is_misspelt};
use crate::lint::read::{Controller, Edition, Facts};
use crate::lint::release::{Fact, Release};
use crate::lint::text::quote;

/// The prefix that NIC's documentation gives to the keys of one's own template:
/// whether that reads them cannot be seen.
const CUSTOM: &str = "custom.nginx.org";

/// Prefixes of other controllers that know a key with this name or grammar.
const OTHERS: [&str; 3] = ["ingress.bluemix.net", "angie.software", "edgenexus.io"];

/// Whether the Ingress has the annotation.
fn has(context: &Context<'_>, key: &str) -> bool {
    context.reading.subject.annotation(key).is_some()
}

pub(super) fn shadowed_annotation(context: &Context<'_>, report: &mut Report) {
    if context.reading.shadowed.is_some() {
        let field = FieldPath::annotation(PLUS_KEY);
        let message = format!("the controller uses {ORG_KEY}, which is present too");
        let diagnostic = at_field(Rule::ShadowedAnnotation, field, message);
        report.push(diagnostic.with_help("keep one of the two"));
    }
}

/// The open-source edition rejects an Ingress with the `nginx.com` key before
/// it reads the value, even beside a good `nginx.org` key (NIC,
/// `internal/k8s/validation.go`: `annotation requires NGINX Plus`).
pub(super) fn plus_only(context: &Context<'_>, report: &mut Report) {
    let facts = &context.reading.facts;
    if facts.controller.edition != Edition::Oss || !has(context, PLUS_KEY) {
        return;
    }
    let diagnostic = needs_plus(facts, has(context, ORG_KEY));
    report.push(if facts.is(Fact::PlusKeyRejectedByOss) {
        diagnostic
    } else {
        diagnostic.with_consequence(Consequence::NoEffect)
    });
}

/// A controller before 5.4 does not know the `nginx.org` key.
pub(super) fn key_too_new(context: &Context<'_>, report: &mut Report) {
    let facts = &context.reading.facts;
    if !facts.reads(ORG_KEY) && has(context, ORG_KEY) {
        report.push(too_new(&facts.controller, facts.release));
    }
}

pub(super) fn unknown_annotation(context: &Context<'_>, report: &mut Report) {
    for annotation in &context.reading.subject.annotations {
        if let Some(diagnostic) = near_miss(&annotation.key, context.is_managed) {
            report.push(diagnostic);
        }
    }
}

fn needs_plus(facts: &Facts, has_twin: bool) -> Diagnostic {
    let help = match (facts.reads(ORG_KEY), has_twin) {
        (true, true) => format!("remove it: '{ORG_KEY}' is present too"),
        (true, false) => format!("use '{ORG_KEY}'"),
        (false, _) => "remove it; session persistence needs NGINX Plus, \
                       or version 5.4 or later"
            .to_owned(),
    };
    let message = "the annotation requires NGINX Plus, \
                   but the policy declares the open-source edition";
    at_field(Rule::PlusOnly, FieldPath::annotation(PLUS_KEY), message).with_help(help)
}

fn too_new(controller: &Controller, release: Release) -> Diagnostic {
    let release = controller.version.unwrap_or(release);
    let message = format!(
        "the annotation is read by version 5.4 and later, \
         but the policy declares version {release}"
    );
    let upgrade = "upgrade the controller to version 5.4 or later";
    let help = match controller.edition {
        Edition::Oss => upgrade.to_owned(),
        Edition::Plus => format!("use '{PLUS_KEY}', or {upgrade}"),
        Edition::Unknown => format!("{upgrade}, or use '{PLUS_KEY}' with NGINX Plus"),
    };
    at_field(Rule::KeyTooNew, FieldPath::annotation(ORG_KEY), message).with_help(help)
}

/// A key that looks like ours and that the controller does not read.
fn near_miss(key: &str, is_managed: bool) -> Option<Diagnostic> {
    if matches!(key, PLUS_KEY | ORG_KEY) {
        return None;
    }
    let (prefix, name) = key.rsplit_once('/').unwrap_or(("", key));
    let lower = name.to_ascii_lowercase();
    let has = |word| lower.contains(word);
    let sticky = has("sticky") && (has("cookie") || has("service") || has("route"));
    let resembles = sticky || (has("cookie") && has("services")) || is_misspelt(key);
    let other = OTHERS.contains(&prefix);
    let is_nginx = is_nginx(prefix) && prefix != CUSTOM;
    if !resembles || (other && !is_managed) || !(other || is_nginx) {
        return None;
    }
    let message = format!("the controller does not read {}", quote(key));
    let similar = if prefix.eq_ignore_ascii_case("nginx.com") {
        PLUS_KEY
    } else {
        ORG_KEY
    };
    let diagnostic = at_field(Rule::UnknownAnnotation, FieldPath::annotation(key), message);
    Some(diagnostic.with_help(format!("did you mean '{similar}'?")))
}

/// Whether a key's prefix is, or was intended to be, one of an nginx controller.
fn is_nginx(prefix: &str) -> bool {
    let lower = prefix.to_ascii_lowercase();
    lower.is_empty() || lower.contains("nginx") || strsim::levenshtein(&lower, "nginx.org") < 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::policy::Policy;
    use crate::lint::read::keys::is_relevant;
    use crate::lint::subject::{Annotation, Subject};

    fn rules(edition: Edition, version: Option<&str>, keys: &[&str]) -> Vec<Rule> {
        let annotation = |key: &&str| Annotation {
            key: (*key).to_owned().into(),
            value: "serviceName=tea srv".into(),
        };
        let subject = Subject {
            annotations: keys.iter().map(annotation).collect(),
            ..Subject::default()
        };
        let policy = Policy {
            controller: Controller {
                edition,
                version: version.and_then(|it| it.parse().ok()),
                config_safety: false,
            },
            ..Policy::default()
        };
        let about_keys = |rule: &Rule| matches!(rule, Rule::PlusOnly | Rule::KeyTooNew);
        let found = crate::lint::check(&subject, &policy);
        let mut rules: Vec<_> = found.iter().map(|diagnostic| diagnostic.rule).collect();
        rules.retain(about_keys);
        rules.sort_unstable();
        rules
    }

    #[test]
    fn edition_and_version_decide_which_key_is_read() {
        use Edition::{Oss, Plus, Unknown};
        use Rule::{KeyTooNew, PlusOnly};
        let cases: &[(_, _, &[&str], &[Rule])] = &[
            (Unknown, None, &[PLUS_KEY, ORG_KEY], &[]),
            (Plus, Some("5.5"), &[PLUS_KEY, ORG_KEY], &[]),
            (Oss, None, &[ORG_KEY], &[]),
            (Oss, None, &[PLUS_KEY], &[PlusOnly]),
            (Oss, Some("5.5"), &[ORG_KEY, PLUS_KEY], &[PlusOnly]),
            (Plus, Some("5.3"), &[PLUS_KEY], &[]),
            (Plus, Some("5.3"), &[ORG_KEY], &[KeyTooNew]),
            (Unknown, Some("4.0"), &[ORG_KEY], &[KeyTooNew]),
            (
                Oss,
                Some("5.3"),
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

    #[test]
    fn near_misses_are_distinguished_from_other_keys() {
        for (key, is_managed, missed) in [
            (ORG_KEY, true, false),
            ("nginx.com/sticky-cookie-service", false, true),
            ("nginx.org/session-cookie-services", false, true),
            ("NGINX.org/sticky-cookie-services", false, true),
            ("sticky-cookie-services", false, true),
            ("nginx.com/stickyCookieServices", false, true),
            ("nginx.org/sitcky-coookie-servcies", false, true),
            ("nginx.org/stiky-coockie-servises", false, true),
            ("nginx.com/sticky-route-services", false, true),
            ("ngnix.org/sticky-cookie-services", false, true),
            (
                "nginx.ingress.kubernetes.io/sticky-cookie-services",
                false,
                true,
            ),
            ("custom.nginx.org/sticky-learn-cookie-name", true, false),
            ("custom.nginx.com/sticky-cookie-services", false, true),
            ("edgenexus.io/sticky-cookie-services", false, false),
            ("edgenexus.io/sticky-cookie-services", true, true),
            ("nginx.org/websocket-services", true, false),
            ("nginx.com/health-checks-mandatory", true, false),
            ("nginx.org/proxy-pass-headers", true, false),
            (
                "nginx.ingress.kubernetes.io/session-cookie-name",
                true,
                false,
            ),
            ("traefik.io/sticky-cookie", true, false),
        ] {
            assert_eq!(near_miss(key, is_managed).is_some(), missed, "{key}");
            assert!(!missed || is_relevant(key), "{key}");
        }
    }
}
