//! The terminal: its colours, its width, and printing to it.

use std::cell::RefCell;
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
pub(super) fn note(line: &str) {
    let _ = writeln!(io::stderr(), "{}", for_stderr(line));
}

/// Print to standard output.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    tolerate(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// A reader that has gone away has seen enough; anything else is a failure.
pub(super) fn tolerate(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new("writing findings", error))
        }
        _ => Ok(()),
    }
}

/// A reader that has gone away (`| head`) ends the output and not the work:
/// the exit code and the other reports are those of the whole.
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
        let written = self.0.borrow_mut().write(bytes);
        unless_closed(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.0.borrow_mut().flush();
        unless_closed(flushed, ())
    }
}
