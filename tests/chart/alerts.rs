//! Alerts that people can act on, and what metrics an expression names.

use std::fs;

use crate::installed::PROMTOOL;
use crate::{file, promql};

#[test]
fn each_has_a_runbook() {
    let operations = fs::read_to_string(file("docs/operations.md")).unwrap();
    let alerts = promql::alerts();
    assert!(alerts.len() > 10, "{}", alerts.len());
    for alert in alerts {
        let name = alert["alert"].as_str().unwrap();
        let annotations = &alert["annotations"];
        assert!(annotations["summary"].is_string(), "{name}");
        assert!(annotations["description"].is_string(), "{name}");
        assert!(alert["labels"]["severity"].is_string(), "{name}");
        let runbook = format!("docs/operations.md#{}", name.to_lowercase());
        assert_eq!(annotations["runbook_url"], runbook, "{name}");
        let heading = format!("\n#### {name}\n");
        assert!(operations.contains(&heading), "no runbook for {name}");
    }
}

#[test]
fn metrics_are_found_in_expressions() {
    for (expression, names) in [
        ("absent(up)", &["up"][..]),
        (
            "sum by (le, pod) (rate(a_bucket{b=\"c\"}[5m])) > 0.25",
            &["a_bucket"],
        ),
        (
            "topk(10, sum by (rule) (increase(a_total[1h])))",
            &["a_total"],
        ),
        ("min(a{b=~\"c|d\"}) - time() < 7 * 86400", &["a"]),
        ("a / on (b) group_left(c) d", &["a", "d"]),
    ] {
        let found: Vec<_> = promql::metrics(expression).into_iter().collect();
        assert_eq!(found, names, "{expression}");
    }
}

/// promtool runs tests/chart/alerts.yaml: what series raise which alert.
#[test]
fn they_are_raised_when_they_should() {
    let output = std::process::Command::new(PROMTOOL.program())
        .args(["test", "rules", "--diff", "tests/chart/alerts.yaml"])
        .current_dir(crate::ROOT)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{errors}");
}

/// No alert without a case in which it is raised.
#[test]
fn each_has_a_case() {
    let text = fs::read_to_string(file("tests/chart/alerts.yaml")).unwrap();
    for alert in promql::alerts() {
        let name = alert["alert"].as_str().unwrap();
        let case = format!("alertname: {name}\n        exp_alerts:\n          -");
        assert!(text.contains(&case), "no case for {name}");
    }
}
