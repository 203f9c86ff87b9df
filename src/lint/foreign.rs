//! Session affinity in the keys of the retired community controller, and what
//! it would be in ours.

use std::fmt::Write as _;

use super::annotation::{COMMUNITY, ORG_KEY, assigned};
use super::controller::Backends;
use super::diagnostic::{Diagnostic, Place};
use super::field::FieldPath;
use super::nginx::meant;
use super::policy::Policy;
use super::rule::Rule;
use super::subject::Subject;
use super::text::quote;

/// The cookie's name where the community controller was told none.
const DEFAULT_NAME: &str = "INGRESSCOOKIE";

/// One diagnostic for the first key of the community controller's affinity,
/// with the value that says the same to this controller; only on a class that
/// the operator assigns to it.
pub(crate) fn judge(subject: &Subject<'_>, policy: &Policy, found: &mut Vec<Diagnostic>) {
    if assigned(subject, policy) != Some(true) {
        return;
    }
    let mut annotations = subject.annotations.iter();
    let Some(first) = annotations.find(|annotation| is_affinity(&annotation.key)) else {
        return;
    };
    let place = Place::field(FieldPath::annotation(&first.key));
    let message = format!("the controller does not read {}", quote(&first.key));
    let diagnostic = Diagnostic::new(Rule::ForeignAnnotation, place, message);
    found.push(match equivalent(subject) {
        Some(value) => diagnostic.with_help(format!("write {ORG_KEY}: \"{value}\"")),
        None => diagnostic.with_help(format!("write {ORG_KEY}")),
    });
}

fn is_affinity(key: &str) -> bool {
    let name = key.strip_prefix(COMMUNITY);
    name.is_some_and(|name| name == "affinity" || name.starts_with("session-cookie-"))
}

/// The value that asks this controller for the same cookie on every backend.
fn equivalent(subject: &Subject<'_>) -> Option<String> {
    let setting = |name: &str| {
        let value = subject.annotation(&format!("{COMMUNITY}session-cookie-{name}"));
        value.filter(|value| !value.is_empty() && !value.contains([';', '"', '$', '\\', '\'', ' ']))
    };
    let mut cookie = setting("name").unwrap_or(DEFAULT_NAME).to_owned();
    let life = setting("max-age")
        .or(setting("expires"))
        .and_then(meant::expires);
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
    let entries: Vec<_> = Backends::of(subject)
        .names()
        .map(|service| format!("serviceName={service} {cookie}"))
        .collect();
    (!entries.is_empty()).then(|| entries.join(";"))
}
