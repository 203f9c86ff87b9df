//! `stickler migrate`: from the affinity keys of ingress-nginx to the annotation.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::policy::load_or_find;
use super::terminal::{self, Colour};
use super::{Failure, diff};
use crate::lint::Subject;
use crate::lint::migrate::{Migration, Options, Outcome, is_candidate, is_cookie_path, migrate};
use crate::lint::read::keys::{COMMUNITY, is_present};
use crate::manifest::{self, Migrated, Migrator};
use crate::policy::Policies;

pub(super) mod json;
mod text;

/// Migrate session affinity from ingress-nginx, the community's controller
///
/// For each Ingress with nginx.ingress.kubernetes.io/affinity or
/// session-cookie-* keys: the annotation that does the same in NGINX Ingress
/// Controller, how well it does, and what differs. Without --write nothing
/// changes; with it only the lines of these keys do.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler migrate deploy/
      what there is to migrate, and what will differ
  stickler migrate --diff deploy/
      what would change, for a pull request
  stickler migrate --write deploy/
      change it
  stickler migrate --write --keep-old deploy/
      add the annotation, and keep the old keys beside it
  kubectl get ingress -A -o yaml | stickler migrate -
      what a cluster holds; see also stickler audit --migrate

Outcomes, the worst first:
  blocked     no value does it; the first note says why
  was-broken  sessions never stuck; --intent writes what was intended
  partial     the value is right, and something else must follow
  differs     sessions stick, and the cookie is not the same
  exact       the cookies agree

Exit codes:
  0  all Ingresses are exact or differs
  1  an Ingress is partial, was-broken or blocked
  2  usage, input that cannot be read or written, or an error of stickler
  3  nothing to migrate")]
pub(super) struct Migrate {
    /// Files, folders, globs, or - for standard input
    #[arg(value_name = "PATH|-", default_value = ".")]
    paths: Vec<OsString>,

    /// Change the files; of standard input, print the changed text
    #[arg(long, conflicts_with = "diff")]
    write: bool,

    /// Print the changes as a unified diff, and change nothing
    #[arg(long)]
    diff: bool,

    /// Keep the old keys beside the new annotation
    #[arg(long)]
    keep_old: bool,

    /// Also write what never worked, as it was intended
    #[arg(long)]
    intent: bool,

    /// The cookie path of a service, where the one that is found does not suit
    #[arg(long = "path", value_name = "SERVICE=/PATH", value_parser = service_path)]
    service_paths: Vec<(String, String)>,

    /// The prefix of the keys, as --annotations-prefix of ingress-nginx has it
    #[arg(
        long,
        value_name = "PREFIX",
        default_value = "nginx.ingress.kubernetes.io"
    )]
    annotations_prefix: String,

    /// The operator's policy [default: stickler.yaml here or in a folder above]
    #[arg(long, value_name = "FILE", env = "STICKLER_POLICY")]
    policy: Option<PathBuf>,

    /// The form of the report
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "full")]
    format: Format,

    #[command(flatten)]
    colour: Colour,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Full,
    Json,
    Jsonl,
}

/// The outcome for all files.
#[derive(Debug, Default)]
struct Tally {
    files: usize,
    ingresses: usize,
    migrated: Vec<manifest::MigratedIngress>,
    changed: usize,
    other_keys: usize,
    failures: usize,
}

fn service_path(text: &str) -> Result<(String, String), String> {
    let (service, path) = text.split_once('=').ok_or("expected SERVICE=/PATH")?;
    if service.is_empty() {
        return Err("expected a service before the '='".to_owned());
    }
    if !is_cookie_path(path) {
        return Err(format!(
            "'{path}' is not the path of a cookie that browsers return"
        ));
    }
    Ok((service.to_owned(), path.to_owned()))
}

