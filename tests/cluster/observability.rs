//! The alerts and the dashboard ask for metrics that there are: stickler's
//! own, and the API server's about its webhooks.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use k8s_openapi::api::admissionregistration::v1::WebhookClientConfig;
use serde_json::Value;

use crate::child_guard::poll;
use crate::installed::PROMTOOL;
use crate::place::Place;
use crate::promql::{alerts, metrics};
use crate::webhook::{install, shipped};

const DASHBOARD: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/deploy/chart/files/stickler.json"
);

/// Every expression in the alerts and the dashboard.
fn expressions() -> Vec<String> {
    let text = fs::read_to_string(DASHBOARD).expect("the dashboard");
    let dashboard: Value = serde_json::from_str(&text).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let targets = panels
        .iter()
        .filter_map(|panel| panel["targets"].as_array());
    let alerts = alerts();
    let all = targets.flatten().chain(&alerts);
    all.map(|rule| rule["expr"].as_str().expect("an expression").to_owned())
        .collect()
}

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

/// Has the API server fail to call a webhook, once closed and once open: it
/// shows what it counts when it has counted.
async fn fail(place: &Place) {
    for policy in ["Fail", "Ignore"] {
        let mut configuration = shipped(place);
        for webhook in configuration.webhooks.iter_mut().flatten() {
            webhook.failure_policy = Some(policy.to_owned());
            webhook.client_config = WebhookClientConfig {
                url: Some("https://127.0.0.1:1/validate".to_owned()),
                ..WebhookClientConfig::default()
            };
        }
        install(place, &configuration).await;
        let metric = match policy {
            "Fail" => "rejection_count",
            _ => "fail_open_count",
        };
        let counted = poll(|| {
            let apply = "kubectl create -f good.yaml --dry-run=server || true";
            place.shell(apply);
            let page = place.shell("kubectl get --raw /metrics");
            page.contains(&format!("apiserver_admission_webhook_{metric}{{"))
                .then_some(())
        });
        assert!(counted.is_some(), "{metric} stays uncounted");
    }
}

#[tokio::test]
async fn every_metric_that_is_asked_for_is_there() {
    let (place, webhook) = Place::guarded("metrics").await;
    let ours = samples(&webhook.metrics(&place));
    fail(&place).await;
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

/// promtool has nothing to say about names, types and help.
#[tokio::test]
async fn promtool_is_content_with_the_metrics() {
    let (place, webhook) = Place::guarded("promtool").await;
    let mut promtool = Command::new(PROMTOOL.program())
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let page = webhook.metrics(&place);
    let mut input = promtool.stdin.take().unwrap();
    input.write_all(page.as_bytes()).unwrap();
    drop(input);
    let said = promtool.wait_with_output().unwrap();
    let [output, errors] = [said.stdout, said.stderr].map(|it| String::from_utf8(it).unwrap());
    assert!(said.status.success(), "{output}{errors}");
    assert_eq!((&*output, &*errors), ("", ""));
}
