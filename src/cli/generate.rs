//! `stickler completions` and `stickler man`: made from the same definitions
//! as `--help`.

use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man as Page;

use super::{Cli, Failure, explain, terminal};

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  source <(stickler completions bash)
      for this shell; in ~/.bashrc for every one
  stickler completions zsh > \"${fpath[1]}/_stickler\"
  stickler completions fish > ~/.config/fish/completions/stickler.fish")]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

/// Print the manual page, of stickler or of one command
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler man > /usr/local/share/man/man1/stickler.1
  stickler man check | man -l -")]
pub(super) struct Man {
    /// The command; without it, stickler as a whole
    command: Option<String>,
}

impl Completions {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let mut script = Vec::new();
        let names = PossibleValuesParser::new(explain::names());
        let mut cli = Cli::command().mut_subcommand("explain", |explain| {
            explain.mut_arg("name", |name| name.value_parser(names))
        });
        clap_complete::generate(self.shell, &mut cli, "stickler", &mut script);
        terminal::print(&String::from_utf8_lossy(&script))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Man {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let mut cli = Cli::command();
        cli.build();
        let command = match &self.command {
            None => &cli,
            Some(name) => cli.find_subcommand(name).ok_or_else(|| {
                Failure::new(name, "no such command; 'stickler --help' lists them")
            })?,
        };
        // A page is named as its file: stickler-check(1).
        let name = command.get_name().to_owned();
        let title = match &self.command {
            None => name,
            Some(_) => format!("stickler-{name}"),
        };
        let mut page = Vec::new();
        Page::new(command.clone().display_name(title))
            .render(&mut page)
            .map_err(|error| Failure::new("the manual page", error))?;
        terminal::print(&with_examples(&String::from_utf8_lossy(&page)))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The text after the options under a heading that says what it is, its lines
/// as they are: commands are copied from there.
fn with_examples(page: &str) -> String {
    let Some((options, rest)) = page.split_once(".SH EXTRA\n") else {
        return page.to_owned();
    };
    let rest = rest.replacen(".SH VERSION\n", ".fi\n.SH VERSION\n", 1);
    format!("{options}.SH EXAMPLES\n.nf\n{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A manual page indents them by seven.
    #[test]
    fn examples_fit_a_terminal_and_its_manual_pages() {
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string);
            for line in help.unwrap_or_default().lines() {
                assert!(line.len() <= 73, "{}: {line}", command.get_name());
            }
        }
    }

    #[test]
    fn examples_in_manual_pages_keep_their_lines() {
        let page = "a\n.SH EXTRA\nExamples:\n  b\n.SH VERSION\nv1\n";
        let told = "a\n.SH EXAMPLES\n.nf\nExamples:\n  b\n.fi\n.SH VERSION\nv1\n";
        assert_eq!(with_examples(page), told);
        assert_eq!(with_examples("a\n"), "a\n");
    }
}
