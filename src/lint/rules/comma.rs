//! Words joined by commas: `path=/tea,secure`, `srv_id,serviceName=...`; or by
//! a space that is none to nginx, such as the no-break space of a web page.

use super::context::Words;
use super::injection::MOST_WORDS;
use super::{Context, Report, Rule};
use crate::lint::diagnostic::Diagnostic;
use crate::lint::read::nginx::{ErrorKind, Parameter, suggest};
use crate::lint::span::Span;
use crate::lint::text::quote;

/// Words that are joined, in what nginx refuses and in what it accepts.
pub(super) fn joined_words(context: &Context<'_>, report: &mut Report) {
    for (words, error) in context.refused() {
        if let ErrorKind::Unknown(_) | ErrorKind::Expires(..) | ErrorKind::SameSite(_) = error.kind
            && let Some(joined) = Joined::read(&words, error.span)
        {
            let message = joined.message(&words);
            let diagnostic = words.refused_at(Rule::JoinedWords, error.span, message);
            report.push_covering(joined.help(diagnostic), error.span);
            report.cookie_is_unintended(words.entry.entry.number);
        }
    }
    for words in context.words() {
        accepted(&words, report);
    }
}

fn accepted(words: &Words<'_>, report: &mut Report) {
    let errors = &words.directive.errors;
    let all = words.directive.words.iter();
    let with_joint = all.filter(|word| may_be_joined(&word.text));
    for word in with_joint.take(MOST_WORDS) {
        let is_refused = || errors.iter().any(|error| word.span.contains(error.span));
        if let Some(joined) = Joined::read(words, word.span)
            && !is_refused()
        {
            let message = joined.message(words);
            let diagnostic = words.entry.at(Rule::JoinedWords, word.span, message);
            let diagnostic = joined.help(diagnostic);
            if word.text.contains(',') {
                // What a browser does with that cookie is a prediction.
                report.push(diagnostic);
            } else {
                report.push_covering(diagnostic, word.span);
                report.cookie_is_unintended(words.entry.entry.number);
            }
        }
    }
}

/// What joins words that were intended to be separate.
fn is_joint(c: char) -> bool {
    c == ',' || is_other_space(c)
}

/// A space to the reader's eye, and a character like any other to nginx.
fn is_other_space(c: char) -> bool {
    !c.is_ascii() && c.is_whitespace() && !c.is_control()
}

fn may_be_joined(word: &str) -> bool {
    word.contains(',') || (!word.is_ascii() && word.contains(is_other_space))
}

/// A word that is certainly several: a comma or such a space is at its end, or
/// before a parameter or the next entry.
pub(super) struct Joined {
    span: Span,
    /// Whether a comma is in place of a semicolon.
    entries: bool,
    /// The words apart; `None` where parting them leaves something that is refused.
    apart: Option<String>,
    /// The parameters among them: a set, a bit each.
    parameters: u8,
}

impl Joined {
    /// Reads the word at `span`; `None` where its commas may be intended.
    pub(super) fn read(words: &Words<'_>, span: Span) -> Option<Self> {
        let raw = words.entry.text(span);
        if !may_be_joined(raw) || raw.contains(['\\', '\'', '{', '}', '#']) {
            return None;
        }
        let text = raw.trim_start_matches(is_other_space);
        let mut parts = text.split(is_joint);
        let first = parts.next()?;
        // Without its first word an entry has no cookie, or another one.
        let is_name = words.directive.words.first().map(|word| word.span) == Some(span);
        let stays_sound = if text.is_empty() {
            !is_name
        } else {
            is_sound(first)
        };
        let mut joined = Self {
            span,
            entries: false,
            apart: stays_sound.then(|| first.to_owned()),
            parameters: set_of(first),
        };
        for part in parts {
            joined.part(words, part)?;
        }
        Some(joined)
    }

    fn part(&mut self, words: &Words<'_>, part: &str) -> Option<()> {
        if part.is_empty() {
            return Some(());
        }
        let last = words.directive.words.last();
        let last = last.is_none_or(|word| word.span == self.span);
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
            let suggestion = suggest::parameter(part);
            let suggestion = suggestion.filter(|it| !self.repeats(words, it.parameter));
            let text = suggestion.map(|it| it.to_string());
            self.append(' ', text.as_deref());
        }
        Some(())
    }

    fn append(&mut self, separator: char, part: Option<&str>) {
        self.parameters |= part.map_or(0, set_of);
        self.apart = self.apart.take().zip(part).map(|(mut apart, part)| {
            apart.push(separator);
            apart.push_str(part);
            apart
        });
    }

    /// Whether the parameter is elsewhere in the entry already, or among these.
    fn repeats(&self, words: &Words<'_>, parameter: Parameter) -> bool {
        self.parameters & (1 << parameter as u8) != 0
            || words.directive.has_other(parameter, self.span, None)
    }

    /// What is wrong, as a sentence.
    fn message(&self, words: &Words<'_>) -> String {
        let text = words.entry.text(self.span);
        let joint = match text.chars().find(|&c| is_joint(c)) {
            Some('\u{a0}') => "no-break space (U+00A0)".to_owned(),
            Some(c) if c != ',' => format!("special space (U+{:04X})", u32::from(c)),
            _ => "comma".to_owned(),
        };
        format!("{joint} between words in {}", quote(text))
    }

    /// The diagnostic with help and fix.
    fn help(self, diagnostic: Diagnostic) -> Diagnostic {
        let diagnostic = diagnostic.with_help(if self.entries {
            "separate entries with ';'"
        } else {
            "separate parameters with spaces"
        });
        match self.apart {
            Some(text) => diagnostic.with_edit(true, self.span, text),
            None => diagnostic,
        }
    }
}

/// The parameters that a word names or was certainly intended to be.
fn set_of(word: &str) -> u8 {
    let parameters = suggest::parameters(word).into_iter().flatten();
    parameters.fold(0, |set, parameter| set | 1 << parameter as u8)
}

/// Whether a word is complete: a parameter needs its value.
fn is_sound(word: &str) -> bool {
    !word.is_empty() && (!is_parameter(word) || suggest::parameter(word).is_some())
}

fn is_parameter(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    Parameter::ALL.into_iter().any(|parameter| {
        let rest = lower.strip_prefix(parameter.name());
        rest.is_some_and(|rest| {
            rest.starts_with('=') == parameter.takes_value()
                && (parameter.takes_value() || rest.is_empty())
        })
    })
}
