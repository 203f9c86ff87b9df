//! `stickler explain`: the pages of rules and consequences.

use std::fmt::Write as _;
use std::process::ExitCode;

use anstyle::Style;
use clap::Args;

use super::Failure;
use super::terminal::{self, Colour};
use crate::lint::rules::Row;
use crate::lint::{CATALOGUE, Consequence, Rule, text};
use crate::page;
use crate::render;

/// Explain a rule or a consequence
///
/// A rule's page says what it finds, why it matters, how to fix it, and how to
/// suppress it. A consequence's page says what happens, and which rules have
/// it. Without an argument, the list of all rules by consequence.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler explain
      all rules by consequence
  stickler explain unknown-parameter
      the page of the rule that a report names: error[unknown-parameter]
  stickler explain breaks-reload
      the page of a consequence, with its rules")]
pub(super) struct Explain {
    /// The name of a rule or of a consequence
    #[arg(value_name = "RULE|CONSEQUENCE")]
    name: Option<String>,

    #[command(flatten)]
    colour: Colour,
}

impl Explain {
    pub(super) fn run(self) -> Result<ExitCode, Failure> {
        let bold = if self.colour.on_stdout() {
            Style::new().bold()
        } else {
            Style::new()
        };
        let text = match &self.name {
            Some(name) => with_headings(&find(name)?.page(), bold),
            None => catalogue(terminal::width(), bold),
        };
        terminal::print(&text)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Topic {
    Rule(Rule),
    Consequence(Consequence),
}

impl Topic {
    fn page(self) -> String {
        match self {
            Self::Rule(rule) => page::of(rule),
            Self::Consequence(consequence) => page::of_consequence(consequence),
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        let mut consequences = Consequence::ALL.into_iter();
        Rule::from_id(name).map(Self::Rule).or_else(|| {
            consequences
                .find(|consequence| consequence.as_str() == name)
                .map(Self::Consequence)
        })
    }
}

/// The names of all topics, for completions too.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let consequences = Consequence::ALL.into_iter().map(Consequence::as_str);
    CATALOGUE.iter().map(|row| row.id).chain(consequences)
}

/// The topic of that name, which may be copied from a report:
/// `error[unknown-parameter]:`.
fn find(name: &str) -> Result<Topic, Failure> {
    let name = name.rsplit('[').next().unwrap_or(name);
    let name = name.trim_end_matches([']', ':']);
    Topic::from_name(name).ok_or_else(|| {
        Failure::new(
            format_args!("unknown rule or consequence {}", text::quote(name)),
            advice(name),
        )
    })
}

/// The most similar name, or the names that contain the word.
fn advice(name: &str) -> String {
    if let Some(similar) = text::did_you_mean(name, names()) {
        return format!("did you mean '{similar}'?");
    }
    let containing: Vec<_> = names().filter(|known| known.contains(name)).collect();
    match containing[..] {
        [] => "run 'stickler explain' for the list".to_owned(),
        _ => format!("did you mean one of {}?", containing.join(", ")),
    }
}

/// A page with its headings in bold. A `#` in a fenced block is not a heading.
fn with_headings(page: &str, bold: Style) -> String {
    let mut is_code = false;
    page.lines().fold(String::new(), |mut page, line| {
        is_code ^= line.starts_with("```");
        let style = if line.starts_with('#') && !is_code {
            bold
        } else {
            Style::new()
        };
        let _ = writeln!(page, "{style}{line}{style:#}");
        page
    })
}

/// Every rule, under a heading for each consequence.
fn catalogue(width: usize, bold: Style) -> String {
    let consequences = Consequence::ALL.into_iter().map(Some);
    let mut list = String::new();
    for consequence in consequences.chain([None]) {
        let heading = match consequence {
            Some(consequence) => format!("{consequence}: {}", consequence.clause()),
            None => "no consequence: the cookie works".to_owned(),
        };
        let _ = writeln!(list, "{bold}{heading}{bold:#}\n");
        let rows = CATALOGUE
            .iter()
            .filter(|row| row.consequence == consequence);
        for row in rows {
            push_row(&mut list, row, width);
        }
        list.push('\n');
    }
    list.push_str("'stickler explain RULE' prints the page of a rule,\n'stickler explain CONSEQUENCE' that of a consequence.\n");
    list
}

/// `  <rule>  <what it finds>`, with the severity where the consequence has another.
fn push_row(list: &mut String, row: &Row, width: usize) {
    let usual = row.consequence.map(Consequence::severity);
    let mut summary = row.summary.to_owned();
    if usual != Some(row.severity) {
        let _ = write!(summary, " ({})", row.severity);
    }
    let indent = "  ".len() + LONGEST_ID + "  ".len();
    let wrapped = render::wrap(&summary, width.saturating_sub(indent));
    let wrapped = wrapped.replace('\n', &format!("\n{:indent$}", ""));
    let _ = writeln!(list, "  {:LONGEST_ID$}  {wrapped}", row.id);
}

/// The width of the longest name.
const LONGEST_ID: usize = {
    let (mut longest, mut index) = (0, 0);
    while index < CATALOGUE.len() {
        if CATALOGUE[index].id.len() > longest {
            longest = CATALOGUE[index].id.len();
        }
        index += 1;
    }
    longest
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_listed_once() {
        let list = catalogue(80, Style::new());
        for row in CATALOGUE {
            let line = format!("  {:LONGEST_ID$}  ", row.id);
            assert_eq!(list.matches(&line).count(), 1, "{}", row.id);
        }
        assert!(
            list.lines().all(|line| line.chars().count() <= 80),
            "{list}"
        );
    }

    #[test]
    fn names_are_found_as_reports_write_them() {
        for written in ["brace", "[brace]", "error[brace]", "error[brace]:"] {
            assert_eq!(find(written).unwrap(), Topic::Rule(Rule::Brace));
        }
        for consequence in Consequence::ALL {
            let topic = Topic::Consequence(consequence);
            assert_eq!(find(consequence.as_str()).unwrap(), topic);
        }
    }

    #[test]
    fn similar_names_are_suggested() {
        for (name, expected) in [
            ("unknown-paramter", "did you mean 'unknown-parameter'?"),
            ("breaks-reloads", "did you mean 'breaks-reload'?"),
            (
                "samesite",
                "one of invalid-samesite, samesite-none-insecure",
            ),
            ("nonsense", "for the list"),
        ] {
            let Failure { line, .. } = find(name).unwrap_err();
            assert!(line.contains(expected), "{line}");
        }
    }

    #[test]
    fn code_has_no_headings() {
        let bold = Style::new().bold();
        let text = with_headings("# a\n```yaml\n# b\n```\n# c\n", bold);
        assert_eq!(text.matches("\u{1b}[1m").count(), 2, "{text:?}");
    }
}
