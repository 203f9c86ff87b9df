//! What cannot be seen is not claimed.

use super::*;
use crate::lint::policy::TlsTermination;

#[test]
fn a_rule_without_host_has_no_domain_and_no_tls() {
    let any = &["http://_/tea tea"];
    for (parameters, expected) in [
        ("a path=/ domain=example.com secure", ""),
        ("__Host-a path=/ secure", ""),
        ("a path=/ domain=a:80", "invalid-domain never error"),
        ("a path=/te", "path-mismatch never error"),
    ] {
        assert_eq!(shorts(&find(any, parameters)), expected, "{parameters}");
    }
}

#[test]
fn a_wildcard_matches_any_label() {
    let wildcard = &["http://*.example.com/ tea"];
    for (domain, expected) in [
        ("example.com", "wide-domain nothing warning"),
        ("foo.example.com", "domain-mismatch nothing warning"),
        ("a.b.example.com", "domain-mismatch never error"),
        ("com", "public-suffix-domain never error"),
    ] {
        let parameters = format!("a path=/ domain={domain}");
        assert_eq!(shorts(&find(wildcard, &parameters)), expected, "{domain}");
    }
}

#[test]
fn regular_expressions_are_not_checked() {
    for parameters in ["a", "a path=tea", "a path=/milk", "a path=/tea/"] {
        let value = format!("serviceName=tea {parameters}");
        let mut subject = subject(HTTP, &value);
        subject.annotations.push(Annotation {
            key: keys::PATH_REGEX.into(),
            value: "case_sensitive".into(),
        });
        assert_eq!(
            shorts(&check_subject(&subject, &Policy::default())),
            "",
            "{parameters}"
        );
    }
}

#[test]
fn a_minion_shows_neither_tls_nor_siblings() {
    let lines = &[
        "http://h.example.com/ tea",
        "http://h.example.com/green/x coffee",
    ];
    let value = "serviceName=tea a secure path=/;serviceName=coffee a secure path=/green";
    let mut minion = subject(lines, value);
    minion.annotations.push(Annotation {
        key: keys::MERGEABLE.into(),
        value: "minion".into(),
    });
    assert_eq!(shorts(&check_subject(&minion, &Policy::default())), "");
    let value = "serviceName=tea a path=/milk";
    minion.annotations[0].value = value.into();
    assert_eq!(
        shorts(&check_subject(&minion, &Policy::default())),
        "path-mismatch partly warning"
    );
}

#[test]
fn a_path_that_a_minion_names_twice_is_not_there() {
    let twice = &["http://h.example.com/x tea", "http://h.example.com/y tea"];
    let mut minion = subject(twice, "serviceName=tea a path=/y");
    minion.annotations.push(Annotation {
        key: keys::MERGEABLE.into(),
        value: "minion".into(),
    });
    let expected = "path-mismatch partly warning";
    assert_eq!(
        shorts(&check_subject(&minion, &Policy::default())),
        expected
    );
    add(&mut minion, "http://h.example.com/x! coffee");
    assert_eq!(shorts(&check_subject(&minion, &Policy::default())), "");
}

#[test]
fn tls_may_end_before_the_controller() {
    let policy = Policy {
        tls: TlsTermination::Upstream,
        ..Policy::default()
    };
    for parameters in ["a secure path=/", "__Host-a secure path=/"] {
        let value = format!("serviceName=tea {parameters}");
        assert_eq!(
            shorts(&check_subject(&subject(HTTP, &value), &policy)),
            "",
            "{parameters}"
        );
    }
}

#[test]
fn the_default_backend_serves_what_is_left() {
    for (parameters, expected) in [
        ("a path=/milk", "path-mismatch partly warning"),
        ("a path=/tea", "path-mismatch never error"),
    ] {
        let value = format!("serviceName=tea {parameters}");
        let mut subject = subject(&["http://h.example.com/tea coffee"], &value);
        subject.default_backend = Some(backend("tea"));
        assert_eq!(
            shorts(&check_subject(&subject, &Policy::default())),
            expected
        );
    }
}

#[test]
fn a_host_with_a_root_of_its_own_leaves_the_default_backend_nothing() {
    let value = "serviceName=tea a path=/ domain=b.example.com";
    let hosts = &[
        "http://a.example.com/! coffee",
        "http://b.example.com/b coffee",
    ];
    let mut subject = subject(hosts, value);
    subject.default_backend = Some(backend("tea"));
    let expected = "domain-mismatch partly warning";
    assert_eq!(
        shorts(&check_subject(&subject, &Policy::default())),
        expected
    );
    subject.annotations.push(Annotation {
        key: keys::PATH_REGEX.into(),
        value: "case_sensitive".into(),
    });
    assert_eq!(shorts(&check_subject(&subject, &Policy::default())), "");
}
