//! Values under a policy: what is found, where, and what the fix makes of it.

use crate::lint::policy::{Cookies, Limits, Pattern, Policy, Require, TlsEnd};
use crate::lint::tests::cafe;
use crate::lint::{Consequence, Diagnostic, Rule, check};

/// What the policy alone finds in `value`, on an Ingress with two services.
fn found(policy: &Policy, value: &str) -> Vec<Diagnostic> {
    let tls = TlsEnd::Upstream;
    let policy = Policy {
        tls,
        ..policy.clone()
    };
    let mut found = check(&cafe(value, ["tea", "coffee"]), &policy);
    found.retain(|diagnostic| diagnostic.consequence == Some(Consequence::Policy));
    found
}

/// A value, and for each finding its rule, the text it points at, its message,
/// its help, and the value as fixed.
type Case<'c> = (
    &'c str,
    &'c [(Rule, &'c str, &'c str, &'c str, Option<&'c str>)],
);

fn judged(policy: &Policy, cases: &[Case<'_>]) {
    for (value, expected) in cases {
        let found = found(policy, value);
        let rules: Vec<_> = found.iter().map(|diagnostic| diagnostic.rule).collect();
        let expected_rules: Vec<_> = expected.iter().map(|case| case.0).collect();
        assert_eq!(rules, expected_rules, "{value}");
        for (diagnostic, (_, at, message, help, fixed)) in found.iter().zip(*expected) {
            assert_eq!(diagnostic.place.span.unwrap().of(value), *at, "{value}");
            assert_eq!(diagnostic.message, *message, "{value}");
            assert_eq!(diagnostic.help.as_deref(), Some(*help), "{value}");
            let fix = diagnostic.fix.as_ref().map(|fix| fix.apply(value));
            assert_eq!(fix.as_deref(), *fixed, "{value}");
            assert!(diagnostic.entry.is_some());
        }
    }
}

fn requiring(require: Require) -> Policy {
    Policy {
        require,
        ..Policy::default()
    }
}

#[test]
fn switches() {
    let policy = requiring(Require {
        secure: true,
        http_only: true,
        ..Require::default()
    });
    let secure = "cookie 'srv' has no 'secure', which the policy requires";
    let http_only = "cookie 'srv' has no 'httponly', which the policy requires";
    judged(
        &policy,
        &[
            ("serviceName=tea srv httponly secure path=/tea", &[]),
            (
                "serviceName=tea srv httponly ;serviceName=coffee id secure httponly",
                &[(
                    Rule::RequireSecure,
                    "srv",
                    secure,
                    "add 'secure'",
                    Some(
                        "serviceName=tea srv httponly secure ;serviceName=coffee id secure httponly",
                    ),
                )],
            ),
            (
                "serviceName=tea srv",
                &[
                    (
                        Rule::RequireSecure,
                        "srv",
                        secure,
                        "add 'secure'",
                        Some("serviceName=tea srv secure"),
                    ),
                    (
                        Rule::RequireHttponly,
                        "srv",
                        http_only,
                        "add 'httponly'",
                        Some("serviceName=tea srv httponly"),
                    ),
                ],
            ),
            // A later entry for the same service is the one that counts.
            ("serviceName=tea a;serviceName=tea b secure httponly", &[]),
            // Nobody's cookie: the service is no backend.
            ("serviceName=milk srv", &[]),
        ],
    );
}

#[test]
fn parameters_with_values() {
    let policy = requiring(Require {
        path: true,
        expires: true,
        ..Require::default()
    });
    judged(
        &policy,
        &[
            ("serviceName=tea srv path=/tea expires=1h", &[]),
            (
                "serviceName=tea srv",
                &[
                    (
                        Rule::RequirePath,
                        "srv",
                        "cookie 'srv' has no 'path=', which the policy requires",
                        "add 'path=' with the path that leads to the service",
                        None,
                    ),
                    (
                        Rule::RequireExpires,
                        "srv",
                        "cookie 'srv' has no 'expires=', which the policy requires",
                        "add 'expires=' with the time that a visitor may stay away, such as 'expires=1h'",
                        None,
                    ),
                ],
            ),
        ],
    );
}

#[test]
fn same_site() {
    let one = |words: &[&str]| {
        requiring(Require {
            same_site: words.iter().map(ToString::to_string).collect(),
            ..Require::default()
        })
    };
    judged(
        &one(&["lax", "strict"]),
        &[
            ("serviceName=tea srv samesite=LAX", &[]),
            (
                "serviceName=tea srv samesite=none secure",
                &[(
                    Rule::RequireSamesite,
                    "samesite=none",
                    "samesite is 'none', and the policy requires 'lax' or 'strict'",
                    "use 'samesite=lax' or 'samesite=strict'",
                    Some("serviceName=tea srv samesite=lax secure"),
                )],
            ),
        ],
    );
    judged(
        &one(&["none"]),
        &[(
            "serviceName=tea srv",
            &[(
                Rule::RequireSamesite,
                "srv",
                "cookie 'srv' has no 'samesite=', which the policy requires",
                "use 'samesite=none'",
                None,
            )],
        )],
    );
    for (words, value, safe) in [
        (&["lax"] as &[_], "serviceName=tea srv", Some(true)),
        (&["lax", "none"], "serviceName=tea srv", Some(false)),
        // Browsers drop `none` without `secure`.
        (&["none"], "serviceName=tea srv", None),
        (&["none"], "serviceName=tea srv secure", Some(true)),
    ] {
        let found = found(&one(words), value);
        assert_eq!(
            found[0].fix.as_ref().map(|fix| fix.safe),
            safe,
            "{words:?} {value}"
        );
    }
}

/// From 90 seconds to a day.
fn limited() -> Policy {
    Policy {
        limits: Limits {
            max_expires: Some(86_400),
            min_expires: Some(90),
        },
        ..Policy::default()
    }
}

#[test]
fn too_long() {
    let policy = limited();
    let longer = |expires: &'static str, lives: &'static str| {
        let value = format!("serviceName=tea srv expires={expires}");
        let message = format!("the cookie lives {lives}, longer than the 1d of the policy");
        (value, expires, message)
    };
    for (value, expires, message) in [
        longer("max", "3650d"),
        longer("2d", "2d"),
        longer("86401", "86401s"),
        longer("2145916555", "3650d"),
        longer("25h", "25h"),
    ] {
        judged(
            &policy,
            &[(
                &value,
                &[(
                    Rule::MaxExpires,
                    &format!("expires={expires}"),
                    &message,
                    "use 'expires=1d' or less",
                    Some("serviceName=tea srv expires=1d"),
                )],
            )],
        );
    }
}

#[test]
fn too_short_and_within_bounds() {
    let policy = limited();
    for fine in ["1d", "23h 60m", "90", "1h"] {
        let value = format!("serviceName=tea srv 'expires={fine}'");
        let limits = |diagnostic: &Diagnostic| {
            matches!(diagnostic.rule, Rule::MaxExpires | Rule::MinExpires)
        };
        assert!(!found(&policy, &value).iter().any(limits), "{value}");
    }
    judged(
        &policy,
        &[(
            "serviceName=tea srv expires=89",
            &[(
                Rule::MinExpires,
                "expires=89",
                "the cookie lives 89s, shorter than the 90s of the policy",
                "use 'expires=90s' or more",
                Some("serviceName=tea srv expires=90s"),
            )],
        )],
    );
    // One that ends with the browser's session is within all bounds.
    assert_eq!(found(&policy, "serviceName=tea srv"), []);
}

#[test]
fn names_and_domains() {
    let glob = |text: &str| Pattern::new(text).unwrap();
    let policy = |domains: &[&str]| Policy {
        cookies: Cookies {
            name_pattern: Some(glob("srv_*")),
            allowed_domains: Some(domains.iter().map(|text| glob(text)).collect()),
        },
        ..Policy::default()
    };
    judged(
        &policy(&["example.com", "*.example.com"]),
        &[
            ("serviceName=tea srv_id domain=.Example.com", &[]),
            ("serviceName=tea srv_id domain=cafe.example.com", &[]),
            (
                "serviceName=tea SRV_id domain=example.org secure",
                &[
                    (
                        Rule::CookieNamePattern,
                        "SRV_id",
                        "cookie name 'SRV_id' does not fit 'srv_*', as the policy requires",
                        "use a name that fits 'srv_*'",
                        None,
                    ),
                    (
                        Rule::ForbiddenDomain,
                        "domain=example.org",
                        "the policy does not allow the cookie domain 'example.org'",
                        "leave out 'domain=', or use one of 'example.com', '*.example.com'",
                        Some("serviceName=tea SRV_id secure"),
                    ),
                ],
            ),
        ],
    );
    judged(
        &policy(&[]),
        &[(
            "serviceName=tea srv_id domain=example.com",
            &[(
                Rule::ForbiddenDomain,
                "domain=example.com",
                "the policy does not allow the cookie domain 'example.com'",
                "leave out 'domain=', so that only the host itself gets the cookie",
                Some("serviceName=tea srv_id"),
            )],
        )],
    );
}

#[test]
fn the_operators_severity_is_the_last_word() {
    let mut policy = requiring(Require {
        secure: true,
        ..Require::default()
    });
    let severity = |policy: &Policy| {
        found(policy, "serviceName=tea srv")
            .first()
            .map(|it| it.severity)
    };
    for setting in [Some(crate::lint::Severity::Warning), None] {
        policy.rules = vec![(Rule::RequireSecure, setting)];
        assert_eq!(severity(&policy), setting);
    }
}
