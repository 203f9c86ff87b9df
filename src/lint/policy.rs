//! What the operator says of the controller and of cookies: the part of the
//! policy that one check needs. Modes and exemptions decide what becomes of
//! diagnostics afterwards and live outside the core.

use super::rule::Rule;

/// The operator's word on one Ingress. The default says nothing: what is
/// unknown is not judged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// The controller that will read the Ingress.
    pub controller: Controller,
    /// The classes that are the controller's; `None` judges any Ingress that
    /// carries one of the two keys.
    pub ingress_classes: Option<Vec<String>>,
    /// Where TLS ends.
    pub tls: TlsEnd,
    /// What each cookie must have.
    pub require: Require,
    /// Bounds on a cookie's life, in seconds.
    pub limits: Limits,
    /// What a cookie may be called and where it may go.
    pub cookies: Cookies,
    /// Rules whose severity the operator changed; `None` turns a rule off.
    pub rules: Vec<(Rule, Option<super::Severity>)>,
}

/// The controller's make.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Controller {
    /// The edition, which decides whether `nginx.com/…` is read.
    pub edition: Edition,
    /// `(major, minor)`; `None` where it is not known.
    pub version: Option<(u32, u32)>,
}

/// The controller's edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Edition {
    /// Not told: nothing is said about `nginx.com/…` keys.
    #[default]
    Unknown,
    /// Open source.
    Oss,
    /// With NGINX Plus.
    Plus,
}

/// Where TLS ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TlsEnd {
    /// At the controller: `spec.tls` tells.
    #[default]
    Ingress,
    /// Before the controller: every host is reached over TLS.
    Upstream,
}

/// What each cookie must have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Require {
    /// `secure`.
    pub secure: bool,
    /// `httponly`.
    pub http_only: bool,
    /// `samesite=` with one of these values, in lower case; empty requires none.
    pub same_site: Vec<String>,
    /// `path=`.
    pub path: bool,
    /// `expires=`.
    pub expires: bool,
}

/// Bounds on a cookie's life, in seconds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// The longest life.
    pub max_expires: Option<u64>,
    /// The shortest life.
    pub min_expires: Option<u64>,
}

/// What a cookie may be called and where it may go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cookies {
    /// A glob that each name must fit.
    pub name_pattern: Option<String>,
    /// The domains that `domain=` may name; `None` allows all.
    pub allowed_domains: Option<Vec<String>>,
}
