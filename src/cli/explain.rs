//! `stickler explain`: the pages of the rules.

use std::fmt::Write as _;
use std::process::ExitCode;

use anstyle::Style;
use clap::Args;

use super::Failure;
use super::terminal::{self, Colour};
use crate::lint::rules::Row;
use crate::lint::{CATALOGUE, Consequence, Rule, text};
use crate::render;

/// Explain a rule: what it finds, who says so, why it matters, how to fix it
///
/// Without a rule, list them all by what follows from them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  stickler explain
      every rule with what it finds
  stickler explain unknown-parameter
      the page of the rule that a report names: error[unknown-parameter]")]
pub(super) struct Explain {
    /// The rule's name
    rule: Option<String>,

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
        let text = match &self.rule {
            Some(id) => page(find(id)?, bold),
            None => catalogue(terminal::width(), bold),
        };
        terminal::print(&text)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The rule of that name; it may stand as reports write it:
/// `error[unknown-parameter]:`.
fn find(id: &str) -> Result<Rule, Failure> {
    let id = id.rsplit('[').next().unwrap_or(id);
    let id = id.trim_end_matches([']', ':']);
    Rule::from_id(id).ok_or_else(|| {
        Failure::new(
            format_args!("no rule is called {}", text::quote(id)),
            advice(id),
        )
    })
}

/// The rule that was meant, or those with the word in their names.
fn advice(id: &str) -> String {
    let known = || CATALOGUE.iter().map(|entry| entry.id);
    if let Some(meant) = text::did_you_mean(id, known()) {
        return format!("did you mean '{meant}'?");
    }
    let alike: Vec<_> = known().filter(|name| name.contains(id)).collect();
    match alike[..] {
        [] => "'stickler explain' lists them".to_owned(),
        _ => format!("did you mean one of {}?", alike.join(", ")),
    }
}

/// The page, its headings in bold.
fn page(rule: Rule, bold: Style) -> String {
    rule.page().lines().fold(String::new(), |mut page, line| {
        let style = if line.starts_with('#') {
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
            None => "no consequence: worth knowing".to_owned(),
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
    list.push_str("'stickler explain RULE' shows a rule's page.\n");
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
    fn every_rule_stands_in_the_catalogue_once() {
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
            assert_eq!(find(written).unwrap(), Rule::Brace);
        }
        let Failure { line, .. } = find("unknown-paramter").unwrap_err();
        assert!(line.contains("did you mean 'unknown-parameter'?"), "{line}");
        let Failure { line, .. } = find("samesite").unwrap_err();
        assert!(
            line.contains("one of invalid-samesite, samesite-none-insecure"),
            "{line}"
        );
        let Failure { line, .. } = find("nonsense").unwrap_err();
        assert!(line.contains("lists them"), "{line}");
    }
}
