//! `stickler parse`: what each reader makes of a value.

mod argument;
mod browser;
mod view;

use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;

use super::Failure;
use super::controller::ControllerArgs;
use super::terminal::{self, Colour};
use crate::lint::{self, Severity};
use crate::manifest;
use crate::policy::Policies;
use crate::render::{Format, Style};

use argument::{Argument, Route};
use view::{Document, Reading};

/// Show what the controller, nginx and a browser make of a value
///
/// The controller splits it into entries, nginx reads each entry's words and
/// emits a Set-Cookie header, a browser stores the cookie and sends it back, and
/// what is wrong is drawn under the value. Which hosts and paths a browser sends
/// it to depends on the Ingress: give the whole Ingress, or describe it with
/// --host, --path and --tls.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler parse 'serviceName=tea-svc srv_id expires=1h path=/tea'
      entries, words, header, cookie
  stickler parse 'serviceName=tea-svc srv_id secure path=/t' \\
    --host cafe.example.com --path /tea --tls
      the hosts and paths that the cookie is sent to, too
  kubectl get ingress cafe -o yaml | stickler parse -
      those of a live Ingress
  stickler parse --json 'serviceName=tea-svc srv_id'
      for machines

Exit codes:
  0  no error among the findings
  1  an error among the findings
  2  usage, or YAML that cannot be read
  3  YAML without the annotation")]
pub(super) struct Parse {
    /// The annotation's value, YAML that holds it (one line, or the whole Ingress), or - for standard input
    #[arg(value_name = "VALUE|-")]
    value: String,

    #[command(flatten)]
    route: Route,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    controller: ControllerArgs,

    #[command(flatten)]
    colour: Colour,
}

impl Parse {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let policy = Policies::default()
            .with_controller(self.controller.resolve())
            .for_namespace(None)
            .lint
            .clone();
        let given = Argument::read(&self.value)?;
        let now = Timestamp::now();
        let mut readings = Vec::new();
        given.subjects(
            &self.route,
            policy.controller.version,
            &mut |subject, object| {
                readings.extend(Reading::all(subject, object, &policy, now));
            },
        )?;
        let report = given.check(&self.route, &policy);
        if readings.is_empty() && report.errors.is_empty() {
            let error = "it holds no sticky-cookie annotation with a value";
            return Err(Failure::new("the YAML", error).with_code(3));
        }
        if self.json {
            terminal::print(&Document::new(&readings, &report).to_json()?)?;
        } else {
            let text: String = readings.iter().map(Reading::to_text).collect();
            terminal::print(&text)?;
            self.draw(&report, &given)?;
        }
        let is_error = |severity: Severity| severity == lint::Severity::Error;
        let mut severities = report.findings.iter().map(|it| it.diagnostic.severity);
        Ok(ExitCode::from(match () {
            () if !report.errors.is_empty() => 2,
            () => u8::from(severities.any(is_error)),
        }))
    }

    fn draw(&self, report: &manifest::Report, given: &Argument) -> Result<(), Failure> {
        let style = Style {
            colour: self.colour.on_stdout(),
            width: terminal::width(),
            wraps: terminal::shown(),
            summary: false,
            ..Style::default()
        };
        let text = given.text();
        let mut out = Format::Full.open(Box::new(terminal::stdout()), style);
        let mut draw = || {
            let mut errors = report.errors.iter();
            errors.try_for_each(|error| out.failure(error, text))?;
            let mut findings = report.findings.iter();
            findings.try_for_each(|finding| out.finding(finding, text))
        };
        draw().map_err(terminal::unwritten)?;
        if report.findings.is_empty() && report.errors.is_empty() {
            let knows_routes = !given.is_value() || self.route.is_given();
            terminal::print(if knows_routes {
                "Nothing found.\n"
            } else {
                "Nothing found. With --host, --path and --tls, or the whole Ingress, what hosts and paths decide is checked, too.\n"
            })?;
        }
        Ok(())
    }
}
