//! Session affinity in the keys of ingress-nginx, the retired community's
//! controller, and what it is in the annotation.

use super::context::at_field;
use super::{Context, Report, Rule};
use crate::lint::consequence::Severity;
use crate::lint::diagnostic::{Diagnostic, Fix};
use crate::lint::field::FieldPath;
use crate::lint::migrate::{Migration, Options, Outcome, is_affinity, migrate};
use crate::lint::read::keys::{COMMUNITY, ORG_KEY, PLUS_KEY};
use crate::lint::subject::Subject;

/// What one warning of the webhook may have, in characters: rule, object,
/// message and help.
const LONGEST: usize = 256;

/// An Ingress with more paths is for the command line: which services disturb
/// each other takes a comparison of each with each.
const MOST_PATHS: usize = 200;

const RUN: &str = "run 'stickler migrate'";

/// The prefix of ingress-nginx until 0.9, in which some manifests are kept.
const OLD_COMMUNITY: &str = "ingress.kubernetes.io/";

/// What migrates these keys.
const RUN_OLD: &str = "run 'stickler migrate --annotations-prefix ingress.kubernetes.io'";

/// One diagnostic for the first affinity key of ingress-nginx, with the value
/// that does the same in this controller; only on an Ingress of this
/// controller.
pub(super) fn foreign_annotation(context: &Context<'_>, report: &mut Report) {
    let subject = context.reading.subject;
    let is_own = context.is_managed || context.policy.is_shown_to_be_managed(subject);
    if !is_own || subject.value_alone {
        return;
    }
    match first_key(subject, COMMUNITY, is_affinity) {
        Some(key) => of_community(context, key, report),
        None => {
            if let Some(key) = first_key(subject, OLD_COMMUNITY, is_old_affinity) {
                report.push(of_old_community(subject, key));
            }
        }
    }
}

/// The first key with that prefix and such a name; the one that turns the
/// others on comes first.
fn first_key<'s>(
    subject: &'s Subject<'_>,
    prefix: &str,
    is_affinity: fn(&str) -> bool,
) -> Option<&'s str> {
    let keys = subject.annotations.iter().map(|it| it.key.as_ref());
    let found = keys.filter(|key| key.strip_prefix(prefix).is_some_and(is_affinity));
    found.min_by_key(|key| !key.ends_with("/affinity"))
}

fn is_old_affinity(name: &str) -> bool {
    is_affinity(name) || matches!(name, "sticky-enabled" | "sticky-name" | "sticky-hash")
}

fn of_old_community(subject: &Subject<'_>, key: &str) -> Diagnostic {
    let message =
        format!("{key} is a key of an early ingress-nginx: this controller does not read it");
    let diagnostic = at_field(Rule::ForeignAnnotation, FieldPath::annotation(key), message);
    match own_key(subject) {
        Some(own) => left_over(diagnostic, own),
        None if key.strip_prefix(OLD_COMMUNITY).is_some_and(is_affinity) => {
            diagnostic.with_help(RUN_OLD)
        }
        None => diagnostic.with_help(format!("write {ORG_KEY}")),
    }
}

