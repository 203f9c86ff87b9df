//! Whatever the text: it is read to its end, every place lies within it, and
//! mending it leaves a text that can be read as before.

use stickler::finding::Location;
use stickler::lint::{Policy, Severity, Subject, check};
use stickler::manifest::{self, Report, Source, fix};

/// Panics where something does not hold.
pub(crate) fn assert_sound(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let policy = Policy::default();
    let check_subject = |subject: &Subject<'_>| check(subject, &policy);
    let source = Source {
        name: "a.yaml".to_owned(),
        text: text.to_owned(),
    };
    let report = manifest::check(source.clone(), &check_subject);
    let findings = report.findings.iter().chain(&report.silenced);
    for finding in findings {
        is_within(text, finding.location.as_ref().expect("a place in a file"));
        for edit in &finding.edits {
            is_within(text, &edit.location);
        }
    }
    for error in &report.errors {
        is_within(text, &error.location);
    }
    let fixed = fix(source, &check_subject, true);
    assert_eq!(fixed.before, text);
    assert_eq!(
        fixed.report.errors.len(),
        report.errors.len(),
        "{:?}",
        fixed.after
    );
    // A fix lets further readers see the value: there may be new warnings.
    assert!(
        errors(&fixed.report) <= errors(&report),
        "{:?}",
        fixed.after
    );
    assert_eq!(fixed.changes(), fixed.applied > 0);
}

fn errors(report: &Report) -> usize {
    let found = report.findings.iter().map(|it| it.diagnostic.severity);
    found.filter(|&it| it == Severity::Error).count()
}

/// Bytes, and the lines and columns that say the same.
fn is_within(text: &str, location: &Location) {
    let bytes = location.bytes;
    assert!(
        text.get(bytes.start..bytes.end).is_some(),
        "{location:?} of {text:?}"
    );
    assert!(location.line > 0 && location.column > 0, "{location:?}");
    let ends = (location.end_line, location.end_column);
    assert!((location.line, location.column) <= ends, "{location:?}");
}
