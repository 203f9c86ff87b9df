//! Tokens, what separates them, the entries that they make, the spec beside
//! them, and what is done to the object: each with each.

use std::fmt::Write as _;

/// A kind of review that can have any size.
pub(super) struct Shape {
    pub(super) name: String,
    /// The size to begin with, in whatever [`build`](Self::build) takes.
    pub(super) size: usize,
    pub(super) build: Box<dyn Fn(usize) -> String + Send + Sync>,
}

/// A `%` in these is the number of the token.
const TOKENS: [&str; 15] = [
    "secure",
    "expires=1h",
    "expirse=1h",
    "path=/a",
    "path=/a/%/b",
    "domain=.example.com",
    "domain=h%.example.com",
    "n%=x",
    "x",
    "{",
    "'a'",
    r"\",
    "#a",
    "\u{e9}%",
    "id",
];
const SEPARATORS: [&str; 5] = [" ", ",", ", ", ";", ""];
/// Bytes of annotation to begin with.
const VALUE: usize = 6 << 10;

/// How tokens become a value.
#[derive(Clone, Copy)]
enum Entries {
    /// All in one entry.
    One,
    /// An entry for each, of a service of its own.
    Each,
}

/// What stands beside the value.
#[derive(Clone, Copy)]
enum Spec {
    /// One path.
    One,
    /// A path for each service.
    Paths,
    /// A host for each service, each deeper than the one before, with TLS.
    Hosts,
}

/// What is done to the object.
#[derive(Clone, Copy)]
enum Operation {
    Create,
    /// Before, there was one path less.
    Update,
}

/// Each of all.
pub(super) fn all() -> Vec<Shape> {
    let mut shapes = Vec::new();
    for token in TOKENS {
        for separator in SEPARATORS {
            for (entries, many) in [(Entries::One, "one entry"), (Entries::Each, "entries")] {
                for (spec, beside) in [
                    (Spec::One, "one path"),
                    (Spec::Paths, "paths"),
                    (Spec::Hosts, "hosts"),
                ] {
                    for (operation, done) in
                        [(Operation::Create, "create"), (Operation::Update, "update")]
                    {
                        shapes.push(Shape {
                            name: format!("`{token}` by `{separator}`, {many}, {beside}, {done}"),
                            size: VALUE,
                            build: Box::new(move |size| {
                                let value = value(token, separator, entries, size);
                                review(&value, spec, size / 16, operation)
                            }),
                        });
                    }
                }
            }
        }
    }
    shapes
}

/// A value of about `size` bytes.
fn value(token: &str, separator: &str, entries: Entries, size: usize) -> String {
    let mut value = String::with_capacity(size + 64);
    if matches!(entries, Entries::One) {
        value.push_str("serviceName=s0 id ");
    }
    for number in 0.. {
        if value.len() >= size {
            break;
        }
        let token = token.replace('%', &number.to_string());
        let _ = match entries {
            Entries::One => write!(value, "{token}{separator}"),
            Entries::Each => write!(value, "serviceName=s{number} id{separator}{token};"),
        };
    }
    value
}

fn review(value: &str, spec: Spec, services: usize, operation: Operation) -> String {
    let object = |services| ingress(&[(ORG_KEY, value)], &spec_of(spec, services));
    match operation {
        Operation::Create => review_of(&object(services), None),
        Operation::Update => review_of(&object(services), Some(&object(services - 1))),
    }
}

pub(super) const ORG_KEY: &str = "nginx.org/sticky-cookie-services";

/// An Ingress as JSON.
pub(super) fn ingress(annotations: &[(&str, &str)], spec: &str) -> String {
    let annotations = annotations
        .iter()
        .map(|(key, value)| format!("{}:{}", json(key), json(value)));
    let annotations = annotations.collect::<Vec<_>>().join(",");
    format!(
        r#"{{"kind":"Ingress","apiVersion":"networking.k8s.io/v1","metadata":{{"name":"cafe","namespace":"default","annotations":{{{annotations}}}}},"spec":{spec}}}"#
    )
}

/// A review of the creation of `object`, or of its update.
pub(super) fn review_of(object: &str, old: Option<&str>) -> String {
    let operation = if old.is_some() { "UPDATE" } else { "CREATE" };
    let old = old.unwrap_or("null");
    format!(
        r#"{{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{{"uid":"u","kind":{{"group":"networking.k8s.io","version":"v1","kind":"Ingress"}},"name":"cafe","namespace":"default","operation":"{operation}","userInfo":{{"username":"admin"}},"object":{object},"oldObject":{old}}}}}"#
    )
}

/// A text as JSON writes it.
pub(super) fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A rule as JSON, with paths and their services.
pub(super) fn rule(host: &str, paths: impl Iterator<Item = (String, String)>) -> String {
    let paths = paths.map(|(path, service)| {
        let (path, service) = (json(&path), json(&service));
        format!(
            r#"{{"path":{path},"pathType":"Prefix","backend":{{"service":{{"name":{service},"port":{{"number":80}}}}}}}}"#
        )
    });
    let paths = paths.collect::<Vec<_>>().join(",");
    format!(r#"{{"host":{},"http":{{"paths":[{paths}]}}}}"#, json(host))
}

/// A spec as JSON, of these rules.
pub(super) fn spec(rules: impl Iterator<Item = String>) -> String {
    let rules = rules.collect::<Vec<_>>().join(",");
    format!(r#"{{"ingressClassName":"nginx","rules":[{rules}]}}"#)
}

fn spec_of(kind: Spec, services: usize) -> String {
    let service = |number: usize| format!("s{number}");
    let host = |number: usize| format!("h{number}{}.example.com", ".a".repeat(number % 32));
    match kind {
        Spec::One => spec(std::iter::once(rule(
            "cafe.example.com",
            std::iter::once(("/".to_owned(), service(0))),
        ))),
        Spec::Paths => {
            let paths = (0..services).map(|number| (format!("/a/{number}"), service(number)));
            spec(std::iter::once(rule("cafe.example.com", paths)))
        }
        Spec::Hosts => {
            let rules = (0..services).map(|number| {
                let paths = std::iter::once(("/".to_owned(), service(number)));
                rule(&host(number), paths)
            });
            let hosts: Vec<_> = (0..services).map(|number| json(&host(number))).collect();
            let tls = format!(r#"{{"tls":[{{"hosts":[{}]}}],"#, hosts.join(","));
            spec(rules).replacen('{', &tls, 1)
        }
    }
}
