//! What `check` reports of a value, as lines.

use std::fmt::Write as _;

use jiff::Timestamp;
use stickler::lint::{Diagnostic, Subject};
use stickler::manifest::{self, Source};
use stickler::policy::Policies;

use super::ingress::Ingress;
use super::symbols;

/// A line for each finding, and below it the value as fixed.
pub(crate) fn of(ingress: &Ingress, value: &str) -> String {
    let policies = Policies::parse("case", &ingress.policy, Timestamp::UNIX_EPOCH);
    let (policies, _) = policies.unwrap();
    let check = |subject: &Subject<'_>| policies.check(subject, Timestamp::UNIX_EPOCH);
    let source = Source {
        name: "case.yaml".to_owned(),
        text: ingress.manifest(value),
    };
    let report = manifest::check(source, &check);
    assert_eq!(report.errors, [], "{value}");
    let mut lines = String::new();
    for finding in &report.findings {
        push(&mut lines, &finding.diagnostic, value);
    }
    lines
}

fn push(lines: &mut String, diagnostic: &Diagnostic, value: &str) {
    let place = match diagnostic.place.span {
        Some(span) => format!("`{}`", symbols::show(span.of(value))),
        None => diagnostic.place.field.to_string(),
    };
    let rule = diagnostic.rule;
    let (message, facts) = (&diagnostic.message, facts(diagnostic));
    let _ = write!(lines, "  {rule} {facts}{place}: {message}");
    if let Some(help) = &diagnostic.help {
        let _ = write!(lines, "; {help}");
    }
    lines.push('\n');
    if let Some(fix) = &diagnostic.fix {
        let arrow = if fix.safe { "->" } else { "~>" };
        let fixed = match &fix.replacement {
            Some(new) => format!("{}: {}", new.annotation, new.value),
            None => fix.apply(value),
        };
        let _ = writeln!(lines, "  {arrow} {}", symbols::show(&fixed));
    }
}

/// Consequence and severity, where they are not those of the catalogue.
fn facts(diagnostic: &Diagnostic) -> String {
    let row = diagnostic.rule.row();
    let (consequence, severity) = (diagnostic.consequence, diagnostic.severity);
    if (consequence, severity) == (row.consequence, row.severity) {
        return String::new();
    }
    let consequence = consequence.map_or("no consequence".to_owned(), |it| it.to_string());
    format!("({consequence}, {severity}) ")
}
