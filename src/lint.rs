//! The pure middle: a [`Subject`] in, [`Diagnostic`]s out.
//!
//! Nothing here reads a file, opens a socket, knows a clock or names
//! Kubernetes' client. [`check`] is the one door:
//!
//! ```text
//! subject ──▶ read (controller → nginx → browser) ──▶ Reading ──▶ rules ──▶ diagnostics
//! ```

pub mod consequence;
pub mod diagnostic;
mod edit;
pub mod field;
pub mod policy;
pub mod read;
pub mod rules;
pub mod span;
pub mod subject;
#[cfg(test)]
mod tests;
pub mod text;

pub use consequence::{Consequence, Severity};
pub use diagnostic::{Diagnostic, Edit, EntryName, Fix, Place};
pub use field::{FieldPath, Step};
pub use policy::Policy;
pub use read::Reading;
pub use rules::{CATALOGUE, Rule};
pub use span::Span;
pub use subject::Subject;

use std::collections::HashSet;

use read::browser::{Browser, SetCookieHeader};
use rules::{Context, Report};

/// Everything that the readers make of `subject` and that a rule reports, in
/// the order of its fields and of the value's text.
///
/// An Ingress whose class the operator does not assign to the controller is not
/// checked; one without a sticky-cookie key is checked only for keys that
/// resemble one.
#[must_use]
pub fn check(subject: &Subject<'_>, policy: &Policy) -> Vec<Diagnostic> {
    if policy.manages(subject) == Some(false) {
        return Vec::new();
    }
    let reading = Reading::of(subject, &policy.facts());
    let headers = reading.headers();
    let browser = reading.browser(&headers);
    report(policy, &reading, browser.as_ref())
}

/// The same for cookies that come in other headers than nginx would send for
/// the annotation: for tests that have headers of a real nginx.
#[must_use]
pub fn check_headers(
    subject: &Subject<'_>,
    policy: &Policy,
    headers: Vec<SetCookieHeader<'_>>,
) -> Vec<Diagnostic> {
    let reading = Reading::of(subject, &policy.facts());
    let browser = reading
        .routes
        .as_ref()
        .map(|routes| Browser::of(routes, headers));
    report(policy, &reading, browser.as_ref())
}

fn report(
    policy: &Policy,
    reading: &Reading<'_>,
    browser: Option<&Browser<'_>>,
) -> Vec<Diagnostic> {
    let mut report = Report::default();
    rules::check(&Context::new(policy, reading, browser), &mut report);
    let mut diagnostics = report.into_diagnostics();
    keep_certain_fixes(reading, &mut diagnostics);
    policy.apply(&mut diagnostics);
    diagnostics.sort_by(|a, b| a.order().cmp(&b.order()));
    diagnostics
}

/// Takes the fixes off diagnostics of entries in which nginx decodes something:
/// what the readers after it see is then not what the words say.
fn keep_certain_fixes(reading: &Reading<'_>, diagnostics: &mut [Diagnostic]) {
    let unsure = reading.live().filter(|(entry, _)| !entry.is_plain());
    let unsure: HashSet<_> = unsure.map(|(entry, _)| entry.entry.number).collect();
    if unsure.is_empty() {
        return;
    }
    for diagnostic in diagnostics {
        let entry = diagnostic.entry.as_ref();
        let of_cookie = diagnostic.rule.is_about_the_cookie();
        if of_cookie && entry.is_some_and(|entry| unsure.contains(&entry.number)) {
            diagnostic.fix = None;
        }
    }
}
