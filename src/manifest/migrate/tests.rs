//! Edits of odd manifests: each before, and after.

use super::*;
use crate::lint::Policy;
use crate::lint::migrate::Options;

fn run(text: &str, prefix: &str, keep_old: bool) -> Migrated {
    let migrator = Migrator {
        migrate: &|subject: &Subject<'_>| {
            crate::lint::migrate::migrate(subject, &Policy::default(), &Options::default())
        },
        withheld: &|_| None,
        prefix,
        keep_old,
    };
    let source = Source {
        name: "cafe.yaml".to_owned(),
        text: text.to_owned(),
    };
    migrate(source, &migrator)
}

/// An Ingress with these lines below `metadata:`.
fn manifest(metadata: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n{metadata}spec:\n  rules:\n  \
         - host: cafe.example.com\n    http:\n      paths:\n      - path: /\n        pathType: \
         Prefix\n        backend:\n          service:\n            name: web\n            port:\n  \
         \x20           number: 80\n"
    )
}

const LINE: &str =
    "nginx.org/sticky-cookie-services: \"serviceName=web INGRESSCOOKIE httponly path=/\"";
const ROUTE: &str = "nginx.org/sticky-cookie-services: \"serviceName=web route httponly path=/\"";
const P: &str = COMMUNITY;

/// The lines below `metadata:`, before and after; a second run changes nothing.
fn assert_becomes(before: &str, after: &str) {
    for line_break in ["\n", "\r\n"] {
        let text = manifest(before).replace('\n', line_break);
        let migrated = run(&text, P, false);
        let reasons = migrated.ingresses.iter().map(|it| &it.not_edited);
        assert!(
            reasons.clone().all(Option::is_none),
            "{before}{:?}",
            reasons.collect::<Vec<_>>()
        );
        assert_eq!(
            migrated.after,
            manifest(after).replace('\n', line_break),
            "{before}"
        );
        assert!(migrated.ingresses.iter().all(|it| it.written), "{before}");
        let again = run(&migrated.after, P, false);
        assert_eq!(again.after, migrated.after);
        assert!(again.ingresses.is_empty());
    }
}

#[test]
fn lines_go_and_one_comes() {
    let name = "  name: cafe\n";
    for (before, after) in [
        (
            format!("{name}  annotations:\n    {P}affinity: cookie\n"),
            format!("{name}  annotations:\n    {LINE}\n"),
        ),
        (
            format!(
                "  annotations: # ours\n    a: b # first\n    {P}affinity: \"cookie\" # on\n    # \
                 kept\n    {P}rewrite-target: /\n\n    '{P}session-cookie-name': 'route'   # \
                 gone\n    z: w\n{name}"
            ),
            format!(
                "  annotations: # ours\n    a: b # first\n    {ROUTE}\n    # kept\n    \
                 {P}rewrite-target: /\n\n    z: w\n{name}"
            ),
        ),
        (
            format!(
                "{name}  annotations:\n        {P}session-cookie-name: |-\n          route\n        # \
                 kept\n        {P}affinity: >-\n          cookie\n\n        a: b\n"
            ),
            format!("{name}  annotations:\n        {ROUTE}\n        # kept\n\n        a: b\n"),
        ),
        (
            format!(
                "{name}  annotations:\n    {P}affinity:\n      cookie\n    {P}session-cookie-hash:\n    \
                 {P}session-cookie-path: \"/\\\n      \"\n"
            ),
            format!("{name}  annotations:\n    {LINE}\n"),
        ),
        (
            format!("{name}  annotations:\n    \"{P}affinity\"   :   cookie\n"),
            format!("{name}  annotations:\n    {LINE}\n"),
        ),
        (
            format!(
                "  labels: {{a: &c cookie}}\n{name}  annotations:\n    {P}affinity: *c\n    a: *c\n"
            ),
            format!("  labels: {{a: &c cookie}}\n{name}  annotations:\n    {LINE}\n    a: *c\n"),
        ),
    ] {
        assert_becomes(&before, &after);
    }
}

