//! Settings that contradict each other or do nothing.

use super::faults::check;

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
            "limits: {minExpires: 2h}\nnamespaces:\n- {match: [a], limits: {maxExpires: 1h}}",
            &[
                "p:3:37: error: minExpires '2h' is above maxExpires '1h': no 'expires=' fits both; \
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
        // What is required of one rule makes no other one find anything.
        (
            "require: {secure: true}\nnamespaces:\n- {match: [a], rules: {require-path: warning}}",
            &[
                "p:3:38: warning: 'require-path' finds nothing, as 'require.path' is not set; \
             set 'require.path', or leave the rule out",
            ],
        ),
        (
            "require: {path: true}\nnamespaces:\n- {match: [a], rules: {require-path: warning}}",
            &[],
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
