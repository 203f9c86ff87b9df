//! The manifests, word for word.

use similar::TextDiff;
use snapbox::{Assert, Data};

use crate::{file, helm, template};

const CHART: &str = "deploy/chart";

/// The main switches: a golden file each, of what differs from the default.
const SWITCHES: [(&str, &[&str]); 11] = [
    ("cert-manager", &["--set", "certificates.mode=certManager"]),
    (
        "issuer",
        &[
            "--set",
            "certificates.mode=certManager,certificates.certManager.issuerRef.name=company,\
             certificates.certManager.issuerRef.kind=ClusterIssuer",
        ],
    ),
    (
        "existing-secret",
        &[
            "--set",
            "certificates.mode=existingSecret,certificates.existingSecret.name=own-tls,\
             certificates.existingSecret.caBundle=PEM",
        ],
    ),
    ("kubernetes-1.27", &["--kube-version", "1.27.16"]),
    ("failing-open", &["--set", "webhook.failurePolicy=Ignore"]),
    (
        "namespaces",
        &[
            "--set",
            "webhook.excludedNamespaces={kube-system,monitoring},\
             webhook.namespaceSelector.matchLabels.stickler=on",
        ],
    ),
    (
        "callers",
        &[
            "--set",
            "callers.caConfigMap=api-server,callers.names={kube-apiserver}",
        ],
    ),
    ("policy", &["--set", "policy.mode=warn"]),
    ("autoscaling", &["--set", "autoscaling.enabled=true"]),
    (
        "network",
        &[
            "--set",
            "networkPolicy.apiServer={10.0.0.1/32},networkPolicy.metricsNamespaces=null",
        ],
    ),
    ("monitored", &["--set", "serviceMonitor.enabled=true"]),
];

fn render(arguments: &[&str]) -> String {
    let version = ["--kube-version", "1.37.2"];
    template(CHART, &[&version, arguments].concat()).unwrap_or_else(|why| panic!("{why}"))
}

fn golden(name: &str, seen: &str) {
    let golden = file(&format!("tests/chart/golden/{name}"));
    Assert::new()
        .action_env("SNAPSHOTS")
        .normalize_paths(false)
        .eq(seen, Data::read_from(&golden, None).raw());
}

#[test]
fn by_default() {
    golden("default.yaml", &render(&[]));
}

#[test]
fn each_switch() {
    let default = render(&[]);
    for (name, arguments) in SWITCHES {
        let seen = render(arguments);
        let diff = TextDiff::from_lines(&default, &seen);
        let mut diff = diff.unified_diff();
        let diff = diff.context_radius(3).header("default", name).to_string();
        assert!(!diff.is_empty(), "{name} changes nothing");
        golden(&format!("{name}.diff"), &diff);
    }
}

/// Nothing random and nothing of the time: a certificate made here would be
/// another one after each upgrade.
#[test]
fn twice_the_same() {
    for (name, arguments) in SWITCHES {
        assert_eq!(render(arguments), render(arguments), "{name}");
    }
    assert_eq!(render(&[]), render(&[]));
}

#[test]
fn lint_is_content() {
    let default: (&str, &[&str]) = ("default", &[]);
    for (name, arguments) in SWITCHES.into_iter().chain([default]) {
        let lint = ["lint", "--strict", CHART, "-n", "stickler"];
        let output = helm(&[&lint, arguments].concat());
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{name}: {said}");
    }
}

/// What the alerts and the dashboard are, the chart hands on byte for byte.
#[test]
fn alerts_and_dashboard_are_whole() {
    let seen = render(&[
        "--set",
        "prometheusRule.enabled=true,dashboard.enabled=true",
    ]);
    for (source, indent) in [
        ("deploy/prometheus/rules.yaml", "  "),
        ("deploy/dashboards/stickler.json", "    "),
    ] {
        let whole = std::fs::read_to_string(file(source)).unwrap();
        let indented = whole.lines().map(|line| format!("{indent}{line}\n"));
        assert!(seen.contains(&indented.collect::<String>()), "{source}");
    }
}

/// stickler knows every flag that the chart gives it.
#[test]
fn flags_are_stickler_s() {
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_stickler"))
        .args(["serve", "--help"])
        .output()
        .unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let named: [(&str, &[&str]); 2] = [
        ("named", &["--set", "fullnameOverride=other"]),
        (
            "set",
            &["--set", "server.drainDelaySeconds=5,server.logFormat=text"],
        ),
    ];
    let mut flags = std::collections::BTreeSet::new();
    for (_, arguments) in SWITCHES.into_iter().chain(named) {
        let arguments = [arguments, &["-s", "templates/deployment.yaml"]].concat();
        for line in render(&arguments).lines() {
            let flag = line.trim().strip_prefix("- --");
            flags.extend(flag.map(|flag| flag.split('=').next().unwrap().to_owned()));
        }
    }
    assert!(flags.len() > 10, "{flags:?}");
    for flag in flags {
        assert!(help.contains(&format!("--{flag}")), "no --{flag}");
    }
}
