//! What check and audit share: the flags for reports, and the reports.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::Failure;
use super::terminal::{self, Colour, Shared, Stdout};
use crate::finding::{Failure as Unread, Finding};
use crate::lint::Severity;
use crate::render::{Format, Report, Style, Summary};

mod github;

/// How findings are printed, and which of them count.
#[derive(Debug, Args)]
pub(super) struct Output {
    /// How findings are written [default: full]
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    format: Option<Format>,

    /// Write findings to a file too; may be given several times. With '-' as the
    /// file, FORMAT is that of standard output
    #[arg(long = "output", value_name = "FORMAT=FILE", value_parser = destination)]
    destinations: Vec<Destination>,

    /// From which severity on findings make the exit code 1
    #[arg(long, value_enum, value_name = "SEVERITY", default_value = "error")]
    fail_on: FailOn,

    #[command(flatten)]
    colour: Colour,

    /// Print findings alone: no summary
    #[arg(long, short, conflicts_with = "verbose")]
    quiet: bool,

    /// Say what was skipped and why, and which policy was in force
    #[arg(long, short)]
    pub(super) verbose: bool,

    /// Count the findings by rule
    #[arg(long)]
    statistics: bool,
}

#[derive(Debug, Clone)]
struct Destination {
    format: Format,
    file: PathBuf,
}

impl Destination {
    fn is_stdout(&self) -> bool {
        self.file == Path::new("-")
    }
}

/// The least severity that makes the exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

impl FailOn {
    /// That severity; `None` for `never`.
    pub(super) fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Note => Some(Severity::Note),
            Self::Never => None,
        }
    }
}

/// The formats as clap lists, completes and corrects them.
fn formats() -> impl TypedValueParser<Value = Format> {
    let names = Format::ALL.map(|(name, _)| PossibleValue::new(name));
    PossibleValuesParser::new(names).try_map(|name| format(&name))
}

fn format(name: &str) -> Result<Format, String> {
    Format::from_name(name).ok_or_else(|| {
        let known: Vec<_> = Format::ALL.iter().map(|&(name, _)| name).collect();
        format!("the formats are {}", known.join(", "))
    })
}

fn destination(text: &str) -> Result<Destination, String> {
    match text.split_once('=') {
        Some((name, file)) if !file.is_empty() => Ok(Destination {
            format: format(name)?,
            file: file.into(),
        }),
        _ => Err("write a format, an equals sign and a file: sarif=findings.sarif".to_owned()),
    }
}

impl Output {
    /// The format of standard output.
    pub(super) fn format(&self) -> Result<Format, Failure> {
        let on_stdout = self.destinations.iter().filter(|it| it.is_stdout());
        let mut asked = self.format.into_iter().chain(on_stdout.map(|it| it.format));
        let format = asked.next().unwrap_or(Format::Full);
        if asked.next().is_some() {
            let problem = "standard output takes one format";
            return Err(Failure::new("--output", problem));
        }
        Ok(format)
    }

    /// Open every report that was asked for.
    pub(super) fn open(&self) -> Result<Reports<'_>, Failure> {
        let format = self.format()?;
        let out = Shared::new(terminal::stdout());
        let style = self.style(self.colour.on_stdout());
        let mut open = vec![Open {
            report: format.open(Box::new(out.clone()), style),
            takes_failures: !format.is_text(),
        }];
        for Destination { format, file } in self.destinations.iter().filter(|it| !it.is_stdout()) {
            let opened = File::create(file);
            let opened = opened.map_err(|error| Failure::new(file.display(), error))?;
            let out = BufWriter::new(terminal::AsRead(opened));
            open.push(Open {
                report: format.open(Box::new(out), self.style(false)),
                takes_failures: true,
            });
        }
        let reports = github::reports(format, out.clone(), self.style(false));
        open.extend(reports.into_iter().map(|report| Open {
            report,
            takes_failures: true,
        }));
        Ok(Reports {
            asked: self,
            format,
            out,
            open,
            summary: Summary::default(),
            worst: None,
        })
    }

    fn style(&self, colour: bool) -> Style {
        Style {
            colour,
            width: terminal::width(),
            wraps: terminal::shown(),
            summary: !self.quiet,
            fail_on: self.fail_on.severity(),
        }
    }
}

