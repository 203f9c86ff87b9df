//! rustc's drawing: the line of the file, the wrong characters underlined, and
//! below them the consequence.

use std::io::{self, Write};

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Group, Level, Renderer, Snippet, Title};

use crate::finding::{Failure, Finding, Location};
use crate::lint::{Consequence, Severity, Span};

use super::{Report, Style, Summary, text};

mod excerpt;
mod wording;

use excerpt::Excerpt;

/// The report.
pub(super) struct Full<'w> {
    out: Box<dyn Write + 'w>,
    style: Style,
}

/// What one drawing is made of.
struct Drawing<'a> {
    severity: Severity,
    /// The rule's name, between brackets.
    id: Option<&'a str>,
    title: String,
    /// The text after the arrow.
    origin: String,
    /// The text that is pointed into, and where.
    source: Option<(&'a str, usize, Span)>,
    /// The text under the line.
    label: Option<&'static str>,
    notes: Vec<String>,
    help: Option<String>,
}

impl<'w> Full<'w> {
    pub(super) fn new(out: Box<dyn Write + 'w>, style: Style) -> Self {
        Self { out, style }
    }

    fn draw(&mut self, drawing: Drawing<'_>) -> io::Result<()> {
        let drawn = drawing.render(self.style);
        writeln!(self.out, "{drawn}\n")
    }
}

impl Report for Full<'_> {
    fn finding(&mut self, finding: &Finding, text: &str) -> io::Result<()> {
        let diagnostic = &finding.diagnostic;
        let source = match &finding.location {
            Some(at) => Some((at.line, at.bytes)),
            None => diagnostic.place.span.map(|span| (1, span)),
        };
        self.draw(Drawing {
            severity: diagnostic.severity,
            id: Some(diagnostic.rule.id()),
            title: wording::backticks(&diagnostic.message),
            origin: origin(finding),
            source: source
                .filter(|_| !text.is_empty())
                .map(|(line, span)| (text, line, span)),
            label: diagnostic.consequence.map(Consequence::clause),
            notes: notes(finding.location.as_ref())
                .into_iter()
                .chain(finding.value_alone.then(|| text::VALUE_ALONE.to_owned()))
                .collect(),
            help: diagnostic.help.as_deref().map(wording::backticks),
        })
    }

    fn failure(&mut self, failure: &Failure, text: &str) -> io::Result<()> {
        let at = &failure.location;
        let has_place = at.line > 0 && !text.is_empty();
        self.draw(Drawing {
            severity: Severity::Error,
            id: None,
            title: wording::backticks(&failure.message),
            origin: text::failed_place(failure),
            source: has_place.then_some((text, at.line, at.bytes)),
            label: None,
            notes: notes(Some(at)),
            help: failure.help.as_deref().map(wording::backticks),
        })
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        if self.style.summary {
            writeln!(self.out, "{}", self.style.fit(summary.to_string(), 0))?;
        }
        self.out.flush()
    }
}

impl Drawing<'_> {
    fn render(self, style: Style) -> String {
        let gutter = gutter(self.source.map_or(1, |(_, line, _)| line));
        let width = style.width.saturating_sub(gutter);
        let mut notes = self.notes;
        // The renderer aligns what follows the first line of a title.
        let tag = self.severity.as_str().len() + self.id.map_or(0, |id| id.len() + "[]".len());
        let words = style.fit(self.title, tag + ": ".len());
        let title_lines = words.matches('\n').count() + 1;
        let mut group = Group::with_title(title(self.severity, self.id, words));
        if let Some((text, line, span)) = self.source {
            let excerpt = Excerpt::of(text, span, width, self.label);
            if !excerpt.label_fits {
                notes.splice(..0, self.label.map(str::to_owned));
            }
            group = group.element(snippet(excerpt, line, self.label));
        } else {
            notes.splice(..0, self.label.map(str::to_owned));
        }
        let drawn = renderer(style).render(&[group.elements(messages(notes, self.help, width))]);
        let mut lines: Vec<&str> = drawn.split('\n').collect();
        let origin = arrow(gutter, self.origin, style);
        lines.insert(title_lines.min(lines.len()), &origin);
        lines.join("\n").trim_end().to_owned()
    }
}

fn title(severity: Severity, id: Option<&str>, text: String) -> Title<'_> {
    let level = match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(text);
    match id {
        Some(id) => title.id(id),
        None => title,
    }
}

/// The lines below the drawing, each behind a `= note: `.
fn messages<'a>(
    notes: Vec<String>,
    help: Option<String>,
    width: usize,
) -> impl Iterator<Item = Element<'a>> {
    let notes = notes.into_iter().map(|note| (Level::NOTE, note));
    let help = help.map(|help| (Level::HELP, help));
    let width = width.saturating_sub("note: ".len());
    notes
        .chain(help)
        .map(move |(level, text)| level.message(text::wrap(&text, width)).into())
}

/// What there is to say about a place.
fn notes(location: Option<&Location>) -> Vec<String> {
    let notes = location.iter().flat_map(|at| at.notes());
    notes.map(|note| wording::backticks(&note)).collect()
}

/// The line of the arrow. The renderer would write the path of the excerpt
/// with a place in it; ours says more, and knows the place in the whole file.
fn arrow(gutter: usize, origin: String, style: Style) -> String {
    let indent = " ".repeat(gutter - " | ".len());
    let words = style.fit(origin, indent.len() + "--> ".len());
    let origin = words.replace('\n', &format!("\n{indent}    "));
    if style.colour {
        let blue = text::line_number_colour();
        return format!("{indent}{blue}--> {blue:#}{origin}");
    }
    format!("{indent}--> {origin}")
}

fn snippet(
    excerpt: Excerpt,
    line: usize,
    label: Option<&str>,
) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let label = label.filter(|_| excerpt.label_fits);
    let marked = AnnotationKind::Primary.span(excerpt.span.start..excerpt.span.end);
    Snippet::source(excerpt.text)
        .line_start(line)
        .annotation(marked.label(label))
}

/// The renderer never cuts: excerpts come cut to measure.
fn renderer(style: Style) -> Renderer {
    let renderer = if style.colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    renderer
        .decor_style(DecorStyle::Ascii)
        .term_width(usize::from(u16::MAX))
}

/// The columns before the text of a line: its number and ` | `.
fn gutter(line: usize) -> usize {
    line.to_string().len() + " | ".len()
}

/// `file:line:col (Ingress default/cafe, entry 1, service coffee-svc)`.
fn origin(finding: &Finding) -> String {
    let subject = text::subject(finding);
    if finding.location.is_some() {
        return format!("{} ({subject})", text::place(finding));
    }
    if finding.object.kind.is_empty() {
        return if subject.is_empty() {
            "the value".to_owned()
        } else {
            subject
        };
    }
    format!("{subject}: {}", text::field(&finding.diagnostic))
}
