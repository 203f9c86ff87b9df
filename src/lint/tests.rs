//! What browsers do with cookies, row by row, through the whole check. What is
//! reported, in which words, is in `rules/cases`.

mod browser;

use super::read::keys::ORG_KEY;
use super::subject::{Annotation, Subject};
use super::{Policy, check};

#[test]
fn of_a_value_alone_only_the_value_is_reported() {
    let rules = |value: &'static str| -> Vec<&str> {
        let subject = Subject {
            value_alone: true,
            annotations: vec![Annotation {
                key: ORG_KEY.into(),
                value: value.into(),
            }],
            ..Subject::default()
        };
        let found = check(&subject, &Policy::default());
        found.iter().map(|found| found.rule.id()).collect()
    };
    for (value, expected) in [
        ("serviceName=any srv_id expires=1h path=/", &[][..]),
        ("serviceName=any srv_id", &[]),
        (
            "serviceName=any srv_id secure domain=.example.com path=/x",
            &[],
        ),
        ("serviceName=any __Host-id secure path=/", &[]),
        (
            "serviceName=any srv_id expire=1h;",
            &["unknown-parameter", "empty-entry"],
        ),
        (
            "serviceName=any srv_id samesite=none",
            &["samesite-none-insecure"],
        ),
        ("serviceName=any srv_id expires=0", &["expires-zero"]),
        ("", &["empty-value"]),
    ] {
        assert_eq!(rules(value), expected, "{value}");
    }
}
