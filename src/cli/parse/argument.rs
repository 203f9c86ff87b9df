//! What is given: a value, or YAML that holds one.

use std::borrow::Cow;
use std::io::Read as _;

use clap::Args;

use super::super::Failure;
use crate::finding::{Finding, ObjectRef, STDIN};
use crate::lint::read::keys::{ORG_KEY, PLUS_KEY};
use crate::lint::release::{Fact, Release};
use crate::lint::subject::{Annotation, Backend, HostRule, PathRule, PathType, TlsBlock};
use crate::lint::{self, Policy, Subject};
use crate::manifest::{self, Report, Source};

/// What is given.
pub(super) enum Argument {
    /// A value by itself.
    Value(String),
    /// YAML or JSON that holds the annotation: a line, or a whole manifest.
    Manifest(Source),
}

/// The part of an Ingress that leads to a value's services.
#[derive(Debug, Args)]
pub(super) struct Route {
    /// The host of the Ingress' rule
    #[arg(long)]
    host: Option<String>,

    /// The path that leads to the service; given several times, one an entry [default: /]
    #[arg(long, value_name = "PATH", requires = "host")]
    path: Vec<String>,

    /// The host has TLS
    #[arg(long, requires = "host")]
    tls: bool,
}

impl Argument {
    /// Takes an argument apart. Of standard input one line break at the end is
    /// not the value's: `echo` writes it.
    pub(super) fn read(argument: &str) -> Result<Self, Failure> {
        let text = if argument == "-" {
            let mut text = String::new();
            let read = std::io::stdin().lock().read_to_string(&mut text);
            read.map_err(|error| Failure::new("standard input", error))?;
            let line = text.strip_suffix('\n').map(str::len);
            text.truncate(line.unwrap_or(text.len()));
            text
        } else {
            argument.to_owned()
        };
        if [ORG_KEY, PLUS_KEY, "apiVersion"]
            .iter()
            .any(|key| text.contains(key))
        {
            let name = if argument == "-" { STDIN } else { "<argument>" };
            return Ok(Self::Manifest(Source {
                name: name.to_owned(),
                text,
            }));
        }
        Ok(Self::Value(text))
    }

    /// The text that findings point into.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Value(value) => value,
            Self::Manifest(source) => &source.text,
        }
    }

    pub(super) fn is_value(&self) -> bool {
        matches!(self, Self::Value(_))
    }

    /// Every Ingress that is given, and every value by itself.
    pub(super) fn subjects(
        &self,
        route: &Route,
        release: Option<Release>,
        visit: &mut dyn FnMut(&Subject<'_>, &ObjectRef),
    ) -> Result<(), Failure> {
        match self {
            Self::Value(value) => visit(&route.to(value, release), &ObjectRef::default()),
            Self::Manifest(_) if route.is_given() => {
                let error = "the value is in YAML, which has hosts and paths of its own";
                return Err(Failure::new("--host, --path and --tls", error));
            }
            Self::Manifest(source) => manifest::subjects(source, visit),
        }
        Ok(())
    }

    /// What is wrong with it.
    pub(super) fn check(&self, route: &Route, policy: &Policy) -> Report {
        match self {
            Self::Value(value) => {
                let subject = route.to(value, policy.controller.version);
                let found = lint::check(&subject, policy).into_iter();
                let finding = |it| Finding::new(it, ObjectRef::default());
                Report {
                    findings: found.map(finding).collect(),
                    ..Report::default()
                }
            }
            Self::Manifest(source) => {
                manifest::check(source.clone(), &|subject| lint::check(subject, policy))
            }
        }
    }
}

impl Route {
    pub(super) fn is_given(&self) -> bool {
        self.host.is_some()
    }

    /// The Ingress that has the value, as far as it is described: its paths
    /// lead to the services that the entries name.
    fn to<'s>(&'s self, value: &'s str, release: Option<Release>) -> Subject<'s> {
        let knows_org = release.is_none_or(|release| Fact::OrgKey.holds(release));
        let key = if knows_org { ORG_KEY } else { PLUS_KEY };
        let annotations = vec![Annotation {
            key: Cow::Borrowed(key),
            value: Cow::Borrowed(value),
        }];
        if !self.is_given() {
            return Subject {
                value_alone: true,
                annotations,
                ..Subject::default()
            };
        }
        let host = self.host.as_deref().map(Cow::Borrowed);
        Subject {
            annotations,
            tls: vec![TlsBlock {
                hosts: host.iter().filter(|_| self.tls).cloned().collect(),
                ..TlsBlock::default()
            }],
            rules: vec![HostRule {
                host,
                paths: Some(self.paths(value)),
            }],
            ..Subject::default()
        }
    }

    fn paths<'s>(&'s self, value: &'s str) -> Vec<PathRule<'s>> {
        let entries =
            lint::read::controller::read(value, lint::release::value::Reader::Lenient).entries;
        let path = |index: usize| self.path.get(index).or(self.path.last());
        let paths = entries.iter().enumerate().map(|(index, entry)| PathRule {
            path: Some(Cow::Borrowed(path(index).map_or("/", String::as_str))),
            path_type: PathType::Prefix,
            backend: Backend {
                service: Some(Cow::Borrowed(entry.service.of(value))),
                ..Backend::default()
            },
        });
        paths.collect()
    }
}
