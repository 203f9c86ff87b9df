//! What GitHub Actions gets beside the report that was asked for: annotations
//! with a text, and the table of the step's summary.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter};

use super::super::terminal::{self, Shared, Stdout};
use crate::render::{self, Format, Report, Style};

/// The reports that the environment asks for.
pub(super) fn reports(format: Format, out: Shared<Stdout>, style: Style) -> Vec<Box<dyn Report>> {
    let in_actions = std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true");
    let annotations: Option<Box<dyn Report>> =
        (in_actions && format.is_text()).then(|| Format::Github.open(Box::new(out), style));
    annotations.into_iter().chain(step_summary()).collect()
}

/// The table at the end of the file that `GITHUB_STEP_SUMMARY` names, as long as
/// GitHub shows it. Without it the findings are in the log all the same.
fn step_summary() -> Option<Box<dyn Report>> {
    let path = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty())?;
    let open = || -> io::Result<(File, u64)> {
        let file = OpenOptions::new().append(true).create(true).open(&path)?;
        let length = file.metadata()?.len();
        Ok((file, length))
    };
    match open() {
        Ok((file, length)) => {
            let taken = usize::try_from(length).unwrap_or(usize::MAX);
            let left = render::MOST_STEP_SUMMARY.saturating_sub(taken);
            Some(render::step_summary(Box::new(BufWriter::new(file)), left))
        }
        Err(error) => {
            let note = format!("note: no table in GITHUB_STEP_SUMMARY: {error}");
            terminal::note(&note);
            None
        }
    }
}
