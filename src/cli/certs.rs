//! `stickler certs`: generates and inspects certificates.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Failure;

mod generate;
mod inspect;

/// Generate or inspect certificates of the webhook
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler certs generate certs/out
      a CA and a certificate of it for localhost and the Service
  stickler certs inspect certs/out/*
      what they are, how long they last, and whether they belong together")]
pub(super) struct Certs {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Generate(generate::Generate),
    Inspect(inspect::Inspect),
}

impl Certs {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            Command::Generate(generate) => generate.run(),
            Command::Inspect(inspect) => inspect.run(),
        }
    }
}
