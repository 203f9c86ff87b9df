//! `stickler policy`: look at a policy file; and how other commands read one.

use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::output::FailOn;
use super::{Failure, terminal};
use crate::lint::Severity;
use crate::policy::{self, ControllerOverride, FILE_NAME, Fault, Faults, Policies, PolicyHandle};
use crate::render::counted;

/// Check a policy file, or show what is in force in a namespace
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler policy check stickler.yaml
      unknown keys, contradictions, dead exemptions
  stickler policy show --namespace team-a
      what is in force there, and where each line comes from
  stickler policy schema > policy.schema.json
      the JSON schema, for editors")]
pub(super) struct Policy {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(Check),
    Show(Show),
    /// Print the JSON schema of policy files
    Schema,
}

/// Report all errors of a policy file
#[derive(Debug, Args)]
#[command(after_help = "Exit codes:
  0  the file can be used
  1  it has warnings, with --fail-on warning or note
  2  usage, or the file cannot be used")]
struct Check {
    /// The policy file [default: stickler.yaml here or in a folder above]
    #[arg(env = "STICKLER_POLICY")]
    file: Option<PathBuf>,

    /// What makes the exit code 1
    #[arg(long, value_enum, value_name = "SEVERITY", default_value = "error")]
    fail_on: FailOn,
}

/// Show what is in force in a namespace, and where each line comes from
///
/// What is printed is a policy file of its own, with comments.
#[derive(Debug, Args)]
struct Show {
    /// The namespace; without one, what is set for all
    #[arg(long, short, value_name = "NAMESPACE")]
    namespace: Option<String>,

    /// The policy file [default: stickler.yaml here or in a folder above]
    #[arg(long, value_name = "FILE", env = "STICKLER_POLICY")]
    policy: Option<PathBuf>,
}

impl Policy {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            Command::Check(check) => check.run(),
            Command::Show(show) => show.run(),
            Command::Schema => print(format_args!("{:#}\n", policy::schema())),
        }
    }
}

impl Check {
    fn run(self) -> Result<ExitCode, Failure> {
        let file = match self.file {
            Some(file) => file,
            None => find().ok_or_else(|| Failure::new(FILE_NAME, NOT_FOUND))?,
        };
        let (faults, usable) = match Policies::load(&file, Timestamp::now()) {
            Ok((_, warnings)) => (warnings, true),
            Err(faults) => (faults, false),
        };
        if !faults.list.is_empty() {
            print(format_args!("{faults}\n"))?;
        }
        terminal::note(summary(&faults));
        let counts = |fault: &Fault| {
            self.fail_on
                .severity()
                .is_some_and(|it| fault.severity >= it)
        };
        Ok(if !usable {
            ExitCode::from(2)
        } else if faults.list.iter().any(counts) {
            ExitCode::from(1)
        } else {
            ExitCode::SUCCESS
        })
    }
}

impl Show {
    fn run(self) -> Result<ExitCode, Failure> {
        let policies = load_or_find(self.policy.as_deref())?;
        let namespace = self.namespace.as_deref();
        print(policies.show(namespace, Timestamp::now()))
    }
}

const NOT_FOUND: &str = "neither here nor in a folder above; name a file";

fn find() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let found = policy::find_above(&here)?;
    // As short as people would write it.
    let name = found.strip_prefix(&here).map(Path::to_owned);
    Some(name.unwrap_or(found))
}

fn summary(faults: &Faults) -> String {
    let errors = counted(faults.count(Severity::Error), "error", "errors");
    let warnings = counted(faults.count(Severity::Warning), "warning", "warnings");
    let verdict = if faults.refuse() {
        "this policy cannot be used"
    } else {
        "this policy can be used"
    };
    format!("{}: {errors}, {warnings}: {verdict}", faults.file)
}

/// The policy of the file that is named, or that of none.
pub(super) fn load_or_default(file: Option<&Path>) -> Result<Policies, Failure> {
    match file {
        Some(file) => load(file),
        None => Ok(Policies::default()),
    }
}

/// The policy of the file that is named, or of the `stickler.yaml` here or in
/// a folder above, or that of none.
pub(super) fn load_or_find(file: Option<&Path>) -> Result<Policies, Failure> {
    load_or_find_and_report(file, false)
}

/// As [`load_or_find`]; reports which file it is, where one is asked to say more.
pub(super) fn load_or_find_and_report(
    file: Option<&Path>,
    verbose: bool,
) -> Result<Policies, Failure> {
    let file = file.map(Path::to_owned).or_else(find);
    if verbose {
        terminal::note(match &file {
            Some(file) => format!("note: checked with the policy {}", file.display()),
            None => format!("note: checked without a policy: no {FILE_NAME} here or above"),
        });
    }
    load_or_default(file.as_deref())
}

fn load(file: &Path) -> Result<Policies, Failure> {
    let loaded = Policies::load(file, Timestamp::now());
    let (policies, warnings) = loaded.map_err(|faults| unusable(&faults))?;
    if !warnings.list.is_empty() {
        terminal::note(&warnings);
    }
    Ok(policies)
}

/// The policy of a server: of the file that is named, to be read again when it
/// changes, or that of none.
pub(super) fn open(
    file: Option<&Path>,
    controller: ControllerOverride,
) -> Result<PolicyHandle, Failure> {
    let Some(file) = file else {
        let policies = Policies::default().with_controller(controller);
        return Ok(PolicyHandle::fixed(policies));
    };
    let opened = PolicyHandle::open_with(file, controller, Timestamp::now());
    let (live, warnings) = opened.map_err(|faults| unusable(&faults))?;
    for warning in &warnings.list {
        tracing::warn!(file = warnings.file, "the policy: {warning}");
    }
    Ok(live)
}

/// The failure of a command that was to work under a policy.
pub(super) fn unusable(faults: &Faults) -> Failure {
    let errors = counted(faults.count(Severity::Error), "error", "errors");
    Failure::new(
        "the policy cannot be used",
        format_args!("{errors}\n{faults}"),
    )
}

fn print(text: impl Display) -> Result<ExitCode, Failure> {
    terminal::print(text)?;
    Ok(ExitCode::SUCCESS)
}
