//! What the fixes make of a value, and that they fix it.

use super::*;

/// The parameters after the first fix, `?` before those that may not be intended.
fn fixed(ingress: &[&str], parameters: &str) -> String {
    let value = format!("serviceName=tea {parameters}");
    let found = find(ingress, parameters);
    let Some(fix) = found.iter().find_map(|found| found.fix.as_ref()) else {
        return String::new();
    };
    let fixed = fix.apply(&value);
    let left = check_subject(&subject(ingress, &fixed), &Policy::default());
    assert!(
        left.iter().all(|found| found.consequence.is_none()),
        "{fixed}: {left:#?}"
    );
    let mark = if fix.safe { "" } else { "?" };
    format!("{mark}{}", fixed.trim_start_matches("serviceName=tea "))
}

/// Where a host may have no TLS, a cookie with `secure` is gone.
#[test]
fn secure_is_certain_where_every_host_has_tls() {
    let safe = |found: &[Diagnostic]| {
        let of_rule = |it: &&Diagnostic| it.rule == Rule::SamesiteNoneInsecure;
        let insecure = found.iter().find(of_rule).expect("a finding");
        insecure.fix.as_ref().map(|fix| fix.safe)
    };
    let parameters = "a path=/ samesite=none";
    let on = |ingress: &[&str]| safe(&find(ingress, parameters));
    assert_eq!(on(&["https://a.example.com/ tea"]), Some(true));
    assert_eq!(
        on(&["https://a.example.com/ tea", "http://b.example.com/ tea"]),
        Some(false)
    );
    let value = format!("serviceName=tea {parameters}");
    let mut alone = subject(&["https://a.example.com/ tea"], &value);
    (alone.rules, alone.tls, alone.value_alone) = (Vec::new(), Vec::new(), true);
    let found = check_subject(&alone, &Policy::default());
    assert_eq!(safe(&found), Some(false));
}

#[test]
fn fixes_are_what_was_intended() {
    for (parameters, expected) in [
        ("a", "a path=/tea"),
        ("a expires=1h  ", "a expires=1h path=/tea  "),
        ("a path=/tea/", "a path=/tea"),
        ("a path=/te secure", "?a path=/tea secure"),
        ("a path=tea", "a path=/tea"),
        ("a path=coffee", "?a path=/tea"),
        ("a path=/ samesite=none", "a path=/ samesite=none secure"),
        ("a path=/ expires=0 httponly", "?a path=/ httponly"),
        ("__Host-a", "__Host-a secure path=/"),
        (
            "__Host-a path=/tea domain=cafe.example.com",
            "?__Host-a path=/ secure",
        ),
        ("__Http-a secure path=/", "__Http-a secure path=/ httponly"),
        (
            "a domain=example.com:80 path=/",
            "a domain=example.com path=/",
        ),
        (
            "a domain=https://cafe.example.com/tea path=/",
            "a domain=cafe.example.com path=/",
        ),
        (
            "a domain=*.example.com path=/",
            "?a domain=example.com path=/",
        ),
        ("a domain=example.org path=/", "?a path=/"),
        ("a domain=com path=/", "?a path=/"),
    ] {
        assert_eq!(fixed(HTTPS, parameters), expected, "{parameters}");
    }
}

#[test]
fn fixes_cover_all_paths_of_the_service() {
    let two = &[
        "http://h.example.com/tea/green tea",
        "http://h.example.com/tea/black tea",
    ];
    assert_eq!(fixed(two, "a"), "?a path=/tea");
    assert_eq!(fixed(two, "a path=/tea/green"), "?a path=/tea");
}

#[test]
fn what_cannot_be_written_is_not_offered() {
    assert_eq!(fixed(&["http://h.example.com/a$b tea"], "a"), "");
    assert_eq!(
        fixed(&["http://h.example.com/a|b tea"], "a"),
        "a path=/a%7Cb"
    );
}

#[test]
fn spans_name_the_word_or_its_value() {
    for (parameters, expected) in [
        ("srv path=/te", "/te"),
        ("srv 'path=/te'", "'path=/te'"),
        ("srv path=/ domain=example.org", "example.org"),
        ("srv", "srv"),
        ("__Host-srv secure", "__Host-"),
        ("srv path=/ expires=0", "expires=0"),
        ("srv path=/ samesite=none", "samesite=none"),
    ] {
        let value = format!("serviceName=tea {parameters}");
        let found = find(HTTPS, parameters);
        let span = found[0].place.span.unwrap();
        assert_eq!(span.of(&value), expected, "{parameters}");
    }
}
