//! One text: read, judged, located, and what comments silence left out.

use super::ignore::{self, Candidate};
use super::locate::{Located, collect_aliased, edits, locate, location};
use super::object::{Found, Object};
use super::read::{Lists, read};
use super::report::{InputError, Report, SkipReason, Skipped};
use super::{Judge, Source};
use crate::finding::{Finding, Location, ObjectRef, SourceEdit};
use crate::lint::read::keys;
use crate::lint::{Diagnostic, Span};
use crate::yaml::{Document, Error, Lines, Node};

/// Checks one text.
///
/// What cannot be read is in [`Report::errors`]; everything else is checked.
#[must_use]
pub fn check(source: Source, judge: &Judge<'_>) -> Report {
    let mut report = examine(&source, judge);
    if !report.findings.is_empty() || !report.errors.is_empty() {
        report.text = Some(source.text);
    }
    report
}

/// As [`check`], without the text.
pub(super) fn examine(source: &Source, judge: &Judge<'_>) -> Report {
    let mut checker = Checker::new(source, judge);
    read(&source.text, Lists::ByElement, &mut |document, found| {
        checker.take(document, found);
    });
    checker.keep_all();
    let mut report = checker.report;
    report.findings.sort_by_key(|finding| {
        let location = finding.location.as_ref();
        location.map(|location| (location.document, location.bytes))
    });
    report
}

struct Checker<'s> {
    source: &'s Source,
    judge: &'s Judge<'s>,
    lines: Option<Lines<'s>>,
    report: Report,
    /// Those of the document at hand.
    candidates: Vec<Candidate>,
    /// The last object of the document at hand.
    object: ObjectRef,
    /// The number of the document that was looked through for comments, and
    /// whether it may hold one of ours.
    ignores: Option<(usize, bool)>,
}

impl<'s> Checker<'s> {
    fn new(source: &'s Source, judge: &'s Judge<'s>) -> Self {
        let mut report = Report {
            file: source.name.clone(),
            ..Report::default()
        };
        report.counts.files = 1;
        Self {
            source,
            judge,
            lines: None,
            report,
            candidates: Vec::new(),
            object: ObjectRef::default(),
            ignores: None,
        }
    }

    fn take(&mut self, document: &Document<'s>, found: Found<'_, 's>) {
        let may_ignore = self.may_ignore(document);
        match found {
            Found::Ingress(object) => self.ingress(document, &object),
            Found::Other(object, place) => {
                self.report.counts.skipped += 1;
                self.object = object.clone();
                self.skip(document, place, SkipReason::Kind(object));
            }
            Found::Template(place) => {
                if self.report.counts.templates == 0 {
                    self.report.counts.templates = 1;
                    self.skip(document, Span::at(place.start), SkipReason::Template);
                }
            }
            Found::Error(error) => self.error(document, error),
            Found::End(root) => self.end(document, root),
        }
        if !may_ignore {
            self.keep_all();
        }
    }

    fn ingress(&mut self, document: &Document<'s>, object: &Object<'_, 's>) {
        let subject = &object.ingress.subject;
        self.report.counts.ingresses += 1;
        self.report.counts.annotated += usize::from(keys::is_present(subject));
        self.object = object.name.clone();
        let diagnostics = (self.judge)(subject);
        if diagnostics.is_empty() {
            return;
        }
        let located = object.with_node(|root| {
            let locate = |diagnostic: &Diagnostic| {
                let located = locate(object.text, root, diagnostic);
                (located, edits(object.text, root, diagnostic))
            };
            diagnostics.iter().map(locate).collect::<Vec<_>>()
        });
        match located {
            Ok(located) => {
                for (diagnostic, (located, edits)) in diagnostics.into_iter().zip(located) {
                    let edits = self.edits(document, edits);
                    self.candidate(document, diagnostic, &object.name, located);
                    if let Some(last) = self.candidates.last_mut() {
                        last.finding.edits = edits;
                    }
                }
            }
            Err(error) => self.error(document, error),
        }
    }

    fn edits(&mut self, document: &Document<'s>, edits: Vec<(Span, String)>) -> Vec<SourceEdit> {
        let edits = edits.into_iter();
        edits
            .map(|(span, text)| SourceEdit {
                location: self.location(document, span),
                text,
            })
            .collect()
    }

