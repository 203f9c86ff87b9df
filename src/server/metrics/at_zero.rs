//! What is shown before anything has happened: to Prometheus a counter that is
//! first seen at 1 has never risen, and no alert would tell.

use super::{Counter, Family, Labels, Metrics};
use crate::admission::Refusal;
use crate::lint::CATALOGUE;
use crate::policy::Mode;
use crate::server::bad_request::BadRequest;

/// Why connections come to nothing, as `observe_connection_error` has it.
const CONNECTION_ERRORS: [&str; 5] = ["limit", "handshake-timeout", "handshake", "socket", "other"];

/// Shows every member of each label's closed set at 0; of the modes only the
/// default, since an operator's others are few and soon seen.
pub(super) fn begin(metrics: &Metrics) {
    let rules = CATALOGUE.iter().map(|entry| entry.id);
    show(&metrics.findings, "rule", rules);
    let refusals = Refusal::ALL.map(Refusal::as_str);
    show(&metrics.refusals, "reason", refusals);
    show(&metrics.bad_requests, "reason", BadRequest::REASONS);
    show(&metrics.connection_errors, "reason", CONNECTION_ERRORS);
    let mode = ("mode", Mode::Enforce.as_str());
    for verdict in ["allow", "warn", "deny", "fail"] {
        for operation in ["create", "update"] {
            let labels = [("verdict", verdict), mode, ("operation", operation)];
            drop(metrics.decisions.get_or_create(&labels));
        }
    }
}

fn show(
    family: &Family<Labels<1>, Counter>,
    label: &'static str,
    values: impl IntoIterator<Item = &'static str>,
) {
    for value in values {
        drop(family.get_or_create(&[(label, value)]));
    }
}
