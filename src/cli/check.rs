//! `stickler check`: manifests in, reports and an exit code out.

use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Args;
use jiff::Timestamp;

use super::controller::release;
use super::input::{self, Input, OtherClass};
use super::migrate::is_unreported;
use super::output::{Output, Reports};
use super::policy::load_or_find_and_report;
use super::progress::Progress;
use super::upgrade::Upgrade;
use super::{Failure, terminal};
use crate::lint::Subject;
use crate::lint::release::Release;
use crate::manifest::{self, Report};

/// Check manifests: YAML and JSON files, folders, globs, standard input
///
/// Files may contain several documents, Lists, and the output of Helm and Kustomize.
/// In folders, hidden files and the files that .gitignore or .sticklerignore
/// names are skipped.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler check deploy/
      every manifest below a folder
  helm template ./chart | stickler check -
      what a chart renders
  kubectl get ingress -A -o yaml | stickler check - --format concise
      the Ingresses of a cluster, one line per finding
  stickler check deploy/ --policy deploy/policies/strict.yaml
      what the webhook reports with that policy
  stickler check deploy/ --controller-version 5.5 --upgrade-to 5.6
      what an upgrade of the controller takes away
  stickler check . --output sarif=found.sarif --output junit=found.xml
      for people on the terminal, for machines in files

Exit codes:
  0  nothing at or above --fail-on
  1  findings
  2  usage, or input that cannot be read; everything else was checked
  3  nothing to check: no Ingress in all of the input

'stickler explain RULE' describes a finding; 'stickler fix' applies safe
fixes.")]
pub(super) struct Check {
    #[command(flatten)]
    input: Input,

    /// Report only what changes with an upgrade of the controller to this release
    #[arg(long, value_name = "VERSION", value_parser = release)]
    upgrade_to: Option<Release>,

    #[command(flatten)]
    output: Output,
}

impl Check {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let policies = load_or_find_and_report(self.input.policy.as_deref(), self.output.verbose)?;
        let policies = policies.with_controller(self.input.controller.resolve());
        let upgrade = self.upgrade_to.map(|to| Upgrade::to(to, &policies));
        let now = Timestamp::now();
        let affinity = AtomicUsize::new(0);
        let other_class = OtherClass::default();
        let check_subject = |subject: &Subject<'_>| {
            other_class.count(&policies, subject);
            let unreported = is_unreported(subject, &policies);
            affinity.fetch_add(usize::from(unreported), Ordering::Relaxed);
            input::check(&policies, subject, |subject| match &upgrade {
                Some(upgrade) => upgrade.check(subject),
                None => policies.check(subject, now),
            })
        };
        let mut reports = self.output.open()?;
        let mut progress = Progress::new();
        let mut written = Ok(());
        let options = self.input.options();
        manifest::check_paths(&self.input.paths, options, &check_subject, &mut |report| {
            let verbose = self.output.verbose;
            if verbose || !report.findings.is_empty() || !report.errors.is_empty() {
                progress.clear();
            }
            written = report_one(report, &mut reports, verbose);
            progress.one_more();
            match written {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        });
        progress.clear();
        other_class.settle(reports.summary());
        reports.summary().affinity = affinity.load(Ordering::Relaxed);
        let finished = written.and_then(|()| reports.finish());
        upgrade.iter().for_each(Upgrade::summarize);
        let verdict = finished.map_err(terminal::unwritten)?;
        Ok(verdict.exit_code(self.input.allow_empty))
    }
}

/// Writes the report of one file.
fn report_one(report: Report, reports: &mut Reports<'_>, verbose: bool) -> io::Result<()> {
    let text = report.text.as_deref().unwrap_or_default();
    let counts = &mut reports.summary().counts;
    *counts += report.counts;
    counts.skipped += report.counts.templates;
    for error in report.errors {
        reports.failure(&error, text)?;
    }
    for finding in &report.findings {
        reports.finding(finding, text)?;
    }
    for finding in &report.silenced {
        reports.suppressed(finding, text)?;
    }
    if verbose && !report.skipped.is_empty() {
        reports.catch_up()?;
        let mut err = terminal::stderr();
        for skipped in report.skipped {
            let at = &skipped.location;
            let file = terminal::file_name(&at.file);
            let reason = terminal::safe(&skipped.reason.to_string());
            writeln!(err, "{file}:{}: skipped: {reason}", at.line)?;
        }
    }
    Ok(())
}
