//! `stickler completions` and `stickler man`: made from the same definitions
//! as `--help`.

use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man as Page;

use super::{Cli, Failure, terminal};
use crate::lint::CATALOGUE;

/// Print completions for a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler completions bash > ~/.local/share/bash-completion/completions/stickler
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
        let rules = PossibleValuesParser::new(CATALOGUE.iter().map(|entry| entry.id));
        let mut cli = Cli::command().mut_subcommand("explain", |explain| {
            explain.mut_arg("rule", |rule| rule.value_parser(rules))
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
        terminal::print(&String::from_utf8_lossy(&page))?;
        Ok(ExitCode::SUCCESS)
    }
}
