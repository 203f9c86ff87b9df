//! The pure middle: a [`Subject`] in, [`Diagnostic`]s out.
//!
//! Nothing here reads a file, opens a socket, knows a clock or names
//! Kubernetes' client. [`check`] is the one door:
//!
//! ```text
//! subject ──▶ read (controller → nginx → browser) ──▶ Reading ──▶ rules ──▶ diagnostics
//! ```

mod by_release;
pub(crate) mod bytes;
pub mod consequence;
pub mod diagnostic;
mod edit;
pub mod field;
mod fixes;
pub mod meter;
pub mod migrate;
pub mod policy;
pub mod read;
pub mod release;
pub mod rules;
pub mod span;
pub mod subject;
#[cfg(test)]
mod tests;
pub mod text;
pub mod upgrade;

pub use consequence::{Consequence, Severity};
pub use diagnostic::{Diagnostic, Edit, EntryName, Fix, Place, Replacement};
pub use field::{FieldPath, Step};
pub use fixes::Weight;
pub use policy::Policy;
pub use read::Reading;
pub use rules::{CATALOGUE, Rule};
pub use span::Span;
pub use subject::Subject;

use by_release::ByRelease;
use fixes::Weights;
use read::browser::{Browser, SetCookieHeader};
use release::{Fact, Release, Releases};
use rules::{Context, Report};

/// Everything that the readers make of `subject` and that a rule reports, in
/// the order of its fields and of the value's text.
///
/// Where the policy names no release of the controller, those in use are
/// modelled: what only some of them do is a warning that names them.
///
/// An Ingress whose class the operator does not assign to the controller is not
/// checked; one without a sticky-cookie key is checked only for keys that
/// resemble one.
///
/// ```
/// use stickler::lint::{Policy, Rule, Subject, check, subject::Annotation};
///
/// let key = "nginx.org/sticky-cookie-services".into();
/// let value = "serviceName=tea-svc srv_id expire=1h path=/tea".into();
/// let annotations = vec![Annotation { key, value }];
/// let subject = Subject { value_alone: true, annotations, ..Subject::default() };
/// let diagnostics = check(&subject, &Policy::default());
/// assert_eq!(diagnostics[0].rule, Rule::UnknownParameter);
/// ```
#[must_use]
pub fn check(subject: &Subject<'_>, policy: &Policy) -> Vec<Diagnostic> {
    check_by(subject, policy, by_release::concerned(subject, policy))
}

/// As [`check`], where one release of the controller reads the Ingress,
/// whichever one the policy names.
#[must_use]
pub fn check_release(subject: &Subject<'_>, policy: &Policy, release: Release) -> Vec<Diagnostic> {
    check_by(subject, policy, Releases::of(release))
}

/// Asks each group of `releases` that read `subject` differently, merges what
/// they report, and offers the fixes that make it worse for none of them.
fn check_by(subject: &Subject<'_>, policy: &Policy, releases: Releases) -> Vec<Diagnostic> {
    let mut reports = found_by(subject, policy, releases);
    let before = Weights::of(&reports);
    for (group, diagnostics) in &mut reports {
        if diagnostics.iter().any(|it| it.fix.is_some()) {
            let reading = Reading::of(subject, &policy.facts(group.newest()));
            fixes::drop_doubtful(&reading, diagnostics);
        }
    }
    let mut merged = by_release::merge(reports);
    fixes::settle(subject, before, &mut merged, &|fixed| {
        Weights::of(&found_by(fixed, policy, releases))
    });
    merged
        .into_iter()
        .map(|(_, diagnostic)| diagnostic)
        .collect()
}

/// As [`check`], without fixes: each fix that is offered costs a
/// check of the value that it makes.
#[must_use]
pub fn check_without_fixes(subject: &Subject<'_>, policy: &Policy) -> Vec<Diagnostic> {
    let releases = by_release::concerned(subject, policy);
    let merged = by_release::merge(found_by(subject, policy, releases)).into_iter();
    let without = merged.map(|(_, mut diagnostic)| {
        diagnostic.fix = None;
        diagnostic
    });
    without.collect()
}

/// One release for each group of the selected ones that read `subject` differently.
pub(crate) fn releases(subject: &Subject<'_>, policy: &Policy) -> Vec<Release> {
    let groups = by_release::groups(subject, by_release::concerned(subject, policy));
    groups.into_iter().map(Releases::newest).collect()
}

/// What is found for each group of `releases` that read `subject` differently,
/// the oldest first.
fn found_by(subject: &Subject<'_>, policy: &Policy, releases: Releases) -> Vec<ByRelease> {
    let groups = by_release::groups(subject, releases).into_iter();
    let reports = groups.map(|group| (group, found(subject, policy, group.newest())));
    reports.collect()
}

/// What a release finds in `subject`, with what rules propose.
fn found(subject: &Subject<'_>, policy: &Policy, release: Release) -> Vec<Diagnostic> {
    if policy.manages(subject) == Some(false) {
        return Vec::new();
    }
    let reading = Reading::of(subject, &policy.facts(release));
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
    let release = by_release::concerned(subject, policy).newest();
    let reading = Reading::of(subject, &policy.facts(release));
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
    rules::reject_strictly(reading, &mut diagnostics);
    if policy.controller.config_safety && reading.facts.is(Fact::ConfigSafety) {
        confine(&mut diagnostics);
    }
    policy.apply(&mut diagnostics);
    diagnostics.sort_by(|a, b| a.order().cmp(&b.order()));
    diagnostics
}

/// With `-enable-config-safety` the controller tries a configuration before it
/// counts: what nginx refuses harms only the Ingress that it comes from.
fn confine(diagnostics: &mut [Diagnostic]) {
    let refused = Some(Consequence::BreaksReload);
    for diagnostic in diagnostics
        .iter_mut()
        .filter(|it| it.consequence == refused)
    {
        diagnostic.consequence = Some(Consequence::NotApplied);
    }
}
