//! The faults of a file: place, message and help.

use super::complaints;
use crate::lint::release::Release;

/// A file, and all its faults.
type Case = (&'static str, &'static [&'static str]);

pub(super) fn check(cases: &[Case]) {
    for (text, expected) in cases {
        assert_eq!(complaints(text), expected.join("\n"), "in\n{text}");
    }
}

#[test]
fn a_good_file_has_no_faults() {
    check(&[
        ("mode: warn\nexemptions:\nrequire:\n", &[]),
        ("{}", &[]),
        (r#"{"mode": "warn", "limits": {"maxExpires": 30}}"#, &[]),
        (
            "x: &x {secure: true}\n",
            &["p:1:1: error: unknown key 'x'; expected one of \
            namespaces, exemptions, mode, controller, ingressClasses, tls, require, limits, cookies, rules, onUpdate"],
        ),
        (
            "namespaces:\n- match: [a]\n  require: &r {secure: true}\n- match: [b]\n  require: *r\n",
            &[],
        ),
        // What Helm makes of `missing-path: off` on the way through its values.
        ("rules: {missing-path: false}", &[]),
    ]);
}

#[test]
fn unknown_keys_and_words_have_a_suggestion() {
    check(&[
        (
            "mdoe: warn",
            &["p:1:1: error: unknown key 'mdoe'; did you mean 'mode'?"],
        ),
        (
            "mode: wran",
            &["p:1:7: error: invalid mode: 'wran'; did you mean 'warn'?"],
        ),
        (
            "mode: deny",
            &["p:1:7: error: invalid mode: 'deny'; expected one of enforce, warn, audit"],
        ),
        (
            "require:\n  httponly: true\n  samesite: lax",
            &[
                "p:2:3: error: unknown key 'httponly'; did you mean 'httpOnly'?",
                "p:3:3: error: unknown key 'samesite'; did you mean 'sameSite'?",
            ],
        ),
        (
            "controller: {edition: opensource}",
            &["p:1:23: error: invalid edition: 'opensource'; expected one of plus, oss, unknown"],
        ),
        (
            "tls: true",
            &["p:1:6: error: invalid value for 'tls': 'true'; expected one of ingress, upstream"],
        ),
        (
            "rules: {unknown-paramter: warning, path-mismatch: fatal, x: off}",
            &[
                "p:1:9: error: unknown rule 'unknown-paramter'; did you mean 'unknown-parameter'?",
                "p:1:51: error: invalid severity: 'fatal'; expected one of error, warning, off",
                "p:1:58: error: unknown rule 'x'; 'stickler explain' lists the rules",
            ],
        ),
        (
            "namespaces:\n- mach: [a]\n  mode: warn",
            &[
                "p:2:3: error: unknown key 'mach'; did you mean 'match'?",
                "p:2:3: error: settings for no namespace; add 'match' with globs of namespaces",
            ],
        ),
    ]);
}

#[test]
fn values_of_the_wrong_kind_say_what_was_expected() {
    check(&[
        (
            "mode: [warn]",
            &["p:1:7: error: expected a mode, found a list"],
        ),
        (
            "require: secure",
            &["p:1:10: error: expected a mapping, found a string"],
        ),
        (
            "require: {secure: maybe}",
            &["p:1:19: error: 'maybe' is neither true nor false"],
        ),
        (
            "ingressClasses: nginx",
            &["p:1:17: error: expected a list of class names, found a string"],
        ),
        (
            "ingressClasses: []",
            &["p:1:17: error: an empty list of class names; leave the key out, or name one"],
        ),
        (
            "ingressClasses: ['nginx*']",
            &[
                "p:1:18: error: invalid class name 'nginx*'; classes are compared exactly, so write each one",
            ],
        ),
        (
            "exemptions: {}",
            &["p:1:13: error: expected a list of mappings, found an object"],
        ),
    ]);
}

#[test]
fn values_that_cannot_be_intended() {
    check(&[
        (
            "cookies: {namePattern: '[a'}",
            &["p:1:24: error: invalid glob '[a': unclosed character class; missing ']'"],
        ),
        (
            "cookies: {allowedDomains: ['https://example.com/']}",
            &["p:1:28: error: invalid domain 'https://example.com/'; \
             write host names such as 'example.com', or globs such as '*.example.com'"],
        ),
        (
            "limits: {maxExpires: 1.5h, minExpires: -1}",
            &[
                "p:1:22: error: '1.5h' is not a time that nginx reads; \
             write it as in 'expires=', such as 90s, 30m, 12h, '1d 12h', 30d or max",
                "p:1:40: error: '-1' is not a time that nginx reads; \
             write it as in 'expires=', such as 90s, 30m, 12h, '1d 12h', 30d or max",
            ],
        ),
        (
            "exemptions: [{reason: x, rules: [missing-path], until: soon}]",
            &[
                "p:1:56: error: 'soon' is not a date; write it as year-month-day, such as 2027-01-31",
            ],
        ),
        (
            "exemptions: [{reason: ' ', rules: [missing-path]}]",
            &["p:1:23: error: the reason is empty"],
        ),
    ]);
}

#[test]
fn a_version_is_a_release_of_the_controller() {
    let (newest, known) = (Release::NEWEST, Release::known());
    let known = format!("the releases are {known}");
    let form = "is not the name of a release, such as 5.5, 5.5.4 or 2026-lts-r4";
    for (version, expected) in [
        ("\"5.5\"", String::new()),
        ("5.4", String::new()),
        ("5.6.0", String::new()),
        ("v5.5.4", String::new()),
        ("1.0", String::new()),
        ("2026-lts", String::new()),
        ("2026-lts-r4", String::new()),
        (
            "5.99",
            format!("p:1:23: warning: 5.99 is newer than stickler knows; it is read as {newest}"),
        ),
        (
            "99.0.1",
            format!("p:1:23: warning: 99.0.1 is newer than stickler knows; it is read as {newest}"),
        ),
        (
            "4.1",
            format!("p:1:23: error: '4.1' is not a release of the controller; {known}"),
        ),
        ("5", format!("p:1:23: error: '5' {form}; {known}")),
        ("5.5.x", format!("p:1:23: error: '5.5.x' {form}; {known}")),
        ("5.05", format!("p:1:23: error: '5.05' {form}; {known}")),
    ] {
        let text = format!("controller: {{version: {version}}}");
        assert_eq!(complaints(&text), expected);
    }
}

#[test]
fn a_repeated_key_is_reported_with_its_first_place() {
    check(&[
        (
            "ingressClasses: [a, b, a]",
            &["p:1:24: error: 'a' is repeated; it first appears at 1:18"],
        ),
        (
            "namespaces: [{match: [a, a]}]",
            &["p:1:26: error: 'a' is repeated; it first appears at 1:23"],
        ),
        (
            "exemptions:\n- {reason: a, rules: [missing-path, missing-path]}",
            &["p:2:37: error: 'missing-path' is repeated; it first appears at 2:23"],
        ),
    ]);
}

#[test]
fn what_is_no_policy_file_at_all() {
    check(&[
        (
            "",
            &["p:1:1: error: the file is empty; write 'mode: enforce' for the defaults"],
        ),
        (
            "# a comment alone\n",
            &["p:1:1: error: the file sets nothing; write 'mode: enforce' for the defaults"],
        ),
        (
            "null\n",
            &["p:1:1: error: the file sets nothing; write 'mode: enforce' for the defaults"],
        ),
        (
            "~",
            &["p:1:1: error: the file sets nothing; write 'mode: enforce' for the defaults"],
        ),
        (
            "---\n",
            &["p:1:1: error: the file sets nothing; write 'mode: enforce' for the defaults"],
        ),
        (
            "---\n# cut\n...\n",
            &["p:1:1: error: the file sets nothing; write 'mode: enforce' for the defaults"],
        ),
        (
            "mode:\nexemptions: ~\n",
            &["p:1:1: error: the file sets nothing; write 'mode: enforce' for the defaults"],
        ),
        ("- a", &["p:1:1: error: expected a mapping, found a list"]),
        (
            "mode: warn\n---\nmode: warn\n",
            &["p:2:1: error: a second document; a policy is one document"],
        ),
    ]);
    let broken = complaints("mode: [warn");
    assert!(
        broken.starts_with("p:1:") && broken.contains("error: the file is not valid YAML: "),
        "{broken}"
    );
}
