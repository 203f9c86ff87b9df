//! One manual page: what clap knows of a command, and the sections that
//! man-pages(7) asks for beside it.

use std::fmt::Write as _;

use clap::{Arg, Command};
use clap_mangen::Man;

/// What else has a say in a command that has the argument: environment
/// variables, and what it is for.
const VARIABLES: [(&str, &str, &str); 4] = [
    (
        "color",
        "NO_COLOR",
        "If set and not empty, nothing is coloured.",
    ),
    (
        "color",
        "CLICOLOR_FORCE",
        "If set and not 0, output is coloured even if it is not a terminal.",
    ),
    (
        "destinations",
        "GITHUB_ACTIONS",
        "If true, findings are written as annotations of GitHub Actions, too.",
    ),
    (
        "context",
        "KUBECONFIG",
        "The kubeconfig files, as for kubectl.",
    ),
];

/// Files that are read or written without being named.
const FILES: [(&str, &str, &str); 3] = [
    (
        "policy",
        "stickler.yaml",
        "The policy, in the working directory or in the nearest folder above it.",
    ),
    (
        "paths",
        ".sticklerignore",
        "What to leave out, in the syntax of .gitignore.",
    ),
    (
        "context",
        "~/.kube/config",
        "The kubeconfig, where KUBECONFIG is not set.",
    ),
];

/// For commands whose help names no others.
const EXIT_CODES: &str = concat!(
    "  0  it worked\n",
    "  2  usage, or an error, which standard error describes\n"
);

/// How roff writes an apostrophe that can be copied.
const PREAMBLE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// The page of a command, in roff. `title` is its name with those of the
/// commands above it.
pub(super) fn page(command: &Command, title: &str) -> std::io::Result<String> {
    let sections = Sections::of(command);
    let version = command.get_version().unwrap_or_default();
    let man = Man::new(command.clone().display_name(title)).source(format!("stickler {version}"));
    let mut out = Vec::new();
    man.render_title(&mut out)?;
    man.render_name_section(&mut out)?;
    man.render_synopsis_section(&mut out)?;
    man.render_description_section(&mut out)?;
    man.render_options_section(&mut out)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut out)?;
    }
    let rendered = String::from_utf8_lossy(&out);
    // clap_mangen writes it before every section.
    let mut page = PREAMBLE.to_owned() + &rendered.replace(PREAMBLE, "");
    section(&mut page, "EXIT STATUS", &as_written(&sections.exit_codes));
    section(&mut page, "ENVIRONMENT", &environment(command));
    section(&mut page, "FILES", &files(command));
    section(&mut page, "NOTES", &as_written(&sections.notes));
    section(&mut page, "EXAMPLES", &as_written(&sections.examples));
    let version = command.get_long_version().or(command.get_version());
    section(
        &mut page,
        "VERSION",
        &as_written(version.unwrap_or_default()),
    );
    Ok(page)
}

/// The text after the options, apart.
struct Sections {
    examples: String,
    exit_codes: String,
    notes: String,
}

impl Sections {
    fn of(command: &Command) -> Self {
        let help = command.get_after_help().map(ToString::to_string);
        let mut sections = Self {
            examples: String::new(),
            exit_codes: String::new(),
            notes: String::new(),
        };
        for paragraph in help.unwrap_or_default().split("\n\n") {
            let (part, text) = if let Some(text) = paragraph.strip_prefix("Examples:\n") {
                (&mut sections.examples, text)
            } else if let Some(text) = paragraph.strip_prefix("Exit codes:\n") {
                (&mut sections.exit_codes, text)
            } else if paragraph.starts_with(' ') {
                (&mut sections.examples, paragraph)
            } else {
                (&mut sections.notes, paragraph)
            };
            let _ = writeln!(part, "{text}");
        }
        if sections.exit_codes.is_empty() {
            EXIT_CODES.clone_into(&mut sections.exit_codes);
        }
        sections
    }
}

/// The variables that set flags, and those that every program knows.
fn environment(command: &Command) -> String {
    let mut text = String::new();
    for argument in command.get_arguments() {
        let variable = argument.get_env().and_then(|it| it.to_str());
        if let (Some(variable), Some(flag)) = (variable, argument.get_long()) {
            let meaning = format!("The value of --{flag}, where the flag is not given.");
            item(&mut text, variable, &meaning);
        }
    }
    for (id, variable, meaning) in VARIABLES {
        if argument(command, id).is_some() {
            item(&mut text, variable, meaning);
        }
    }
    text
}

/// The files that the command finds by itself. A policy is looked for only
/// where the flag's help mentions the file.
fn files(command: &Command) -> String {
    let mut text = String::new();
    for (id, file, meaning) in FILES {
        let help = argument(command, id).and_then(Arg::get_help);
        let help = help.map(ToString::to_string);
        if help.is_some_and(|help| id != "policy" || help.contains(file)) {
            item(&mut text, file, meaning);
        }
    }
    text
}

fn argument<'c>(command: &'c Command, id: &str) -> Option<&'c Arg> {
    command.get_arguments().find(|it| it.get_id() == id)
}

fn section(page: &mut String, heading: &str, body: &str) {
    if !body.trim().is_empty() {
        let _ = write!(page, ".SH \"{heading}\"\n{body}");
    }
}

fn item(text: &mut String, name: &str, meaning: &str) {
    let _ = write!(text, ".TP\n\\fB{}\\fR\n{}\n", escape(name), escape(meaning));
}

/// Lines as they are: commands are copied from there.
fn as_written(text: &str) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    let lines = text.trim_end().lines().map(|line| escape(line) + "\n");
    format!(".nf\n{}.fi\n", lines.collect::<String>())
}

/// Text that roff takes for text, with dashes and quotes that can be copied.
fn escape(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    let text = text.replace('\'', "\\(aq");
    match text.strip_prefix('.') {
        Some(rest) => format!("\\&.{rest}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_sections_of_its_command() {
        let command = Command::new("check")
            .version("1.0")
            .arg(
                Arg::new("policy")
                    .long("policy")
                    .env("STICKLER_POLICY")
                    .help("The policy [default: stickler.yaml]"),
            )
            .after_help("Examples:\n  a -b 'c'\n\nExit codes:\n  0  good\n\nMore.");
        let page = page(&command, "stickler-check").unwrap();
        for part in [
            ".TH stickler-check 1",
            ".SH \"EXIT STATUS\"\n.nf\n  0  good\n.fi\n",
            ".SH \"ENVIRONMENT\"\n.TP\n\\fBSTICKLER_POLICY\\fR\nThe value of \\-\\-policy,",
            ".SH \"FILES\"\n.TP\n\\fBstickler.yaml\\fR\n",
            ".SH \"NOTES\"\n.nf\nMore.\n.fi\n",
            ".SH \"EXAMPLES\"\n.nf\n  a \\-b \\(aqc\\(aq\n.fi\n",
            ".SH \"VERSION\"\n.nf\n1.0\n.fi\n",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
    }

    #[test]
    fn a_line_that_begins_like_a_request_is_text() {
        assert_eq!(escape(".sticklerignore"), "\\&.sticklerignore");
        assert_eq!(escape("a\\b"), "a\\eb");
    }
}
