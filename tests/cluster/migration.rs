//! Ingresses with the affinity of ingress-nginx, and those that an upgrade of the
//! controller takes away: what people see through kubectl and `stickler audit`.

use std::fs;

use serde_json::Value;

use crate::audited::Audited;
use crate::place::Place;
use crate::webhook::Webhook;

const POLICY: &str = "ingressClasses: [nginx]\n";

/// Those of `tests/migrate/shapes` that are created, without their namespace.
const CREATE: [&str; 5] = [
    "sed /namespace:/d ../../migrate/shapes/02-with-tls.yaml | kubectl create -f -",
    "sed /namespace:/d ../../migrate/shapes/09-rewrite-with-regex.yaml | kubectl create -f -",
    "sed /namespace:/d ../../migrate/shapes/12-several-services-one-path.yaml | kubectl create -f -",
    "sed /namespace:/d ../../migrate/shapes/19-domain.yaml | kubectl create -f -",
    "sed /namespace:/d ../../migrate/shapes/21-canary.yaml | kubectl create -f -",
];

#[tokio::test]
async fn kubectl_shows_the_value_or_the_reason() {
    let place = Place::open("migration").await;
    let _webhook = Webhook::under(&place, Some(POLICY), |_| ()).await;
    place.session("migration", &CREATE);
}

#[tokio::test]
#[allow(clippy::too_many_lines, reason = "a session")]
async fn an_audit_of_what_there_is_to_migrate() {
    let alone = Audited::open("audit-migrate");
    for namespace in ["bakery", "empty", "shop"] {
        alone.shell(&format!("kubectl create namespace {namespace}"));
    }
    let nothing = "Nothing to migrate: no Ingress has affinity keys of ingress-nginx.\n";
    assert_eq!(alone.audit("--migrate -A"), (3, nothing.to_owned()));

    for shape in ["02-with-tls", "12-several-services-one-path"] {
        let file = format!("../../migrate/shapes/{shape}.yaml");
        alone.shell(&format!("kubectl create -f {file}"));
        alone.shell(&format!(
            "sed 's/namespace: shop/namespace: bakery/' {file} | kubectl create -f -"
        ));
    }
    alone.shell("kubectl create -n bakery -f good.yaml");
    let head = "INGRESS                           OUTCOME     WHAT DIFFERS\n";
    let bakery = "bakery/several-services-one-path  differs     renamed\n\
                  bakery/with-tls                   exact       -\n";
    let shop = "shop/several-services-one-path    differs     renamed\n\
                shop/with-tls                     exact       -\n";
    assert_eq!(
        alone.audit("--migrate -A"),
        (0, format!("{head}{bakery}{shop}"))
    );
    let (code, table) = alone.audit("--migrate -n bakery");
    assert_eq!((code, table), (0, format!("{head}{bakery}")));
    assert_eq!(alone.audit("--migrate -n empty").0, 3);

    alone.shell("kubectl create -f ../../migrate/shapes/21-canary.yaml");
    let (code, table) = alone.audit("--migrate -n shop");
    assert_eq!(code, 1);
    assert!(table.contains("shop/canary  "), "{table}");

    let (code, report) = alone.audit_json("--migrate -n shop --format json");
    assert_eq!(code, 1);
    let migrations = report["migrations"].as_array().unwrap();
    let seen: Vec<_> = migrations
        .iter()
        .map(|it| {
            (
                it["object"]["name"].as_str().unwrap(),
                it["outcome"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("canary", "blocked"),
        ("several-services-one-path", "differs"),
        ("with-tls", "exact"),
    ];
    assert_eq!(seen, expected);
    let value = "serviceName=web route expires=172800 httponly secure path=/";
    assert_eq!(migrations[2]["value"], value);
    assert_eq!(migrations[0]["value"], Value::Null);

    for refused in ["--format sarif", "--upgrade-to 5.6"] {
        assert_eq!(
            alone.audit(&format!("--migrate -A {refused}")).0,
            2,
            "{refused}"
        );
    }
}

/// An Ingress for a path, with this value.
fn ingress(name: &str, path: &str, value: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: {name}\n  \
         annotations:\n    nginx.com/sticky-cookie-services: \"{value}\"\nspec:\n  \
         ingressClassName: nginx\n  rules:\n  - host: {name}.example.com\n    http:\n      paths:\n      \
         - path: {path}\n        pathType: Prefix\n        backend: {{service: {{name: tea, port: \
         {{number: 80}}}}}}\n---\n"
    )
}

#[tokio::test]
async fn an_audit_of_what_an_upgrade_changes() {
    let alone = Audited::open("audit-upgrade");
    for namespace in ["quiet", "shop"] {
        alone.shell(&format!("kubectl create namespace {namespace}"));
    }
    let good = "serviceName=tea srv path=/";
    let objects = [
        ingress("hash", "/", "serviceName=tea sr#v path=/"),
        ingress("line", "/", "serviceName=tea srv path=/\\n"),
        ingress("same", "/", good),
        ingress(
            "variants",
            "/products/variants",
            "serviceName=tea srv path=/products/variants",
        ),
    ];
    let file = alone.kubeconfig.with_file_name("upgrade.yaml");
    fs::write(&file, objects.concat()).unwrap();
    alone.shell(&format!("kubectl create -n shop -f {}", file.display()));
    fs::write(&file, ingress("same", "/", good)).unwrap();
    alone.shell(&format!("kubectl create -n quiet -f {}", file.display()));

    let arguments = "--controller-version 5.5 --upgrade-to 5.6";
    let (code, printed) = alone.audit(&format!("-A --format concise {arguments}"));
    assert_eq!(code, 1, "{printed}");
    for line in [
        "Ingress shop/hash: error[forbidden-character] works today, rejected in 5.6: '#' is not allowed",
        "Upgrade to 5.6: of 5 Ingresses, 2 lose something, 1 change otherwise, 2 stay the same.",
    ] {
        assert!(printed.contains(line), "{line}: {printed}");
    }
    let (code, printed) = alone.audit(&format!("-n quiet {arguments}"));
    assert_eq!(code, 0, "{printed}");

    let (code, report) = alone.audit_json(&format!("-n shop --format json {arguments}"));
    assert_eq!(code, 1);
    let findings = report["findings"].as_array().unwrap().iter();
    let seen: Vec<_> = findings
        .map(|it| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&it["object"]["name"]), text(&it["severity"]))
        })
        .collect();
    let expected = [("hash", "error"), ("line", "error"), ("variants", "note")];
    let expected = expected.map(|(name, severity)| (name.to_owned(), severity.to_owned()));
    assert_eq!(seen, expected, "{report}");
}
