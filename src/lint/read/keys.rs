//! The keys: which annotations of an Ingress a check reads, and which one of
//! the two sticky-cookie annotations the controller uses.

use super::facts::Facts;
use crate::lint::release::Fact;
use crate::lint::subject::Subject;
use crate::lint::text::distance_by_letters;

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
/// Names with more edits than this between them are different names.
const MOST_EDITS: usize = 5;

/// Whether a key is one that a check reads: the two sticky-cookie keys, those
/// that change their effect, and whatever may be a near miss or another
/// controller's affinity.
#[must_use]
pub fn is_relevant(key: &str) -> bool {
    matches!(
        key,
        PLUS_KEY | ORG_KEY | MERGEABLE | USE_CLUSTER_IP | PATH_REGEX | CLASS
    ) || may_be_about_affinity(key)
        || decides_about_sessions(key)
}

/// Whether a key of ingress-nginx affects sessions, although it is not an
/// affinity key.
fn decides_about_sessions(key: &str) -> bool {
    let name = key.strip_prefix(COMMUNITY);
    name.is_some_and(|name| {
        matches!(
            name,
            "canary"
                | "force-ssl-redirect"
                | "server-alias"
                | "service-upstream"
                | "ssl-passthrough"
                | "ssl-redirect"
        )
    })
}

/// Cheap, and rather too wide than too narrow.
fn may_be_about_affinity(key: &str) -> bool {
    if is_misspelt(key) {
        return true;
    }
    let slash = key.bytes().rposition(|byte| byte == b'/');
    let name = &key.as_bytes()[slash.map_or(0, |at| at + 1)..];
    let begins = |rest: &[u8], word: &[u8]| {
        let head = rest.get(..word.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    name.iter().enumerate().any(|(at, first)| match first {
        b's' | b'S' => begins(&name[at..], b"sticky"),
        b'c' | b'C' => begins(&name[at..], b"cookie"),
        b'a' | b'A' => begins(&name[at..], b"affinity"),
        _ => false,
    })
}

impl Facts {
    /// Whether this release of the controller reads an annotation at all.
    #[must_use]
    pub fn reads(&self, key: &str) -> bool {
        let fact = match key {
            ORG_KEY => Fact::OrgKey,
            MERGEABLE => Fact::Mergeable,
            PATH_REGEX => Fact::PathRegex,
            USE_CLUSTER_IP => Fact::UseClusterIp,
            _ => return true,
        };
        self.is(fact)
    }
}

/// The key and value that the controller uses: `nginx.org`, where it knows
/// that one, before `nginx.com`.
#[must_use]
pub fn effective<'s>(subject: &'s Subject<'_>, facts: &Facts) -> Option<(&'static str, &'s str)> {
    let of = |key| subject.annotation(key).map(|value| (key, value));
    let org = of(ORG_KEY).filter(|_| facts.reads(ORG_KEY));
    org.or_else(|| of(PLUS_KEY))
}

/// Whether an Ingress carries one of the two keys.
#[must_use]
pub fn is_present(subject: &Subject<'_>) -> bool {
    let mut annotations = subject.annotations.iter();
    annotations.any(|annotation| matches!(&*annotation.key, PLUS_KEY | ORG_KEY))
}

/// The class that the controller compares with its own: the annotation if it is not empty,
/// else the field; compared exactly.
#[must_use]
pub fn class<'s>(subject: &'s Subject<'_>) -> Option<&'s str> {
    let annotation = subject.annotation(CLASS).filter(|class| !class.is_empty());
    annotation.or(subject.class_name.as_deref())
}

/// Whether a key of nginx is a sticky-cookie key with a typing mistake.
pub(crate) fn is_misspelt(key: &str) -> bool {
    let Some((prefix, name)) = key.split_once('/') else {
        return false;
    };
    name.len().abs_diff(NAME.len()) <= MOST_EDITS
        && prefix.starts_with("nginx.")
        && distance_by_letters(name, NAME) <= MOST_EDITS
        && strsim::levenshtein(name, NAME) <= MOST_EDITS
}
