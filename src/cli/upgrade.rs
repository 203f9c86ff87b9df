//! `--upgrade-to`: what changes with an upgrade of the controller.

use std::cell::Cell;

use super::controller::{note, note_newer};
use crate::lint::release::Release;
use crate::lint::{self, Diagnostic, Severity, Subject};
use crate::policy::Policies;
use crate::render::counted;

/// An upgrade of the controller, and how many Ingresses it changes.
pub(super) struct Upgrade<'p> {
    to: Release,
    policies: &'p Policies,
    lost: Cell<usize>,
    changed: Cell<usize>,
    same: Cell<usize>,
    /// Whether no release was named for some Ingress.
    assumed: Cell<bool>,
}

impl<'p> Upgrade<'p> {
    pub(super) fn to(to: Release, policies: &'p Policies) -> Self {
        note_newer(to);
        Self {
            to,
            policies,
            lost: Cell::default(),
            changed: Cell::default(),
            same: Cell::default(),
            assumed: Cell::default(),
        }
    }

    /// What changes for an Ingress.
    pub(super) fn check(&self, subject: &Subject<'_>) -> Vec<Diagnostic> {
        let policy = &self
            .policies
            .for_namespace(subject.namespace.as_deref())
            .lint;
        let from = policy.controller.version.unwrap_or_else(|| {
            self.assumed.set(true);
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
        counter.set(counter.get() + 1);
        diagnostics
    }

    /// How many Ingresses the upgrade changes, on standard error.
    pub(super) fn summarize(&self) {
        if self.assumed.get() {
            note(format_args!(
                "note: compared with {}; name the release that runs today with --controller-version",
                self.to.predecessor()
            ));
        }
        let total = self.lost.get() + self.changed.get() + self.same.get();
        note(format_args!(
            "Upgrade to {}: {} of {} lost by it, {} otherwise changed, {} the same.",
            self.to,
            self.lost.get(),
            counted(total, "Ingress", "Ingresses"),
            self.changed.get(),
            self.same.get(),
        ));
    }
}