#[test]
fn the_end_of_a_text_stays_as_it_is() {
    let head = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nspec:\n  rules:\n  - {host: \
                cafe.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: \
                {name: web, port: {number: 80}}}}]}}\nmetadata:\n  name: cafe\n  annotations:\n";
    for (before, after, kept) in [
        (
            format!("    {P}affinity: cookie"),
            format!("    {LINE}"),
            format!("    {P}affinity: cookie\n    {LINE}"),
        ),
        (
            format!("    {P}affinity: cookie\n    a: b"),
            format!("    {LINE}\n    a: b"),
            format!("    {P}affinity: cookie\n    {LINE}\n    a: b"),
        ),
        (
            format!("    {P}affinity: cookie\n    {P}session-cookie-name: route"),
            format!("    {ROUTE}\n"),
            format!("    {P}affinity: cookie\n    {P}session-cookie-name: route\n    {ROUTE}"),
        ),
    ] {
        let before = format!("{head}{before}");
        assert_eq!(run(&before, P, false).after, format!("{head}{after}"));
        let migrated = run(&before, P, true);
        assert_eq!(migrated.after, format!("{head}{kept}"));
        let again = run(&migrated.after, P, true);
        assert_eq!(again.after, migrated.after);
    }
}

#[test]
fn several_documents_and_lists() {
    let one = manifest(&format!("  annotations:\n    {P}affinity: cookie\n"));
    let plain = "kind: Service\napiVersion: v1\nmetadata: {annotations: {a: b}}\n";
    let text = format!("# first\n---\n{one}---\n{plain}---\n{one}...\n");
    let after = text.replace(&format!("{P}affinity: cookie"), LINE);
    let migrated = run(&text, P, false);
    assert_eq!(migrated.after, after);
    assert_eq!(migrated.ingresses.len(), 2);

    let indented = indent(&one);
    let list = format!("apiVersion: v1\nkind: List\nitems:\n-{}", &indented[1..]);
    let after = list.replace(&format!("{P}affinity: cookie"), LINE);
    assert_eq!(run(&list, P, false).after, after);
}

fn indent(text: &str) -> String {
    format!("  {}\n", text.trim_end().replace('\n', "\n  "))
}

#[test]
fn another_prefix() {
    let metadata = "  annotations:\n    nginx.example.com/affinity: cookie\n    nginx.ingress.\
                    kubernetes.io/affinity: cookie\n    nginx.example.com/use-regex: \"false\"\n";
    let migrated = run(&manifest(metadata), "nginx.example.com/", false);
    let after = metadata.replace("nginx.example.com/affinity: cookie", LINE);
    assert_eq!(migrated.after, manifest(&after));
    assert_eq!(migrated.other_keys, 1);
}

/// Why these lines below `metadata:` are not edited.
fn refusal(metadata: &str) -> String {
    let text = manifest(metadata);
    let migrated = run(&text, P, false);
    assert_eq!(migrated.after, text);
    let [ingress] = &migrated.ingresses[..] else {
        panic!("{metadata}: {migrated:?}")
    };
    assert!(!ingress.written);
    let migration = ingress.result.as_ref().unwrap();
    assert!(migration.value.is_some(), "{metadata}");
    ingress.not_edited.clone().unwrap()
}

#[test]
fn what_is_not_edited() {
    for (metadata, reason) in [
        (
            format!("  annotations: {{{P}affinity: cookie}}\n"),
            "the annotations are a flow mapping",
        ),
        (
            format!("  annotations: &a\n    {P}affinity: cookie\n"),
            "the annotations come through an anchor or an alias",
        ),
        (
            format!("  labels: &a\n    {P}affinity: cookie\n  annotations: *a\n"),
            "the annotations come through an anchor or an alias",
        ),
        (
            format!(
                "  labels: &a\n    {P}affinity: cookie\n  annotations:\n    <<: *a\n    a: b\n"
            ),
            "the annotations have a merge key",
        ),
        (
            format!("  annotations:\n    {P}affinity: &c cookie\n    a: *c\n"),
            "a value has an anchor",
        ),
        (
            format!("  annotations:\n    ? {P}affinity\n    : cookie\n"),
            "a key does not stand alone at the start of its line",
        ),
        (
            format!("  annotations:\n    &k {P}affinity: cookie\n"),
            "a key has an anchor, an alias or a tag",
        ),
    ] {
        assert_eq!(refusal(&metadata), reason, "{metadata}");
    }
}

