//! What is generated from the chart, for those who do not use Helm: the
//! manifests for Kustomize and the alerts for Prometheus.

use crate::joined;
use crate::rendered::{committed, render};

const HEAD: &str = "# Generated from deploy/chart by `make golden`; do not edit.\n";

/// The overlays, and the values that each is rendered with. In `files` a
/// generator of the overlay's own puts the CA in the place of this one.
const OVERLAYS: [(&str, &[&str]); 3] = [
    ("self-managed", &[]),
    ("cert-manager", &["--set", "certificates.mode=certManager"]),
    (
        "files",
        &[
            "--set",
            "certificates.mode=existingSecret,certificates.existingSecret.name=stickler-tls,\
             certificates.existingSecret.caBundle=-----BEGIN CERTIFICATE-----",
        ],
    ),
];

/// Lines that only Helm writes: who installed what, and from which template.
fn is_helm_s(line: &str) -> bool {
    let line = line.trim_start();
    [
        "# Source:",
        "helm.sh/chart:",
        "app.kubernetes.io/managed-by:",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}

#[test]
fn kustomize_is_fresh() {
    for (overlay, values) in OVERLAYS {
        let rendered = render(&[values, &["--no-hooks"]].concat());
        let lines = rendered.lines().filter(|line| !is_helm_s(line));
        let manifests = joined("", lines);
        let name = format!("deploy/kustomize/overlays/{overlay}/stickler.yaml");
        committed(&name, &format!("{HEAD}{manifests}"));
    }
}

#[test]
fn the_alerts_are_fresh() {
    let template = ["-s", "templates/prometheusrule.yaml"];
    let rendered = render(&[&template[..], &["--set", "prometheusRule.enabled=true"]].concat());
    let (_, spec) = rendered.split_once("\nspec:\n").expect("a spec");
    let lines = spec
        .lines()
        .map(|line| line.strip_prefix("  ").unwrap_or(line));
    let rules = joined("", lines);
    committed(
        "deploy/prometheus/rules.yaml",
        &format!("{HEAD}# Each has a runbook of its name in docs/operations.md.\n{rules}"),
    );
}

/// The names and thresholds of an installation reach its alerts.
#[test]
fn alerts_have_the_installation_s_values() {
    let seen = render(&[
        "-s",
        "templates/prometheusrule.yaml",
        "--set",
        "prometheusRule.enabled=true,fullnameOverride=guard,\
         prometheusRule.runbooks=https://example.com/operations,\
         prometheusRule.thresholds.replicas=3,prometheusRule.thresholds.slowSeconds=0.5,\
         prometheusRule.thresholds.certificateDays=2,prometheusRule.thresholds.caDays=30,\
         prometheusRule.thresholds.badRequestsPerSecond=5",
    ]);
    for expected in [
        "name=\"guard.stickler.svc\"",
        "runbook_url: https://example.com/operations#sticklerdown",
        "count(stickler_in_flight_requests) < 3\n",
        "> 0.5\n",
        "time() < 2 *",
        "time() < 30 *",
        "> 5\n",
    ] {
        assert!(seen.contains(expected), "no {expected}: {seen}");
    }
}
