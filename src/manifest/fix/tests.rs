mod custom;

use super::*;
use crate::lint::{Policy, Subject, check};

fn fixed(text: &str, unsafe_too: bool) -> Fixed {
    let policy = Policy::default();
    let check_subject = |subject: &Subject<'_>| check(subject, &policy);
    let source = Source {
        name: "a.yaml".to_owned(),
        text: text.to_owned(),
    };
    fix(source, &check_subject, unsafe_too)
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
fn fixes_of_several_ingresses_in_one_string_are_counted() {
    let within = |values: [&str; 2]| {
        let documents = values.map(ingress).join("---\n");
        let lines = documents.lines().map(|line| format!("    {line}\n"));
        let lines: String = lines.collect();
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  b.yaml: |\n{lines}"
        )
    };
    let before = within([
        "serviceName=tea srv expire=1h path=/tea",
        "serviceName=tea srv expire=1h HttpOnly path=/tea",
    ]);
    let fixed = fixed(&before, false);
    let after = within([
        "serviceName=tea srv expires=1h path=/tea",
        "serviceName=tea srv expires=1h httponly path=/tea",
    ]);
    assert_eq!(fixed.after, after);
    assert_eq!(fixed.applied, 3);
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

/// What `fix` makes of an Ingress of a class that the policy assigns to the
/// controller, with these lines below `annotations:`.
fn replaced(annotations: &str, unsafe_too: bool) -> Fixed {
    let policy = Policy {
        ingress_classes: Some(vec!["nginx".to_owned()]),
        ..Policy::default()
    };
    let check_subject = |subject: &Subject<'_>| check(subject, &policy);
    let text = foreign(annotations);
    let source = Source {
        name: "a.yaml".to_owned(),
        text,
    };
    fix(source, &check_subject, unsafe_too)
}

fn foreign(annotations: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: cafe\n  \
         annotations:\n{annotations}spec:\n  ingressClassName: nginx\n  rules:\n  - host: \
         cafe.example.com\n    http:\n      paths:\n      - path: /tea\n        pathType: Prefix\n        \
         backend: {{service: {{name: tea, port: {{number: 80}} }} }}\n"
    )
}

const P: &str = "nginx.ingress.kubernetes.io/";

#[test]
#[allow(clippy::too_many_lines, reason = "a table")]
fn affinity_of_ingress_nginx_is_replaced_as_migrate_does() {
    let value = |name: &str| {
        format!(
            "    nginx.org/sticky-cookie-services: \"serviceName=tea {name} httponly path=/tea\"\n"
        )
    };
    for (before, safe, unsafe_too) in [
        // Exact.
        (
            format!("    a: b\n    {P}affinity: cookie # on\n    {P}session-cookie-name: route\n"),
            Some(format!("    a: b\n{}", value("route"))),
            None,
        ),
        // Differs: the cookie gets another name.
        (
            format!("    {P}affinity: cookie\n    {P}session-cookie-name: a/b\n"),
            None,
            Some(value("a_b")),
        ),
        // Partial: other hosts are lost.
        (
            format!("    {P}affinity: cookie\n    {P}server-alias: b.example.com\n"),
            None,
            Some(format!(
                "{}    {P}server-alias: b.example.com\n",
                value("INGRESSCOOKIE")
            )),
        ),
        // It never worked.
        (
            format!("    {P}affinity: cookie\n    {P}session-cookie-expires: 1h30\n"),
            None,
            None,
        ),
        // Blocked.
        (
            format!("    {P}affinity: cookie\n    {P}canary: \"true\"\n"),
            None,
            None,
        ),
        // What it becomes is not known.
        (
            format!("    {P}affinity: cookie\n    {P}session-cookie-name: ${{NAME}}\n"),
            None,
            None,
        ),
        // A comment silences it.
        (
            format!("    # stickler: ignore[foreign-annotation] later\n    {P}affinity: cookie\n"),
            None,
            None,
        ),
        // The lines are not its own.
        (
            format!("    {P}affinity: &a cookie\n    b: *a\n"),
            None,
            None,
        ),
        // Already there.
        (
            format!("    {P}affinity: cookie\n{}", value("x")),
            None,
            None,
        ),
    ] {
        let unsafe_too = unsafe_too.or(safe.clone());
        for (wanted, after) in [(false, safe), (true, unsafe_too)] {
            let fixed = replaced(&before, wanted);
            let after = foreign(after.as_ref().unwrap_or(&before));
            assert_eq!(fixed.after, after, "{before} {wanted}");
            assert_eq!(fixed.before, foreign(&before));
            assert_eq!(fixed.applied, usize::from(fixed.changes()), "{before}");
            assert!(fixed.refused.is_empty());
        }
    }
}

#[test]
fn what_check_counts_as_fixable_is_replaced() {
    let policy = Policy {
        ingress_classes: Some(vec!["nginx".to_owned()]),
        ..Policy::default()
    };
    let check_subject = |subject: &Subject<'_>| check(subject, &policy);
    for (annotations, safe) in [
        (format!("    {P}affinity: cookie\n"), true),
        (
            format!("    {P}affinity: cookie\n    {P}session-cookie-name: a/b\n"),
            false,
        ),
        (format!("    {P}affinity: &a cookie\n"), false),
    ] {
        let source = Source {
            name: "a.yaml".to_owned(),
            text: foreign(&annotations),
        };
        let report = crate::manifest::check(source, &check_subject);
        let is_counted = |unsafe_too: bool| {
            report.findings.iter().any(|it| {
                let fix = it.diagnostic.fix.as_ref();
                !it.edits.is_empty() && fix.is_some_and(|fix| fix.safe || unsafe_too)
            })
        };
        assert_eq!(is_counted(false), safe, "{annotations}");
        for unsafe_too in [false, true] {
            let changes = replaced(&annotations, unsafe_too).changes();
            assert_eq!(
                is_counted(unsafe_too),
                changes,
                "{annotations} {unsafe_too}"
            );
        }
    }
}

#[test]
fn values_and_keys_of_one_file_are_fixed_together() {
    let own =
        "    nginx.org/sticky-cookie-services: serviceName=tea srv httponly expire=1h path=/tea\n";
    let old = format!("    {P}affinity: cookie\n");
    let text = format!("{}---\n{}", foreign(own), foreign(&old));
    let after = text.replace("expire=", "expires=").replace(
        &old,
        "    nginx.org/sticky-cookie-services: \"serviceName=tea INGRESSCOOKIE httponly path=/tea\"\n",
    );
    let policy = Policy {
        ingress_classes: Some(vec!["nginx".to_owned()]),
        ..Policy::default()
    };
    let check_subject = |subject: &Subject<'_>| check(subject, &policy);
    let name = "a.yaml".to_owned();
    let fixed = fix(Source { name, text }, &check_subject, false);
    assert_eq!(fixed.after, after);
    assert_eq!(fixed.applied, 2);
}
