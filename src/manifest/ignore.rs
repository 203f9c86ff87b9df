//! Comments that silence findings: `# stickler: ignore[rule] reason`, on the
//! line or on the line above.

use std::collections::HashMap;

use super::locate::Located;
use crate::finding::Finding;
use crate::lint::text::{did_you_mean, quote};
use crate::lint::{CATALOGUE, Diagnostic, FieldPath, Place, Rule, Span};
use crate::yaml::{Content, Document, Lines, Node, Style, places};

/// A finding of the document at hand that a comment may still silence.
pub(super) struct Candidate {
    pub(super) finding: Finding,
    pub(super) located: Located,
}

impl Candidate {
    /// The lines on which a comment may silence it.
    fn lines(&self, lines: &Lines<'_>) -> Vec<usize> {
        let located = &self.located;
        let places = [Some(located.span), Some(located.whole), located.key];
        let line = |place: Span| lines.position(place.start).line;
        let mut all: Vec<usize> = places.into_iter().flatten().map(line).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// What is left of a document's findings.
pub(super) struct Sorted {
    pub(super) kept: Vec<Candidate>,
    pub(super) silenced: Vec<Finding>,
    /// Comments that silence nothing, each with its place.
    pub(super) unused: Vec<(Span, Diagnostic)>,
}

/// Takes out what the document's comments silence.
pub(super) fn apply(
    document: &Document<'_>,
    root: &Node<'_>,
    lines: &Lines<'_>,
    candidates: Vec<Candidate>,
) -> Sorted {
    let mut ignores = ignores(document, root, lines);
    let mut by_line: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, ignore) in ignores.iter().enumerate() {
        by_line.entry(ignore.line).or_default().push(index);
    }
    let mut kept = Vec::with_capacity(candidates.len());
    let mut silenced = Vec::new();
    for mut candidate in candidates {
        for line in candidate.lines(lines) {
            for &index in by_line.get(&line).into_iter().flatten() {
                let ignore = &mut ignores[index];
                if ignore.silences(&candidate) {
                    candidate.finding.suppressed = Some(ignore.reason.to_owned());
                }
            }
        }
        if candidate.finding.suppressed.is_some() {
            silenced.push(candidate.finding);
        } else {
            kept.push(candidate);
        }
    }
    let unused = ignores.into_iter().flat_map(Ignore::complaints).collect();
    Sorted {
        kept,
        silenced,
        unused,
    }
}

/// The word after `stickler:` in a comment.
const WORD: &str = "ignore";

/// One comment.
struct Ignore<'t> {
    span: Span,
    /// The line it is about.
    line: usize,
    /// The word in place of `ignore`, if that is misspelt.
    misspelt: Option<&'t str>,
    reason: &'t str,
    /// The names between the brackets, and whether each has silenced something.
    names: Vec<(&'t str, bool)>,
}

impl<'t> Ignore<'t> {
    /// Reads a comment that begins with `stickler:`; `None` for any other.
    fn read(comment: &'t str, span: Span, line: usize) -> Option<Self> {
        let rest = comment.strip_prefix("stickler:")?.trim_start();
        let end = rest.find(|c: char| !c.is_alphabetic());
        let (word, rest) = rest.split_at(end.unwrap_or(rest.len()));
        did_you_mean(word, [WORD])?;
        let misspelt = (word != WORD).then_some(word);
        let rest = rest.trim_start();
        let (names, reason) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((names, reason)) => (names, reason.trim()),
            None => ("", rest),
        };
        let names = names.split(',').map(|name| (name.trim(), false)).collect();
        Some(Self {
            span,
            line,
            misspelt,
            reason,
            names,
        })
    }

    /// Whether it silences a finding on its line.
    fn silences(&mut self, candidate: &Candidate) -> bool {
        if self.reason.is_empty() || self.misspelt.is_some() {
            return false;
        }
        let rule = candidate.finding.diagnostic.rule.id();
        let mut silent = false;
        for (name, used) in &mut self.names {
            silent |= *name == rule;
            *used |= *name == rule;
        }
        silent
    }

