//! The Ingress around the annotation: what makes the controller reject it, or
//! nginx refuse it, whatever the value says.

use std::collections::{HashMap, HashSet};

use super::backends::{dropped_paths, written};
use super::path::fault;
use crate::lint::annotation::{MERGEABLE, PATH_REGEX, USE_CLUSTER_IP};
use crate::lint::consequence::Severity;
use crate::lint::diagnostic::{Diagnostic, Place};
use crate::lint::field::FieldPath;
use crate::lint::rule::Rule;
use crate::lint::subject::{Backend, Form, HostRule, PathType, Subject};
use crate::lint::text::quote;

/// The part that an Ingress plays in a host made of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mergeable {
    /// It owns the host and its TLS; paths come from minions.
    Master,
    /// It owns paths of a host.
    Minion,
    /// A word that the controller does not know.
    Unknown,
}

impl Mergeable {
    /// The part that the annotation gives; `None` for a plain Ingress.
    #[must_use]
    pub fn of(subject: &Subject<'_>) -> Option<Self> {
        subject.annotation(MERGEABLE).map(Self::named)
    }

    fn named(word: &str) -> Self {
        match word {
            "master" => Self::Master,
            "minion" => Self::Minion,
            _ => Self::Unknown,
        }
    }
}

/// Everything beside the value that makes the controller reject the Ingress or
/// nginx refuse the configuration, at the field that does it.
pub(crate) fn judge(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut judge = Judge {
        subject,
        dropped: dropped_paths(subject),
        style: subject.annotation(PATH_REGEX),
        found,
    };
    judge.annotations();
    judge.default_backend();
    judge.rules();
    judge.hosts();
    judge.same_hosts();
    for (index, rule) in subject.rules.iter().enumerate() {
        judge.paths(index, rule);
        judge.same_paths(index, rule);
    }
    judge.mergeable();
}

struct Judge<'j, 's> {
    subject: &'j Subject<'s>,
    /// The paths that nginx never sees.
    dropped: HashSet<&'j str>,
    /// How paths are regular expressions, if they are.
    style: Option<&'j str>,
    found: &'j mut Vec<Diagnostic>,
}

impl Judge<'_, '_> {
    fn reject(&mut self, field: FieldPath, message: impl Into<String>, help: &str) {
        let place = Place::field(field);
        let diagnostic = Diagnostic::new(Rule::RejectedIngress, place, message);
        self.found.push(diagnostic.with_help(help));
    }

    /// The other annotations that a check goes by: a word that the controller
    /// does not know rejects the Ingress.
    fn annotations(&mut self) {
        for (key, is_known, help) in [
            (
                MERGEABLE,
                is_part as fn(&str) -> bool,
                "write 'master' or 'minion'",
            ),
            (USE_CLUSTER_IP, is_boolean, "write 'true' or 'false'"),
            (
                PATH_REGEX,
                is_style,
                "write 'case_sensitive', 'case_insensitive' or 'exact'",
            ),
        ] {
            let word = self.subject.annotation(key);
            if let Some(word) = word.filter(|word| !is_known(word)) {
                let message = format!("{key} is {}", quote(word));
                self.reject(FieldPath::annotation(key), message, help);
            }
        }
    }

    fn default_backend(&mut self) {
        if let Some(backend) = &self.subject.default_backend {
            let name = if self.subject.form == Form::V1 {
                "defaultBackend"
            } else {
                "backend"
            };
            self.backend(|| FieldPath::names(&["spec", name]), backend);
        }
    }

    fn backend(&mut self, field: impl FnOnce() -> FieldPath, backend: &Backend<'_>) {
        if backend.resource {
            let help = "name a service: the controller reads no resource backends";
            let field = field().name("resource");
            self.reject(field, "the backend is a resource", help);
        } else if backend.service.is_none() {
            self.reject(field(), "the backend names no service", "name a service");
        }
    }

    fn rules(&mut self) {
        if self.subject.rules.is_empty() {
            let help = "add a rule with a host: a default backend alone is not enough";
            self.reject(FieldPath::names(&["spec"]), "there are no rules", help);
        }
    }

    fn hosts(&mut self) {
        let mut seen = HashSet::with_capacity(self.subject.rules.len());
        for (index, rule) in self.subject.rules.iter().enumerate() {
            let host = rule.host.as_deref().unwrap_or_default();
            let field = || rule_field(index).name("host");
            if !seen.insert(host) {
                let message = match host {
                    "" => "a second rule without host".to_owned(),
                    host => format!("the host {} stands in two rules", quote(host)),
                };
                self.reject(field(), message, "put the paths under one rule");
            } else if host.is_empty() {
                let help =
                    "name the host, unless the controller runs with -allow-empty-ingress-host";
                self.reject(field(), "the rule has no host", help);
                if let Some(last) = self.found.last_mut() {
                    last.severity = Severity::Warning;
                }
            }
        }
    }

