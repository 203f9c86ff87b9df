//! The command line: one file a subcommand.
//!
//! To add one: a file in `cli/` with a struct of its arguments and a
//! `run(self) -> Result<ExitCode, Failure>`, and a variant of `Command`.

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod audit;
mod certs;
mod check;
mod controller;
mod diff;
mod duration;
mod explain;
mod fix;
mod generate;
mod input;
mod migrate;
mod output;
mod parse;
mod policy;
mod probe;
mod progress;
mod review;
mod serve;
mod terminal;
mod upgrade;
mod version;

/// Checks the sticky-cookie annotation of NGINX Ingress Controller before the
/// controller reads it.
#[derive(Debug, Parser)]
#[command(
    name = "stickler",
    version,
    long_version = version::LONG,
    propagate_version = true,
    max_term_width = 100
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(Box<serve::Serve>),
    Check(Box<check::Check>),
    Audit(Box<audit::Audit>),
    Parse(parse::Parse),
    Explain(explain::Explain),
    Fix(fix::Fix),
    Migrate(Box<migrate::Migrate>),
    Review(review::Review),
    Policy(policy::Policy),
    Certs(certs::Certs),
    Probe(probe::Probe),
    Completions(generate::Completions),
    Man(generate::Man),
}

/// Why a command could not do its work: one line, and the exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    line: String,
    code: u8,
}

impl Failure {
    /// What was being done, and what went wrong.
    pub(crate) fn new(doing: impl Display, error: impl Display) -> Self {
        Self {
            line: format!("{doing}: {error}"),
            code: 2,
        }
    }

    /// The same with another exit code than 2.
    pub(crate) fn with_code(self, code: u8) -> Self {
        Self { code, ..self }
    }
}

/// Parses the arguments and runs the command; the exit code is the result.
#[must_use]
pub fn run() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(serve) => serve.run(),
        Command::Check(check) => check.run(),
        Command::Audit(audit) => audit.run(),
        Command::Parse(parse) => parse.run(),
        Command::Explain(explain) => explain.run(),
        Command::Fix(fix) => fix.run(),
        Command::Migrate(migrate) => migrate.run(),
        Command::Review(review) => review.run(),
        Command::Policy(policy) => policy.run(),
        Command::Certs(certs) => certs.run(),
        Command::Probe(probe) => probe.run(),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
    };
    outcome.unwrap_or_else(|Failure { line, code }| {
        // Where standard error is closed the message is lost.
        let line = terminal::for_stderr(&format!("stickler: {line}"));
        let _ = writeln!(std::io::stderr(), "{line}");
        ExitCode::from(code)
    })
}
