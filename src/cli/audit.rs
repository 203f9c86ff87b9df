//! `stickler audit`: a cluster in, reports and an exit code out.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;

use super::controller::{ControllerArgs, release};
use super::input::OtherClass;
use super::output::{Output, Reports};
use super::policy::load_or_find_and_report;
use super::upgrade::Upgrade;
use super::{Failure, terminal};
use crate::audit::{Audited, Cluster, Error};
use crate::lint::Subject;
use crate::lint::release::Release;
use crate::policy::Policies;
use crate::render::{Format, Scope};

mod migration;

/// Check the Ingresses of a live cluster
///
/// Nothing is changed, and nothing but Ingresses is read: the kubeconfig's
/// user, or the pod's ServiceAccount, needs to list them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler audit -A
      every Ingress of the current context's cluster
  stickler audit -n shop --context staging
      those of one namespace of another cluster
  stickler audit -A --format concise --policy stickler.yaml
      a line a finding, checked as the webhook would under that policy
  stickler audit -A --controller-version 5.5 --upgrade-to 5.6
      what an upgrade of the controller takes away
  stickler audit -A --migrate
      a table of what there is to migrate from ingress-nginx

Exit codes:
  0  nothing at or above --fail-on
  1  findings
  2  usage
  3  nothing to check: there is no Ingress
  4  the cluster cannot be reached, or refuses
With --migrate:
  0  all Ingresses are exact or differs
  1  an Ingress is partial, was-broken or blocked
  3  nothing to migrate")]
pub(super) struct Audit {
    /// The namespace [default: that of the context]
    #[arg(
        long,
        short,
        value_name = "NAMESPACE",
        conflicts_with = "all_namespaces"
    )]
    namespace: Option<String>,

    /// All namespaces
    #[arg(long, short = 'A')]
    all_namespaces: bool,

    /// The kubeconfig's context [default: the current one, or the cluster around the pod]
    #[arg(long, value_name = "NAME")]
    context: Option<String>,

    /// The operator's policy [default: stickler.yaml here or in a folder above]
    #[arg(long, value_name = "FILE", env = "STICKLER_POLICY")]
    policy: Option<PathBuf>,

    /// Print what there is to migrate from ingress-nginx, as a table or with
    /// --format json or jsonl, and check nothing
    #[arg(long, conflicts_with_all = ["upgrade_to", "destinations", "fail_on", "statistics"])]
    migrate: bool,

    #[command(flatten)]
    controller: ControllerArgs,

    /// Report only what changes with an upgrade of the controller to this release
    #[arg(long, value_name = "VERSION", value_parser = release)]
    upgrade_to: Option<Release>,

    #[command(flatten)]
    output: Output,
}

impl Audit {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let policies = load_or_find_and_report(self.policy.as_deref(), self.output.verbose)?;
        let policies = policies.with_controller(self.controller.resolve());
        if self.migrate {
            return self.migrations(&policies);
        }
        let upgrade = self.upgrade_to.map(|to| Upgrade::to(to, &policies));
        let now = Timestamp::now();
        let other_class = OtherClass::default();
        let check_subject = |subject: &Subject<'_>| {
            other_class.count(&policies, subject);
            match &upgrade {
                Some(upgrade) => upgrade.check(subject),
                None => policies.check(subject, now),
            }
        };
        let runtime = runtime()?;
        let mut reports = self.output.open()?;
        reports.summary().scope = Scope::Cluster;
        let read = runtime.block_on(async {
            let (cluster, own) = Cluster::connect(self.context.as_deref()).await?;
            let namespace = self.namespace.as_deref().unwrap_or(&own);
            let namespace = (!self.all_namespaces).then_some(namespace);
            let mut sink = |audited| report_one(audited, &mut reports);
            cluster.audit(namespace, &check_subject, &mut sink).await
        });
        let written = match read {
            Ok(written) => written,
            // Without a summary: it would be of a part of the cluster.
            Err(error) => return Err(unanswered(&error)),
        };
        other_class.settle(reports.summary());
        let finished = written.and_then(|()| reports.finish());
        upgrade.iter().for_each(Upgrade::summarize);
        Ok(finished.map_err(terminal::unwritten)?.exit_code(false))
    }

    /// The table of what there is to migrate.
    fn migrations(&self, policies: &Policies) -> Result<ExitCode, Failure> {
        let format = self.output.format()?;
        if !matches!(format, Format::Full | Format::Json | Format::Jsonl) {
            let problem = "--migrate has the formats full, json and jsonl";
            return Err(Failure::new("--format", problem));
        }
        let table = migration::Table::default();
        let add = |subject: &Subject<'_>| {
            table.add(subject, policies);
            Vec::new()
        };
        let read = runtime()?.block_on(async {
            let (cluster, own) = Cluster::connect(self.context.as_deref()).await?;
            let namespace = self.namespace.as_deref().unwrap_or(&own);
            let namespace = (!self.all_namespaces).then_some(namespace);
            let mut sink = |_| Ok::<_, std::convert::Infallible>(());
            cluster.audit(namespace, &add, &mut sink).await
        });
        match read {
            Ok(Ok(())) => table.print(format),
            Err(error) => Err(unanswered(&error)),
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let built = builder.enable_all().build();
    built.map_err(|error| Failure::new("starting", error))
}

fn report_one(audited: Audited, reports: &mut Reports<'_>) -> io::Result<()> {
    let summary = reports.summary();
    summary.counts.ingresses += 1;
    summary.counts.annotated += usize::from(audited.annotated);
    for (finding, value) in audited.findings {
        reports.finding(&finding, &value)?;
    }
    Ok(())
}

fn unanswered(error: &Error) -> Failure {
    Failure::new("audit", error).with_code(4)
}