    /// What is wrong with the comment.
    fn complaints(self) -> Vec<(Span, Diagnostic)> {
        let complain = |message: String| {
            let place = Place::field(FieldPath::default());
            Diagnostic::new(Rule::UnusedIgnore, place, message)
        };
        if let Some(word) = self.misspelt {
            let message = format!("{} silences nothing", quote(word));
            let help = format!("did you mean {}?", quote(WORD));
            return vec![(self.span, complain(message).with_help(help))];
        }
        if self.reason.is_empty() {
            let message = "an ignore comment without a reason silences nothing";
            let help = "write why behind the bracket";
            return vec![(self.span, complain(message.to_owned()).with_help(help))];
        }
        let unused = self.names.iter().filter(|(_, used)| !used);
        let complaint = |(name, _): &(&str, bool)| match (name.is_empty(), Rule::from_id(name)) {
            (true, _) => complain("an ignore comment names no rule".to_owned())
                .with_help("write 'ignore[rule] reason'"),
            (_, Some(_)) => complain(format!("there is no {} here to ignore", quote(name)))
                .with_help("remove the comment"),
            (_, None) => unknown(complain(format!("unknown rule {}", quote(name))), name),
        };
        unused.map(|name| (self.span, complaint(name))).collect()
    }
}

fn unknown(complaint: Diagnostic, name: &str) -> Diagnostic {
    match did_you_mean(name, CATALOGUE.iter().map(|entry| entry.id)) {
        Some(suggestion) => complaint.with_help(format!("did you mean {}?", quote(suggestion))),
        None => complaint.with_help("'stickler explain' lists the rules"),
    }
}

/// The comments of a document. What looks like one within a scalar is none.
fn ignores<'t>(document: &Document<'t>, root: &Node<'_>, lines: &Lines<'_>) -> Vec<Ignore<'t>> {
    let text = document.text;
    let mut scalars = Vec::new();
    collect_scalars(text, root, &mut scalars);
    scalars.sort_unstable();
    let within_scalar = |start: usize| {
        let behind = scalars.partition_point(|scalar| scalar.start <= start);
        let before = behind.checked_sub(1).and_then(|at| scalars.get(at));
        before.is_some_and(|scalar| start < scalar.end)
    };
    let marks = document.own_text().match_indices("stickler:");
    marks
        .filter_map(|(at, _)| {
            let at = document.range.start + at;
            let line_start = text[..at].rfind('\n').map_or(0, |before| before + 1);
            let before = text[line_start..at].trim_end_matches([' ', '\t']);
            let start = line_start + before.strip_suffix('#')?.len();
            let alone = text[line_start..start].trim().is_empty();
            let space_before = alone || text[..start].ends_with([' ', '\t']);
            if !space_before || within_scalar(start) {
                return None;
            }
            let comment = text[at..].lines().next()?.trim_end();
            let span = Span::new(start, at + comment.len());
            let line = lines.position(start).line;
            let target = if alone {
                next_line(text, line, at)
            } else {
                line
            };
            Ignore::read(comment, span, target)
        })
        .collect()
}

/// The number of the first line after `at` that is not a comment.
fn next_line(text: &str, line: usize, at: usize) -> usize {
    let below = text[at..].lines().skip(1);
    let comments = below.take_while(|line| line.trim_start().starts_with('#'));
    line + 1 + comments.count()
}

/// The ranges of all scalars that may hold a `#`.
fn collect_scalars(text: &str, node: &Node<'_>, scalars: &mut Vec<Span>) {
    match &node.content {
        Content::Scalar(scalar) => {
            // A comment may follow a block scalar's header.
            let block = matches!(scalar.style, Style::Literal | Style::Folded);
            let exact = places(text, node).map(|at| if block { at.body } else { at.span });
            scalars.push(exact.unwrap_or(node.span));
        }
        Content::Sequence(nodes) => {
            for node in nodes {
                collect_scalars(text, node, scalars);
            }
        }
        Content::Mapping(pairs) => {
            for pair in pairs {
                collect_scalars(text, &pair.key, scalars);
                collect_scalars(text, &pair.value, scalars);
            }
        }
        Content::Anchor(inner) => collect_scalars(text, inner, scalars),
        Content::Alias(_) => {}
    }
}
