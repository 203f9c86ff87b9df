//! Each value that a migration gives is accepted by every reader: the
//! controller's four, nginx, the browser, and the operator's policy.

use stickler::ingress::Ingress;
use stickler::lint::migrate::{Migration, Options, migrate};
use stickler::lint::policy::{Controller, Policy, TlsTermination};
use stickler::lint::read::controller::read;
use stickler::lint::read::keys::{COMMUNITY, ORG_KEY, PATH_REGEX, PLUS_KEY};
use stickler::lint::release::value::Reader;
use stickler::lint::release::{Fact, Release};
use stickler::lint::subject::{Annotation, PathType, Subject};
use stickler::lint::{self, Diagnostic, Severity};

use crate::corpus::cases;

const READERS: [Reader; 4] = [
    Reader::Lenient,
    Reader::Whole,
    Reader::Quoted,
    Reader::Strict,
];

/// The subject with the value in place of the old keys, and what the notes ask
/// for where its paths are regular expressions.
pub(crate) fn after<'s>(
    subject: &Subject<'s>,
    migration: &Migration,
    key: &'static str,
) -> Subject<'s> {
    let mut after = subject.clone();
    after
        .annotations
        .retain(|it| !it.key.starts_with(COMMUNITY));
    let regex = |id: &str| migration.notes.iter().any(|it| it.id.as_str() == id);
    if regex("regex-routing") && subject.annotation(PATH_REGEX).is_none() {
        after.annotations.push(Annotation {
            key: PATH_REGEX.into(),
            value: "case_insensitive".into(),
        });
        let paths = after.rules.iter_mut().flat_map(|rule| &mut rule.paths);
        for path in paths.flatten() {
            if path.path_type == PathType::Exact {
                path.path_type = PathType::Prefix;
            }
        }
    }
    after.annotations.push(Annotation {
        key: key.into(),
        value: migration.value.clone().unwrap().into(),
    });
    after
}

/// The errors of a value, where one release reads it.
pub(crate) fn errors(subject: &Subject<'_>, release: Release) -> Vec<Diagnostic> {
    let policy = Policy {
        controller: Controller {
            version: Some(release),
            ..Controller::default()
        },
        tls: TlsTermination::Upstream,
        ..Policy::default()
    };
    let mut found = lint::check_without_fixes(subject, &policy);
    found.retain(|it| it.severity == Severity::Error && it.place.span.is_some());
    found
}

#[test]
fn every_value_of_the_cases_is_accepted_by_every_reader() {
    let mut values = 0;
    for case in cases() {
        let ingress = Ingress::from_json(&case.ingresses[0].1).unwrap();
        for intent in [false, true] {
            let options = Options {
                intent,
                ..Options::default()
            };
            let migration = migrate(&ingress.subject, &Policy::default(), &options).unwrap();
            let Some(value) = &migration.value else {
                continue;
            };
            values += 1;
            for reader in READERS {
                let entries = read(value, reader);
                assert!(entries.accepted(), "line {}: {reader:?} {value}", case.line);
            }
            let regex = migration
                .notes
                .iter()
                .any(|it| it.id.as_str() == "regex-routing");
            let reads = |release: &Release| !regex || Fact::PathRegex.holds(*release);
            for release in Release::all().filter(reads) {
                // A release that does not read this key reads the other one.
                for key in [PLUS_KEY, ORG_KEY] {
                    let after = after(&ingress.subject, &migration, key);
                    let mut errors = errors(&after, release);
                    // That 5.6.0 serves no path of type Exact is no matter of the value.
                    errors.retain(|it| {
                        !matches!(it.rule, lint::Rule::KeyTooNew | lint::Rule::DroppedBackend)
                    });
                    let line = case.line;
                    assert!(
                        errors.is_empty(),
                        "line {line}: {release} {value} {errors:#?}"
                    );
                }
            }
        }
    }
    assert!(values > 3000, "{values}");
}
