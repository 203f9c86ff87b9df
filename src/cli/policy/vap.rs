//! `stickler policy vap`: the backstop.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::Failure;
use crate::vap::{Action, Backstop};

/// Print a ValidatingAdmissionPolicy and its binding: what CEL can say
///
/// The API server itself then refuses what is certainly wrong, without a
/// webhook: a part of what stickler finds, and nothing that it admits under
/// the default policy. For clusters without the webhook, and beside it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler policy vap | kubectl apply -f -
  stickler policy vap --action warn --name stickler-trial")]
pub(in crate::cli) struct Vap {
    /// Name of both objects
    #[arg(long, value_name = "NAME", default_value = "stickler-backstop")]
    name: String,

    /// What becomes of an Ingress that is certainly wrong
    #[arg(long, value_enum, value_name = "ACTION", default_value = "deny")]
    action: VapAction,

    /// A namespace whose Ingresses are left alone; repeatable
    #[arg(long, value_name = "NAMESPACE", default_value = "kube-system")]
    exclude: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum VapAction {
    /// It is refused
    Deny,
    /// It is admitted with a warning
    Warn,
    /// It is admitted and recorded in the API server's audit log
    Audit,
}

impl Vap {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let action = match self.action {
            VapAction::Deny => Action::Deny,
            VapAction::Warn => Action::Warn,
            VapAction::Audit => Action::Audit,
        };
        let backstop = Backstop {
            name: &self.name,
            action,
            exclude: &self.exclude,
        };
        let written = write!(std::io::stdout(), "{backstop}");
        written.map_err(|error| Failure::new("standard output", error))?;
        Ok(ExitCode::SUCCESS)
    }
}