/// The reports of one run, written side by side.
pub(super) struct Reports<'o> {
    asked: &'o Output,
    /// The format of standard output.
    format: Format,
    /// Standard output, as the first report has it.
    out: Shared<Stdout>,
    /// The one on standard output first.
    open: Vec<Open>,
    summary: Summary,
    worst: Option<Severity>,
}

struct Open {
    report: Box<dyn Report>,
    /// A text on standard output leaves failures to standard error.
    takes_failures: bool,
}

impl Reports<'_> {
    /// Write a finding to each report. `text` is as for [`Report::finding`].
    pub(super) fn finding(&mut self, finding: &Finding, text: &str) -> io::Result<()> {
        self.summary.count(finding);
        self.worst = self.worst.max(Some(finding.diagnostic.severity));
        let mut open = self.open.iter_mut();
        open.try_for_each(|open| open.report.finding(finding, text))
    }

    /// Write a finding that a comment suppresses, where a format has a place for
    /// it. It does not count.
    pub(super) fn suppressed(&mut self, finding: &Finding, text: &str) -> io::Result<()> {
        let mut open = self.open.iter_mut();
        open.try_for_each(|open| open.report.suppressed(finding, text))
    }

    /// Report that some input could not be read: on standard error, and in the
    /// reports that machines read.
    pub(super) fn failure(&mut self, failure: &Unread, text: &str) -> io::Result<()> {
        self.summary.failures += 1;
        self.catch_up()?;
        let format = match self.format {
            text if text.is_text() => text,
            _ => Format::Concise,
        };
        let style = self.asked.style(self.asked.colour.on_stderr());
        let mut stderr = format.open(Box::new(terminal::stderr()), style);
        stderr.failure(failure, text)?;
        let taking = self.open.iter_mut().filter(|open| open.takes_failures);
        for Open { report, .. } in taking {
            report.failure(failure, text)?;
        }
        Ok(())
    }

    /// Show what was written so far, before something goes to standard error.
    pub(super) fn catch_up(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// What was counted so far, to count on.
    pub(super) fn summary(&mut self) -> &mut Summary {
        &mut self.summary
    }

    /// Write what is left, and the summary.
    pub(super) fn finish(mut self) -> io::Result<Verdict> {
        for Open { report, .. } in &mut self.open {
            report.finish(&self.summary)?;
        }
        self.print_rest()?;
        let fail_on = self.asked.style(false).fail_on;
        let worst = self.worst;
        Ok(Verdict {
            fails: fail_on.is_some_and(|fail_on| worst >= Some(fail_on)),
            summary: self.summary,
        })
    }

    /// What the report has no place for: the summary, the statistics, notes.
    fn print_rest(&self) -> io::Result<()> {
        let is_text = self.format.is_text();
        let mut err = terminal::stderr();
        if !is_text && !self.asked.quiet {
            writeln!(err, "{}", terminal::for_stderr(&self.summary.to_string()))?;
        }
        if !self.asked.quiet {
            let left_out = self.summary.left_out(self.asked.verbose);
            write!(err, "{}", terminal::for_stderr(&left_out))?;
        }
        if is_text && !self.asked.quiet && terminal::shown() {
            let rule = self.summary.rules.keys().next();
            rule.map_or(Ok(()), |rule| {
                writeln!(err, "note: why, and how to fix it: stickler explain {rule}")
            })?;
        }
        if !self.asked.statistics {
            return Ok(());
        }
        let statistics = self.summary.statistics();
        if is_text {
            terminal::stdout().write_all(statistics.as_bytes())
        } else {
            err.write_all(statistics.as_bytes())
        }
    }
}

/// How a run went.
pub(super) struct Verdict {
    /// Whether something was found that `--fail-on` names.
    fails: bool,
    summary: Summary,
}

impl Verdict {
    /// Input that cannot be read counts more than findings do.
    pub(super) fn exit_code(&self, may_be_empty: bool) -> ExitCode {
        ExitCode::from(match self {
            Self { summary, .. } if summary.failures > 0 => 2,
            Self { fails: true, .. } => 1,
            Self { summary, .. } if summary.saw_nothing() && !may_be_empty => 3,
            _ => 0,
        })
    }
}
