//! The alerts and the dashboard ask for metrics that there are: stickler's
//! own, and the API server's about its webhooks.

use std::collections::BTreeSet;

use crate::place::Place;
use crate::promql::{expressions, metrics};
use crate::webhook::Webhook;

/// The samples that a page of metrics has, or would have: a counter without a
/// sample yet has its type written down all the same.
fn samples(page: &str) -> BTreeSet<String> {
    let types = page.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let types = types.filter_map(|line| line.split_once(' '));
    types.flat_map(|(name, kind)| of_type(name, kind)).collect()
}

fn of_type(name: &str, kind: &str) -> Vec<String> {
    let suffixes: &[&str] = match kind {
        // OpenMetrics names the family, Prometheus' own format the sample.
        "counter" => &["", "_total"],
        "histogram" => &["_bucket", "_sum", "_count"],
        _ => &[""],
    };
    suffixes
        .iter()
        .map(|suffix| format!("{name}{suffix}"))
        .collect()
}

#[tokio::test]
async fn every_metric_that_is_asked_for_is_there() {
    let (place, webhook) = Place::guarded("metrics").await;
    // The API server counts a call of a webhook when it fails or denies.
    let ours = samples(&webhook.metrics(&place));
    let theirs = samples(&place.shell("kubectl get --raw /metrics"));
    for expression in expressions() {
        let names = metrics(&expression);
        assert!(!names.is_empty(), "asks for nothing: {expression}");
        for name in names {
            let there = if name.starts_with("apiserver_") {
                &theirs
            } else {
                &ours
            };
            assert!(there.contains(&name), "no {name}: {expression}");
        }
    }
}
