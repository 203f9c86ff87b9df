//! `--upgrade-to`: what changes with an upgrade of the controller.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

use super::controller::note_newer;
use super::terminal::note;
use crate::lint::release::Release;
use crate::lint::{self, Diagnostic, Severity, Subject};
use crate::policy::Policies;
use crate::render::counted;

/// An upgrade of the controller, and how many Ingresses it changes.
pub(super) struct Upgrade<'p> {
    to: Release,
    policies: &'p Policies,
    lost: AtomicUsize,
    changed: AtomicUsize,
    same: AtomicUsize,
    /// Whether no release was named for some Ingress.
    assumed: AtomicBool,
}

impl<'p> Upgrade<'p> {
    pub(super) fn to(to: Release, policies: &'p Policies) -> Self {
        note_newer(to);
        Self {
            to,
            policies,
            lost: AtomicUsize::default(),
            changed: AtomicUsize::default(),
            same: AtomicUsize::default(),
            assumed: AtomicBool::default(),
        }
    }

    /// What changes for an Ingress.
    pub(super) fn check(&self, subject: &Subject<'_>) -> Vec<Diagnostic> {
        let policy = &self
            .policies
            .for_namespace(subject.namespace.as_deref())
            .lint;
        let from = policy.controller.version.unwrap_or_else(|| {
            self.assumed.store(true, Relaxed);
            self.to.predecessor()
        });
        let diagnostics = lint::upgrade::check(subject, policy, from, self.to);
        let worst = diagnostics
            .iter()
            .map(|diagnostic| diagnostic.severity)
            .max();
        let counter = match worst {
            Some(Severity::Error) => &self.lost,
            Some(_) => &self.changed,
            None => &self.same,
        };
        counter.fetch_add(1, Relaxed);
        diagnostics
    }

    /// How many Ingresses the upgrade changes, on standard error.
    pub(super) fn summarize(&self) {
        if self.assumed.load(Relaxed) {
            note(format_args!(
                "note: compared with {}; name the release that runs today with --controller-version",
                self.to.predecessor()
            ));
        }
        let [lost, changed, same] =
            [&self.lost, &self.changed, &self.same].map(|count| count.load(Relaxed));
        let total = counted(lost + changed + same, "Ingress", "Ingresses");
        let to = self.to;
        note(format_args!(
            "Upgrade to {to}: of {total}, {lost} lose something, {changed} change otherwise, \
             {same} stay the same."
        ));
    }
}
