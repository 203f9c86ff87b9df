//! The services that entries name, compared with the Ingress' backends.

use std::borrow::Cow;

use super::context::at_field;
use super::{Context, Report, Rule};
use crate::lint::diagnostic::Diagnostic;
use crate::lint::field::FieldPath;
use crate::lint::read::EntryReading;
use crate::lint::read::controller::{BackendStatus, Mergeable, Routes};
use crate::lint::read::keys::USE_CLUSTER_IP;
use crate::lint::read::nginx;
use crate::lint::span::Span;
use crate::lint::text::{did_you_mean, quote};

/// How many backends a message lists at most.
const LISTED: usize = 6;

/// How many entries at most get a suggestion for their service.
const SUGGESTIONS: usize = 20;

/// How many backends are compared for that with entries, in all.
const COMPARED: usize = 5_000;

/// The controller keeps the last entry of a service.
pub(super) fn duplicate_service(context: &Context<'_>, report: &mut Report) {
    let entries = context.reading.effective.iter();
    for entry in entries.flat_map(|value| &value.entries) {
        if let Some(number) = entry.replaced_by {
            let service = quote(entry.service);
            let message = format!("entry {number} names {service} again and replaces this one");
            let diagnostic = entry.at(Rule::DuplicateService, entry.entry.span, message);
            report.push(diagnostic.with_help("keep one of the two"));
        }
    }
}

pub(super) fn mergeable_master(context: &Context<'_>, report: &mut Report) {
    if let Some(value) = &context.reading.effective
        && context.reading.part == Some(Mergeable::Master)
    {
        let field = FieldPath::annotation(value.key);
        let message = "the controller ignores the annotation on a mergeable master";
        let diagnostic = at_field(Rule::MergeableMaster, field, message);
        report.push(diagnostic.with_help("move it to the minions"));
    }
}

pub(super) fn no_parameters(context: &Context<'_>, report: &mut Report) {
    for entry in context.entries() {
        if entry.entry.parameters.is_empty() {
            let message = format!("no cookie after service {}", quote(entry.service));
            let diagnostic = entry.at(Rule::NoParameters, entry.entry.span, message);
            report.push(diagnostic.with_help("write the name of the cookie after the service"));
        }
    }
}

pub(super) fn unknown_backend(context: &Context<'_>, report: &mut Report) {
    let unknown = |entry: &&EntryReading<'_>| entry.backend.is_none();
    let Some(routes) = &context.reading.routes else {
        return;
    };
    let mut entries = context.entries().filter(unknown).peekable();
    if entries.peek().is_none() {
        return;
    }
    let services = routes.services();
    // An upper bound on what suggestions cost, as all backends are compared.
    let affordable = (COMPARED / services.len().max(1)).clamp(1, SUGGESTIONS);
    for (count, entry) in entries.enumerate() {
        let backends = (routes, &*services);
        report.push(not_a_backend(
            entry,
            Some(backends).filter(|_| count < affordable),
        ));
    }
}

fn not_a_backend(entry: &EntryReading<'_>, backends: Option<(&Routes<'_>, &[&str])>) -> Diagnostic {
    let place = match entry.entry.service {
        empty if empty.is_empty() => Span::new(entry.entry.keyword.start, empty.end),
        span => span,
    };
    let message = format!("{} is not a backend of this Ingress", quote(entry.service));
    let diagnostic = entry.at(Rule::UnknownBackend, place, message);
    let Some((routes, services)) = backends else {
        return diagnostic;
    };
    match misplaced_space(routes, entry) {
        Some(space) => space.fix(entry.value, diagnostic),
        None => suggest(services, entry, diagnostic),
    }
}

/// A name as it is; quoted where no Service has such a one, which a terminal
/// may obey.
fn name_of(service: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if service.chars().all(plain) {
        Cow::Borrowed(service)
    } else {
        Cow::Owned(quote(service))
    }
}

