//! What a terminal shows: as wide as it is, in colour, and how far a long check is.

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use tempfile::TempDir;

use super::{BAD, BINARY, GOOD, folder, ingress};

/// A program that writes to a terminal, and what reads the terminal.
struct AtTerminal {
    child: Child,
    terminal: File,
}

impl AtTerminal {
    /// Starts stickler with nothing in its environment but `variables`.
    fn start(folder: &Path, arguments: &[&str], columns: u16, variables: &[(&str, &str)]) -> Self {
        Self::with(folder, arguments, columns, variables, [None, None])
    }

    /// As [`Self::start`], with other places for standard output and error.
    fn with(
        folder: &Path,
        arguments: &[&str],
        columns: u16,
        variables: &[(&str, &str)],
        [output, errors]: [Option<Stdio>; 2],
    ) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap();
        let open = || {
            let mut options = OpenOptions::new();
            options
                .read(true)
                .write(true)
                .open(name.to_str().unwrap())
                .unwrap()
        };
        let size = Winsize {
            ws_row: 24,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&terminal, size).unwrap();
        let mut command = Command::new(BINARY);
        command.args(arguments).current_dir(folder).env_clear();
        command.envs(variables.iter().copied());
        command.stdin(open());
        command.stderr(errors.unwrap_or_else(|| open().into()));
        command.stdout(output.unwrap_or_else(|| open().into()));
        Self {
            child: command.spawn().unwrap(),
            terminal: terminal.into(),
        }
    }

    /// The exit code, and everything that was written. A terminal that nobody
    /// writes to any more ends with an error (`EIO`) on Linux.
    fn finish(mut self) -> (i32, String) {
        let mut shown = Vec::new();
        let mut part = [0; 4096];
        while let Ok(read @ 1..) = self.terminal.read(&mut part) {
            shown.extend_from_slice(&part[..read]);
        }
        let code = self.child.wait().unwrap().code().unwrap();
        (code, String::from_utf8(shown).unwrap())
    }
}

/// The text without its colours.
fn plain(shown: &str) -> String {
    let mut parts = shown.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once('m').map_or(part, |(_, rest)| rest)
    })
}

const XTERM: (&str, &str) = ("TERM", "xterm");

/// The width of the widest line that may be broken: a command is not, it is
/// there to be copied.
fn widest(text: &str) -> usize {
    let lines = text
        .lines()
        .filter(|line| !line.contains("stickler explain"));
    lines.map(|line| line.chars().count()).max().unwrap()
}

fn long_line() -> String {
    ingress(&format!("{BAD} # {}", "x".repeat(300)))
}

#[test]
fn through_a_pager_lines_are_as_wide_as_the_terminal_behind_it() {
    let folder = folder(&[("a.yaml", &long_line())]);
    for columns in [50, 100] {
        let mut check = AtTerminal::with(
            folder.path(),
            &["check", "a.yaml"],
            columns,
            &[XTERM],
            [Some(Stdio::piped()), None],
        );
        let mut text = String::new();
        let pager = check.child.stdout.take();
        pager.unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(check.finish().0, 1, "{text}");
        let all = usize::from(columns);
        let excerpt: Vec<_> = text.lines().filter(|it| it.contains(" | ")).collect();
        let widest = widest(&excerpt.join("\n"));
        assert!((all - 8..=all).contains(&widest), "{columns}:\n{text}");
    }
}

#[test]
fn lines_are_as_wide_as_the_terminal() {
    let folder = folder(&[("a.yaml", &long_line())]);
    for columns in [50, 72, 100] {
        let check = AtTerminal::start(folder.path(), &["check", "a.yaml"], columns, &[XTERM]);
        let (code, shown) = check.finish();
        assert_eq!(code, 1, "{shown}");
        let text = plain(&shown);
        let all = usize::from(columns);
        // The excerpt is cut, and fills the line but for what draws it.
        assert!(
            (all - 8..=all).contains(&widest(&text)),
            "{columns}:\n{text}"
        );
    }
}

