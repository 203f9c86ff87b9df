use super::*;
use crate::lint::by_release::tests::{policy, subject};

fn changes(annotations: &[(&str, &str)], path: &str, from: &str, to: &str) -> Vec<String> {
    let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
    let found = check(&subject(annotations, path), &policy(None), from, to);
    let line = |it: &Diagnostic| format!("{}: {}", it.severity, it.message);
    found.iter().map(line).collect()
}

/// Annotations, path, from, to, and what is reported.
type Case = (
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn what_changes() {
    const GOOD: &str = "serviceName=tea srv_id path=/";
    const ALLOWED_SINCE: &str = "note: the path '/products/variants' contains '/root' or '/var', \
                                 which the controller does not allow: rejected today, fine in 5.6";
    let cases: &[Case] = &[
        (&[(PLUS_KEY, GOOD)], "/", "5.5", "5.6", &[]),
        (
            &[(PLUS_KEY, "serviceName=tea rou#e path=/")],
            "/",
            "5.5",
            "5.6",
            &["error: works today, rejected in 5.6: '#' is not allowed"],
        ),
        (
            &[(PLUS_KEY, GOOD)],
            "/products/variants",
            "5.5",
            "5.6",
            &[ALLOWED_SINCE],
        ),
        (
            &[(ORG_KEY, GOOD)],
            "/products/variants",
            "5.5",
            "5.6",
            &[ALLOWED_SINCE],
        ),
        (
            &[(PLUS_KEY, GOOD)],
            "/products/variants",
            "5.3",
            "5.6",
            &[ALLOWED_SINCE],
        ),
        (
            &[(ORG_KEY, "serviceName=tea;")],
            "/",
            "5.3",
            "5.4",
            &[
                "error: no effect today, rejected in 5.4: a value of nginx.org that nobody read: \
                 no cookie after 'serviceName=tea'",
                "error: no effect today, rejected in 5.4: a value of nginx.org that nobody read: \
                 ';' at the end of the value",
            ],
        ),
        (
            &[(PLUS_KEY, GOOD), (ORG_KEY, "serviceName=tea other path=/")],
            "/",
            "5.3",
            "5.6",
            &["error: both keys: the cookies of nginx.org take over in 5.6"],
        ),
        (
            &[(PLUS_KEY, "serviceName=tea rou#e path=/")],
            "/products/variants",
            "5.5",
            "5.6",
            &[
                "warning: rejected today, rejected in 5.6: '#' is not allowed",
                "note: the path '/products/variants' contains '/root' or '/var', which the controller \
                 does not allow: rejected today, no longer in 5.6, which has another reason: rejected",
            ],
        ),
    ];
    for (annotations, path, from, to, expected) in cases {
        assert_eq!(
            changes(annotations, path, from, to),
            *expected,
            "{annotations:?} {path}"
        );
    }
}
