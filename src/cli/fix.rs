//! `stickler fix`: fixes files in place, by default with the safe fixes only.

use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;

use super::input::{self, Input, unread};
use super::policy::load_or_find;
use super::terminal::{self, Colour};
use super::{Failure, diff};
use crate::finding::{Counts, Finding};
use crate::lint::{Severity, Subject};
use crate::manifest::{self, Fixed};
use crate::render::counted;

/// Fix manifests in place, where a finding has one certain fix
///
/// Only the annotation's value changes: quotes, comments, indentation and every
/// other byte of a file stay. The affinity keys of ingress-nginx, where the
/// policy names the classes, change as 'stickler migrate' changes them: line by
/// line. A file is replaced at once, with its permissions.
/// What comments silence is left alone, and so are values that several places
/// share through an alias.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler fix --diff deploy/
      show what would change
  stickler fix deploy/
      change it
  stickler fix --unsafe deploy/cafe.yaml
      uncertain fixes too; review the result
  stickler fix --check deploy/
      change nothing; exit with 1 where something would (for CI)
  stickler fix - < cafe.yaml > fixed.yaml
      from standard input to standard output

Exit codes:
  0  no errors are left
  1  errors are left, or with --check or --diff something would change
  2  usage, or files that cannot be read or written; the rest was done
  3  nothing to fix in: no Ingress in all of the input")]
pub(super) struct Fix {
    #[command(flatten)]
    input: Input,

    /// Print the changes as a unified diff, and change nothing
    #[arg(long)]
    diff: bool,

    /// Change nothing; say which files would change
    #[arg(long)]
    check: bool,

    /// Also make the fixes that are a guess
    #[arg(long = "unsafe")]
    unsafe_too: bool,

    #[command(flatten)]
    colour: Colour,
}

/// The outcome for all files.
#[derive(Debug, Default)]
struct Tally {
    counts: Counts,
    changed: usize,
    applied: usize,
    errors: usize,
    warnings: usize,
    /// The findings left that a guess could fix.
    guesses: usize,
    failures: usize,
}

