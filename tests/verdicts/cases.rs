//! Every value that the project has, on the Ingress that it is meant for.

use std::fs;

use serde_json::Value;
use stickler::lint::read::keys::ORG_KEY;
use stickler::lint::subject::TlsBlock;
use stickler::lint::subject::{Annotation, Backend, HostRule, PathRule, PathType, Port, Subject};

/// A value, and where requests lead to its services.
pub(crate) struct Case {
    value: String,
    paths: Vec<Route>,
    /// The hosts with TLS; in turn none has, or all have, where it is `None`.
    tls: Option<Vec<String>>,
}

struct Route {
    host: String,
    path: String,
    exact: bool,
    service: String,
    port: Option<i64>,
}

impl Case {
    fn cafe(value: &str) -> Self {
        let path = |path: &str, service: &str| Route {
            host: "cafe.example.com".to_owned(),
            path: path.to_owned(),
            exact: false,
            service: service.to_owned(),
            port: None,
        };
        Self {
            value: value.to_owned(),
            paths: vec![path("/tea", "tea-svc"), path("/coffee", "coffee-svc")],
            tls: None,
        }
    }

    /// The case as an Ingress, with TLS for all hosts or as it is given.
    pub(crate) fn subject(&self, tls: bool) -> Subject<'_> {
        let by_host = self.paths.chunk_by(|a, b| a.host == b.host);
        let rule = |paths: &'_ [Route]| HostRule {
            host: Some(paths[0].host.clone().into()),
            paths: Some(paths.iter().map(Route::rule).collect()),
        };
        let all = || self.paths.iter().map(|path| path.host.clone()).collect();
        let hosts = match &self.tls {
            _ if tls => all(),
            Some(hosts) => hosts.clone(),
            None => Vec::new(),
        };
        Subject {
            annotations: vec![Annotation {
                key: ORG_KEY.into(),
                value: self.value.as_str().into(),
            }],
            rules: by_host.map(rule).collect(),
            tls: vec![TlsBlock {
                has_secret: true,
                hosts: hosts.into_iter().map(Into::into).collect(),
            }],
            ..Subject::default()
        }
    }
}

impl Route {
    fn rule<'a>(&self) -> PathRule<'a> {
        PathRule {
            path: Some(self.path.clone().into()),
            path_type: if self.exact {
                PathType::Exact
            } else {
                PathType::Prefix
            },
            backend: Backend {
                service: Some(self.service.clone().into()),
                port: self.port.map(Port::Number),
                ..Backend::default()
            },
        }
    }
}

fn read(file: &str) -> String {
    let path = format!("{}/tests/corpus/{file}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn lines(file: &str) -> Vec<Value> {
    let text = read(file);
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}

/// Whole Ingresses as JSON.
pub(crate) fn whole() -> impl Iterator<Item = (String, String)> {
    let cases = lines("context.jsonl").into_iter();
    cases.map(|case| (text(&case, "id").to_owned(), case["ingress"].to_string()))
}

/// Values with names of their own.
pub(crate) fn all() -> Vec<(String, Case)> {
    let mut all = Vec::new();
    for case in lines("nginx.jsonl") {
        let id = format!("nginx/{}", text(&case, "id"));
        all.push((id, Case::cafe(text(&case, "value"))));
    }
    for (index, case) in lines("real-world.jsonl").iter().enumerate() {
        all.push((format!("wild/{index}"), Case::cafe(text(case, "value"))));
    }
    let own: Vec<Value> = serde_json::from_str(&read("nic-cases.json")).unwrap();
    for (index, case) in own.iter().enumerate() {
        if let Some(value) = case["value"].as_str() {
            all.push((format!("nic/{index}"), Case::cafe(value)));
        }
    }
    all.extend(lines("browser.jsonl").iter().map(browser));
    all.extend(lines("browser-more.jsonl").iter().map(more));
    all
}

fn browser(case: &Value) -> (String, Case) {
    let exact = text(case, "path_type") == "Exact";
    let (host, path) = (text(case, "host"), text(case, "rule_path"));
    let services = case["services"].as_array().cloned().unwrap_or_default();
    let mut paths = Vec::new();
    let mut entries = Vec::new();
    for service in &services {
        paths.push(Route {
            host: service["host"].as_str().unwrap_or(host).to_owned(),
            path: text(service, "rule_path").to_owned(),
            exact,
            service: text(service, "service").to_owned(),
            port: None,
        });
        let (name, params) = (text(service, "service"), text(service, "params"));
        entries.push(format!("serviceName={name} {params}"));
    }
    if services.is_empty() {
        paths.push(Route {
            host: host.to_owned(),
            path: path.to_owned(),
            exact,
            service: "svc".to_owned(),
            port: None,
        });
        entries.push(format!("serviceName=svc {}", text(case, "annotation")));
    }
    paths.sort_by(|a, b| a.host.cmp(&b.host));
    let tls = case["tls"].as_bool() == Some(true);
    let hosts = paths.iter().map(|path| path.host.clone());
    let case_of = Case {
        value: entries.join(";"),
        tls: Some(hosts.filter(|_| tls).collect()),
        paths,
    };
    (format!("browser/{}", text(case, "id")), case_of)
}

fn more(case: &Value) -> (String, Case) {
    let rules = case["rules"].as_array().unwrap().iter();
    let path = |rule: &Value| Route {
        host: text(rule, "host").to_owned(),
        path: text(rule, "path").to_owned(),
        exact: text(rule, "type") == "Exact",
        service: text(rule, "service").to_owned(),
        port: rule["port"].as_i64(),
    };
    let entry = |entry: &Value| {
        let (service, params) = (text(entry, "service"), text(entry, "params"));
        format!("serviceName={service} {params}")
    };
    let entries: Vec<_> = case["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(entry)
        .collect();
    let hosts = case["tls"].as_array().unwrap().iter();
    let hosts = hosts.map(|host| host.as_str().unwrap_or_default().to_owned());
    let case_of = Case {
        value: entries.join(";"),
        paths: rules.map(path).collect(),
        tls: Some(hosts.collect()),
    };
    (format!("browser-more/{}", text(case, "id")), case_of)
}
