//! The cases: tests/corpus/README.md has the fields.

use serde::Deserialize;
use serde_json::{Value, json};
use stickler::lint::migrate::Outcome;

/// Stands for a name that each case has of its own.
const NAME: &str = "\u{a7}";

#[derive(Deserialize)]
struct Row {
    ingresses: Vec<Source>,
    probes: Vec<Probe>,
    cookies: Vec<String>,
    outcome: String,
    value: Option<String>,
}

#[derive(Deserialize)]
struct Source {
    name: String,
    created: String,
    keys: serde_json::Map<String, Value>,
    spec: usize,
}

/// Scheme, host, URL, status, number of the cookie, client.
#[derive(Deserialize)]
pub(crate) struct Probe(
    pub(crate) String,
    pub(crate) String,
    pub(crate) String,
    pub(crate) u16,
    pub(crate) Option<usize>,
    #[serde(default)] pub(crate) String,
);

pub(crate) struct Case {
    pub(crate) line: usize,
    /// The Ingresses as JSON, with their age; the first is the one to migrate.
    pub(crate) ingresses: Vec<((String, String), String)>,
    pub(crate) probes: Vec<Probe>,
    pub(crate) cookies: Vec<String>,
    pub(crate) outcome: Outcome,
    pub(crate) value: Option<String>,
}

pub(crate) fn cases() -> Vec<Case> {
    let text = include_str!("../corpus/ingress-nginx.jsonl");
    let mut lines = text.lines().enumerate();
    let specs: Vec<Value> = serde_json::from_str(lines.next().unwrap().1).unwrap();
    lines
        .map(|(line, text)| {
            let row: Row = serde_json::from_str(&text.replace(NAME, "h1")).unwrap();
            row.into_case(line + 1, &specs)
        })
        .collect()
}

impl Row {
    fn into_case(self, line: usize, specs: &[Value]) -> Case {
        let outcome = match self.outcome.as_str() {
            "exact" => Outcome::Exact,
            "differs" => Outcome::Differs,
            "partial" => Outcome::Partial,
            "was-broken" => Outcome::WasBroken,
            "blocked" => Outcome::Blocked,
            other => panic!("{other}"),
        };
        Case {
            line,
            ingresses: self.ingresses.iter().map(|it| it.ingress(specs)).collect(),
            probes: self.probes,
            cookies: self.cookies,
            outcome,
            value: self.value,
        }
    }
}

impl Source {
    fn ingress(&self, specs: &[Value]) -> ((String, String), String) {
        let key = |(key, value): (&String, &Value)| {
            (format!("nginx.ingress.kubernetes.io/{key}"), value.clone())
        };
        let annotations: serde_json::Map<_, _> = self.keys.iter().map(key).collect();
        let ingress = json!({
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": self.name, "annotations": annotations},
            "spec": specs[self.spec],
        });
        let age = (self.created.clone(), self.name.clone());
        (age, ingress.to_string().replace(NAME, "h1"))
    }
}