impl Fix {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let policies = load_or_find(self.input.policy.as_deref())?;
        let policies = policies.with_controller(self.input.controller.resolve());
        let now = Timestamp::now();
        let check_subject =
            |subject: &Subject<'_>| input::check(&policies, subject, |it| policies.check(it, now));
        let mut tally = Tally::default();
        let mut written = Ok(());
        let (paths, options) = (&self.input.paths, self.input.options());
        manifest::fix_paths(
            paths,
            options,
            &check_subject,
            self.unsafe_too,
            &mut |fixed| {
                written = self.one(&fixed, &mut tally);
                match written {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                }
            },
        );
        let written = written.and_then(|()| self.finish(&tally));
        written.map_err(|error| Failure::new("reporting what was fixed", error))?;
        Ok(self.exit_code(&tally))
    }

    fn finish(&self, tally: &Tally) -> io::Result<()> {
        terminal::stdout().flush()?;
        let summary = terminal::for_stderr(&self.summary(tally));
        writeln!(terminal::stderr(), "{summary}")
    }

    fn one(&self, fixed: &Fixed, tally: &mut Tally) -> io::Result<()> {
        let report = &fixed.report;
        tally.counts += report.counts;
        tally.failures += report.errors.len();
        tally.errors += count(&report.findings, Severity::Error);
        tally.warnings += count(&report.findings, Severity::Warning);
        if !self.unsafe_too {
            tally.guesses += report
                .findings
                .iter()
                .filter(|finding| is_guess(finding))
                .count();
        }
        let mut err = terminal::stderr();
        for error in &report.errors {
            writeln!(err, "error: {}", terminal::safe(&error.to_string()))?;
        }
        for refusal in &fixed.refused {
            let at = &refusal.location;
            writeln!(
                err,
                "{}:{}:{}: not fixed: {}",
                terminal::file_name(&at.file),
                at.line,
                at.column,
                refusal.reason
            )?;
        }
        let is_read = report.counts.files > 0;
        if fixed.path.is_none() && is_read && !self.dry() {
            terminal::stdout().write_all(fixed.after.as_bytes())?;
        }
        if !fixed.changes() {
            return Ok(());
        }
        self.change(fixed, tally)
    }

    /// Writes the file, or shows what would be written.
    fn change(&self, fixed: &Fixed, tally: &mut Tally) -> io::Result<()> {
        let file = &fixed.report.file;
        let shown = terminal::file_name(file);
        if self.diff {
            let colour = self.colour.on_stdout();
            let diff = diff::unified(file, &fixed.before, &fixed.after, colour);
            terminal::stdout().write_all(diff.as_bytes())?;
        } else if self.check {
            writeln!(
                terminal::stdout(),
                "would fix {shown} ({})",
                fixes(fixed.applied)
            )?;
        } else if let Some(path) = &fixed.path {
            if let Err(error) = manifest::write(path, &fixed.before, &fixed.after, fixed.encoding) {
                tally.failures += 1;
                return writeln!(terminal::stderr(), "error: {shown}: {error}");
            }
            writeln!(
                terminal::stdout(),
                "fixed {shown} ({})",
                fixes(fixed.applied)
            )?;
        }
        tally.changed += 1;
        tally.applied += fixed.applied;
        Ok(())
    }

    /// Whether nothing is to be written.
    fn dry(&self) -> bool {
        self.diff || self.check
    }

    fn summary(&self, tally: &Tally) -> String {
        let Counts {
            files,
            ingresses,
            annotated,
            ..
        } = tally.counts;
        let done = if self.dry() { "Would make" } else { "Made" };
        if tally.counts.saw_nothing() {
            let unread = unread(tally.failures);
            let files = counted(files, "file", "files");
            return format!("Nothing to fix: no Ingress in {files}{unread}.");
        }
        format!(
            "{done} {} in {} of {} ({}, {annotated} with sticky cookies): {}{}.",
            fixes(tally.applied),
            tally.changed,
            counted(files, "file", "files"),
            counted(ingresses, "Ingress", "Ingresses"),
            tally.left(),
            unread(tally.failures),
        )
    }

    fn exit_code(&self, tally: &Tally) -> ExitCode {
        ExitCode::from(match tally {
            Tally { failures: 1.., .. } => 2,
            Tally { errors: 1.., .. } => 1,
            Tally { changed: 1.., .. } if self.dry() => 1,
            Tally { counts, .. } if counts.saw_nothing() && !self.input.allow_empty => 3,
            _ => 0,
        })
    }
}

impl Tally {
    /// What is still found after the fixes, and how to go on.
    fn left(&self) -> String {
        let kinds = [
            (self.errors, "error", "errors"),
            (self.warnings, "warning", "warnings"),
        ];
        let kinds = kinds.into_iter().filter(|&(left, ..)| left > 0);
        let left: Vec<_> = kinds
            .map(|(left, one, many)| counted(left, one, many))
            .collect();
        if left.is_empty() {
            return "nothing is left".to_owned();
        }
        let are = if self.errors + self.warnings == 1 {
            "is"
        } else {
            "are"
        };
        let guesses = match self.guesses {
            0 => String::new(),
            some => format!(" ({some} fixable with '--unsafe')"),
        };
        format!(
            "{} {are} left{guesses}; see 'stickler check'",
            left.join(" and ")
        )
    }
}

fn count(findings: &[Finding], severity: Severity) -> usize {
    let of_severity = |finding: &&Finding| finding.diagnostic.severity == severity;
    findings.iter().filter(of_severity).count()
}

/// Whether there is a fix that `--unsafe` asks for.
fn is_guess(finding: &Finding) -> bool {
    let fix = finding.diagnostic.fix.as_ref();
    !finding.edits.is_empty() && fix.is_some_and(|fix| !fix.safe)
}

fn fixes(count: usize) -> String {
    counted(count, "fix", "fixes")
}