impl Migrate {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let on_stdin = self.paths.iter().any(|path| path == "-");
        let prints_text = self.diff || (self.write && on_stdin);
        if prints_text && self.format != Format::Full {
            let problem = "standard output takes either the changed text or the report";
            return Err(Failure::new("--format", problem));
        }
        let policies = load_or_find(self.policy.as_deref())?;
        let options = Options {
            intent: self.intent,
            paths: self.service_paths.clone(),
        };
        let prefix = format!("{}/", self.annotations_prefix.trim_end_matches('/'));
        let migrator = Migrator {
            migrate: &|subject: &Subject<'_>| {
                let policy = policies.for_namespace(subject.namespace.as_deref());
                migrate(subject, &policy.lint, &options)
            },
            withheld: &|migration: &Migration| migration.withheld(self.intent),
            prefix: if prefix == "/" { COMMUNITY } else { &prefix },
            keep_old: self.keep_old,
        };
        let mut tally = Tally::default();
        let mut shown = Ok(());
        manifest::migrate_paths(&self.paths, &migrator, &mut |migrated| {
            shown = self.one(migrated, &mut tally, prints_text);
            match shown {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        });
        let shown = shown.and_then(|()| self.finish(&tally));
        shown.map_err(terminal::unwritten)?;
        Ok(ExitCode::from(exit_code(&tally)))
    }

    fn one(&self, mut migrated: Migrated, tally: &mut Tally, to_stderr: bool) -> io::Result<()> {
        tally.files += migrated.report.counts.files;
        tally.ingresses += migrated.report.counts.ingresses;
        tally.other_keys += migrated.other_keys;
        tally.failures += migrated.report.errors.len();
        for error in &migrated.report.errors {
            writeln!(
                terminal::stderr(),
                "error: {}",
                terminal::safe(&error.to_string())
            )?;
        }
        if migrated.report.counts.templates > 0 {
            let file = terminal::file_name(&migrated.report.file);
            writeln!(
                terminal::stderr(),
                "note: {file}: skipped, the source of a Helm template; migrate its values, then \
                 check its rendered output"
            )?;
        }
        self.change(&mut migrated, tally)?;
        for ingress in &migrated.ingresses {
            let report = match self.format {
                Format::Full => terminal::safe(&text::ingress(ingress, self.write || self.diff)),
                Format::Jsonl => json::line(ingress),
                Format::Json => String::new(),
            };
            if to_stderr {
                terminal::stderr().write_all(report.as_bytes())?;
            } else {
                terminal::stdout().write_all(report.as_bytes())?;
            }
        }
        tally.failures += migrated
            .ingresses
            .iter()
            .filter(|it| it.result.is_err())
            .count();
        tally.migrated.append(&mut migrated.ingresses);
        Ok(())
    }

    /// Writes the file, or shows what would be written.
    fn change(&self, migrated: &mut Migrated, tally: &mut Tally) -> io::Result<()> {
        let file = terminal::file_name(&migrated.report.file);
        let changes = migrated.before != migrated.after;
        if self.diff {
            let colour = self.colour.on_stdout();
            let diff = diff::unified(
                &migrated.report.file,
                &migrated.before,
                &migrated.after,
                colour,
            );
            terminal::stdout().write_all(diff.as_bytes())?;
        } else if self.write && migrated.path.is_none() {
            terminal::stdout().write_all(migrated.after.as_bytes())?;
        } else if let Some(path) = migrated.path.as_deref().filter(|_| self.write && changes) {
            let (before, after) = (&migrated.before, &migrated.after);
            if let Err(error) = manifest::write(path, before, after, migrated.encoding) {
                tally.failures += 1;
                migrated
                    .ingresses
                    .iter_mut()
                    .for_each(|it| it.written = false);
                return writeln!(terminal::stderr(), "error: {file}: {error}");
            }
        }
        if !self.write {
            migrated
                .ingresses
                .iter_mut()
                .for_each(|it| it.written = false);
        }
        tally.changed += usize::from(changes && (self.write || self.diff));
        Ok(())
    }

    fn finish(&self, tally: &Tally) -> io::Result<()> {
        match self.format {
            Format::Full => {}
            Format::Jsonl => write!(terminal::stdout(), "{}", json::summary(tally))?,
            Format::Json => write!(terminal::stdout(), "{}", json::document(tally))?,
        }
        terminal::stdout().flush()?;
        for service in self.unused_paths(tally) {
            writeln!(
                terminal::stderr(),
                "warning: --path {service}=…: no Ingress to migrate has a service of that name"
            )?;
        }
        let summary = text::summary(tally, self.write, self.diff);
        writeln!(terminal::stderr(), "{}", terminal::for_stderr(&summary))
    }

    fn unused_paths(&self, tally: &Tally) -> Vec<&str> {
        let migrations = tally
            .migrated
            .iter()
            .filter_map(|it| it.result.as_ref().ok());
        let entries = migrations.flat_map(|migration| &migration.entries);
        let known: BTreeSet<&str> = entries.map(|(service, _)| service.as_str()).collect();
        let given = self
            .service_paths
            .iter()
            .map(|(service, _)| service.as_str());
        given.filter(|service| !known.contains(service)).collect()
    }
}

/// Whether an Ingress has affinity keys of which no rule reports anything: that
/// is for the classes that the policy names.
pub(super) fn is_unreported(subject: &Subject<'_>, policies: &Policies) -> bool {
    let policy = policies.for_namespace(subject.namespace.as_deref());
    let names_classes = policy.lint.ingress_classes.is_some();
    let is_shown = policy.lint.is_shown_to_be_managed(subject);
    !names_classes && !is_shown && is_candidate(subject) && !is_present(subject)
}

fn exit_code(tally: &Tally) -> u8 {
    let outcomes = tally
        .migrated
        .iter()
        .filter_map(|it| it.result.as_ref().ok());
    let worst = outcomes.map(|migration| migration.outcome).max();
    code_of(tally.failures > 0, worst)
}

/// The exit code of a migration whose worst outcome is this.
pub(super) fn code_of(failed: bool, worst: Option<Outcome>) -> u8 {
    match worst {
        _ if failed => 2,
        None | Some(Outcome::Nothing) => 3,
        Some(Outcome::Exact | Outcome::Differs) => 0,
        Some(_) => 1,
    }
}