fn suggest(services: &[&str], entry: &EntryReading<'_>, diagnostic: Diagnostic) -> Diagnostic {
    let listed = services.iter().take(LISTED).map(|name| name_of(name));
    let listed = listed.collect::<Vec<_>>().join(", ");
    let count = services.len();
    let more = if count > LISTED { ", …" } else { "" };
    match did_you_mean(entry.service, services.iter().copied()) {
        Some(name) => {
            let name_quoted = quote(name);
            let help = format!("did you mean {name_quoted}? (backends: {listed}{more})");
            let diagnostic = diagnostic.with_help(help);
            diagnostic.with_edit(false, entry.entry.service, name)
        }
        None if count == 0 => diagnostic.with_help("the Ingress has no backends"),
        None => diagnostic.with_help(format!("use one of its backends: {listed}{more}")),
    }
}

/// A space that is not allowed, or one that is missing.
struct MisplacedSpace {
    help: &'static str,
    /// The range to replace, and the new text.
    gap: Span,
    text: &'static str,
    /// What nginx reads once it does.
    parameters: Span,
    /// Whether the service is then a backend.
    certain: bool,
}

impl MisplacedSpace {
    /// The diagnostic with help, and with a fix where nginx accepts what it leaves.
    fn fix(self, value: &str, diagnostic: Diagnostic) -> Diagnostic {
        let sound = self.certain && nginx::read(value, self.parameters).accepted();
        let diagnostic = diagnostic.with_help(self.help);
        if sound {
            diagnostic.with_edit(true, self.gap, self.text)
        } else {
            diagnostic
        }
    }
}

/// A space after the equals sign; a TAB or newline after the service, which
/// to the controller is part of its name.
fn misplaced_space(routes: &Routes<'_>, entry: &EntryReading<'_>) -> Option<MisplacedSpace> {
    let service = entry.service;
    let end = entry.entry.parameters.end;
    if let Some(at) = service.find(char::is_whitespace) {
        let start = entry.entry.service.start + at;
        let gap = Span::new(start, start + service[at..].chars().next()?.len_utf8());
        return Some(MisplacedSpace {
            help: "write a space (U+0020) between service and cookie",
            gap,
            text: " ",
            parameters: Span::new(gap.end, end),
            certain: routes.status(&service[..at]).is_some(),
        });
    }
    let written = entry.parameters().trim_start_matches(' ');
    let (word, rest) = written.split_once(' ')?;
    let moved = service.is_empty() && routes.status(word).is_some();
    moved.then(|| MisplacedSpace {
        help: "write the service directly after '='",
        gap: Span::new(entry.entry.service.end, end - written.len()),
        text: "",
        parameters: Span::new(end - rest.len(), end),
        certain: true,
    })
}

pub(super) fn dropped_backend(context: &Context<'_>, report: &mut Report) {
    for entry in context.entries() {
        let service = || quote(entry.service);
        let (message, help) = match entry.backend {
            None | Some(BackendStatus::Reachable) => continue,
            Some(BackendStatus::MinionDefault) => (
                format!(
                    "{} is only the default backend of a minion, which the controller drops",
                    service()
                ),
                "give the service a path",
            ),
            Some(BackendStatus::ShadowedDefault) => (
                format!(
                    "{} is only the default backend, and every host has a path '/' that serves its requests",
                    service()
                ),
                "give the service a path, or remove the path '/'",
            ),
            Some(BackendStatus::NeverMatches) => (
                format!("nginx never matches the path of {}", service()),
                "give the service a path of type Prefix, without '//' and '..'",
            ),
            Some(BackendStatus::DuplicatePath) => (
                format!(
                    "the path of {} appears twice in this minion, so the controller drops it",
                    service()
                ),
                "write each path once",
            ),
        };
        let diagnostic = entry.at(Rule::DroppedBackend, entry.entry.service, message);
        report.push(diagnostic.with_help(help));
    }
}

pub(super) fn cluster_ip_upstream(context: &Context<'_>, report: &mut Report) {
    if context.reading.annotation(USE_CLUSTER_IP) != Some("true") {
        return;
    }
    for entry in context.entries() {
        let reachable = entry.backend == Some(BackendStatus::Reachable);
        if reachable && !entry.entry.parameters.is_empty() {
            let service = quote(entry.service);
            let message = format!(
                "with {USE_CLUSTER_IP} nginx has one address for {service} instead of its pods"
            );
            let diagnostic = entry.at(Rule::ClusterIpUpstream, entry.entry.service, message);
            report.push(diagnostic.with_help(format!("remove {USE_CLUSTER_IP}")));
        }
    }
}
