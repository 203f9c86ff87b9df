//! The catalogue: one table that everything which lists rules reads, and in
//! which each rule has the function that checks it.
//!
//! ```text
//! Reading ──▶ one function a rule ──▶ Report ──▶ diagnostics
//! ```
//!
//! A rule asks the [`Reading`](super::Reading) and reports; it changes nothing and asks no
//! other rule.

mod attribute;
mod clash;
mod comma;
mod context;
mod cookie_name;
mod domain;
mod duplicate_path;
mod foreign;
mod ingress;
mod injection;
mod keys;
mod lifetime;
mod parameter;
mod path;
mod policy;
mod releases;
mod report;
mod separator;
mod service;
mod spacing;
mod strict;
mod transport;
mod value;

use std::fmt;

pub(crate) use context::Context;
pub(crate) use report::Report;
pub(crate) use strict::reject_strictly;

use super::consequence::{Consequence, Severity};

/// Turns the table below into the [`Rule`] enum and [`CATALOGUE`].
macro_rules! catalogue {
    ($($rule:ident, $id:literal, $check:path, $consequence:expr, $severity:ident, $summary:literal;)+) => {
        /// A rule of the catalogue.
        ///
        /// ```
        /// use stickler::lint::Rule;
        ///
        /// assert_eq!(Rule::from_id("wide-domain"), Some(Rule::WideDomain));
        /// assert_eq!(Rule::WideDomain.id(), "wide-domain");
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            // As code: a summary is text, and may hold what looks like HTML.
            $(#[doc = concat!("`", $id, "`: `", $summary, "`")] $rule,)+
        }

        /// Every rule, in the order of the readers.
        pub const CATALOGUE: &[Row] = &[
            $(Row {
                rule: Rule::$rule,
                id: $id,
                consequence: $consequence,
                severity: Severity::$severity,
                summary: $summary,
                page: include_str!(concat!("../../docs/rules/", $id, ".md")),
            },)+
        ];

        /// The function of each rule, in the same order.
        const CHECKS: &[fn(&Context<'_>, &mut Report)] = &[$($check,)+];
    };
}

/// A row of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The rule.
    pub rule: Rule,
    /// Its name in messages, files, pages and policies, in kebab-case.
    pub id: &'static str,
    /// The consequence, unless a diagnostic has another.
    pub consequence: Option<Consequence>,
    /// The severity, unless a diagnostic or the policy has another.
    pub severity: Severity,
    /// What it finds, in a sentence.
    pub summary: &'static str,
    /// Its page, `docs/rules/<id>.md`: a rule without one does not compile.
    pub page: &'static str,
}

const REJECTS: Option<Consequence> = Some(Consequence::RejectsIngress);
const BREAKS: Option<Consequence> = Some(Consequence::BreaksReload);
const UNSAFE: Option<Consequence> = Some(Consequence::Unsafe);
const NO_EFFECT: Option<Consequence> = Some(Consequence::NoEffect);
const NEVER: Option<Consequence> = Some(Consequence::NeverSticks);
const PARTLY: Option<Consequence> = Some(Consequence::PartlySticks);
const POLICY: Option<Consequence> = Some(Consequence::Policy);
const NONE: Option<Consequence> = None;

catalogue! {
    // The controller, on the value.
    EmptyValue, "empty-value", value::empty_value, REJECTS, Error, "The annotation's value is empty.";
    EmptyEntry, "empty-entry", value::empty_entry, REJECTS, Error, "A ';' has no entry before or after it.";
    MalformedEntry, "malformed-entry", value::malformed_entry, REJECTS, Error, "An entry does not have the form 'serviceName=<service> <cookie> ...'.";
    ForbiddenCharacter, "forbidden-character", value::forbidden_character, REJECTS, Error, "An entry contains a double quote, a dollar sign, or a single backslash at its end.";
    UnknownKeyword, "unknown-keyword", value::unknown_keyword, UNSAFE, Error, "An entry begins with another word than 'serviceName'.";
    NoParameters, "no-parameters", service::no_parameters, NO_EFFECT, Error, "An entry has a service but no cookie.";
    // nginx, on an entry.
    MissingCookie, "missing-cookie", parameter::missing_cookie, BREAKS, Error, "An entry has no cookie name.";
    EmptyCookieName, "empty-cookie-name", parameter::empty_cookie_name, BREAKS, Error, "The cookie name is a pair of quotes without content.";
    UnknownParameter, "unknown-parameter", parameter::unknown_parameter, BREAKS, Error, "nginx does not know the parameter.";
    DuplicateParameter, "duplicate-parameter", parameter::duplicate_parameter, BREAKS, Error, "A parameter appears twice in one entry.";
    EmptyParameter, "empty-parameter", parameter::empty_parameter, BREAKS, Error, "A parameter has no value after '='.";
    InvalidExpires, "invalid-expires", parameter::invalid_expires, BREAKS, Error, "The value of 'expires=' is not a valid time.";
    InvalidSamesite, "invalid-samesite", parameter::invalid_samesite, BREAKS, Error, "The value of 'samesite=' is not strict, lax or none.";
    Brace, "brace", injection::brace, UNSAFE, Error, "An entry contains a curly brace.";
    Quote, "quote", injection::quote_mark, UNSAFE, Error, "An entry contains a single quote.";
    Backslash, "backslash", injection::backslash, UNSAFE, Error, "An entry contains a backslash.";
    ControlCharacter, "control-character", injection::control_character, UNSAFE, Error, "An entry contains a control character.";
    Comment, "comment", injection::comment, UNSAFE, Error, "A word begins with '#', which begins a comment.";
    OversizedWord, "oversized-word", parameter::oversized_word, BREAKS, Error, "A word is longer than nginx' buffer.";
    DisguisedParameter, "disguised-parameter", injection::disguised_parameter, UNSAFE, Error, "A parameter is in the place of the cookie's name.";
    JoinedWords, "joined-words", comma::joined_words, UNSAFE, Error, "Words are separated by commas instead of spaces.";
    // The browser, on the cookie.
    SecureWithoutTls, "secure-without-tls", transport::secure_without_tls, NEVER, Warning, "The cookie has 'secure', but the host has no TLS.";
    SamesiteNoneInsecure, "samesite-none-insecure", transport::samesite_none_insecure, NEVER, Error, "The cookie has 'samesite=none' without 'secure'.";
    ExpiresZero, "expires-zero", lifetime::expires_zero, NEVER, Error, "The cookie expires at once.";
    LongExpires, "long-expires", lifetime::long_expires, NONE, Note, "The lifetime is above 400 days, the limit of browsers.";
    ShortExpires, "short-expires", lifetime::short_expires, PARTLY, Warning, "The lifetime is below a minute.";
    CookiePrefix, "cookie-prefix", cookie_name::cookie_prefix, NEVER, Error, "The cookie does not meet the conditions of its name's prefix.";
    InvalidCookieName, "invalid-cookie-name", cookie_name::invalid_cookie_name, NEVER, Error, "Browsers or other clients reject the cookie's name.";
    OversizedCookie, "oversized-cookie", cookie_name::oversized_cookie, NEVER, Error, "The cookie's name and value have more than 4096 bytes.";
    OversizedAttribute, "oversized-attribute", attribute::oversized_attribute, PARTLY, Warning, "An attribute has more than 1024 bytes, so browsers ignore it.";
    PathMismatch, "path-mismatch", path::path_mismatch, NEVER, Error, "The cookie's path does not cover the paths of its service.";
    RelativePath, "relative-path", path::relative_path, PARTLY, Warning, "The cookie's path does not begin with '/'.";
    MissingPath, "missing-path", path::missing_path, PARTLY, Warning, "The cookie has no path: it applies to the directory of the first URL.";
    PublicSuffixDomain, "public-suffix-domain", domain::public_suffix_domain, NEVER, Error, "The cookie's domain is a public suffix, below which anyone can register names.";
    DomainMismatch, "domain-mismatch", domain::domain_mismatch, NEVER, Error, "The cookie's domain does not include the service's hosts.";
    InvalidDomain, "invalid-domain", domain::invalid_domain, NEVER, Error, "The cookie's domain is not a valid host name.";
    WideDomain, "wide-domain", domain::wide_domain, NONE, Warning, "The cookie's domain is wider than the host: sibling hosts get the cookie too.";
    CookieClash, "cookie-clash", clash::cookie_clash, NEVER, Error, "Two cookies overwrite or hide each other.";
    SamesiteStrict, "samesite-strict", transport::samesite_strict, NONE, Note, "With 'samesite=strict' the cookie is not sent on the first click from another site.";
    // Beside the value.
    UnknownBackend, "unknown-backend", service::unknown_backend, NO_EFFECT, Error, "The service is not a backend of this Ingress.";
    DuplicateService, "duplicate-service", service::duplicate_service, NO_EFFECT, Error, "A later entry for the same service replaces this one.";
    DroppedBackend, "dropped-backend", service::dropped_backend, NO_EFFECT, Error, "The controller drops the only backend that uses the service.";
    MergeableMaster, "mergeable-master", service::mergeable_master, NO_EFFECT, Error, "The annotation is on a mergeable master.";
    ShadowedAnnotation, "shadowed-annotation", keys::shadowed_annotation, NO_EFFECT, Warning, "Both keys are present, and the controller uses nginx.org.";
    PlusOnly, "plus-only", keys::plus_only, REJECTS, Error, "The nginx.com key needs NGINX Plus; the controller is open source.";
    KeyTooNew, "key-too-new", keys::key_too_new, NO_EFFECT, Error, "The nginx.org key needs version 5.4; the controller is older.";
    ClusterIpUpstream, "cluster-ip-upstream", service::cluster_ip_upstream, NO_EFFECT, Warning, "With use-cluster-ip, nginx has a single address for the service.";
    RejectedIngress, "rejected-ingress", ingress::rejected_ingress, REJECTS, Error, "Something else in the Ingress makes the controller reject it.";
    DuplicatePath, "duplicate-path", duplicate_path::duplicate_path, BREAKS, Error, "The same path appears twice on one host.";
    UnknownAnnotation, "unknown-annotation", keys::unknown_annotation, NO_EFFECT, Warning, "The key is similar to the annotation's key, but the controller does not read it.";
    ForeignAnnotation, "foreign-annotation", foreign::foreign_annotation, NO_EFFECT, Warning, "Session affinity is configured with the annotations of another controller.";
    UnreadableIngress, "unreadable-ingress", reported_elsewhere, NONE, Error, "The object cannot be read as an Ingress.";
    // The operator's policy.
    RequireSecure, "require-secure", policy::require_secure, POLICY, Error, "The policy requires 'secure'.";
    RequireHttponly, "require-httponly", policy::require_httponly, POLICY, Error, "The policy requires 'httponly'.";
    RequireSamesite, "require-samesite", policy::require_samesite, POLICY, Error, "The policy requires 'samesite=' with certain values.";
    RequirePath, "require-path", policy::require_path, POLICY, Error, "The policy requires 'path='.";
    RequireExpires, "require-expires", policy::require_expires, POLICY, Error, "The policy requires 'expires='.";
    MaxExpires, "max-expires", policy::max_expires, POLICY, Error, "The lifetime is longer than the policy allows.";
    MinExpires, "min-expires", policy::min_expires, POLICY, Error, "The lifetime is shorter than the policy allows.";
    CookieNamePattern, "cookie-name-pattern", policy::cookie_name_pattern, POLICY, Error, "The cookie's name does not match the policy's pattern.";
    ForbiddenDomain, "forbidden-domain", policy::forbidden_domain, POLICY, Error, "The policy does not allow the cookie's domain.";
    // The manifest.
    UnusedIgnore, "unused-ignore", reported_elsewhere, NONE, Warning, "An ignore comment suppresses nothing.";
    Placeholder, "placeholder", reported_elsewhere, NONE, Note, "A template placeholder is replaced later.";
}

/// Asks every rule.
pub(crate) fn check(context: &Context<'_>, report: &mut Report) {
    for check in CHECKS {
        check(context, report);
    }
}

/// What finds these rules is not the check of an Ingress.
fn reported_elsewhere(_: &Context<'_>, _: &mut Report) {}

impl Rule {
    /// The rule's row of the catalogue.
    #[must_use]
    pub fn row(self) -> &'static Row {
        &CATALOGUE[self as usize]
    }

    /// The rule's name in messages, files, pages and policies.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.row().id
    }

    /// The consequence, unless a diagnostic has another.
    #[must_use]
    pub fn consequence(self) -> Option<Consequence> {
        self.row().consequence
    }

    /// The severity, unless a diagnostic or the policy has another.
    #[must_use]
    pub fn severity(self) -> Severity {
        self.row().severity
    }

    /// What it finds.
    #[must_use]
    pub fn summary(self) -> &'static str {
        self.row().summary
    }

    /// The rule's page: Markdown.
    #[must_use]
    pub fn page(self) -> &'static str {
        self.row().page
    }

    /// Whether it finds fault with an annotation's key, whatever the value.
    #[must_use]
    pub fn is_about_a_key(self) -> bool {
        use Rule::{ForeignAnnotation, KeyTooNew, PlusOnly, ShadowedAnnotation, UnknownAnnotation};
        matches!(
            self,
            ForeignAnnotation | KeyTooNew | PlusOnly | ShadowedAnnotation | UnknownAnnotation
        )
    }

    /// Whether it checks the cookie that nginx sends, not what is written.
    pub(crate) fn is_about_the_cookie(self) -> bool {
        let browser = Self::SecureWithoutTls..=Self::SamesiteStrict;
        let policy = Self::RequireSecure..=Self::ForbiddenDomain;
        browser.contains(&self) || policy.contains(&self)
    }

    /// The rule of that name.
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        CATALOGUE
            .iter()
            .find(|entry| entry.id == id)
            .map(|entry| entry.rule)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_the_enum_and_are_found_by_name() {
        for entry in CATALOGUE {
            assert_eq!(entry.rule.row(), entry);
            assert_eq!(Rule::from_id(entry.id), Some(entry.rule));
        }
        assert_eq!(Rule::from_id("no-such-rule"), None);
    }

    #[test]
    fn names_are_kebab_case() {
        for Row { id, .. } in CATALOGUE {
            assert!(
                id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{id}"
            );
        }
    }

    #[test]
    fn what_breaks_more_than_its_own_cookie_is_an_error() {
        for entry in CATALOGUE {
            if matches!(entry.consequence, REJECTS | BREAKS | UNSAFE) {
                assert_eq!(entry.severity, Severity::Error, "{}", entry.id);
            }
        }
    }
}
