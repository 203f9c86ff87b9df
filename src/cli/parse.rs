//! `stickler parse`: what each reader makes of one value.

use std::borrow::Cow;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;

use super::Failure;
use super::controller::ControllerArgs;
use super::terminal::{self, Colour};
use crate::finding::{Finding, ObjectRef};
use crate::lint::read::controller::{self, Value};
use crate::lint::read::keys::{ORG_KEY, PATH_REGEX};
use crate::lint::release::value::Reader;
use crate::lint::subject::{Annotation, Backend, HostRule, PathRule, PathType, TlsBlock};
use crate::lint::{self, Diagnostic, Subject};
use crate::policy::{ControllerOverride, Policies};
use crate::render::{Format, Style};

mod view;

use view::View;

/// Show what each reader makes of a value: for support, and for learning
///
/// The controller splits it into entries, nginx reads each entry's words and
/// emits a Set-Cookie header, and what is wrong is drawn under the value. What
/// a browser does with the cookie depends on the Ingress: set --host, --path and
/// --tls.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler parse 'serviceName=tea-svc srv_id expires=1h path=/tea'
      entries, words, header
  stickler parse 'serviceName=tea-svc srv_id secure path=/t' \\
    --host cafe.example.com --path /tea --tls
      the browser too
  stickler parse --json 'serviceName=tea-svc srv_id'
      for machines

The exit code is 1 if there is an error among the findings, as that of
check.")]
pub(super) struct Parse {
    /// The annotation's value
    value: String,

    /// The host of the Ingress' rule
    #[arg(long)]
    host: Option<String>,

    /// The path that leads to the service; given several times, one an entry
    #[arg(long, value_name = "PATH")]
    path: Vec<String>,

    /// The host has TLS
    #[arg(long, requires = "host")]
    tls: bool,

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
        let controller = self.controller.resolve();
        let reader = controller.version.map_or(Reader::Quoted, Reader::of);
        let reading = controller::read(&self.value, reader);
        let findings = self.findings(&reading, controller);
        let view = View::of(&self.value, &reading, Timestamp::now());
        if self.json {
            terminal::print(&view.json(&findings)?)?;
        } else {
            terminal::print(&view.text())?;
            terminal::print(&by_release(&self.value))?;
            self.draw(&findings)?;
        }
        let fails = |finding: &Finding| finding.diagnostic.severity == lint::Severity::Error;
        Ok(ExitCode::from(u8::from(findings.iter().any(fails))))
    }

    /// What all readers have to say about the value. The Ingress around it is
    /// made up, so what they say about that is left out.
    fn findings(&self, reading: &Value, controller: ControllerOverride) -> Vec<Finding> {
        let subject = self.subject(reading);
        let ours = |found: &Diagnostic| found.place.field.annotation_key() == Some(ORG_KEY);
        let policies = Policies::default().with_controller(controller);
        lint::check(&subject, &policies.for_namespace(None).lint)
            .into_iter()
            .filter(ours)
            .map(|found| Finding::new(found, ObjectRef::default()))
            .collect()
    }

    /// An Ingress in which each entry's service is a backend. Without a path
    /// its paths are regular expressions, without a host it serves any: of
    /// neither does the browser's reader claim anything.
    fn subject<'s>(&'s self, reading: &Value) -> Subject<'s> {
        let annotation = |key: &'static str, value: &'s str| Annotation {
            key: Cow::Borrowed(key),
            value: Cow::Borrowed(value),
        };
        let mut annotations = vec![annotation(ORG_KEY, &self.value)];
        if self.path.is_empty() {
            annotations.push(annotation(PATH_REGEX, "case_sensitive"));
        }
        let host = self.host.as_deref().map(Cow::Borrowed);
        let with_tls = host.iter().filter(|_| self.tls).cloned();
        Subject {
            annotations,
            tls: vec![TlsBlock {
                hosts: with_tls.collect(),
                ..TlsBlock::default()
            }],
            rules: vec![HostRule {
                host,
                paths: Some(self.paths(reading)),
            }],
            ..Subject::default()
        }
    }

    fn paths<'s>(&'s self, reading: &Value) -> Vec<PathRule<'s>> {
        let entries = reading.entries.iter().enumerate();
        let path = |index: usize| self.path.get(index).or(self.path.last());
        entries
            .map(|(index, entry)| PathRule {
                path: Some(Cow::Borrowed(path(index).map_or("/", String::as_str))),
                path_type: PathType::Prefix,
                backend: Backend {
                    service: Some(Cow::Borrowed(entry.service.of(&self.value))),
                    ..Backend::default()
                },
            })
            .collect()
    }

    fn draw(&self, findings: &[Finding]) -> Result<(), Failure> {
        let style = Style {
            colour: self.colour.on_stdout(),
            width: terminal::width(),
            wraps: terminal::shown(),
            summary: false,
            ..Style::default()
        };
        let mut report = Format::Full.open(Box::new(std::io::stdout()), style);
        let mut drawn = findings.iter();
        terminal::tolerate(drawn.try_for_each(|finding| report.finding(finding, &self.value)))?;
        match findings {
            [] => terminal::print(self.all_is_well()),
            _ => Ok(()),
        }
    }

    /// What to say where there are no findings, and which reader had no say.
    fn all_is_well(&self) -> &'static str {
        match (&self.host, &self.path[..]) {
            (Some(_), [_, ..]) => "Nothing found.\n",
            _ => {
                "Nothing found. With --host, --path and --tls a browser's view is judged as well.\n"
            }
        }
    }
}

/// How the controller reads the value in each of its releases, where they differ.
fn by_release(value: &str) -> String {
    let readers = [
        ("1.10 to 2.2", Reader::Whole),
        ("2.3 to 5.5", Reader::Quoted),
        ("from 5.6 on", Reader::Strict),
    ];
    let accepted = readers.map(|(_, reader)| controller::read(value, reader).accepted());
    if accepted[0] == accepted[2] {
        return String::new();
    }
    let lines = readers
        .iter()
        .zip(accepted)
        .map(|((releases, _), accepted)| {
            let verdict = if accepted { "accepted" } else { "rejected" };
            format!("  {releases:<11} {verdict}\n")
        });
    format!(
        "The controller by release:\n{}\n",
        lines.collect::<String>()
    )
}
