//! `stickler probe`: does a running webhook find a mistake?

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use hyper::Uri;

use super::{Failure, terminal};
use crate::probe::{Outcome, probe};

/// As long as an API server waits at most.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Send a running webhook a bad Ingress, and expect a denial
///
/// Nothing is created, and no cluster is asked.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler probe --ca ca.crt https://localhost:8443/validate
  stickler probe --ca /ca/ca.crt https://stickler.stickler.svc/validate

Exit codes:
  0  the mistake is found, whether the policy's mode denies it or not
  1  the mistake is not found
  2  usage, or there is no answer")]
pub(super) struct Probe {
    /// The certificate of the CA to trust, in PEM
    #[arg(long, value_name = "FILE")]
    ca: PathBuf,

    /// Where the webhook is
    #[arg(value_name = "URL")]
    address: Uri,
}

impl Probe {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let authority = std::fs::read(&self.ca);
        let authority = authority.map_err(|error| Failure::new(self.ca.display(), error))?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::new("starting a thread", error))?;
        let outcome = runtime.block_on(probe(&self.address, &authority, TIMEOUT));
        let outcome = outcome.map_err(|error| Failure::new(&self.address, error))?;
        let (text, code) = match outcome {
            Outcome::Denied(message) => (format!("denied: {message}"), ExitCode::SUCCESS),
            Outcome::Tolerated => (
                "found, and let through: the policy's mode is not 'enforce'".to_owned(),
                ExitCode::SUCCESS,
            ),
            Outcome::Missed => (
                "let through without a word: is the namespace 'default' exempt?".to_owned(),
                ExitCode::FAILURE,
            ),
        };
        terminal::print(format_args!("{text}\n"))?;
        Ok(code)
    }
}
