//! The services that entries name, held against the Ingress' backends.

use super::{Annotation, Backends, Entry, Fate};
use crate::lint::annotation::USE_CLUSTER_IP;
use crate::lint::diagnostic::Diagnostic;
use crate::lint::nginx;
use crate::lint::rule::Rule;
use crate::lint::span::Span;
use crate::lint::subject::Subject;
use crate::lint::text::{did_you_mean, quote};

/// How many backends a message lists at most.
const LISTED: usize = 6;

/// How many entries at most are told what their service was meant to be.
const SUGGESTIONS: usize = 20;

/// How many backends are compared for that with entries, in all.
const COMPARED: usize = 5_000;

/// For each entry whether it counts, which it does not where a later one names
/// the same service: the controller keeps the last.
pub(crate) fn judge_duplicates(
    annotation: Annotation<'_>,
    entries: &[Entry],
    found: &mut Vec<Diagnostic>,
) -> Vec<bool> {
    let service = |entry: &Entry| annotation.text(entry.service);
    let mut all: Vec<_> = entries.iter().map(|e| (service(e), e.number)).collect();
    all.sort_unstable();
    let last = |service: &str| {
        let behind = all.partition_point(|&(other, _)| other <= service);
        all[behind - 1].1
    };
    let counts = |entry: &Entry| {
        let winner = last(service(entry));
        if winner != entry.number {
            let message = format!(
                "entry {winner} names {} again and replaces this one",
                quote(service(entry))
            );
            let diagnostic = annotation.about(entry, Rule::DuplicateService, entry.span, message);
            found.push(diagnostic.with_help("keep one of the two"));
        }
        winner == entry.number
    };
    entries.iter().map(counts).collect()
}

/// The services that entries name, held against the Ingress' backends.
pub(crate) struct Services<'a, 's> {
    subject: &'a Subject<'s>,
    annotation: Annotation<'a>,
    backends: Backends<'a>,
    /// How many entries may still be told what their service was meant to be.
    suggestions: usize,
}

impl<'a, 's> Services<'a, 's> {
    pub(crate) fn new(subject: &'a Subject<'s>, annotation: Annotation<'a>) -> Self {
        let backends = Backends::of(subject);
        let affordable = COMPARED / backends.names().count().max(1);
        Self {
            subject,
            annotation,
            backends,
            suggestions: affordable.clamp(1, SUGGESTIONS),
        }
    }

    /// Says why an entry has no effect although it is accepted, and gives
    /// whether it has one.
    pub(crate) fn judge(&mut self, entry: &Entry, found: &mut Vec<Diagnostic>) -> bool {
        let service = self.annotation.text(entry.service);
        let fate = self.backends.fate(service);
        found.extend(match fate {
            None => Some(self.unknown(entry)),
            Some(Fate::Live) => cluster_ip(self.subject, self.annotation, entry),
            Some(fate) => Some(dropped(fate, self.annotation, entry)),
        });
        let rendered = !entry.parameters.is_empty();
        if !rendered {
            let message = format!("no cookie follows {}", quote(service));
            let diagnostic = self
                .annotation
                .about(entry, Rule::NoParameters, entry.span, message);
            found.push(diagnostic.with_help("write the name of the cookie behind the service"));
        }
        rendered && fate == Some(Fate::Live)
    }

    fn unknown(&mut self, entry: &Entry) -> Diagnostic {
        let service = self.annotation.text(entry.service);
        let place = match entry.service {
            empty if empty.is_empty() => Span::new(entry.keyword.start, empty.end),
            span => span,
        };
        let message = format!("{} is no backend of this Ingress", quote(service));
        let diagnostic = self
            .annotation
            .about(entry, Rule::UnknownBackend, place, message);
        if self.suggestions == 0 {
            return diagnostic;
        }
        self.suggestions -= 1;
        match misplaced_blank(&self.backends, self.annotation, entry) {
            Some(blank) => blank.mend(self.annotation, diagnostic),
            None => self.suggest(entry, diagnostic),
        }
    }

