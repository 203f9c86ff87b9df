//! What was checked, and the outcome: the one line at the end.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::Serialize;

use crate::finding::{Counts, Finding};
use crate::lint::{Rule, Severity};

/// Counts of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// What was checked.
    #[serde(skip)]
    pub scope: Scope,
    /// How much was checked.
    #[serde(flatten)]
    pub counts: Counts,
    /// The findings that are errors.
    pub errors: usize,
    /// The findings that are warnings.
    pub warnings: usize,
    /// The findings that are notes.
    pub notes: usize,
    /// The findings with a safe fix: it can only be what was intended.
    pub fixable: usize,
    /// The findings with another fix.
    pub unsafely_fixable: usize,
    /// The inputs that could not be read.
    #[serde(rename = "unreadable")]
    pub failures: usize,
    /// The Ingresses of another class than those of the policy, which are not
    /// checked.
    pub other_class: usize,
    /// The Ingresses with affinity keys of ingress-nginx of which no rule
    /// reports anything, because the policy names no classes.
    #[serde(skip)]
    pub affinity: usize,
    /// The findings by rule.
    #[serde(skip)]
    pub rules: BTreeMap<Rule, usize>,
}

/// Where the Ingresses came from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scope {
    /// From files, which may be fixed in place.
    #[default]
    Files,
    /// From a cluster.
    Cluster,
}

impl Summary {
    /// Count a finding.
    pub fn count(&mut self, finding: &Finding) {
        let diagnostic = &finding.diagnostic;
        match diagnostic.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
            Severity::Note => self.notes += 1,
        }
        // What an alias shares has a fix, and no place to make it in.
        match diagnostic
            .fix
            .as_ref()
            .filter(|_| !finding.edits.is_empty())
        {
            Some(fix) if fix.safe => self.fixable += 1,
            Some(_) => self.unsafely_fixable += 1,
            None => {}
        }
        *self.rules.entry(diagnostic.rule).or_default() += 1;
    }

    /// Whether there was an Ingress at all.
    #[must_use]
    pub fn saw_nothing(&self) -> bool {
        self.counts.saw_nothing() && self.other_class == 0
    }

    /// Findings by rule, the most frequent first: a line each.
    #[must_use]
    pub fn statistics(&self) -> String {
        let mut rows: Vec<_> = self.rules.iter().collect();
        rows.sort_by_key(|&(rule, &count)| (std::cmp::Reverse(count), *rule));
        let width = rows.first().map_or(0, |(_, count)| count.to_string().len());
        rows.iter().fold(String::new(), |mut lines, (rule, count)| {
            let _ = writeln!(lines, "{count:>width$}  {rule}: {}", rule.summary());
            lines
        })
    }

    /// What the counts leave out, a line each: templates always, and what
    /// comments silence if `verbose`.
    #[must_use]
    pub fn left_out(&self, verbose: bool) -> String {
        let mut lines = String::new();
        if self.counts.templates > 0 {
            let files = match self.counts.templates {
                1 => "1 file is the source of a Helm template and was skipped".to_owned(),
                many => format!("{many} files are sources of Helm templates and were skipped"),
            };
            let _ = writeln!(
                lines,
                "note: {files}; check what the chart renders: helm template CHART | stickler check -"
            );
        }
        if self.counts.mentions > 0 {
            let places = counted(self.counts.mentions, "place", "places");
            let _ = writeln!(
                lines,
                "note: the annotation's name appears in {places} where no value can be read; \
                 --verbose shows where"
            );
        }
        if self.affinity > 0 {
            let have = match self.affinity {
                1 => "1 Ingress has".to_owned(),
                many => format!("{many} Ingresses have"),
            };
            let _ = writeln!(
                lines,
                "note: {have} ingress-nginx affinity; see stickler migrate"
            );
        }
        if verbose && self.counts.ignored > 0 {
            let findings = counted(self.counts.ignored, "finding is", "findings are");
            let _ = writeln!(lines, "note: {findings} silenced by comments");
        }
        lines
    }

    fn looked_at(&self) -> String {
        let place = match self.scope {
            Scope::Files => format!("in {}", counted(self.counts.files, "file", "files")),
            Scope::Cluster => "in the cluster".to_owned(),
        };
        if self.saw_nothing() {
            return format!("Nothing to check: no Ingress {place}");
        }
        let annotated = match self.counts.annotated {
            0 => "none with sticky cookies".to_owned(),
            some => format!("{some} with sticky cookies"),
        };
        let ingresses = counted(self.counts.ingresses, "Ingress", "Ingresses");
        let alone = counted(self.counts.values_alone, "value alone", "values alone");
        match (self.counts.ingresses, self.counts.values_alone) {
            (_, 0) => format!("Checked {ingresses} ({annotated}) {place}"),
            (0, _) => format!("Checked {alone} {place}"),
            _ => format!("Checked {ingresses} ({annotated}) and {alone} {place}"),
        }
    }

    fn found(&self) -> String {
        let kinds = [
            (self.errors, "error", "errors"),
            (self.warnings, "warning", "warnings"),
            (self.notes, "note", "notes"),
        ];
        let found: Vec<_> = kinds
            .into_iter()
            .filter(|&(count, ..)| count > 0)
            .map(|(count, one, many)| counted(count, one, many))
            .collect();
        if found.is_empty() {
            "nothing found".to_owned()
        } else {
            found.join(", ")
        }
    }

    fn fixes(&self) -> Option<String> {
        match (self.fixable, self.unsafely_fixable) {
            (0, 0) => None,
            (safe, 0) => Some(format!(" ({safe} fixable with 'stickler fix')")),
            (0, other) => Some(format!(" ({other} fixable with 'stickler fix --unsafe')")),
            (safe, other) => Some(format!(
                " ({safe} fixable with 'stickler fix', {other} more with '--unsafe')"
            )),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.looked_at())?;
        if !self.saw_nothing() || self.errors + self.warnings > 0 {
            write!(f, ": {}", self.found())?;
        }
        if let Some(fixes) = self.fixes() {
            f.write_str(&fixes)?;
        }
        match self.other_class {
            0 => {}
            1 => f.write_str("; 1 Ingress of another class was not checked")?,
            many => write!(f, "; {many} Ingresses of another class were not checked")?,
        }
        if self.failures > 0 {
            let inputs = counted(self.failures, "input", "inputs");
            write!(f, "; {inputs} could not be read")?;
        }
        f.write_str(".")
    }
}

