//! The policy file, while it is served: read again when it changes.

use std::time::Duration;

use jiff::Timestamp;

use crate::policy::{Live, Poll};

/// Looks for a newer policy every `interval`, for as long as it is polled.
pub(super) async fn watch(policy: &Live, interval: Duration) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        look(policy);
    }
}

/// Looks for a newer policy, and logs what there is to say of it.
pub(super) fn look(policy: &Live) {
    match policy.poll(Timestamp::now()) {
        Poll::Unchanged => {}
        Poll::Loaded(warnings) => {
            tracing::info!(file = warnings.file, "the policy was reloaded");
            for warning in &warnings.list {
                tracing::warn!(file = warnings.file, "the policy: {warning}");
            }
        }
        Poll::Refused(faults) => {
            let file = &faults.file;
            tracing::error!(
                file,
                "the policy was not reloaded; the last good one stays in force"
            );
            for fault in &faults.list {
                tracing::error!(file, "the policy: {fault}");
            }
        }
    }
}
