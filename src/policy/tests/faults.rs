//! The faults of a file: place, message and help.

use super::complaints;
use crate::lint::release::Release;

/// A file, and all its faults.
type Case = (&'static str, &'static [&'static str]);

fn check(cases: &[Case]) {
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
    ]);
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn contradictions() {
    check(&[
        (
            "limits:\n  minExpires: 2h\n  maxExpires: 1h",
            &[
                "p:2:15: error: minExpires '2h' is above maxExpires '1h': no 'expires=' fits both; \
             lower minExpires, or raise maxExpires",
            ],
        ),
        // Reported where the two meet, and once.
        (
            "limits: {maxExpires: 1h}\nnamespaces:\n- {match: [a], limits: {minExpires: max}}\n- {match: [b], mode: warn}",
            &[
                "p:3:37: error: minExpires 'max' is above maxExpires '1h': no 'expires=' fits both; \
             lower minExpires, or raise maxExpires",
            ],
        ),
        (
            "limits: {maxExpires: 0}",
            &[
                "p:1:22: error: maxExpires is 0: every 'expires=' is above it or deletes the cookie; raise it",
            ],
        ),
        (
            "require: {secure: true}\nrules: {require-secure: off}",
            &[
                "p:2:25: error: 'require-secure' is off, and 'require.secure' is set beside it; leave out one of them",
            ],
        ),
        (
            "rules: {require-path: warning}",
            &[
                "p:1:23: warning: 'require-path' finds nothing, as 'require.path' is not set; \
             set 'require.path', or leave the rule out",
            ],
        ),
        (
            "require: {sameSite: none}",
            &[
                "p:1:21: warning: sameSite is none, and secure is not required: \
             browsers drop such a cookie without 'secure'; set 'secure: true' beside it",
            ],
        ),
        (
            "controller: {edition: oss, version: 2026-lts-r4}",
            &[
                "p:1:37: warning: 2026-lts-r4 exists with NGINX Plus only; check edition and version",
            ],
        ),
        (
            "controller: {version: 5.3, configSafety: true}",
            &["p:1:42: warning: 5.3 has no flag '-enable-config-safety'; \
             the flag exists from 5.4 on"],
        ),
        (
            "controller: {edition: oss, version: 5.3}",
            &[
                "p:1:37: warning: the open-source edition before 5.4 reads neither key: \
             every annotation is refused; check edition and version",
            ],
        ),
    ]);
}

#[test]
fn namespaces_that_are_never_reached() {
    check(&[
        (
            "namespaces:\n- match: [\"*\"]\n- match: [team-a]",
            &[
                "p:3:10: error: 'team-a' is never reached: '*' at 2:10 comes first; move it up, or leave it out",
            ],
        ),
        (
            "namespaces: [{match: [team-*]}, {match: [team-a, b]}]",
            &[
                "p:1:41: error: 'team-a' is never reached: 'team-*' at 1:22 comes first; move it up, or leave it out",
            ],
        ),
        ("namespaces: [{match: [team-a]}, {match: [team-*]}]", &[]),
        (
            "namespaces: [{match: a}]",
            &["p:1:22: error: expected a list of globs, found a string"],
        ),
        (
            "namespaces: [{match: [Prod]}]",
            &[
                "p:1:22: error: 'Prod' matches no namespace: a name cannot contain 'P'; \
             namespaces are named in lower case",
            ],
        ),
    ]);
}

#[test]
fn the_floor() {
    check(&[
        (
            "rules: {quote: off}",
            &[
                "p:1:16: error: 'quote' cannot be turned off, as its consequence is unsafe: \
             rules with consequence rejects-ingress, breaks-reload or unsafe stay at least warnings; \
             use 'warning', or an exemption with a reason and an end date",
            ],
        ),
        ("rules: {quote: warning, missing-path: off}", &[]),
        (
            "exemptions: [{reason: x, rules: [quote]}]",
            &["p:1:33: error: an exemption from 'quote' has no end date: \
             what has consequence rejects-ingress, breaks-reload or unsafe is exempt for a time only; \
             add 'until' with the last day, such as 'until: 2027-01-31'"],
        ),
        (
            "exemptions: [{reason: x, namespaces: [a]}]",
            &[
                "p:1:14: error: an exemption from all rules has no end date: \
             what has consequence rejects-ingress, breaks-reload or unsafe is exempt for a time only; \
             add 'until' with the last day, such as 'until: 2027-01-31', or name the rules",
            ],
        ),
        (
            "exemptions: [{reason: x, rules: [quote], until: 2026-12-31}]",
            &[],
        ),
        ("exemptions: [{reason: x, rules: [missing-path]}]", &[]),
    ]);
}

#[test]
fn exemptions_that_do_nothing() {
    check(&[
        (
            "exemptions: [{rules: [missing-path]}]",
            &["p:1:14: error: an exemption without a reason; add 'reason' with one sentence"],
        ),
        (
            "exemptions: [{reason: x, until: 2026-06-14}]",
            &[
                "p:1:33: warning: the exemption expired: its last day was 2026-06-14; leave it out, or set a later day",
            ],
        ),
        // The last day counts to its end.
        ("exemptions: [{reason: x, until: 2026-06-15}]", &[]),
        (
            "exemptions: [{reason: x, rules: [missing-path], namespaces: [a.b], ingresses: [a.b, A]}]",
            &[
                "p:1:61: warning: 'a.b' matches no namespace: a name cannot contain '.'; names are in lower case",
                "p:1:79: warning: 'A' matches no Ingress: a name cannot contain 'A'; names are in lower case",
            ],
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
