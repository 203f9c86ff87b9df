//! `policy show`: what is in force, and where each line comes from.

use super::{now, parse};

const FILE: &str = r#"mode: warn
require:
  secure: true
rules: {missing-path: off}
namespaces:
- match: ["team-*"]
  mode: enforce
  limits: {maxExpires: 30d}
exemptions:
- reason: "an old client: it cannot"
  namespaces: [team-b, other]
  rules: [missing-path]
- reason: moved
  until: 2026-01-01
"#;

#[test]
fn each_line_says_where_it_comes_from() {
    let shown = parse(FILE).0.show(Some("team-a"), now()).to_string();
    let expected = "\
# in namespace 'team-a': namespaces[0] (p.yaml:6:3) over what is set for all
mode: enforce          # p.yaml:7:9
controller:
  edition: unknown     # default
  # version is not set
  configSafety: false  # default
# ingressClasses is not set
tls: ingress           # default
require:
  secure: true         # p.yaml:3:11
  httpOnly: false      # default
  # sameSite is not set
  path: false          # default
  expires: false       # default
limits:
  maxExpires: 30d      # p.yaml:8:24
  # minExpires is not set
cookies:
  # namePattern is not set
  # allowedDomains is not set
rules:
  missing-path: off    # p.yaml:4:23
onUpdate: ratchet      # default
exemptions:
  - reason: moved      # p.yaml:13:11
    until: 2026-01-01  # p.yaml:14:10 (expired)
";
    assert_eq!(shown, expected);
}

#[test]
fn names_and_domains_are_shown_as_they_were_written() {
    let text = "controller: {version: 5.4}\ncookies: {namePattern: 'sticky-*', allowedDomains: [.Example.com, '*.example.org']}";
    let shown = parse(text).0.show(None, now()).to_string();
    assert!(shown.contains("  namePattern: \"sticky-*\" "), "{shown}");
    assert!(
        shown.contains("  allowedDomains: [example.com, \"*.example.org\"] "),
        "{shown}"
    );
    assert!(shown.contains("  version: \"5.4"), "{shown}");
    let again = parse(&shown).0;
    assert_eq!(
        again.for_namespace(None),
        parse(text).0.for_namespace(None),
        "{shown}"
    );
}

#[test]
fn what_is_shown_is_a_policy_that_says_the_same() {
    let (policies, _) = parse(FILE);
    for namespace in [None, Some("team-b"), Some("shop")] {
        let shown = policies.show(namespace, now()).to_string();
        let again = parse(&shown).0;
        assert_eq!(
            again.for_namespace(None),
            policies.for_namespace(namespace),
            "{shown}"
        );
    }
    let shown = policies.show(Some("team-b"), now()).to_string();
    assert!(shown.contains("  - namespaces: [team-b, other]"), "{shown}");
}
