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
mod fixes;
pub mod migrate;
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
pub use fixes::Weight;
pub use policy::Policy;
pub use read::Reading;
pub use rules::{CATALOGUE, Rule};
pub use span::Span;
pub use subject::Subject;

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
    let mut diagnostics = report(policy, &reading, browser.as_ref());
    fixes::settle(&reading, &mut diagnostics, &|fixed| found(fixed, policy));
    diagnostics
}

/// What is found in `subject`, whatever becomes of the fixes.
fn found(subject: &Subject<'_>, policy: &Policy) -> Vec<Diagnostic> {
    let reading = Reading::of(subject, &policy.facts());
    let headers = reading.headers();
    report(policy, &reading, reading.browser(&headers).as_ref())
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
    policy.apply(&mut diagnostics);
    diagnostics.sort_by(|a, b| a.order().cmp(&b.order()));
    diagnostics
}
