//! One text: read, checked, located, and what comments silence left out.

use super::ignore::{self, Candidate};
use super::improve::keep_fixes_that_are_made;
use super::locate::{Located, Locator, Shared, location};
use super::object::{Found, NAME, Object};
use super::read::read;
use super::read_options::{Context, Lists};
use super::readable::readable;
use super::report::{Report, SkipReason, Skipped};
use super::{CheckSubject, Source, placeholder, repeated};
use crate::finding::{Failure, Finding, Location, ObjectRef, SourceEdit};
use crate::lint::read::keys::is_present;
use crate::lint::{Diagnostic, Span, Subject};
use crate::yaml::{Document, Error, Lines, Node};

/// Checks one text.
///
/// What cannot be read is in [`Report::errors`]; everything else is checked.
///
/// ```
/// use stickler::manifest::{Source, check};
/// use stickler::lint::{self, Policy};
///
/// let text = "nginx.org/sticky-cookie-services: serviceName=a b expire=1h path=/";
/// let source = Source { name: "values.yaml".to_owned(), text: text.to_owned() };
/// let report = check(source, &|subject| lint::check(subject, &Policy::default()));
/// assert!(!report.findings.is_empty());
/// ```
#[must_use]
pub fn check(source: Source, check_subject: &CheckSubject<'_>) -> Report {
    check_in(source, Context::default(), check_subject)
}

/// As [`check`], knowing more of the text.
pub(super) fn check_in(
    source: Source,
    context: Context<'_>,
    check_subject: &CheckSubject<'_>,
) -> Report {
    let mut report = examine(&source, context, check_subject);
    if !report.findings.is_empty() || !report.silenced.is_empty() || !report.errors.is_empty() {
        report.text = Some(source.text);
    }
    report
}