    fn candidate(
        &mut self,
        document: &Document<'s>,
        diagnostic: Diagnostic,
        object: &ObjectRef,
        located: Located,
    ) {
        let mut location = self.location(document, located.span);
        location.alias = located
            .alias
            .map(|alias| self.lines().position(alias.start).line);
        let finding = Finding {
            location: Some(location),
            ..Finding::new(diagnostic, object.clone())
        };
        self.candidates.push(Candidate { finding, located });
    }

    fn end(&mut self, document: &Document<'s>, root: &Node<'s>) {
        self.forbid_shared_edits(document, root);
        if !self.may_ignore(document) {
            return;
        }
        let lines = self.lines().clone();
        let candidates = std::mem::take(&mut self.candidates);
        let sorted = ignore::apply(document, root, &lines, candidates);
        self.report.counts.ignored += sorted.silenced.len();
        self.report.silenced.extend(sorted.silenced);
        self.candidates = sorted.kept;
        for (place, diagnostic) in sorted.unused {
            let located = Located {
                span: place,
                whole: place,
                key: None,
                alias: None,
            };
            let object = self.object.clone();
            self.candidate(document, diagnostic, &object, located);
        }
        self.keep_all();
    }

    /// What an alias shares has a fix, and no place to make it in.
    fn forbid_shared_edits(&mut self, document: &Document<'s>, root: &Node<'s>) {
        let candidates = self.candidates.iter_mut().map(|found| &mut found.finding);
        let findings = self.report.findings.iter_mut().chain(candidates);
        let mut fixable: Vec<_> = findings
            .filter(|finding| of_document(finding, document) && !finding.edits.is_empty())
            .collect();
        if fixable.is_empty() || !document.own_text().contains('*') {
            return;
        }
        let mut shared = Vec::new();
        collect_aliased(root, &mut shared);
        for finding in &mut fixable {
            let is_shared = |edit: &SourceEdit| {
                let own = edit.location.bytes;
                shared.iter().any(|shared| shared.contains(own))
            };
            if finding.edits.iter().any(is_shared) {
                finding.edits.clear();
            }
        }
    }

    /// Whether the document may hold a comment for us; looked up once, for a
    /// document may be a list of thousands.
    fn may_ignore(&mut self, document: &Document<'s>) -> bool {
        match self.ignores {
            Some((number, may)) if number == document.number => may,
            _ => {
                // JSON has no comments, and no end at which they are applied.
                self.keep_all();
                let may = document.own_text().contains("stickler:");
                self.ignores = Some((document.number, may));
                may
            }
        }
    }

    fn keep_all(&mut self) {
        let kept = self.candidates.drain(..).map(|candidate| candidate.finding);
        self.report.findings.extend(kept);
    }

    fn error(&mut self, document: &Document<'s>, error: Error) {
        let location = self.location(document, error.span);
        let path = if error.path.is_empty() { "" } else { ": " };
        self.report.errors.push(InputError {
            location,
            message: format!("{}{path}{}", error.path, error.message),
            help: error.help,
        });
    }

    fn skip(&mut self, document: &Document<'s>, place: Span, reason: SkipReason) {
        let location = self.location(document, place);
        self.report.skipped.push(Skipped { location, reason });
    }

    fn lines(&mut self) -> &Lines<'s> {
        let text = &self.source.text;
        self.lines.get_or_insert_with(|| Lines::new(text))
    }

    fn location(&mut self, document: &Document<'s>, bytes: Span) -> Location {
        let file = &self.source.name;
        Location {
            template: helm_source(document.own_text()).map(str::to_owned),
            ..location(file, self.lines(), document, bytes)
        }
    }
}

fn of_document(finding: &Finding, document: &Document<'_>) -> bool {
    let location = finding.location.as_ref();
    location.is_some_and(|at| at.document == document.number)
}

/// The `# Source:` that Helm writes at the head of each rendered document.
fn helm_source(text: &str) -> Option<&str> {
    // JSON has no comments, and its first line may be all of it.
    if text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let head = text
        .lines()
        .take_while(|line| line.starts_with(['#', '-', '%']) || line.trim().is_empty());
    let mut sources = head.filter_map(|line| line.strip_prefix("# Source: "));
    sources.next().map(str::trim)
}
