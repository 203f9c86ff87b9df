//! The terminal: its colours, its width, and printing to it.

use std::cell::RefCell;
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::rc::Rc;

use anstream::{AutoStream, ColorChoice};
use clap::{Args, ValueEnum};

use super::Failure;
use crate::render;

/// The width where the output is not a terminal, as rustc has it.
const NO_TERMINAL: usize = 140;
/// The width of a terminal that does not report one.
const UNKNOWN: usize = 80;
/// Narrower than this nothing can be drawn.
const NARROWEST: usize = 40;

/// Whether to colour.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Colour {
    /// When to colour; NO_COLOR and CLICOLOR_FORCE are heeded where it says auto
    #[arg(
        long = "color",
        value_enum,
        value_name = "WHEN",
        default_value = "auto"
    )]
    when: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum When {
    Auto,
    Always,
    Never,
}

impl Colour {
    pub(super) fn on_stdout(self) -> bool {
        self.on(|| AutoStream::choice(&io::stdout()))
    }

    pub(super) fn on_stderr(self) -> bool {
        self.on(|| AutoStream::choice(&io::stderr()))
    }

    fn on(self, choice: impl FnOnce() -> ColorChoice) -> bool {
        match self.when {
            When::Always => true,
            When::Never => false,
            When::Auto => choice() != ColorChoice::Never,
        }
    }
}

/// The columns for standard output: those of the terminal, which may be one
/// that looks on through a pager.
pub(super) fn width() -> usize {
    if !shown() && !io::stderr().is_terminal() {
        return NO_TERMINAL;
    }
    columns()
}

/// Whether standard output is a terminal.
pub(super) fn shown() -> bool {
    io::stdout().is_terminal()
}

fn columns() -> usize {
    let size = terminal_size::terminal_size();
    size.map_or(UNKNOWN, |(width, _)| usize::from(width.0))
        .max(NARROWEST)
}

/// Lines without control sequences, which names in manifests may have.
pub(super) fn safe(text: &str) -> String {
    let lines = text.split('\n').map(render::printable);
    lines.collect::<Vec<_>>().join("\n")
}

/// The name of a file on one line: a line feed within it would begin a line of
/// its own, and GitHub obeys those that begin with `::`.
pub(super) fn file_name(name: &str) -> String {
    render::printable(name)
}

/// Lines for standard error, each broken between words where it is a terminal.
pub(super) fn for_stderr(text: &str) -> String {
    let text = safe(text);
    if io::stderr().is_terminal() {
        let lines = text.split('\n').map(|line| render::wrap(line, columns()));
        return lines.collect::<Vec<_>>().join("\n");
    }
    text
}

/// Print a message to standard error. Where that is closed the message is lost.
pub(super) fn note(line: impl Display) {
    let _ = writeln!(io::stderr(), "{}", for_stderr(&line.to_string()));
}

/// Print to standard output.
pub(super) fn print(text: impl Display) -> Result<(), Failure> {
    let mut out = stdout();
    let written = write!(out, "{text}").and_then(|()| out.flush());
    written.map_err(|error| Failure::new("standard output", error))
}

/// Why a report was not written.
pub(super) fn unwritten(error: io::Error) -> Failure {
    Failure::new("writing findings", error)
}

/// Standard output, as far as it is read.
pub(super) type Stdout = AsRead<io::Stdout>;

/// Standard output, as far as it is read.
pub(super) fn stdout() -> Stdout {
    AsRead(io::stdout())
}

/// Standard error, as far as it is read.
pub(super) fn stderr() -> AsRead<io::Stderr> {
    AsRead(io::stderr())
}

/// A stream that is written as far as it is read: a reader that has gone away
/// (`| head`) ends the output and not the work, so that exit codes, files and
/// other reports are those of the whole.
pub(super) struct AsRead<W>(pub(super) W);

impl<W: Write> Write for AsRead<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        unless_closed(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        unless_closed(self.0.flush(), ())
    }
}

fn unless_closed<T>(done: io::Result<T>, otherwise: T) -> io::Result<T> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(otherwise),
        done => done,
    }
}

/// A buffered writer with several owners.
pub(super) struct Shared<W: Write>(Rc<RefCell<BufWriter<W>>>);

impl<W: Write> Shared<W> {
    pub(super) fn new(out: W) -> Self {
        Self(Rc::new(RefCell::new(BufWriter::new(out))))
    }
}

impl<W: Write> Clone for Shared<W> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<W: Write> Write for Shared<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}
