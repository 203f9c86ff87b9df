//! What check and fix share: which manifests are read, and by which policy.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Args;

use super::controller::ControllerArgs;
use crate::lint::read::keys;
use crate::lint::{Diagnostic, Subject};
use crate::manifest::Options;
use crate::policy::Policies;
use crate::render::{Summary, counted};

/// The manifests and the policy.
#[derive(Debug, Args)]
pub(super) struct Input {
    /// Files, folders, globs, or - for standard input
    #[arg(value_name = "PATH|-", default_value = ".")]
    pub(super) paths: Vec<OsString>,

    /// The operator's policy [default: stickler.yaml here or in a folder above]
    #[arg(long, value_name = "FILE", env = "STICKLER_POLICY")]
    pub(super) policy: Option<PathBuf>,

    #[command(flatten)]
    pub(super) controller: ControllerArgs,

    /// Exit with 0 instead of 3 where there is nothing to check, as hooks want it
    #[arg(long)]
    pub(super) allow_empty: bool,

    /// Report what is not a manifest as an error, too
    #[arg(long)]
    strict: bool,

    /// Read the YAML blocks of Markdown files in folders, too
    #[arg(long)]
    markdown: bool,

    /// The name of standard input in reports
    #[arg(long, value_name = "FILE")]
    stdin_filename: Option<String>,
}

impl Input {
    pub(super) fn options(&self) -> Options<'_> {
        Options {
            strict: self.strict,
            markdown: self.markdown,
            stdin_name: self.stdin_filename.as_deref(),
        }
    }
}

/// `; 1 input could not be read or written`, where there is one.
pub(super) fn unread(inputs: usize) -> String {
    match inputs {
        0 => String::new(),
        some => format!(
            "; {} could not be read or written",
            counted(some, "input", "inputs")
        ),
    }
}

/// What `check` finds in an Ingress of a manifest.
///
/// An Ingress without a class is checked as one of the policy's class: the API
/// server fills in the default class before the webhook is called.
pub(super) fn check(
    policies: &Policies,
    subject: &Subject<'_>,
    check: impl Fn(&Subject<'_>) -> Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let effective = policies.for_namespace(subject.namespace.as_deref());
    let classes = effective.lint.ingress_classes.as_deref();
    match classes.and_then(|classes| classes.first()) {
        Some(class) if keys::class(subject).is_none() => {
            let mut subject = subject.clone();
            subject.class_name = Some(class.as_str().into());
            check(&subject)
        }
        _ => check(subject),
    }
}

/// Ingresses of another class than those of the policy: they are another
/// controller's, and not checked.
#[derive(Debug, Default)]
pub(super) struct OtherClass {
    all: AtomicUsize,
    annotated: AtomicUsize,
}

impl OtherClass {
    /// Counts `subject`, where it is one. An Ingress without a class is not.
    pub(super) fn count(&self, policies: &Policies, subject: &Subject<'_>) {
        let effective = policies.for_namespace(subject.namespace.as_deref());
        let is_other = keys::class(subject).is_some() && !subject.value_alone;
        if is_other && effective.lint.manages(subject) == Some(false) {
            let annotated = usize::from(keys::is_present(subject));
            self.all.fetch_add(1, Ordering::Relaxed);
            self.annotated.fetch_add(annotated, Ordering::Relaxed);
        }
    }

    /// Reports them to the summary, which has them among those that were checked.
    pub(super) fn settle(self, summary: &mut Summary) {
        let (all, annotated) = (self.all.into_inner(), self.annotated.into_inner());
        summary.other_class = all;
        summary.counts.ingresses = summary.counts.ingresses.saturating_sub(all);
        summary.counts.annotated = summary.counts.annotated.saturating_sub(annotated);
    }
}
