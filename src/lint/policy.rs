//! The operator's settings on the controller and on cookies: the part of the
//! policy that one check needs. Modes and exemptions apply to diagnostics
//! afterwards, outside the core.

mod pattern;

pub use super::read::facts::{Controller, Edition, Facts, TlsTermination};
pub use pattern::Pattern;

use super::consequence::{Consequence, Severity};
use super::diagnostic::Diagnostic;
use super::read::keys;
use super::release::Release;
use super::rules::Rule;
use super::subject::Subject;

/// The operator's policy on one Ingress. The default has no settings: what is
/// unknown is not checked.
///
/// ```
/// use stickler::lint::policy::{Policy, Require};
/// use stickler::lint::{self, Rule, Subject, subject::Annotation};
///
/// let require = Require { secure: true, ..Require::default() };
/// let policy = Policy { require, ..Policy::default() };
/// let key = "nginx.org/sticky-cookie-services".into();
/// let value = "serviceName=tea-svc srv_id path=/tea".into();
/// let annotations = vec![Annotation { key, value }];
/// let subject = Subject { value_alone: true, annotations, ..Subject::default() };
/// assert_eq!(lint::check(&subject, &policy)[0].rule, Rule::RequireSecure);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// The controller that will read the Ingress.
    pub controller: Controller,
    /// The classes that are the controller's; `None` checks any Ingress that
    /// carries one of the two keys.
    pub ingress_classes: Option<Vec<String>>,
    /// Where TLS ends.
    pub tls: TlsTermination,
    /// What each cookie must have.
    pub require: Require,
    /// Bounds on a cookie's life, in seconds.
    pub limits: Limits,
    /// What a cookie may be called and where it may go.
    pub cookies: Cookies,
    /// Rules whose severity the operator changed; `None` turns a rule off.
    pub rules: Vec<(Rule, Option<Severity>)>,
}

/// What each cookie must have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Require {
    /// `secure`.
    pub secure: bool,
    /// `httponly`.
    pub http_only: bool,
    /// `samesite=` with one of these values, in lower case; empty requires none.
    pub same_site: Vec<String>,
    /// `path=`.
    pub path: bool,
    /// `expires=`.
    pub expires: bool,
}

/// Bounds on a cookie's life, in seconds. They bind cookies with `expires=`;
/// one without lives as long as the browser's session.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// The longest life.
    pub max_expires: Option<u64>,
    /// The shortest life.
    pub min_expires: Option<u64>,
}

/// What a cookie may be called and where it may go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cookies {
    /// A glob that each name must fit.
    pub name_pattern: Option<Pattern>,
    /// Globs of the domains that `domain=` may name, in lower case and without
    /// a leading dot; `None` allows all, an empty list none.
    pub allowed_domains: Option<Vec<Pattern>>,
}

impl Policy {
    /// What the readers need to know of the operator's setup, where `release`
    /// reads the Ingress.
    #[must_use]
    pub fn facts(&self, release: Release) -> Facts {
        Facts {
            controller: self.controller.clone(),
            release,
            tls: self.tls,
        }
    }

    /// Whether the Ingress' class is one of the controller's; `None` where the
    /// policy names no classes, or nothing is known of the Ingress.
    #[must_use]
    pub fn manages(&self, subject: &Subject<'_>) -> Option<bool> {
        let classes = self.ingress_classes.as_ref()?;
        let class = keys::class(subject);
        if subject.value_alone && class.is_none() {
            return None;
        }
        Some(classes.iter().any(|known| Some(known.as_str()) == class))
    }

    /// Whether an Ingress is the controller's although the policy names no
    /// classes: only this controller reads the type of a mergeable Ingress.
    #[must_use]
    pub fn is_shown_to_be_managed(&self, subject: &Subject<'_>) -> bool {
        let mergeable = subject.annotation(keys::MERGEABLE);
        self.ingress_classes.is_none() && matches!(mergeable, Some("master" | "minion"))
    }

    /// Gives each diagnostic the severity that the operator's `rules` give its
    /// rule, and drops those of rules that are off. The floor holds: see
    /// [`Consequence::has_floor`].
    pub fn apply(&self, diagnostics: &mut Vec<Diagnostic>) {
        if !self.rules.is_empty() {
            diagnostics.retain_mut(|diagnostic| self.settle(diagnostic));
        }
    }

    /// Sets the severity; `false` where nothing is left to say.
    fn settle(&self, diagnostic: &mut Diagnostic) -> bool {
        let overridden = self.rules.iter().find(|(rule, _)| *rule == diagnostic.rule);
        let Some((_, setting)) = overridden else {
            return true;
        };
        let floor = diagnostic
            .consequence
            .is_some_and(Consequence::has_floor)
            .then_some(Severity::Warning);
        match (*setting).max(floor) {
            Some(severity) => {
                diagnostic.severity = severity;
                true
            }
            None => false,
        }
    }
}

impl Consequence {
    /// Whether diagnostics of this consequence stay at least warnings,
    /// whatever the policy's `rules` say: what they warn of reaches beyond
    /// the Ingress' own cookie.
    #[must_use]
    pub fn has_floor(self) -> bool {
        matches!(
            self,
            Self::RejectsIngress | Self::BreaksReload | Self::NotApplied | Self::Unsafe
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::diagnostic::Place;
    use super::super::span::Span;
    use super::*;

    #[test]
    fn rules_change_severities_down_to_the_floor() {
        use Severity::{Error, Note, Warning};
        let cases = [
            (Rule::MissingPath, None, None, None),
            (Rule::MissingPath, None, Some(Error), Some(Error)),
            (Rule::LongExpires, None, Some(Warning), Some(Warning)),
            (Rule::Quote, None, Some(Warning), Some(Warning)),
            (Rule::Quote, None, None, Some(Warning)),
            (Rule::Quote, None, Some(Note), Some(Warning)),
            (Rule::NoParameters, None, None, None),
            (
                Rule::NoParameters,
                Some(Consequence::BreaksReload),
                None,
                Some(Warning),
            ),
        ];
        for (rule, consequence, setting, expected) in cases {
            let policy = Policy {
                rules: vec![(rule, setting)],
                ..Policy::default()
            };
            let place = Place::value("key", Span::at(0));
            let mut diagnostic = Diagnostic::new(rule, place, "");
            if let Some(consequence) = consequence {
                diagnostic = diagnostic.with_consequence(consequence);
            }
            let untouched = Diagnostic {
                rule: Rule::Comment,
                ..diagnostic.clone()
            };
            let mut diagnostics = vec![diagnostic, untouched.clone()];
            policy.apply(&mut diagnostics);
            assert_eq!(diagnostics.pop(), Some(untouched));
            let severity = diagnostics.first().map(|diagnostic| diagnostic.severity);
            assert_eq!(severity, expected, "{rule} {setting:?}");
        }
    }
}