/// `1 file`, `2 files`.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_out_is_reported() {
        let summary = Summary {
            counts: Counts {
                templates: 1,
                ignored: 2,
                ..Counts::default()
            },
            ..Summary::default()
        };
        let note = "note: 1 file is the source of a Helm template and was skipped; \
                    check what the chart renders: helm template CHART | stickler check -\n";
        assert_eq!(summary.left_out(false), note);
        let silenced = "note: 2 findings are silenced by comments\n";
        assert_eq!(summary.left_out(true), note.to_owned() + silenced);
        for (mentions, places) in [(1, "1 place"), (2, "2 places")] {
            let mut summary = Summary::default();
            summary.counts.mentions = mentions;
            let note = format!(
                "note: the annotation's name appears in {places} where no value can be read; \
                 --verbose shows where\n"
            );
            assert_eq!(summary.left_out(false), note);
        }
        assert_eq!(Summary::default().left_out(true), "");
    }

    #[test]
    fn findings_are_counted_by_severity_and_fix() {
        use crate::finding::{Location, ObjectRef, SourceEdit};
        use crate::lint::read::keys::PLUS_KEY;
        use crate::lint::{Diagnostic, Place, Span};
        let mut summary = Summary::default();
        for (severity, safe) in [
            (Severity::Error, Some(true)),
            (Severity::Error, Some(false)),
            (Severity::Error, Some(false)),
            (Severity::Warning, Some(false)),
            (Severity::Warning, None),
            (Severity::Note, None),
        ] {
            let span = Span::new(0, 1);
            let place = Place::value(PLUS_KEY, span);
            let found = Diagnostic {
                severity,
                ..Diagnostic::new(Rule::Brace, place, "m")
            };
            let edit = SourceEdit {
                location: Location::default(),
                text: String::new(),
            };
            let found = match safe {
                Some(safe) => found.with_edit(safe, span, ""),
                None => found,
            };
            summary.count(&Finding {
                edits: safe.map(|_| edit).into_iter().collect(),
                ..Finding::new(found, ObjectRef::default())
            });
        }
        let by_severity = (summary.errors, summary.warnings, summary.notes);
        assert_eq!(by_severity, (3, 2, 1));
        assert_eq!((summary.fixable, summary.unsafely_fixable), (1, 3));
        assert_eq!(summary.rules[&Rule::Brace], 6);
    }

    #[test]
    fn statistics_begin_with_the_most_frequent() {
        let rules = [
            (Rule::MissingPath, 2),
            (Rule::UnknownParameter, 12),
            (Rule::Brace, 2),
        ];
        let summary = Summary {
            rules: rules.into(),
            ..Summary::default()
        };
        let text = summary.statistics();
        let begins: Vec<_> = text.lines().map(|line| &line[..5]).collect();
        assert_eq!(begins[0], "12  u", "{text}");
        assert!(
            begins[1..].iter().all(|it| it.starts_with(" 2  ")),
            "{text}"
        );
        assert_eq!(begins.len(), 3);
    }

    #[test]
    fn an_ingress_of_another_class_is_not_one_in_which_nothing_was_found() {
        let mut summary = Summary {
            other_class: 1,
            ..Summary::default()
        };
        summary.counts.files = 31;
        assert_eq!(
            summary.to_string(),
            "Checked 0 Ingresses (none with sticky cookies) in 31 files: nothing found; \
             1 Ingress of another class was not checked."
        );
    }

    #[test]
    fn what_is_found_without_an_ingress_is_counted() {
        let mut summary = Summary {
            errors: 1,
            ..Summary::default()
        };
        summary.counts.files = 31;
        assert_eq!(
            summary.to_string(),
            "Nothing to check: no Ingress in 31 files: 1 error."
        );
    }

    #[test]
    fn the_line_tells_what_was_looked_at_and_what_was_found() {
        let checked = Summary {
            counts: Counts {
                files: 31,
                ingresses: 12,
                annotated: 7,
                ..Counts::default()
            },
            ..Summary::default()
        };
        let line = |change: fn(&mut Summary)| {
            let mut summary = checked.clone();
            change(&mut summary);
            summary.to_string()
        };
        assert_eq!(
            line(|s| (s.errors, s.warnings, s.fixable) = (1, 1, 2)),
            "Checked 12 Ingresses (7 with sticky cookies) in 31 files: \
             1 error, 1 warning (2 fixable with 'stickler fix')."
        );
        assert_eq!(
            line(|_| {}),
            "Checked 12 Ingresses (7 with sticky cookies) in 31 files: nothing found."
        );
        assert_eq!(
            line(|s| (s.counts.ingresses, s.counts.annotated) = (1, 0)),
            "Checked 1 Ingress (none with sticky cookies) in 31 files: nothing found."
        );
        assert_eq!(
            line(|s| s.counts.ingresses = 0),
            "Nothing to check: no Ingress in 31 files."
        );
        assert_eq!(
            line(|s| s.counts.values_alone = 1),
            "Checked 12 Ingresses (7 with sticky cookies) and 1 value alone in 31 files: \
             nothing found."
        );
        assert_eq!(
            line(|s| (s.counts.ingresses, s.counts.values_alone) = (0, 2)),
            "Checked 2 values alone in 31 files: nothing found."
        );
        assert_eq!(
            line(|s| (s.errors, s.fixable, s.unsafely_fixable, s.failures) = (2, 1, 3, 1)),
            "Checked 12 Ingresses (7 with sticky cookies) in 31 files: 2 errors \
             (1 fixable with 'stickler fix', 3 more with '--unsafe'); 1 input could not be read."
        );
        assert_eq!(
            line(|s| (s.scope, s.warnings) = (Scope::Cluster, 2)),
            "Checked 12 Ingresses (7 with sticky cookies) in the cluster: 2 warnings."
        );
    }
}
