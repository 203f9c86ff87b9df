//! `stickler policy`: one file a subcommand.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Failure;

mod vap;

/// What the operator allows
#[derive(Debug, Args)]
pub(super) struct Policy {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Vap(vap::Vap),
}

impl Policy {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            Command::Vap(vap) => vap.run(),
        }
    }
}
