//! Rule × change × verdict. Each rule represents those with the same inputs.

use serde_json::{Value, json};

use crate::admission::{RequestPolicy, Verdict, answer};
use crate::lint::Rule;

const ORG: &str = "nginx.org/sticky-cookie-services";
const PLUS: &str = "nginx.com/sticky-cookie-services";
const CLASS: &str = "kubernetes.io/ingress.class";
const ACME: &str = "/.well-known/acme-challenge/TOKEN";

fn path(path: &str, service: &str) -> Value {
    let backend = json!({"service": {"name": service, "port": {"number": 80}}});
    json!({"path": path, "pathType": "Prefix", "backend": backend})
}

/// Two services on one host with TLS, and another host without.
fn ingress(value: &str) -> Value {
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "cafe", "namespace": "default", "annotations": {ORG: value}},
        "spec": {
            "ingressClassName": "nginx",
            "tls": [{"hosts": ["cafe.example.com"], "secretName": "t"}],
            "rules": [
                {"host": "cafe.example.com", "http": {"paths": [
                    path("/coffee", "coffee-svc"), path("/tea", "tea-svc"),
                ]}},
                {"host": "shop.example.com", "http": {"paths": [path("/shop", "shop-svc")]}},
            ],
        },
    })
}

fn verdict(old: &Value, new: &Value) -> Verdict {
    let review = json!({
        "kind": "AdmissionReview",
        "apiVersion": "admission.k8s.io/v1",
        "request": {
            "uid": "u-1",
            "kind": {"group": "networking.k8s.io", "version": "v1", "kind": "Ingress"},
            "name": "cafe",
            "namespace": "default",
            "operation": if old.is_null() { "CREATE" } else { "UPDATE" },
            "object": new,
            "oldObject": old,
        }
    });
    let review = review.to_string();
    let answer = answer(review.as_bytes(), &RequestPolicy::default());
    answer.unwrap().facts.verdict
}

type Change = fn(&mut Value);

fn paths(ingress: &mut Value) -> &mut Vec<Value> {
    ingress["spec"]["rules"][0]["http"]["paths"]
        .as_array_mut()
        .unwrap()
}

/// An edit of the Ingress, by name.
fn change(name: &str) -> Change {
    match name {
        "label" => |it| it["metadata"]["labels"] = json!({"a": "b"}),
        // cert-manager puts its path before the others (`http/ingress.go`).
        "acme path" => |it| paths(it).insert(0, path(ACME, "cm-acme-http-solver-x")),
        "acme host" => |it| {
            let rules = it["spec"]["rules"].as_array_mut().unwrap();
            let paths = [path(ACME, "cm-acme-http-solver-x")];
            rules.insert(
                0,
                json!({"host": "new.example.com", "http": {"paths": paths}}),
            );
        },
        "class" => |it| it["spec"]["ingressClassName"] = json!("alb"),
        "class annotation" => |it| it["metadata"]["annotations"][CLASS] = json!("alb"),
        "same class" => |it| it["metadata"]["annotations"][CLASS] = json!("nginx"),
        "no class" => |it| it["spec"]["ingressClassName"] = Value::Null,
        "mergeable" => |it| {
            it["metadata"]["annotations"]["nginx.org/mergeable-ingress-type"] = json!("minion");
        },
        "other key" => |it| {
            let value = it["metadata"]["annotations"][ORG].take();
            it["metadata"]["annotations"] = json!({PLUS: value});
        },
        "tls of its host" => |it| it["spec"]["tls"] = json!([]),
        "tls of another host" => |it| {
            let blocks = it["spec"]["tls"].as_array_mut().unwrap();
            blocks.push(json!({"hosts": ["shop.example.com"], "secretName": "s"}));
        },
        "its host" => |it| {
            it["spec"]["rules"][0]["host"] = json!("bar.example.com");
            it["spec"]["tls"][0]["hosts"][0] = json!("bar.example.com");
        },
        "a path of its own" => |it| paths(it).push(path("/coffee/beans", "coffee-svc")),
        "a path of tea" => |it| paths(it).push(path("/tea/green", "tea-svc")),
        "a path of shop" => |it| paths(it).push(path("/more", "shop-svc")),
        "another default" => |it| {
            it["spec"]["defaultBackend"] = path("", "shop-svc")["backend"].clone();
        },
        "regular expressions" => |it| {
            it["metadata"]["annotations"]["nginx.org/path-regex"] = json!("case_sensitive");
        },
        "its path goes" => |it| {
            paths(it).remove(0);
        },
        _ => panic!("no change is named {name}"),
    }
}

