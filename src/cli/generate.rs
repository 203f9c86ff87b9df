//! `stickler completions` and `stickler man`: made from the same definitions
//! as `--help`.

mod manual;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, Command, CommandFactory as _};
use clap_complete::Shell;

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
  stickler man check | man -l -
      the page of a command
  stickler man --dir /usr/local/share/man/man1
      all pages, each in its file")]
pub(super) struct Man {
    /// The command, such as check or certs generate; without it, stickler as a whole
    #[arg(conflicts_with = "dir")]
    command: Vec<String>,

    /// Write the pages of stickler and of all commands into a folder
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

impl Completions {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let mut script = Vec::new();
        let names = PossibleValuesParser::new(explain::names());
        let mut cli = Cli::command().mut_subcommand("explain", |explain| {
            explain.mut_arg("name", |name| name.value_parser(names))
        });
        clap_complete::generate(self.shell, &mut cli, "stickler", &mut script);
        terminal::print(String::from_utf8_lossy(&script))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Man {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let mut cli = Cli::command();
        cli.build();
        if let Some(folder) = &self.dir {
            std::fs::create_dir_all(folder)
                .map_err(|error| Failure::new(folder.display(), error))?;
            write_all(&cli, "stickler", folder)?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut command = &cli;
        // A page is named as its file: stickler-check(1).
        let mut title = "stickler".to_owned();
        for name in &self.command {
            command = command.find_subcommand(name).ok_or_else(|| {
                Failure::new(name, "no such command; 'stickler --help' lists them")
            })?;
            title = format!("{title}-{name}");
        }
        terminal::print(&rendered(command, &title)?)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes the page of a command and those of its commands.
fn write_all(command: &Command, title: &str, folder: &Path) -> Result<(), Failure> {
    let file = folder.join(format!("{title}.1"));
    std::fs::write(&file, rendered(command, title)?)
        .map_err(|error| Failure::new(file.display(), error))?;
    for inner in command.get_subcommands() {
        if inner.get_name() != "help" {
            write_all(inner, &format!("{title}-{}", inner.get_name()), folder)?;
        }
    }
    Ok(())
}

fn rendered(command: &Command, title: &str) -> Result<String, Failure> {
    manual::page(command, title).map_err(|error| Failure::new("the manual page", error))
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
}
