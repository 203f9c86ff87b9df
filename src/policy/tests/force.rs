//! What is in force for whom.

use super::super::{Effective, Mode, OnUpdate, Policies};
use super::parse;
use crate::lint::policy::{Edition, TlsTermination};
use crate::lint::{Rule, Severity};

const FILE: &str = r#"
mode: enforce
controller: {edition: plus, version: "5.5"}
ingressClasses: [nginx]
tls: upstream
require: {secure: true, sameSite: [lax, strict]}
limits: {maxExpires: 30d}
cookies: {namePattern: "srv_*", allowedDomains: [.Example.com]}
rules: {missing-path: off, path-mismatch: warning}
namespaces:
- match: [team-a]
  mode: audit
- match: ["team-*", "*-dev"]
  mode: warn
  onUpdate: strict
  controller: {edition: oss}
  require: {secure: false, path: true}
  limits: {maxExpires: max}
  rules: {missing-path: error}
"#;

#[test]
fn the_first_match_counts_alone() {
    let (policies, _) = parse(FILE);
    for (namespace, mode) in [
        (None, Mode::Enforce),
        (Some("shop"), Mode::Enforce),
        (Some("team-a"), Mode::Audit),
        (Some("team-b"), Mode::Warn),
        (Some("shop-dev"), Mode::Warn),
        (Some("ateam-b"), Mode::Enforce),
    ] {
        assert_eq!(
            policies.for_namespace(namespace).mode,
            mode,
            "{namespace:?}"
        );
    }
    // The second element would match too, and adds nothing.
    assert_eq!(
        policies.for_namespace(Some("team-a")).on_update,
        OnUpdate::Ratchet
    );
}

#[test]
fn everything_that_the_file_sets_is_in_force() {
    let (policies, _) = parse(FILE);
    let Effective {
        mode,
        on_update,
        lint,
    } = policies.for_namespace(None);
    assert_eq!((*mode, *on_update), (Mode::Enforce, OnUpdate::Ratchet));
    assert_eq!(lint.controller.edition, Edition::Plus);
    assert_eq!(lint.controller.version, "5.5".parse().ok());
    assert_eq!(lint.ingress_classes, Some(vec!["nginx".to_owned()]));
    assert_eq!(lint.tls, TlsTermination::Upstream);
    assert!(lint.require.secure && !lint.require.path);
    assert_eq!(lint.require.same_site, ["lax", "strict"]);
    assert_eq!(lint.limits.max_expires, Some(30 * 86_400));
    let pattern = lint.cookies.name_pattern.as_ref().unwrap();
    assert!(pattern.matches("srv_id") && !pattern.matches("id"));
    assert!(lint.cookies.allowed_domains.as_ref().unwrap()[0].matches("example.com"));
    let warning = Some(Severity::Warning);
    assert_eq!(
        lint.rules,
        [(Rule::PathMismatch, warning), (Rule::MissingPath, None)]
    );
}

#[test]
fn an_override_lies_over_what_is_set_for_all_value_by_value() {
    let (policies, _) = parse(FILE);
    let Effective { lint, .. } = policies.for_namespace(Some("team-b"));
    assert_eq!(lint.controller.edition, Edition::Oss);
    assert_eq!(lint.controller.version, "5.5".parse().ok());
    assert!(!lint.require.secure && lint.require.path);
    assert_eq!(lint.require.same_site, ["lax", "strict"]);
    // What nginx makes of `max`: ten years.
    assert_eq!(lint.limits.max_expires, Some(315_360_000));
    let rules = [
        (Rule::PathMismatch, Some(Severity::Warning)),
        (Rule::MissingPath, Some(Severity::Error)),
    ];
    assert_eq!(lint.rules, rules);
}

#[test]
fn an_empty_file_is_the_default() {
    for policies in [parse("{}").0, Policies::default()] {
        assert_eq!(policies.for_namespace(Some("any")), &Effective::default());
        assert!(policies.exemptions().is_empty());
    }
}
