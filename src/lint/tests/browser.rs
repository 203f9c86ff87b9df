//! The table of what browsers do, row by row, through the whole check.
//!
//! An Ingress is written as URLs with their services: `https://cafe.example.com/tea tea-svc`
//! has TLS, `_` is a rule without a host, a trailing `!` for an exact path, `tea-svc:81` for a port.

use crate::lint::read::keys;
use crate::lint::subject::{Annotation, Backend, HostRule, PathRule, PathType, Port, TlsBlock};
use crate::lint::{self, Diagnostic, Policy, Rule, Subject};

mod any;
mod clashes;
mod fixes;
mod rows;
mod unseen;

const HTTP: &[&str] = &["http://cafe.example.com/tea tea"];
const HTTPS: &[&str] = &["https://cafe.example.com/tea tea"];

fn backend(service: &str) -> Backend<'_> {
    let (service, port) = service.split_once(':').unwrap_or((service, "80"));
    Backend {
        service: Some(service.into()),
        port: port.parse().ok().map(Port::Number),
        resource: false,
    }
}

fn add<'a>(subject: &mut Subject<'a>, line: &'a str) {
    let (url, service) = line.split_once(' ').unwrap();
    let (scheme, rest) = url.split_once("://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let path = &rest[rest.len() - path.len() - 1..];
    let host = (host != "_").then_some(host);
    if scheme == "https" {
        let hosts = host.map(Into::into).into_iter().collect();
        subject.tls.push(TlsBlock {
            hosts,
            ..TlsBlock::default()
        });
    }
    let paths = PathRule {
        path: Some(path.trim_end_matches('!').into()),
        path_type: if path.ends_with('!') {
            PathType::Exact
        } else {
            PathType::Prefix
        },
        backend: backend(service),
    };
    match subject
        .rules
        .iter_mut()
        .find(|rule| rule.host.as_deref() == host)
    {
        Some(rule) => rule.paths.get_or_insert_default().push(paths),
        None => subject.rules.push(HostRule {
            host: host.map(Into::into),
            paths: Some(vec![paths]),
        }),
    }
}

fn subject<'a>(ingress: &[&'a str], value: &'a str) -> Subject<'a> {
    let mut subject = Subject {
        annotations: vec![Annotation {
            key: keys::ORG_KEY.into(),
            value: value.into(),
        }],
        ..Subject::default()
    };
    for line in ingress {
        add(&mut subject, line);
    }
    subject
}

/// What the browser's rules find.
fn check_subject(subject: &Subject<'_>, policy: &Policy) -> Vec<Diagnostic> {
    let browser = Rule::SecureWithoutTls..=Rule::SamesiteStrict;
    let mut found = lint::check(subject, policy);
    found.retain(|diagnostic| browser.contains(&diagnostic.rule));
    found
}

/// The same for one service, `tea`, with these parameters.
fn find(ingress: &[&str], parameters: &str) -> Vec<Diagnostic> {
    let value = format!("serviceName=tea {parameters}");
    check_subject(&subject(ingress, &value), &Policy::default())
}

/// Rule, consequence and severity, in short: `path-mismatch never error`.
fn short(diagnostic: &Diagnostic) -> String {
    let consequence = diagnostic
        .consequence
        .map_or("nothing", lint::Consequence::as_str);
    let consequence = consequence.trim_end_matches("-sticks");
    format!("{} {consequence} {}", diagnostic.rule, diagnostic.severity)
}

fn shorts(found: &[Diagnostic]) -> String {
    found.iter().map(short).collect::<Vec<_>>().join(", ")
}
