//! The manifests, word for word.

use similar::TextDiff;
use snapbox::{Assert, Data};

use crate::{file, helm, template};

const CHART: &str = "deploy/chart";

/// The main switches: a golden file each, of what differs from the default.
pub(crate) const SWITCHES: [(&str, &[&str]); 14] = [
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
             certificates.existingSecret.caBundle=-----BEGIN CERTIFICATE-----",
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
            "--set-json",
            r#"networkPolicy={"apiServer": ["10.0.0.1/32"], "metricsNamespaces": []}"#,
        ],
    ),
    ("monitored", &["--set", "serviceMonitor.enabled=true"]),
    ("openshift", &["--api-versions", "security.openshift.io/v1"]),
    (
        "host-network",
        &[
            "--set",
            "hostNetwork=true,server.httpsPort=9443,server.adminPort=9080",
        ],
    ),
    ("extras", &["-f", "tests/chart/extras.yaml"]),
];

pub(crate) fn render(arguments: &[&str]) -> String {
    let version = ["--kube-version", "1.37.2"];
    template(CHART, &[&version, arguments].concat()).unwrap_or_else(|why| panic!("{why}"))
}

fn golden(name: &str, seen: &str) {
    committed(&format!("tests/chart/golden/{name}"), seen);
}

/// A file of the repository is what was rendered; with `SNAPSHOTS=overwrite` it
/// becomes that.
pub(crate) fn committed(name: &str, seen: &str) {
    Assert::new()
        .action_env("SNAPSHOTS")
        .normalize_paths(false)
        .eq(seen, Data::read_from(&file(name), None).raw());
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
    // `helm lint` has no flag for the APIs of a cluster.
    let switches = SWITCHES
        .into_iter()
        .filter(|(name, _)| *name != "openshift");
    for (name, arguments) in switches.chain([default]) {
        let lint = ["lint", "--strict", CHART, "-n", "stickler"];
        let output = helm(&[&lint, arguments].concat());
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{name}: {said}");
    }
}

/// The dashboard reaches Grafana byte for byte.
#[test]
fn the_dashboard_is_whole() {
    let seen = render(&["--set", "dashboard.enabled=true"]);
    let whole = std::fs::read_to_string(file("deploy/chart/files/stickler.json")).unwrap();
    let indented = whole.lines().map(|line| format!("    {line}\n"));
    assert!(seen.contains(&indented.collect::<String>()));
}

/// An argument in extraArgs takes the place of the chart's own.
#[test]
fn extra_arguments_override() {
    let arguments = |extra: &str| {
        let deployment = ["-s", "templates/deployment.yaml"];
        let extra = format!("server.extraArgs={extra}");
        let seen = render(&[&deployment[..], &["--set-json", &extra]].concat());
        let lines = seen.lines().map(str::trim);
        let flags = lines.filter_map(|line| line.strip_prefix("- --"));
        flags.map(str::to_owned).collect::<Vec<_>>()
    };
    let own = ["self-managed", "listen=[::]:8443", "admin=[::]:8080"];
    assert_eq!(arguments("[]"), own);
    assert_eq!(
        arguments(r#"["--listen=0.0.0.0:8443", "--max-in-flight=8"]"#),
        [own[0], own[2], "listen=0.0.0.0:8443", "max-in-flight=8"]
    );
    // The flag as a whole, not its beginning.
    assert_eq!(arguments(r#"["--listen-not=1"]"#).len(), 4);
}

/// `stickler serve` has every flag that the chart passes.
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
    let word = |c: char| !(c.is_ascii_lowercase() || c == '-');
    let known: std::collections::BTreeSet<_> = help
        .split(word)
        .filter_map(|word| word.strip_prefix("--"))
        .collect();
    for flag in flags {
        assert!(known.contains(flag.as_str()), "no --{flag}");
    }
}