/// As [`check_in`], without the text.
pub(super) fn examine(
    source: &Source,
    context: Context<'_>,
    check_subject: &CheckSubject<'_>,
) -> Report {
    let text = readable(&source.name, &source.text);
    let check_subject = |subject: &Subject<'_>| placeholder::check(subject, check_subject);
    let mut checker = Checker::new(source, context, &check_subject);
    context.with_options(Lists::ByElement, |options| {
        read(&text, options, &mut |document, found| {
            checker.take(document, found);
        });
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
    context: Context<'s>,
    check_subject: &'s CheckSubject<'s>,
    lines: Option<Lines<'s>>,
    report: Report,
    /// Those of the document at hand that comments may silence.
    candidates: Vec<Candidate>,
    /// The last object of the document at hand.
    object: ObjectRef,
    /// The document at hand.
    current: Option<Current>,
}

/// What is known of the document at hand: looked up once, for it may be a list
/// of thousands.
#[derive(Clone, Copy)]
struct Current {
    number: usize,
    /// Whether it may hold a `stickler:` comment.
    may_ignore: bool,
    /// The number of findings before it.
    first: usize,
}

impl<'s> Checker<'s> {
    fn new(source: &'s Source, context: Context<'s>, check_subject: &'s CheckSubject<'s>) -> Self {
        let mut report = Report {
            file: source.name.clone(),
            ..Report::default()
        };
        report.counts.files = 1;
        Self {
            source,
            context,
            check_subject,
            lines: None,
            report,
            candidates: Vec::new(),
            object: ObjectRef::default(),
            current: None,
        }
    }

    fn take(&mut self, document: &Document<'_>, found: Found<'_, '_>) {
        let may_ignore = self.enter(document).may_ignore;
        match found {
            Found::Subject(object) => self.subject(document, &object),
            Found::Other(object, place) => {
                self.object = object.clone();
                self.skip(document, place, SkipReason::Kind(object));
            }
            Found::NotManifest(error) if self.context.strict => self.error(document, error),
            Found::NotManifest(Error { span, message, .. }) => {
                self.skip(document, span, SkipReason::NotManifest(message));
            }
            Found::Mention(place) => {
                self.report.counts.mentions += 1;
                self.skip(document, place, SkipReason::Mention);
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

    fn subject(&mut self, document: &Document<'_>, object: &Object<'_, '_>) {
        let subject = &object.subject;
        self.count(subject);
        self.object = object.name.clone();
        let mut diagnostics = (self.check_subject)(subject);
        keep_fixes_that_are_made(object, self.check_subject, &mut diagnostics);
        // A key that is lost appears beside the one that is used, or alone.
        let lost = usize::from(is_present(subject));
        let may_repeat = object.own_text().matches(NAME).nth(lost).is_some();
        if diagnostics.is_empty() && !may_repeat {
            return;
        }
        let lines = self.lines();
        let located = object.with_tree(|tree| {
            let mut located = Vec::with_capacity(diagnostics.len());
            let mut locator = Locator::new(object, tree);
            for diagnostic in diagnostics {
                let (place, edits) = locator.locate(&diagnostic);
                located.push((diagnostic, place, edits));
            }
            let line = |span: Span| lines.position(object.in_file(span).start).line;
            for (diagnostic, span) in repeated::find(tree, &line) {
                located.push((diagnostic, Located::at(object.in_file(span)), Vec::new()));
            }
            located
        });
        match located {
            Ok(located) => {
                for (diagnostic, place, edits) in located {
                    let edits = self.edits(document, edits);
                    self.candidate(document, diagnostic, &object.name, place);
                    if let Some(Candidate { finding, .. }) = self.candidates.last_mut() {
                        finding.edits = edits;
                        finding.value_alone = subject.value_alone;
                    }
                }
            }
            Err(error) => self.error(document, error),
        }
    }

    fn count(&mut self, subject: &Subject<'_>) {
        let is_present = is_present(subject);
        let counts = &mut self.report.counts;
        if subject.value_alone && is_present {
            counts.values_alone += 1;
        } else {
            counts.ingresses += 1;
            counts.annotated += usize::from(is_present);
        }
    }

    fn edits(&mut self, document: &Document<'_>, edits: Vec<(Span, String)>) -> Vec<SourceEdit> {
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
        document: &Document<'_>,
        diagnostic: Diagnostic,
        object: &ObjectRef,
        located: Located,
    ) {
        let mut location = self.location(document, located.span);
        location.alias = located
            .alias
            .map(|alias| self.lines().position(alias.start).line);
        location.folded = located.folded;
        let finding = Finding {
            location: Some(location),
            ..Finding::new(diagnostic, object.clone())
        };
        self.candidates.push(Candidate { finding, located });
    }

    fn end(&mut self, document: &Document<'_>, root: &Node<'_>) {
        self.forbid_shared_edits(document, root);
        if !self.enter(document).may_ignore {
            return;
        }
        let candidates = std::mem::take(&mut self.candidates);
        let sorted = ignore::apply(document, root, self.lines(), candidates);
        self.report.counts.ignored += sorted.silenced.len();
        self.report.silenced.extend(sorted.silenced);
        self.candidates = sorted.kept;
        for (place, diagnostic) in sorted.unused {
            let object = self.object.clone();
            self.candidate(document, diagnostic, &object, Located::at(place));
        }
        self.keep_all();
    }

    /// What an alias shares has a fix, and no place to make it in.
    fn forbid_shared_edits(&mut self, document: &Document<'_>, root: &Node<'_>) {
        let first = self.enter(document).first;
        let candidates = self.candidates.iter_mut().map(|found| &mut found.finding);
        let findings = self.report.findings[first..].iter_mut().chain(candidates);
        let mut fixable: Vec<_> = findings
            .filter(|finding| !finding.edits.is_empty())
            .collect();
        if fixable.is_empty() || !document.own_text().contains('*') {
            return;
        }
        let shared = Shared::of(root);
        for finding in &mut fixable {
            let is_shared = |edit: &SourceEdit| shared.holds(edit.location.bytes);
            if finding.edits.iter().any(is_shared) {
                finding.edits.clear();
            }
        }
    }

    fn enter(&mut self, document: &Document<'_>) -> Current {
        match self.current {
            Some(current) if current.number == document.number => current,
            _ => {
                // JSON has no comments, and no end at which they are applied.
                self.keep_all();
                let current = Current {
                    number: document.number,
                    may_ignore: document.own_text().contains("stickler:"),
                    first: self.report.findings.len(),
                };
                self.current = Some(current);
                current
            }
        }
    }

    fn keep_all(&mut self) {
        let kept = self.candidates.drain(..).map(|candidate| candidate.finding);
        self.report.findings.extend(kept);
    }

    fn error(&mut self, document: &Document<'_>, error: Error) {
        let location = self.location(document, error.span);
        let path = if error.path.is_empty() { "" } else { ": " };
        self.report.errors.push(Failure {
            location,
            message: format!("{}{path}{}", error.path, error.message),
            help: error.help,
        });
    }

    fn skip(&mut self, document: &Document<'_>, place: Span, reason: SkipReason) {
        if matches!(reason, SkipReason::Kind(_) | SkipReason::NotManifest(_)) {
            self.report.counts.skipped += 1;
        }
        let location = self.location(document, place);
        self.report.skipped.push(Skipped { location, reason });
    }

    fn lines(&mut self) -> &Lines<'s> {
        let text = &self.source.text;
        self.lines.get_or_insert_with(|| Lines::new(text))
    }

    fn location(&mut self, document: &Document<'_>, bytes: Span) -> Location {
        let file = &self.source.name;
        Location {
            template: helm_source(document.own_text()).map(str::to_owned),
            path: self.context.from_root.cloned(),
            ..location(file, self.lines(), document, bytes)
        }
    }
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
