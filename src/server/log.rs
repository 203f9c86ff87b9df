//! One line a decision.

use std::time::Duration;

use crate::admission::Facts;

/// Writes the line of an answer.
pub(super) fn decision(facts: &Facts<'_>, duration: Duration) {
    let rules: Vec<_> = facts.rules.iter().map(|rule| rule.id()).collect();
    tracing::info!(
        uid = &*facts.uid,
        namespace = facts.namespace.as_deref(),
        name = facts.name.as_deref(),
        operation = facts.operation.as_str(),
        user = facts.user.as_deref(),
        dry_run = facts.dry_run,
        verdict = facts.verdict.as_str(),
        mode = facts.mode.as_str(),
        rules = rules.join(","),
        duration_seconds = duration.as_secs_f64(),
        "reviewed"
    );
}
