//! What is wrong with a policy file, each with its place.

use std::fmt;

use crate::lint::Severity;
use crate::lint::text::did_you_mean;
use crate::yaml::Position;

/// So many faults are logged; `stickler policy check` prints them all.
const MOST_BRIEF: usize = 20;

/// One thing wrong with a policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Its place in the file.
    pub position: Position,
    /// An error refuses the file; a warning is only reported.
    pub severity: Severity,
    /// One sentence without a final stop.
    pub message: String,
    /// What to do about it: a clause that can follow a semicolon.
    pub help: Option<String>,
}

/// Everything wrong with one policy file, in the order of its text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults {
    /// The file as it was named.
    pub file: String,
    /// What is wrong with it.
    pub list: Vec<Fault>,
}

impl Faults {
    /// No fault yet in a file of that name.
    #[must_use]
    pub fn of(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            list: Vec::new(),
        }
    }

    /// The first of them, as a log line and a probe's answer have room for.
    pub(crate) fn brief(&self) -> String {
        let first = Self {
            file: self.file.clone(),
            list: self.list.iter().take(MOST_BRIEF).cloned().collect(),
        };
        match self.list.len() - first.list.len() {
            0 => first.to_string(),
            more => format!("{first}\nand {more} more; run 'stickler policy check'"),
        }
    }

    /// Whether the file cannot be used.
    #[must_use]
    pub fn refuse(&self) -> bool {
        self.list
            .iter()
            .any(|fault| fault.severity == Severity::Error)
    }

    /// The number of faults of that severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        let same_severity = |fault: &&Fault| fault.severity == severity;
        self.list.iter().filter(same_severity).count()
    }
}

/// Help on a word that is not one of `known`: a suggestion, or all of them.
pub(crate) fn suggest(word: &str, known: &[&'static str]) -> String {
    match did_you_mean(word, known.iter().copied()) {
        Some(suggestion) => format!("did you mean '{suggestion}'?"),
        None => format!("expected one of {}", known.join(", ")),
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.position, self.severity, self.message)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.list.iter().enumerate() {
            let newline = if index == 0 { "" } else { "\n" };
            write!(f, "{newline}{}:{fault}", self.file)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_of_faults_is_counted() {
        for (count, lines, last) in [
            (0, 0, None),
            (20, 20, Some("p.yaml:20:1: error: wrong")),
            (21, 21, Some("and 1 more; run 'stickler policy check'")),
            (9000, 21, Some("and 8980 more; run 'stickler policy check'")),
        ] {
            let fault = |line| Fault {
                position: Position { line, column: 1 },
                severity: Severity::Error,
                message: "wrong".to_owned(),
                help: None,
            };
            let mut faults = Faults::of("p.yaml");
            faults.list = (1..=count).map(fault).collect();
            let brief = faults.brief();
            assert_eq!((brief.lines().count(), brief.lines().last()), (lines, last));
        }
    }
}