    /// nginx compares names without case: two hosts that differ in nothing else
    /// give it two upstreams of one name where they share a backend.
    fn same_hosts(&mut self) {
        let rules = &self.subject.rules;
        let spelled_out = |rule: &HostRule<'_>| {
            let host = rule.host.as_deref().unwrap_or_default();
            host.bytes().any(|byte| byte.is_ascii_uppercase())
        };
        if !rules.iter().any(spelled_out) {
            return;
        }
        let mut seen: HashMap<_, &str> = HashMap::new();
        for (index, rule) in rules.iter().enumerate() {
            let host = rule.host.as_deref().unwrap_or_default();
            for path in rule.paths.iter().flatten() {
                let backend = (
                    host.to_ascii_lowercase(),
                    &path.backend.service,
                    &path.backend.port,
                );
                let first = *seen.entry(backend).or_insert(host);
                if first != host {
                    let place = Place::field(rule_field(index).name("host"));
                    let message =
                        format!("{} and {} are one host to nginx", quote(first), quote(host));
                    let diagnostic = Diagnostic::new(Rule::DuplicatePath, place, message);
                    self.found
                        .push(diagnostic.with_help("write host names in lower case"));
                    break;
                }
            }
        }
    }

    fn paths(&mut self, rule_index: usize, rule: &HostRule<'_>) {
        for (index, path) in rule.paths.iter().flatten().enumerate() {
            let field = || path_field(rule_index, index);
            self.backend(|| field().name("backend"), &path.backend);
            if let Some(fault) = fault(path) {
                let text = written(path);
                let message = match text {
                    "" => fault.to_owned(),
                    text => format!("the path {} {fault}", quote(text)),
                };
                self.reject(field().name("path"), message, "give the rule another path");
            }
        }
    }

    /// nginx takes a location once. Prefix and ImplementationSpecific both
    /// become a plain location, Exact one with `=`; regular expressions may repeat.
    fn same_paths(&mut self, rule_index: usize, rule: &HostRule<'_>) {
        let paths = rule.paths.as_deref().unwrap_or_default();
        let style = self.style;
        if paths.len() < 2 || matches!(style, Some(style) if style != "exact") {
            return;
        }
        let mut seen = HashSet::with_capacity(paths.len());
        for (index, path) in paths.iter().enumerate() {
            let written = written(path);
            let location = if written.is_empty() { "/" } else { written };
            let exact = style.is_some() || path.path_type == PathType::Exact;
            if !seen.insert((location, exact)) && !self.dropped.contains(written) {
                let field = path_field(rule_index, index).name("path");
                let message = format!("the path {} stands twice on one host", quote(location));
                let diagnostic = Diagnostic::new(Rule::DuplicatePath, Place::field(field), message);
                self.found
                    .push(diagnostic.with_help("remove one of the two"));
            }
        }
    }

    fn mergeable(&mut self) {
        let rules = &self.subject.rules;
        let several = rules.len() > 1;
        let field = || FieldPath::names(&["spec", "rules"]);
        let paths = rules
            .first()
            .and_then(|rule| rule.paths.as_deref())
            .unwrap_or_default();
        match Mergeable::of(self.subject) {
            Some(Mergeable::Master) if several => {
                self.reject(field(), "a master has several rules", "leave it one rule");
            }
            Some(Mergeable::Master) if !paths.is_empty() => {
                let field = rule_field(0).name("http").name("paths");
                self.reject(field, "a master has paths", "move the paths to its minions");
            }
            Some(Mergeable::Minion) => {
                if several {
                    self.reject(
                        field(),
                        "a minion has several rules",
                        "make a minion for each host",
                    );
                } else if paths.is_empty() && !rules.is_empty() {
                    self.reject(rule_field(0), "a minion has no path", "give it a path");
                }
                if !self.subject.tls.is_empty() {
                    let field = FieldPath::names(&["spec", "tls"]);
                    self.reject(field, "a minion has TLS", "move 'tls' to its master");
                }
            }
            _ => {}
        }
    }
}

fn rule_field(rule: usize) -> FieldPath {
    FieldPath::names(&["spec", "rules"]).index(rule)
}

fn path_field(rule: usize, path: usize) -> FieldPath {
    rule_field(rule).name("http").name("paths").index(path)
}

/// The parts that a mergeable Ingress can play.
fn is_part(word: &str) -> bool {
    Mergeable::named(word) != Mergeable::Unknown
}

/// The ways in which paths can be regular expressions (`validatePathRegex`).
fn is_style(word: &str) -> bool {
    matches!(word, "case_sensitive" | "case_insensitive" | "exact")
}

/// What Go's `strconv.ParseBool` accepts.
fn is_boolean(word: &str) -> bool {
    matches!(
        word,
        "1" | "t" | "T" | "TRUE" | "true" | "True" | "0" | "f" | "F" | "FALSE" | "false" | "False"
    )
}

#[cfg(test)]
mod tests;
