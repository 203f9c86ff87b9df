//! The keys: which annotations of an Ingress concern stickler, and which one
//! of them the controller reads.

use super::diagnostic::{Diagnostic, Place};
use super::field::FieldPath;
use super::policy::Policy;
use super::rule::Rule;
use super::subject::Subject;
use super::text::quote;

/// Session persistence in NGINX Plus controllers, since 2016.
pub const PLUS_KEY: &str = "nginx.com/sticky-cookie-services";
/// Its twin for both editions, since NGINX Ingress Controller 5.4.0. It wins
/// where both are present (NIC, `internal/configs/annotations.go`).
pub const ORG_KEY: &str = "nginx.org/sticky-cookie-services";
/// `master` or `minion`.
pub const MERGEABLE: &str = "nginx.org/mergeable-ingress-type";
/// `"true"` gives each upstream one server: the service's cluster IP.
pub const USE_CLUSTER_IP: &str = "nginx.org/use-cluster-ip";
/// Turns the Ingress' paths into regular expressions.
pub const PATH_REGEX: &str = "nginx.org/path-regex";
/// The class, where `spec.ingressClassName` did not exist yet.
pub const CLASS: &str = "kubernetes.io/ingress.class";
/// The prefix of the retired community controller's keys.
pub const COMMUNITY: &str = "nginx.ingress.kubernetes.io/";

/// The two keys without their prefixes.
const NAME: &str = "sticky-cookie-services";
/// Further apart are names that mean something else.
const MOST_MISSPELT: usize = 5;

/// Prefixes of other controllers that know a key with this name or grammar.
const STRANGERS: [&str; 3] = ["ingress.bluemix.net", "angie.software", "edgenexus.io"];

/// Whether a key is one that a check reads: ours, those that decide their
/// fate, and whatever may be a near miss or another controller's affinity.
#[must_use]
pub fn concerns_us(key: &str) -> bool {
    matches!(
        key,
        PLUS_KEY | ORG_KEY | MERGEABLE | USE_CLUSTER_IP | PATH_REGEX | CLASS
    ) || may_be_about_affinity(key)
}

/// Cheap, and rather too wide than too narrow.
fn may_be_about_affinity(key: &str) -> bool {
    if is_misspelt(key) {
        return true;
    }
    let name = key.rsplit('/').next().unwrap_or(key).as_bytes();
    let holds = |word: &[u8]| {
        let mut windows = name.windows(word.len());
        windows.any(|window| window.eq_ignore_ascii_case(word))
    };
    holds(b"sticky") || holds(b"cookie") || holds(b"affinity")
}

/// The key and value that the controller reads: `nginx.org`, where it knows
/// that one, before `nginx.com`.
#[must_use]
pub fn winner<'s>(subject: &'s Subject<'_>, policy: &Policy) -> Option<(&'static str, &'s str)> {
    let of = |key| subject.annotation(key).map(|value| (key, value));
    let org = of(ORG_KEY).filter(|_| policy.controller.reads_org_key());
    org.or_else(|| of(PLUS_KEY))
}

/// Whether an Ingress carries one of the two keys.
#[must_use]
pub fn is_present(subject: &Subject<'_>) -> bool {
    let mut annotations = subject.annotations.iter();
    annotations.any(|annotation| matches!(&*annotation.key, PLUS_KEY | ORG_KEY))
}

/// The class that the controller goes by: the annotation if it is not empty,
/// else the field; compared exactly.
#[must_use]
pub fn class<'s>(subject: &'s Subject<'_>) -> Option<&'s str> {
    let annotation = subject.annotation(CLASS).filter(|class| !class.is_empty());
    annotation.or(subject.class_name.as_deref())
}

/// Whether the operator says that the controller reads Ingresses of this
/// class; `None` where the operator says nothing.
#[must_use]
pub fn assigned(subject: &Subject<'_>, policy: &Policy) -> Option<bool> {
    let classes = policy.ingress_classes.as_ref()?;
    let class = class(subject);
    if subject.value_alone && class.is_none() {
        return None;
    }
    Some(classes.iter().any(|known| Some(known.as_str()) == class))
}

/// What there is to say of the keys, whatever their values.
pub(crate) fn judge(subject: &Subject<'_>, policy: &Policy, found: &mut Vec<Diagnostic>) {
    let [org, plus] = [ORG_KEY, PLUS_KEY].map(|key| subject.annotation(key).is_some());
    if org && plus && policy.controller.reads_org_key() {
        let place = Place::field(FieldPath::annotation(PLUS_KEY));
        let message = format!("{ORG_KEY} is present too and wins");
        let diagnostic = Diagnostic::new(Rule::ShadowedAnnotation, place, message);
        found.push(diagnostic.with_help("keep one of the two"));
    }
    super::policy::judge_keys(subject, policy, found);
    let assigned = assigned(subject, policy) == Some(true);
    for annotation in &subject.annotations {
        found.extend(near_miss(&annotation.key, assigned));
    }
}

/// A key that looks like ours and that the controller does not read.
fn near_miss(key: &str, assigned: bool) -> Option<Diagnostic> {
    if matches!(key, PLUS_KEY | ORG_KEY) {
        return None;
    }
    let (prefix, name) = key.rsplit_once('/').unwrap_or(("", key));
    let lower = name.to_ascii_lowercase();
    let has = |word| lower.contains(word);
    let sticky = has("sticky") && (has("cookie") || has("service") || has("route"));
    let resembles = sticky || (has("cookie") && has("services")) || is_misspelt(key);
    let stranger = STRANGERS.contains(&prefix);
    if !resembles || (stranger && !assigned) || !(stranger || is_nginx(prefix)) {
        return None;
    }
    let place = Place::field(FieldPath::annotation(key));
    let message = format!("the controller does not read {}", quote(key));
    let meant = if prefix.eq_ignore_ascii_case("nginx.com") {
        PLUS_KEY
    } else {
        ORG_KEY
    };
    let diagnostic = Diagnostic::new(Rule::UnknownAnnotation, place, message);
    Some(diagnostic.with_help(format!("did you mean '{meant}'?")))
}

/// Whether a key of nginx is ours but for a few letters.
fn is_misspelt(key: &str) -> bool {
    let Some((prefix, name)) = key.split_once('/') else {
        return false;
    };
    let alike = name.len().abs_diff(NAME.len()) <= MOST_MISSPELT && prefix.starts_with("nginx.");
    alike && strsim::levenshtein(name, NAME) <= MOST_MISSPELT
}

/// Whether a key's prefix is, or was meant to be, one of an nginx controller.
fn is_nginx(prefix: &str) -> bool {
    let lower = prefix.to_ascii_lowercase();
    lower.is_empty() || lower.contains("nginx") || strsim::levenshtein(&lower, "nginx.org") < 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_told_from_other_keys() {
        for (key, assigned, missed) in [
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
            assert_eq!(near_miss(key, assigned).is_some(), missed, "{key}");
            assert!(!missed || concerns_us(key), "{key}");
        }
    }
}
