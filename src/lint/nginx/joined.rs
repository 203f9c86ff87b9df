//! Words joined by commas: `path=/tea,secure`, `srv_id,serviceName=...`.

use super::{Directive, PARAMETERS, meant};
use crate::lint::controller::Annotation;
use crate::lint::diagnostic::{Diagnostic, Edit, Fix};
use crate::lint::span::Span;
use crate::lint::text::quote;

/// A word that is certainly several: a comma ends it, or stands before a
/// parameter or the next entry.
pub(super) struct Joined {
    span: Span,
    /// Whether a comma stands where a semicolon belongs.
    entries: bool,
    /// The words apart; `None` where parting them leaves something that is refused.
    apart: Option<String>,
}

/// Reads the word at `span`; `None` where its commas may be meant.
pub(super) fn read(
    annotation: Annotation<'_>,
    directive: &Directive<'_>,
    span: Span,
) -> Option<Joined> {
    let raw = annotation.text(span);
    if raw.contains(['\\', '\'', '{', '}', '#']) {
        return None;
    }
    let mut parts = raw.split(',');
    let first = parts.next()?;
    let mut joined = Joined {
        span,
        entries: false,
        apart: is_sound(first).then(|| first.to_owned()),
    };
    let mut commas = 0;
    for part in parts {
        commas += 1;
        joined.part(directive, part)?;
    }
    (commas > 0).then_some(joined)
}

impl Joined {
    fn part(&mut self, directive: &Directive<'_>, part: &str) -> Option<()> {
        if part.is_empty() {
            return Some(());
        }
        let last = directive
            .words
            .last()
            .is_none_or(|word| word.span == self.span);
        if part.starts_with("serviceName=") {
            // The next entry's cookie must follow, or the controller rejects it.
            let sound = !self.entries && !last && part.matches('=').count() == 1;
            self.entries = true;
            self.append(';', sound.then_some(part));
            return Some(());
        }
        if !is_parameter(part) {
            return None;
        }
        if self.apart.is_some() {
            let meant = meant::parameter(part).filter(|meant| !self.repeats(directive, meant));
            self.append(' ', meant.as_deref());
        }
        Some(())
    }

    fn append(&mut self, separator: char, part: Option<&str>) {
        self.apart = self.apart.take().zip(part).map(|(mut apart, part)| {
            apart.push(separator);
            apart.push_str(part);
            apart
        });
    }

    /// Whether the parameter stands elsewhere in the entry already.
    fn repeats(&self, directive: &Directive<'_>, parameter: &str) -> bool {
        let name = meant::split(parameter).0;
        let mut here = self.apart.iter().flat_map(|apart| apart.split(' '));
        directive.is_called(name, self.span, None) || here.any(|word| meant::is_called(word, name))
    }

    /// What is wrong, as a sentence.
    pub(super) fn message(&self, annotation: Annotation<'_>) -> String {
        format!(
            "a comma joins words in {}",
            quote(annotation.text(self.span))
        )
    }

    /// The diagnostic with help and fix.
    pub(super) fn help(self, diagnostic: Diagnostic) -> Diagnostic {
        let help = if self.entries {
            "entries are separated by ';'"
        } else {
            "parameters are separated by blanks"
        };
        let diagnostic = diagnostic.with_help(help);
        match self.apart {
            Some(text) => diagnostic.with_fix(Fix {
                safe: true,
                edits: vec![Edit {
                    span: self.span,
                    text,
                }],
            }),
            None => diagnostic,
        }
    }
}

/// Whether a word can stand alone: a parameter needs its value.
fn is_sound(word: &str) -> bool {
    !word.is_empty() && (!is_parameter(word) || meant::parameter(word).is_some())
}

fn is_parameter(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    PARAMETERS.iter().any(|parameter| {
        lower == *parameter || (parameter.ends_with('=') && lower.starts_with(parameter))
    })
}
