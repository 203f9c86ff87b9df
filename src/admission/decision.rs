//! From what was found to what is denied, warned of and written down: the
//! modes of Pod Security Admission, the ratchet and the exemptions.

use super::request_policy::ResolvedPolicy;
use crate::lint::{Diagnostic, Rule, Severity};
use crate::policy::Mode;

/// More denials than these are listed nowhere, and no warning is shown beside them.
const MOST_COMPARED: usize = 100;

/// The decision on an object: how its diagnostics are reported.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Decision {
    /// Errors that deny.
    pub(super) deny: Vec<Diagnostic>,
    /// Warnings, and errors that do not deny; nothing that is denied.
    pub(super) warn: Vec<Diagnostic>,
    /// The rules of all errors and warnings that no exemption allows,
    /// each once: written down in every mode.
    pub(super) violations: Vec<Rule>,
    /// What exemptions allow, and their reasons.
    pub(super) exempt: Vec<(Rule, String)>,
}

/// Decides on `found`. `had` returns whether the object was bad in the same way
/// before, and is asked of errors only that would deny.
pub(super) fn decide(
    diagnostics: Vec<Diagnostic>,
    resolved: &ResolvedPolicy<'_>,
    mut had: impl FnMut(&Diagnostic) -> bool,
) -> Decision {
    let mut decision = Decision::default();
    let violations = diagnostics
        .into_iter()
        .filter(|it| it.severity > Severity::Note);
    for diagnostic in violations {
        let mut exemptions = resolved.exemptions.iter();
        if let Some(exemption) = exemptions.find(|it| it.covers(&diagnostic)) {
            note_once(
                &mut decision.exempt,
                (diagnostic.rule, exemption.reason.clone()),
            );
            continue;
        }
        note_once(&mut decision.violations, diagnostic.rule);
        match resolved.effective.mode {
            Mode::Audit => {}
            Mode::Enforce if diagnostic.severity == Severity::Error && !had(&diagnostic) => {
                decision.deny.push(diagnostic);
            }
            Mode::Enforce | Mode::Warn => decision.warn.push(diagnostic),
        }
    }
    decision.keep_quiet_about_what_is_denied();
    decision
}

impl Decision {
    /// Drops warnings about text that the same answer denies: the user has to
    /// change that text anyway.
    fn keep_quiet_about_what_is_denied(&mut self) {
        let Self { deny, warn, .. } = self;
        if deny.len() > MOST_COMPARED {
            warn.clear();
        }
        let touches = |warning: &Diagnostic, denied: &Diagnostic| {
            let spans = warning.place.span.zip(denied.place.span);
            let overlap = spans.is_some_and(|(a, b)| a.start < b.end && b.start < a.end);
            overlap && warning.place.field == denied.place.field
        };
        warn.retain(|warning| !deny.iter().any(|denied| touches(warning, denied)));
    }
}

fn note_once<T: PartialEq>(list: &mut Vec<T>, new: T) {
    if !list.contains(&new) {
        list.push(new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::read::keys::{ORG_KEY, PLUS_KEY};
    use crate::lint::{FieldPath, Place, Span};

    fn at(key: &str, span: Option<(usize, usize)>) -> Diagnostic {
        let place = match span {
            Some((start, end)) => Place::value(key, Span::new(start, end)),
            None => Place::field(FieldPath::annotation(key)),
        };
        Diagnostic::new(Rule::UnknownParameter, place, "a message")
    }

    #[test]
    fn no_warning_is_about_text_that_is_denied() {
        let denied = at(ORG_KEY, Some((10, 20)));
        for (warning, kept) in [
            (at(ORG_KEY, Some((0, 10))), true),
            (at(ORG_KEY, Some((0, 11))), false),
            (at(ORG_KEY, Some((12, 15))), false),
            (at(ORG_KEY, Some((19, 30))), false),
            (at(ORG_KEY, Some((20, 30))), true),
            (at(ORG_KEY, None), true),
            (at(PLUS_KEY, Some((10, 20))), true),
        ] {
            let mut decision = Decision {
                deny: vec![denied.clone()],
                warn: vec![warning.clone()],
                ..Decision::default()
            };
            decision.keep_quiet_about_what_is_denied();
            assert_eq!(!decision.warn.is_empty(), kept, "{:?}", warning.place);
        }
    }

    #[test]
    fn beside_many_denials_there_are_no_warnings() {
        for (denials, warnings) in [(MOST_COMPARED, 1), (MOST_COMPARED + 1, 0)] {
            let mut decision = Decision {
                deny: vec![at(ORG_KEY, None); denials],
                warn: vec![at(ORG_KEY, None)],
                ..Decision::default()
            };
            decision.keep_quiet_about_what_is_denied();
            assert_eq!(decision.warn.len(), warnings);
        }
    }
}
