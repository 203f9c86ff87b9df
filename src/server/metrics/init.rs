//! What is shown before anything has happened: to Prometheus a counter that is
//! first seen at 1 has never risen, and no alert would fire.

use prometheus::IntCounterVec;

use super::Metrics;
use crate::admission::Refusal;
use crate::lint::CATALOGUE;
use crate::policy::Mode;
use crate::server::bad_request::BadRequest;
use crate::server::closed::Closed;

/// Shows every member of each label's closed set at 0; of the modes only the
/// default, since an operator's others are few and soon seen.
pub(super) fn init(metrics: &Metrics) {
    let rules = CATALOGUE.iter().map(|entry| entry.id);
    show(&metrics.findings, rules);
    show(&metrics.refusals, Refusal::ALL.map(Refusal::as_str));
    show(&metrics.bad_requests, BadRequest::REASONS);
    show(&metrics.connections.errors, Closed::REASONS);
    for verdict in ["allow", "warn", "deny", "fail"] {
        for operation in ["create", "update"] {
            let labels = [verdict, Mode::Enforce.as_str(), operation];
            metrics.decisions.with_label_values(&labels);
        }
    }
}

fn show(counters: &IntCounterVec, values: impl IntoIterator<Item = &'static str>) {
    for value in values {
        counters.with_label_values(&[value]);
    }
}