/// An old mistake, and the changes after which it is a new one.
const TABLE: [(&str, &str, &[&str]); 8] = [
    (
        "empty-entry",
        "serviceName=coffee-svc id path=/coffee;",
        &[],
    ),
    ("unknown-backend", "serviceName=old id path=/coffee", &[]),
    (
        "unknown-parameter",
        "serviceName=coffee-svc id expire=1h path=/coffee",
        &["its path goes"],
    ),
    (
        "comment",
        "serviceName=coffee-svc id #a path=/coffee",
        &["its path goes"],
    ),
    (
        "samesite-none-insecure",
        "serviceName=coffee-svc id samesite=none path=/coffee",
        &["its path goes"],
    ),
    (
        "path-mismatch",
        "serviceName=coffee-svc id path=/other",
        &[
            "tls of its host",
            "its host",
            "a path of its own",
            "its path goes",
        ],
    ),
    (
        "cookie-prefix",
        "serviceName=coffee-svc __Secure-id path=/coffee",
        &[
            "tls of its host",
            "its host",
            "a path of its own",
            "its path goes",
        ],
    ),
    (
        "cookie-clash",
        "serviceName=coffee-svc id path=/;serviceName=tea-svc id path=/",
        &[
            "tls of its host",
            "its host",
            "a path of its own",
            "a path of tea",
            "its path goes",
        ],
    ),
];

/// What changes nothing that a rule reads, whichever rule.
const HARMLESS: [&str; 6] = [
    "label",
    "acme path",
    "acme host",
    "same class",
    "a path of shop",
    "another default",
];
/// What each rule reads.
const COMMON: [&str; 5] = [
    "class",
    "class annotation",
    "no class",
    "mergeable",
    "other key",
];
const OF_ROUTES: [&str; 6] = [
    "tls of its host",
    "tls of another host",
    "its host",
    "a path of its own",
    "a path of tea",
    "its path goes",
];