#[test]
fn a_terminal_is_coloured_unless_it_is_asked_not_to_be() {
    let folder = folder(&[("a.yaml", &ingress(BAD))]);
    for (arguments, variables, coloured) in [
        (&["check", "a.yaml"][..], &[XTERM][..], true),
        (&["check", "a.yaml"], &[XTERM, ("NO_COLOR", "1")], false),
        (&["check", "a.yaml"], &[("TERM", "dumb")], false),
        (&["check", "a.yaml", "--color", "never"], &[XTERM], false),
        (
            &["check", "a.yaml", "--color", "always"],
            &[("TERM", "dumb")],
            true,
        ),
        (&["explain", "missing-path"], &[XTERM], true),
        (
            &["explain", "missing-path"],
            &[XTERM, ("NO_COLOR", "1")],
            false,
        ),
    ] {
        let (_, shown) = AtTerminal::start(folder.path(), arguments, 80, variables).finish();
        assert!(shown.lines().count() > 3, "{shown}");
        assert_eq!(
            shown.contains("\u{1b}["),
            coloured,
            "{arguments:?} {variables:?}: {shown}"
        );
    }
}

#[test]
fn what_a_diff_shows_of_a_file_is_not_obeyed() {
    let text = ingress(&format!("{BAD} # \u{202e}\u{9b}31m"));
    let folder = folder(&[("a.yaml", &text)]);
    let fix = |colour: &str| {
        let arguments = ["fix", "--diff", "--color", colour, "a.yaml"];
        AtTerminal::start(folder.path(), &arguments, 80, &[XTERM])
            .finish()
            .1
    };
    let shown = fix("always");
    assert!(
        shown.contains("+    nginx.com/sticky-cookie-services"),
        "{shown}"
    );
    assert!(!shown.contains(['\u{9b}', '\u{202e}']), "{shown:?}");
}

/// Starts a check of three files that takes a second: less than that shows
/// nothing, so the time itself is what is tested.
fn long_check(start: impl FnOnce(&Path, &[&str]) -> AtTerminal) -> (i32, String) {
    let folder = folder(&[("b.yaml", &ingress(GOOD)), ("c.yaml", &ingress(BAD))]);
    let pipe = folder.path().join("a.yaml");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let check = start(folder.path(), &["check", "a.yaml", "b.yaml", "c.yaml"]);
    // It has begun when somebody reads the pipe.
    let mut input = OpenOptions::new().write(true).open(&pipe).unwrap();
    thread::sleep(Duration::from_secs(1));
    input.write_all(ingress(GOOD).as_bytes()).unwrap();
    drop(input);
    check.finish()
}

#[test]
fn a_long_check_counts_its_files_and_leaves_no_trace_of_it() {
    let (code, shown) = long_check(|folder, files| AtTerminal::start(folder, files, 80, &[XTERM]));
    assert_eq!(code, 1, "{shown}");
    let (before, after) = shown.split_once("checked ").expect("a count");
    assert_eq!(before, "\r\u{1b}[K");
    // Gone before the finding is written over it.
    let (_, found) = after.split_once(" files ...").expect("a count of files");
    let gone = found.rfind("\r\u{1b}[K").expect("a line that is cleared");
    assert!(!found[gone..].contains("files ..."), "{shown:?}");
    assert!(found[gone..].contains("unknown-parameter"), "{shown:?}");
}

#[test]
fn in_a_file_no_files_are_counted() {
    let folder = TempDir::new().unwrap();
    let errors = folder.path().join("errors");
    let (code, shown) = long_check(|folder, files| {
        let errors = File::create(&errors).unwrap();
        AtTerminal::with(folder, files, 80, &[XTERM], [None, Some(errors.into())])
    });
    assert_eq!(code, 1, "{shown}");
    let errors = fs::read_to_string(&errors).unwrap();
    assert!(!errors.contains("files ..."), "{errors}");
}
