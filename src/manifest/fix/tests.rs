mod judged;

use super::*;
use crate::lint::{Policy, Subject, check};

fn fixed(text: &str, unsafe_too: bool) -> Fixed {
    let policy = Policy::default();
    let judge = |subject: &Subject<'_>| check(subject, &policy);
    let source = Source {
        name: "a.yaml".to_owned(),
        text: text.to_owned(),
    };
    fix(source, &judge, unsafe_too)
}

/// A whole Ingress for the service `tea` with the annotation's value as written.
fn ingress(value: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1 # v1\nkind: Ingress\nmetadata:\n  name: cafe\n  \
         annotations:\n    nginx.com/sticky-cookie-services: {value}\nspec:\n  rules:\n  - host: \
         cafe.example.com\n    http:\n      paths:\n      - path: /tea\n        pathType: Prefix\n        \
         backend: {{service: {{name: tea, port: {{number: 80}} }} }}\n"
    )
}

#[test]
fn a_fix_touches_only_what_it_must_in_every_style() {
    for (before, after) in [
        (
            "serviceName=tea srv expire=1h path=/tea",
            "serviceName=tea srv expires=1h path=/tea",
        ),
        (
            "serviceName=tea srv\n      expire=1h\n      path=/tea # x",
            "serviceName=tea srv\n      expires=1h\n      path=/tea # x",
        ),
        (
            "'serviceName=tea srv expire=1h path=/tea' # x",
            "'serviceName=tea srv expires=1h path=/tea' # x",
        ),
        (
            r#""serviceName=tea s\u0072v \x65xpire=1h path=\/tea""#,
            r#""serviceName=tea s\u0072v \x65xpires=1h path=\/tea""#,
        ),
        (
            "|-\n      serviceName=tea srv\n      expire=1h path=/tea",
            "|-\n      serviceName=tea srv\n      expires=1h path=/tea",
        ),
        (
            ">2-\n      serviceName=tea srv\n      expire=1h path=/tea\n",
            ">2-\n      serviceName=tea srv\n      expires=1h path=/tea\n",
        ),
        (
            "!!str 'serviceName=tea srv expire=1h path=/tea'",
            "!!str 'serviceName=tea srv expires=1h path=/tea'",
        ),
        (
            "&alone serviceName=tea srv expire=1h path=/tea",
            "&alone serviceName=tea srv expires=1h path=/tea",
        ),
    ] {
        let fixed = fixed(&ingress(before), false);
        assert_eq!(fixed.after, ingress(after), "{:?}", fixed.refused);
        assert_eq!((fixed.applied, fixed.refused.len()), (1, 0));
        // A line break between words is left: its warning names a release.
        let mut findings = fixed.report.findings.iter();
        let left = findings.all(|it| it.diagnostic.rule == crate::lint::Rule::ControlCharacter);
        assert!(left, "{before}");
    }
}

#[test]
fn json_stays_json() {
    let json = r#"{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"\ud834\udd1e",
        "annotations":{"nginx.com/sticky-cookie-services":"serviceName=tea\u0020srv expire=1h path=\/tea"}},
        "spec":{"rules":[{"host":"cafe.example.com","http":{"paths":[{"path":"/tea","pathType":"Prefix",
        "backend":{"service":{"name":"tea","port":{"number":80}}}}]}}]}}"#;
    let fixed = fixed(json, false);
    assert_eq!(fixed.after, json.replace("expire=", "expires="));
    assert_eq!(fixed.applied, 1);
}

#[test]
fn several_fixes_of_one_value_are_made_until_it_is_stable() {
    let fixed = fixed(
        &ingress("serviceName=tea srv expire=1h HttpOnly SECURE=x path=/tea;"),
        false,
    );
    let line = fixed.after.lines().nth(5).unwrap();
    assert!(line.contains("srv expires=1h httponly"), "{line}");
    assert!(!line.ends_with(';'), "{line}");
    assert!(fixed.applied >= 3);
}

#[test]
fn what_is_only_a_guess_needs_to_be_asked_for() {
    let text = ingress("serviceName=tae srv path=/tea");
    assert!(!fixed(&text, false).changes());
    let guessed = fixed(&text, true);
    assert_eq!(guessed.after, text.replace("tae", "tea"));
}

#[test]
fn what_is_shared_or_silenced_stays_as_it_is() {
    let shared = ingress("&a serviceName=tea srv expire=1h path=/tea") + "x: *a\n";
    let refused = fixed(&shared, false);
    assert!(!refused.changes());
    assert_eq!(refused.refused.len(), 1);
    assert_eq!(refused.refused[0].reason, "an alias shares the value");
    assert_eq!(refused.refused[0].location.line, 6);

    let silenced =
        ingress("serviceName=tea srv expire=1h path=/tea # stickler: ignore[unknown-parameter] x");
    let fixed = fixed(&silenced, true);
    assert!(!fixed.changes() && fixed.refused.is_empty());
}

#[test]
fn a_file_is_replaced_at_once_with_its_permissions() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("a.yaml"), folder.path().join("b.yaml"));
    std::fs::write(&file, "before").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("a.yaml", &link).unwrap();
    write(&link, "before", "after", Encoding::Utf8).unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "after");
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o640
    );
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    let late = write(&file, "before", "again", Encoding::Utf8).unwrap_err();
    assert_eq!(late.to_string(), "the file changed in the meantime");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "after");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}