    fn suggest(&self, entry: &Entry, diagnostic: Diagnostic) -> Diagnostic {
        let all: Vec<_> = self.backends.names().collect();
        let listed = all
            .iter()
            .take(LISTED)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        let more = if all.len() > LISTED { ", …" } else { "" };
        match did_you_mean(self.annotation.text(entry.service), all.iter().copied()) {
            Some(name) => diagnostic
                .with_help(format!(
                    "did you mean {}? (backends: {listed}{more})",
                    quote(name)
                ))
                .with_edit(false, entry.service, name),
            None if all.is_empty() => diagnostic.with_help("the Ingress has no backends"),
            None => diagnostic.with_help(format!("its backends: {listed}{more}")),
        }
    }
}

/// A blank where none belongs, or none where one does.
struct MisplacedBlank {
    help: &'static str,
    /// What stands there, and what must.
    gap: Span,
    text: &'static str,
    /// What nginx reads once it does.
    parameters: Span,
    /// Whether the service is then a backend.
    certain: bool,
}

impl MisplacedBlank {
    /// The diagnostic with help, and with a fix where nginx accepts what it leaves.
    fn mend(self, annotation: Annotation<'_>, diagnostic: Diagnostic) -> Diagnostic {
        let sound = self.certain && nginx::read(annotation.value, self.parameters).accepted();
        let diagnostic = diagnostic.with_help(self.help);
        if sound {
            diagnostic.with_edit(true, self.gap, self.text)
        } else {
            diagnostic
        }
    }
}

/// A blank behind the equals sign; a TAB or newline behind the service, which
/// to the controller is part of its name.
fn misplaced_blank(
    backends: &Backends<'_>,
    annotation: Annotation<'_>,
    entry: &Entry,
) -> Option<MisplacedBlank> {
    let service = annotation.text(entry.service);
    let end = entry.parameters.end;
    if let Some(at) = service.find(char::is_whitespace) {
        let start = entry.service.start + at;
        let gap = Span::new(start, start + service[at..].chars().next()?.len_utf8());
        return Some(MisplacedBlank {
            help: "write a plain blank between service and cookie",
            gap,
            text: " ",
            parameters: Span::new(gap.end, end),
            certain: backends.fate(&service[..at]).is_some(),
        });
    }
    let written = annotation.text(entry.parameters).trim_start_matches(' ');
    let (word, rest) = written.split_once(' ')?;
    let moved = service.is_empty() && backends.fate(word).is_some();
    moved.then(|| MisplacedBlank {
        help: "write the service right behind the equals sign",
        gap: Span::new(entry.service.end, end - written.len()),
        text: "",
        parameters: Span::new(end - rest.len(), end),
        certain: true,
    })
}

fn dropped(fate: Fate, annotation: Annotation<'_>, entry: &Entry) -> Diagnostic {
    let service = quote(annotation.text(entry.service));
    let (message, help) = match fate {
        Fate::MinionDefault => (
            format!(
                "{service} is only the default backend of a minion, which the controller drops"
            ),
            "give the service a path",
        ),
        Fate::ShadowedDefault => (
            format!(
                "{service} is only the default backend, and '/' on every host takes its requests"
            ),
            "give the service a path, or remove the '/'",
        ),
        Fate::DoubledPath | Fate::Live => (
            format!(
                "the path of {service} stands twice in this minion, so the controller drops it"
            ),
            "name each path once",
        ),
    };
    annotation
        .about(entry, Rule::DroppedBackend, entry.service, message)
        .with_help(help)
}

fn cluster_ip(
    subject: &Subject<'_>,
    annotation: Annotation<'_>,
    entry: &Entry,
) -> Option<Diagnostic> {
    if subject.annotation(USE_CLUSTER_IP) != Some("true") || entry.parameters.is_empty() {
        return None;
    }
    let service = quote(annotation.text(entry.service));
    let message =
        format!("with {USE_CLUSTER_IP} nginx sees one address of {service} and not its pods");
    let diagnostic = annotation.about(entry, Rule::ClusterIpUpstream, entry.service, message);
    Some(diagnostic.with_help(format!("remove {USE_CLUSTER_IP}")))
}
