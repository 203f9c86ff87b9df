//! What makes the controller reject an Ingress, whatever the value says.

use std::collections::HashSet;

use super::context::at_field;
use super::{Context, Report, Rule};
use crate::lint::consequence::{Consequence, Severity};
use crate::lint::field::FieldPath;
use crate::lint::read::Reading;
use crate::lint::read::controller::{Mergeable, spec_path};
use crate::lint::read::keys::{MERGEABLE, PATH_REGEX, USE_CLUSTER_IP};
use crate::lint::release::Fact;
use crate::lint::release::path::rejection;
use crate::lint::subject::{ApiVersion, Backend, HostRule, PathType, Subject};
use crate::lint::text::quote;

/// Everything beside the value that makes the controller reject the Ingress, at
/// the field that does it.
pub(super) fn rejected_ingress(context: &Context<'_>, report: &mut Report) {
    let Some(subject) = context.ingress() else {
        return;
    };
    let reading = context.reading;
    let mut fields = Fields {
        subject,
        reading,
        report,
    };
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
    reading: &'f Reading<'f>,
    report: &'f mut Report,
}

impl Fields<'_> {
    fn is(&self, fact: Fact) -> bool {
        self.reading.facts.is(fact)
    }

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
            let word = self.reading.annotation(key);
            let is_validated = key != MERGEABLE || self.is(Fact::ShapeValidated);
            if let Some(word) = word.filter(|word| is_validated && !is_known(word)) {
                let message = format!("invalid value {} for {key}", quote(word));
                self.reject(FieldPath::annotation(key), message, help);
            }
        }
    }

    fn default_backend(&mut self) {
        if let Some(backend) = &self.subject.default_backend {
            let name = if self.subject.api_version == ApiVersion::V1 {
                "defaultBackend"
            } else {
                "backend"
            };
            self.backend(|| FieldPath::names(&["spec", name]), backend);
        }
    }

    fn backend(&mut self, field: impl FnOnce() -> FieldPath, backend: &Backend<'_>) {
        if backend.resource && self.is(Fact::ResourceBackendRejected) {
            let help = "use a service: the controller does not support resource backends";
            let field = field().name("resource");
            self.reject(field, "the backend is a resource", help);
        } else if backend.service.is_none()
            && !backend.resource
            && self.is(Fact::BackendServiceRequired)
        {
            let help = match self.subject.api_version {
                ApiVersion::V1 => {
                    "write 'service: {name: ..., port: ...}': networking.k8s.io/v1 does not read 'serviceName' and 'servicePort'"
                }
                ApiVersion::V1beta1 => "write 'serviceName' and 'servicePort'",
            };
            self.reject(field(), "the backend has no service", help);
        }
    }

    fn rules(&mut self) {
        if self.subject.rules.is_empty() && self.is(Fact::ShapeValidated) {
            let help = "add a rule with a host: a default backend alone is not enough";
            self.reject(FieldPath::names(&["spec"]), "there are no rules", help);
        }
    }

    fn hosts(&mut self) {
        let mut seen = HashSet::new();
        let several = self.subject.rules.len() > 1;
        for (index, rule) in self.subject.rules.iter().enumerate() {
            let host = rule.host.as_deref().unwrap_or_default();
            let field = || rule_field(index).name("host");
            if several && !seen.insert(host) && self.is(Fact::ShapeValidated) {
                let message = match host {
                    "" => "a second rule without host".to_owned(),
                    host => format!("the host {} appears in two rules", quote(host)),
                };
                self.reject(field(), message, "move the paths into one rule");
            } else if host.is_empty() {
                self.no_host(field());
            }
        }
    }

    fn no_host(&mut self, field: FieldPath) {
        let diagnostic = at_field(Rule::RejectedIngress, field, "the rule has no host");
        self.report.push(if self.is(Fact::EmptyHostAllowable) {
            let help = "add the host, unless the controller runs with -allow-empty-ingress-host";
            diagnostic.with_severity(Severity::Warning).with_help(help)
        } else {
            diagnostic.with_help("add the host")
        });
    }

    fn paths(&mut self, rule_index: usize, rule: &HostRule<'_>) {
        for (index, path) in rule.paths.iter().flatten().enumerate() {
            let field = || path_field(rule_index, index);
            self.backend(|| field().name("backend"), &path.backend);
            let text = spec_path(path);
            let typed = path.path_type != PathType::ImplementationSpecific;
            if let Some(clause) = rejection(text, typed, self.reading.facts.release) {
                let message = match text {
                    "" => clause.to_owned(),
                    text => format!("the path {} {clause}", quote(text)),
                };
                self.reject(field().name("path"), message, "change the path");
            } else if text.contains('{') {
                self.brace(text, field().name("path"));
            }
        }
    }

    /// Before 5.6 the controller writes a path without quotes, unless it is a
    /// regular expression.
    fn brace(&mut self, path: &str, field: FieldPath) {
        let is_regex = self.reading.annotation(PATH_REGEX).is_some();
        if self.is(Fact::BraceInPathBreaksReload) && !is_regex {
            let message = format!(
                "nginx reads the '{{' in the path {} as the start of a block",
                quote(path)
            );
            let diagnostic = at_field(Rule::RejectedIngress, field, message);
            let diagnostic = diagnostic.with_consequence(Consequence::BreaksReload);
            let help = format!("change the path, or set {PATH_REGEX}");
            self.report.push(diagnostic.with_help(help));
        }
    }

    fn mergeable(&mut self) {
        if !self.is(Fact::ShapeValidated) {
            return;
        }
        let rules = &self.subject.rules;
        let several = rules.len() > 1;
        let field = || FieldPath::names(&["spec", "rules"]);
        let paths = rules
            .first()
            .and_then(|rule| rule.paths.as_deref())
            .unwrap_or_default();
        match self.reading.part {
            Some(Mergeable::Master) if several => {
                self.reject(field(), "a master has several rules", "keep one rule");
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
                        "create a minion for each host",
                    );
                } else if paths.is_empty() && !rules.is_empty() {
                    self.reject(rule_field(0), "a minion has no path", "add a path");
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
