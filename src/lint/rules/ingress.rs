//! What makes the controller reject an Ingress, whatever the value says.

use std::collections::HashSet;

use super::context::at_field;
use super::{Context, Report, Rule};
use crate::lint::consequence::Severity;
use crate::lint::field::FieldPath;
use crate::lint::read::controller::{Mergeable, path_fault, spec_path};
use crate::lint::read::keys::{MERGEABLE, PATH_REGEX, USE_CLUSTER_IP};
use crate::lint::subject::{Backend, Form, HostRule, Subject};
use crate::lint::text::quote;

/// Everything beside the value that makes the controller reject the Ingress, at
/// the field that does it.
pub(super) fn rejected_ingress(context: &Context<'_>, report: &mut Report) {
    let Some(subject) = context.ingress() else {
        return;
    };
    let mut fields = Fields { subject, report };
    fields.annotations();
    fields.default_backend();
    fields.rules();
    fields.hosts();
    for (index, rule) in subject.rules.iter().enumerate() {
        fields.paths(index, rule);
    }
    fields.mergeable();
}

struct Fields<'f> {
    subject: &'f Subject<'f>,
    report: &'f mut Report,
}

impl Fields<'_> {
    fn reject(&mut self, field: FieldPath, message: impl Into<String>, help: &str) {
        let diagnostic = at_field(Rule::RejectedIngress, field, message);
        self.report.push(diagnostic.with_help(help));
    }

    /// The other annotations that a check uses: a word that the controller
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
                let diagnostic = at_field(Rule::RejectedIngress, field(), "the rule has no host");
                let diagnostic = diagnostic.with_severity(Severity::Warning);
                self.report.push(diagnostic.with_help(help));
            }
        }
    }

    fn paths(&mut self, rule_index: usize, rule: &HostRule<'_>) {
        for (index, path) in rule.paths.iter().flatten().enumerate() {
            let field = || path_field(rule_index, index);
            self.backend(|| field().name("backend"), &path.backend);
            if let Some(fault) = path_fault(path) {
                let text = spec_path(path);
                let message = match text {
                    "" => fault.to_owned(),
                    text => format!("the path {} {fault}", quote(text)),
                };
                self.reject(field().name("path"), message, "give the rule another path");
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

pub(super) fn rule_field(rule: usize) -> FieldPath {
    FieldPath::names(&["spec", "rules"]).index(rule)
}

pub(super) fn path_field(rule: usize, path: usize) -> FieldPath {
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
