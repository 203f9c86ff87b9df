//! What `/metrics` shows.

use std::collections::BTreeSet;
use std::time::Instant;

use crate::harness::{Running, review};

/// Every metric and its labels: what dashboards and alerts rely on.
const SHOWN: &[&str] = &[
    "process_cpu_seconds_total",
    "process_max_fds",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
    "stickler_bad_requests_total{reason}",
    "stickler_build_info{version}",
    "stickler_certificate_not_after_seconds{certificate}",
    "stickler_certificate_refused",
    "stickler_certificate_reloads_total{result}",
    "stickler_connection_errors_total{reason}",
    "stickler_decisions_total{mode,operation,verdict}",
    "stickler_findings_total{rule}",
    "stickler_in_flight_requests",
    "stickler_log_lines_lost_total",
    "stickler_open_connections",
    "stickler_panics_total",
    "stickler_policy_refused",
    "stickler_policy_reloads_total{result}",
    "stickler_refusals_total{reason}",
    "stickler_request_body_bytes_bucket{le}",
    "stickler_request_body_bytes_count",
    "stickler_request_body_bytes_sum",
    "stickler_request_duration_seconds_bucket{le}",
    "stickler_request_duration_seconds_count",
    "stickler_request_duration_seconds_sum",
];

/// A line's metric with the names of its labels.
fn name(line: &str) -> String {
    let (metric, _) = line.rsplit_once(' ').unwrap();
    let Some((name, labels)) = metric.split_once('{') else {
        return metric.to_owned();
    };
    let labels = labels.trim_end_matches('}').split("\",");
    let labels: Vec<_> = labels
        .filter_map(|label| Some(label.split_once('=')?.0))
        .collect();
    format!("{name}{{{}}}", labels.join(","))
}

#[tokio::test]
async fn names_and_labels_are_a_closed_set() {
    let server = Running::start().await;
    server.post(review("u-secret").to_string()).await;
    server.post("nonsense").await;
    let (status, text) = server.page("/metrics").await;
    assert_eq!(status, 200);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let shown: BTreeSet<_> = lines.map(name).collect();
    assert_eq!(shown, SHOWN.iter().map(ToString::to_string).collect());
    for secret in ["u-secret", "cafe", "default", "admin"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn each_stands_in_the_operators_page() {
    let page = include_str!("../../docs/operations.md");
    for shown in SHOWN {
        let (name, labels) = shown.split_once('{').unwrap_or((shown, ""));
        let parts = ["_bucket", "_count", "_sum"];
        let name = parts
            .iter()
            .find_map(|part| name.strip_suffix(part))
            .unwrap_or(name);
        let row = page
            .lines()
            .find(|line| line.starts_with("| ") && line.contains(&format!("`{name}`")));
        let row = row.unwrap_or_else(|| panic!("{name}"));
        let labels = labels.trim_end_matches('}').split(',');
        for label in labels.filter(|&label| !label.is_empty() && label != "le") {
            assert!(row.contains(&format!("`{label}`")), "{name} {label}");
        }
    }
}

#[tokio::test]
async fn reviews_are_counted_and_measured() {
    let server = Running::start().await;
    let begun = Instant::now();
    for uid in ["u-1", "u-2"] {
        server.post(review(uid).to_string()).await;
    }
    // In seconds: no more than have passed here.
    let took = server.metric("stickler_request_duration_seconds_sum").await;
    assert!(took > 0.0 && took < begun.elapsed().as_secs_f64(), "{took}");
    for (line, value) in [
        (
            r#"stickler_decisions_total{mode="enforce",operation="create",verdict="deny"}"#,
            2.0,
        ),
        (r#"stickler_findings_total{rule="unknown-parameter"}"#, 2.0),
        ("stickler_request_duration_seconds_count", 2.0),
        (r#"stickler_request_body_bytes_bucket{le="1024"}"#, 2.0),
        // What has not happened yet is there at 0, so that it can rise.
        (r#"stickler_refusals_total{reason="busy"}"#, 0.0),
        (r#"stickler_findings_total{rule="brace"}"#, 0.0),
        ("stickler_in_flight_requests", 0.0),
        ("stickler_panics_total", 0.0),
    ] {
        assert!((server.metric(line).await - value).abs() < 0.1, "{line}");
    }
}

/// The page as a scraper with that `Accept` gets it: content type and text.
async fn scraped(server: &Running, accept: Option<&str>) -> (String, String) {
    let url = format!("http://{}/metrics", server.admin);
    let request = reqwest::Client::new().get(url);
    let request = match accept {
        Some(accept) => request.header("accept", accept),
        None => request,
    };
    let response = request.send().await.unwrap();
    let content_type = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    (content_type, response.text().await.unwrap())
}

#[tokio::test]
async fn the_format_is_the_one_that_is_asked_for_and_the_order_is_stable() {
    let server = Running::start().await;
    let open_metrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let plain = "text/plain; version=0.0.4; charset=utf-8";
    for (accept, expected) in [
        (
            Some("application/openmetrics-text;version=1.0.0;q=0.5,text/plain;q=0.2"),
            open_metrics,
        ),
        (Some("text/plain;version=0.0.4"), plain),
        (Some("*/*"), plain),
        (None, plain),
    ] {
        let (content_type, text) = scraped(&server, accept).await;
        assert_eq!(content_type, expected, "{accept:?}");
        assert_eq!(text.ends_with("# EOF\n"), expected == open_metrics);
        let series = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            lines
                .map(|line| line.rsplit_once(' ').unwrap().0.to_owned())
                .collect()
        };
        let (_, again) = scraped(&server, accept).await;
        assert_eq!(series(&text), series(&again));
        let mut families: Vec<_> = text
            .lines()
            .filter(|line| line.starts_with("# TYPE"))
            .collect();
        let in_order = families.clone();
        families.sort_unstable();
        assert_eq!(in_order, families);
    }
}

#[tokio::test]
async fn every_member_of_a_closed_set_is_there_from_the_start() {
    let server = Running::start().await;
    for reason in [
        "path",
        "method",
        "content-type",
        "too-large",
        "disconnected",
        "review",
        "broken",
    ] {
        let line = format!(r#"stickler_bad_requests_total{{reason="{reason}"}}"#);
        assert!(server.metric(&line).await.abs() < 0.1);
    }
    for entry in stickler::lint::CATALOGUE {
        let line = format!(r#"stickler_findings_total{{rule="{}"}}"#, entry.id);
        assert!(server.metric(&line).await.abs() < 0.1);
    }
}