/// The annotation that is there already.
fn own_key(subject: &Subject<'_>) -> Option<&'static str> {
    let mut own = [ORG_KEY, PLUS_KEY].into_iter();
    own.find(|key| subject.annotation(key).is_some())
}

fn left_over(diagnostic: Diagnostic, own: &str) -> Diagnostic {
    let diagnostic = diagnostic.with_severity(Severity::Note);
    diagnostic.with_help(format!("remove it: {own} does it"))
}

fn of_community(context: &Context<'_>, key: &str, report: &mut Report) {
    let subject = context.reading.subject;
    let short = key.replacen(COMMUNITY, "…/", 1);
    let diagnostic =
        |message: String| at_field(Rule::ForeignAnnotation, FieldPath::annotation(key), message);
    if subject.paths().nth(MOST_PATHS).is_some() {
        let message = format!("{short} is not read by this controller");
        report.push(diagnostic(message).with_help(RUN));
        return;
    }
    report.push(
        match migrate(subject, context.policy, &Options::default()) {
            Ok(migration) if migration.outcome == Outcome::Nothing => {
                let message = format!("{short} is left over from ingress-nginx, and not read");
                left_over(diagnostic(message), own_key(subject).unwrap_or(ORG_KEY))
            }
            Ok(migration) => {
                let not_read = format!("{short} is not read by this controller");
                with_value(subject, diagnostic(not_read), &migration)
                    .unwrap_or_else(|| diagnostic(reason(subject, &migration)).with_help(RUN))
            }
            Err(_) => diagnostic(format!("{short} is not read by this controller")).with_help(RUN),
        },
    );
}

/// The diagnostic with the value, where there is a right one.
fn with_value(
    subject: &Subject<'_>,
    diagnostic: Diagnostic,
    migration: &Migration,
) -> Option<Diagnostic> {
    if migration.outcome >= Outcome::WasBroken {
        return None;
    }
    let value = migration.value.as_ref()?;
    let mut differs: Vec<_> = migration
        .notes
        .iter()
        .filter(|it| it.outcome > Outcome::Exact)
        .collect();
    differs.dedup_by_key(|note| note.id);
    let ids: Vec<_> = differs.iter().map(|note| note.id.as_str()).collect();
    let differs = match &ids[..] {
        [] => String::new(),
        ids => format!(" ({}: {})", migration.outcome.as_str(), ids.join(", ")),
    };
    let help = format!("write {}: '{value}'{differs}", migration.annotation);
    let length = diagnostic.message.chars().count() + help.chars().count();
    let fits = length <= room(subject);
    let diagnostic = diagnostic.with_help(if fits { help } else { RUN.to_owned() });
    if migration.withheld(false).is_some() {
        return Some(diagnostic);
    }
    let safe = migration.outcome == Outcome::Exact;
    let fix = Fix::of_replacement(safe, migration.annotation, value.clone());
    Some(diagnostic.with_fix(fix))
}

/// How many characters a message and its help may have, where one line of the
/// webhook has both.
fn room(subject: &Subject<'_>) -> usize {
    let names = [&subject.namespace, &subject.name];
    let names = names.into_iter().flatten();
    let names: usize = names.map(|it| it.chars().count() + 1).sum();
    let consequence = Rule::ForeignAnnotation.consequence();
    let consequence = consequence.map_or(0, |it| it.clause().len() + " ()".len());
    let around = Rule::ForeignAnnotation.id().len() + names + " : ; ".len();
    LONGEST.saturating_sub(around + consequence)
}

/// Why there is no value: the worst that is noted, as far as it fits.
fn reason(subject: &Subject<'_>, migration: &Migration) -> String {
    let Some(note) = migration.notes.first() else {
        return format!("there is no {ORG_KEY} that does the same");
    };
    let room = room(subject).saturating_sub(RUN.len());
    if note.message.chars().count() <= room {
        return note.message.clone();
    }
    let cut = note.message.chars().take(room.saturating_sub(1));
    cut.chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::policy::Policy;
    use crate::lint::read::keys::MERGEABLE;
    use crate::lint::subject::{Annotation, Backend, HostRule, PathRule};

    /// An Ingress with these keys, each after `nginx.ingress.kubernetes.io/`
    /// unless it has a prefix.
    fn subject(keys: &[(&str, &str)]) -> Subject<'static> {
        let key = |name: &str| {
            if name.contains('/') {
                name.to_owned()
            } else {
                format!("{COMMUNITY}{name}")
            }
        };
        let annotation = |&(name, value): &(&str, &str)| Annotation {
            key: key(name).into(),
            value: value.to_owned().into(),
        };
        let path = PathRule {
            path: Some("/".into()),
            backend: Backend {
                service: Some("tea".into()),
                ..Backend::default()
            },
            ..PathRule::default()
        };
        Subject {
            name: Some("cafe".into()),
            annotations: keys.iter().map(annotation).collect(),
            class_name: Some("nginx".into()),
            rules: vec![HostRule {
                host: Some("cafe.example.com".into()),
                paths: Some(vec![path]),
            }],
            ..Subject::default()
        }
    }

    /// What is reported where these classes are the controller's.
    fn reported(keys: &[(&str, &str)], class: &str) -> Vec<(Severity, String)> {
        let policy = Policy {
            ingress_classes: Some(vec![class.to_owned()]),
            ..Policy::default()
        };
        let mut found = crate::lint::check(&subject(keys), &policy);
        found.retain(|it| it.rule == Rule::ForeignAnnotation);
        let text = |it: Diagnostic| match it.help {
            Some(help) => (it.severity, format!("{}; {help}", it.message)),
            None => (it.severity, it.message),
        };
        found.into_iter().map(text).collect()
    }

    fn assert_reported(keys: &[(&str, &str)], severity: Severity, expected: &str) {
        assert_eq!(reported(keys, "nginx"), [(severity, expected.to_owned())]);
    }

    #[test]
    fn the_value_or_the_reason() {
        assert_reported(
            &[("affinity", "cookie")],
            Severity::Warning,
            "…/affinity is not read by this controller; write nginx.org/sticky-cookie-services: \
             'serviceName=tea INGRESSCOOKIE httponly path=/'",
        );
        assert_reported(
            &[("session-cookie-name", "a/b"), ("affinity", "cookie")],
            Severity::Warning,
            "…/affinity is not read by this controller; write nginx.org/sticky-cookie-services: \
             'serviceName=tea a_b httponly path=/' (differs: name-changed)",
        );
        assert_reported(
            &[
                ("affinity", "cookie"),
                ("session-cookie-name", &"n".repeat(200)),
            ],
            Severity::Warning,
            "…/affinity is not read by this controller; run 'stickler migrate'",
        );
        assert_reported(
            &[("affinity", "cookie"), ("session-cookie-expires", "1h30")],
            Severity::Warning,
            "session-cookie-expires '1h30' made ingress-nginx answer 500 to every \
             request without a valid cookie; it is left out; run 'stickler migrate'",
        );
        assert_reported(
            &[("session-cookie-name", "route")],
            Severity::Warning,
            "there is no affinity key, so the others had no effect; run 'stickler migrate'",
        );
    }

    #[test]
    fn what_is_left_over_is_a_note() {
        assert_reported(
            &[
                ("affinity", "cookie"),
                (ORG_KEY, "serviceName=tea srv path=/"),
            ],
            Severity::Note,
            "…/affinity is left over from ingress-nginx, and not read; \
             remove it: nginx.org/sticky-cookie-services does it",
        );
    }

    #[test]
    fn the_older_prefix_is_known() {
        let of_old = |name: &str| format!("{OLD_COMMUNITY}{name}");
        assert_reported(
            &[
                (&of_old("affinity"), "cookie"),
                (&of_old("session-cookie-name"), "a"),
            ],
            Severity::Warning,
            "ingress.kubernetes.io/affinity is a key of an early ingress-nginx: this controller \
             does not read it; run 'stickler migrate --annotations-prefix ingress.kubernetes.io'",
        );
        assert_reported(
            &[
                (&of_old("sticky-name"), "route"),
                (&of_old("sticky-enabled"), "true"),
            ],
            Severity::Warning,
            "ingress.kubernetes.io/sticky-name is a key of an early ingress-nginx: this \
             controller does not read it; write nginx.org/sticky-cookie-services",
        );
        assert!(reported(&[(&of_old("rewrite-target"), "/")], "nginx").is_empty());
    }

    /// Only this controller reads the type of a mergeable Ingress.
    #[test]
    fn a_mergeable_type_shows_whose_an_ingress_is() {
        let minion = subject(&[(MERGEABLE, "minion"), ("affinity", "cookie")]);
        let rules = |policy: &Policy| -> Vec<Rule> {
            let found = crate::lint::check(&minion, policy);
            found.iter().map(|it| it.rule).collect()
        };
        assert_eq!(rules(&Policy::default()), [Rule::ForeignAnnotation]);
        let other = Policy {
            ingress_classes: Some(vec!["other".to_owned()]),
            ..Policy::default()
        };
        assert!(rules(&other).is_empty());
    }

    #[test]
    fn very_many_paths_are_for_the_command_line() {
        let mut subject = subject(&[("affinity", "cookie")]);
        let rule = subject.rules[0].clone();
        let policy = Policy {
            ingress_classes: Some(vec!["nginx".to_owned()]),
            ..Policy::default()
        };
        for (rules, runs) in [(MOST_PATHS, false), (MOST_PATHS + 1, true)] {
            subject.rules = (0..rules)
                .map(|number| HostRule {
                    host: Some(format!("h{number}.example.com").into()),
                    ..rule.clone()
                })
                .collect();
            let diagnostics = crate::lint::check(&subject, &policy);
            let help = diagnostics[0].help.as_deref();
            assert_eq!(help == Some(RUN), runs, "{rules}");
        }
    }

    #[test]
    fn nothing_of_other_classes_and_keys() {
        assert!(reported(&[("affinity", "cookie")], "other").is_empty());
        assert!(reported(&[("rewrite-target", "/")], "nginx").is_empty());
    }

    #[test]
    fn one_line_is_short_enough_for_the_api_server() {
        for length in 1..250 {
            let name = "n".repeat(length);
            let object = "o".repeat(length.min(120));
            for keys in [
                [("affinity", "cookie"), ("session-cookie-name", &*name)],
                [("affinity", "cookie"), ("session-cookie-expires", "1h30")],
            ] {
                let subject = Subject {
                    name: Some(object.as_str().into()),
                    ..subject(&keys)
                };
                let policy = Policy {
                    ingress_classes: Some(vec!["nginx".to_owned()]),
                    ..Policy::default()
                };
                let [found] = &crate::lint::check(&subject, &policy)[..] else {
                    panic!()
                };
                let help = found.help.as_deref().unwrap();
                let line = format!("foreign-annotation {object}: {}; {help}", found.message);
                assert!(line.chars().count() <= LONGEST, "{line}");
                assert!(line.ends_with(RUN) || help.starts_with("write "), "{line}");
            }
        }
    }
}
