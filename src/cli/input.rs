//! What check and fix share: which manifests are read, and by which policy.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use super::controller::ControllerArgs;
use crate::lint::read::keys;
use crate::lint::{Diagnostic, Subject};
use crate::manifest::Options;
use crate::policy::Policies;

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
