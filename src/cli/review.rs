//! `stickler review`: the webhook without a network.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::controller::ControllerArgs;
use super::{Failure, policy, terminal};
use crate::admission::{self, RequestPolicy};

/// Answer an AdmissionReview offline, with the very bytes that serve would send
///
/// The exit code is 0 whatever the answer says; 2 if the input is not an
/// AdmissionReview.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler review review.json
  stickler review review.json --policy stickler.yaml
  stickler review < review.json | jq -r .response.status.message")]
pub(super) struct Review {
    /// A file with the JSON of an AdmissionReview; - reads standard input
    #[arg(default_value = "-")]
    file: PathBuf,

    /// The policy to apply [default: that of no file: enforce, nothing required]
    #[arg(long, value_name = "FILE", env = "STICKLER_POLICY")]
    policy: Option<PathBuf>,

    #[command(flatten)]
    controller: ControllerArgs,
}

impl Review {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let name = self.file.display();
        let policies = policy::load_or_default(self.policy.as_deref())?
            .with_controller(self.controller.resolve());
        let body = read(&self.file).map_err(|error| Failure::new(&name, error))?;
        let answer = admission::answer(&body, &RequestPolicy::now(policies.into()));
        let answer = answer.map_err(|error| Failure::new(&name, error))?;
        let mut out = terminal::stdout();
        let written = out.write_all(&answer.body).and_then(|()| out.flush());
        written.map_err(|error| Failure::new("standard output", error))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    if file != Path::new("-") {
        return std::fs::read(file);
    }
    let mut body = Vec::new();
    std::io::stdin().lock().read_to_end(&mut body)?;
    Ok(body)
}