#[test]
fn json_is_not_edited() {
    let text = format!(
        r#"{{"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{{"annotations":{{
        "{P}affinity":"cookie"}}}},"spec":{{"rules":[{{"host":"a.example.com","http":{{"paths":[{{"path":"/",
        "pathType":"Prefix","backend":{{"service":{{"name":"web","port":{{"number":80}}}}}}}}]}}}}]}}}}"#
    );
    let migrated = run(&text, P, false);
    assert_eq!(migrated.after, text);
    let reason = migrated.ingresses[0].not_edited.as_deref();
    assert_eq!(reason, Some("JSON is not edited"));
}

#[test]
fn a_key_twice_and_a_shared_item() {
    let twice = manifest(&format!(
        "  annotations:\n    {P}affinity: cookie\n    {P}affinity: cookie\n"
    ));
    let migrated = run(&twice, P, false);
    assert_eq!(migrated.after, twice);
    assert!(migrated.ingresses.iter().all(|it| !it.written));

    let one = manifest(&format!("  annotations:\n    {P}affinity: cookie\n"));
    let item = indent(&one);
    let list = format!("apiVersion: v1\nkind: List\nitems:\n- &i\n{item}- *i\n");
    let migrated = run(&list, P, false);
    assert_eq!(migrated.after, list);
    assert!(migrated.ingresses.iter().all(|it| !it.written));
}

#[test]
fn an_error_of_stickler_leaves_the_whole_file() {
    let one = |name: &str| {
        manifest(&format!(
            "  name: {name}\n  annotations:\n    {P}affinity: cookie\n"
        ))
    };
    let text = format!("{}---\n{}", one("good"), one("bad"));
    let migrator = Migrator {
        migrate: &|subject: &Subject<'_>| {
            if subject.name.as_deref() != Some("bad") {
                return crate::lint::migrate::migrate(
                    subject,
                    &Policy::default(),
                    &Options::default(),
                );
            }
            let place = crate::lint::Place::field(crate::lint::FieldPath::annotation("x"));
            let rule = crate::lint::Rule::EmptyValue;
            Err(Condemned {
                value: String::new(),
                diagnostic: Box::new(crate::lint::Diagnostic::new(rule, place, "empty")),
            })
        },
        withheld: &|_| None,
        prefix: P,
        keep_old: false,
    };
    let name = "cafe.yaml".to_owned();
    let source = Source {
        name,
        text: text.clone(),
    };
    let migrated = migrate(source, &migrator);
    assert_eq!(migrated.after, text);
    let [good, bad] = &migrated.ingresses[..] else {
        panic!("{migrated:?}")
    };
    assert!(!good.written && bad.result.is_err());
    assert_eq!(
        good.not_edited.as_deref(),
        Some("another Ingress of the file has an error of stickler")
    );
}

#[test]
fn a_placeholder_is_for_what_fills_it_in() {
    let annotations = |name: &str| {
        format!("  annotations:\n    {P}affinity: cookie\n    {P}session-cookie-name: {name}\n")
    };
    let text = manifest(&annotations("${NAME}"));
    let migrated = run(&text, P, false);
    assert_eq!(migrated.after, text);
    let migration = migrated.ingresses[0].result.as_ref().unwrap();
    assert_eq!(migration.notes[0].id.as_str(), "placeholder");
    // Which host it is does not matter to the value.
    let host = manifest(&annotations("route")).replace("cafe.example.com", "${HOST}");
    let migrated = run(&host, P, false);
    assert!(migrated.ingresses[0].written, "{migrated:?}");
    let domain = host.replace(
        "session-cookie-name: route",
        "session-cookie-domain: example.com",
    );
    assert_eq!(run(&domain, P, false).after, domain);
}