#[test]
fn an_old_mistake_is_new_where_an_input_of_its_rule_has_changed() {
    let mut wrong = Vec::new();
    for (rule, value, inputs) in TABLE {
        let old = ingress(value);
        assert_eq!(verdict(&Value::Null, &old), Verdict::Deny, "{rule}");
        for name in HARMLESS.into_iter().chain(COMMON).chain(OF_ROUTES) {
            let mut new = old.clone();
            change(name)(&mut new);
            let is_new = COMMON.contains(&name) || inputs.contains(&name);
            // Without its path a service is an unknown backend, which is new.
            let unknown = name == "its path goes" && rule != "unknown-backend";
            for (way, from, to, is_new) in [
                ("to", &old, &new, is_new || unknown),
                ("back from", &new, &old, is_new),
            ] {
                let expected = if is_new { Verdict::Deny } else { Verdict::Warn };
                let seen = verdict(from, to);
                if seen != expected {
                    wrong.push(format!("{rule}, {way} {name}: {seen:?}, not {expected:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Of a path that is a regular expression nothing is known.
#[test]
fn a_mistake_that_regular_expressions_hid_is_new() {
    for (rule, value, inputs) in TABLE {
        let new = ingress(value);
        let mut old = new.clone();
        change("regular expressions")(&mut old);
        let expected = if inputs.contains(&"its host") {
            Verdict::Deny
        } else {
            Verdict::Warn
        };
        assert_eq!(verdict(&old, &new), expected, "{rule}");
    }
}

#[test]
fn the_table_covers_every_rule() {
    use super::inputs::Inputs::{AllRoutes, Backend, Routes, Value};
    let of = |id: &str| Rule::from_id(id).unwrap().inputs();
    let seen = TABLE.map(|(rule, ..)| (rule, of(rule)));
    assert_eq!(
        seen,
        [
            ("empty-entry", Value),
            ("unknown-backend", Backend),
            ("unknown-parameter", Backend),
            ("comment", Backend),
            ("samesite-none-insecure", Backend),
            ("path-mismatch", Routes),
            ("cookie-prefix", Routes),
            ("cookie-clash", AllRoutes),
        ]
    );
}

/// A default backend is reached where a host has no `/`.
#[test]
fn a_default_backend_that_comes_alive_is_new() {
    let bad = "serviceName=tea-svc id expire=1h path=/";
    let mut old = ingress(bad);
    old["spec"]["defaultBackend"] = path("", "tea-svc")["backend"].clone();
    old["spec"]["rules"] =
        json!([{"host": "cafe.example.com", "http": {"paths": [path("/", "shop-svc")]}}]);
    let mut alive = old.clone();
    let rules = alive["spec"]["rules"].as_array_mut().unwrap();
    rules.push(json!({"host": "bar.example.com", "http": {"paths": [path("/a", "shop-svc")]}}));
    assert_eq!(verdict(&old, &alive), Verdict::Deny);
    let mut same = old.clone();
    change("acme path")(&mut same);
    assert_eq!(verdict(&old, &same), Verdict::Warn);
}

#[test]
fn a_dead_entry_that_gets_a_path_is_new() {
    let old = ingress("serviceName=late-svc id expire=1h path=/late");
    let mut alive = old.clone();
    paths(&mut alive).push(path("/late", "late-svc"));
    assert_eq!(verdict(&old, &alive), Verdict::Deny);
}

#[test]
fn a_value_of_the_other_key_that_comes_alive_is_new() {
    let mut old = ingress("serviceName=coffee-svc id path=/coffee");
    old["metadata"]["annotations"][PLUS] = json!("serviceName=coffee-svc id #a path=/coffee");
    let mut new = old.clone();
    new["metadata"]["annotations"]
        .as_object_mut()
        .unwrap()
        .remove(ORG);
    assert_eq!(verdict(&old, &new), Verdict::Deny);
}

/// A mistake of the spec is known by its content: its number changes when
/// cert-manager puts a path before it.
#[test]
fn an_old_mistake_of_the_spec_is_known_by_its_content() {
    let mut old = ingress("serviceName=coffee-svc id path=/coffee");
    paths(&mut old).push(path("/coffee", "coffee-svc"));
    assert_eq!(verdict(&Value::Null, &old), Verdict::Deny);
    for (name, expected) in [
        ("label", Verdict::Warn),
        ("acme path", Verdict::Warn),
        ("acme host", Verdict::Warn),
    ] {
        let mut new = old.clone();
        change(name)(&mut new);
        assert_eq!(verdict(&old, &new), expected, "{name}");
    }
    let mut twice = old.clone();
    paths(&mut twice).push(path("/coffee", "coffee-svc"));
    assert_eq!(verdict(&old, &twice), Verdict::Deny, "one excuses one");
    let mut elsewhere = old.clone();
    let shop = elsewhere["spec"]["rules"][1]["http"]["paths"].as_array_mut();
    shop.unwrap()
        .extend([path("/coffee", "shop-svc"), path("/coffee", "shop-svc")]);
    assert_eq!(verdict(&old, &elsewhere), Verdict::Deny, "another host");
}
