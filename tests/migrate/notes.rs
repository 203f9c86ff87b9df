//! Every note, with the smallest Ingress that brings it: without any one of its
//! keys the note is not there.

use std::fmt::Write as _;

use stickler::lint::migrate::{Migration, NoteId, Options, Outcome, migrate};
use stickler::lint::policy::Policy;
use stickler::lint::read::keys::COMMUNITY;
use stickler::lint::subject::{Annotation, Subject};

#[path = "notes/cases.rs"]
mod cases;

use cases::{CASES, NEARLY, ROOT, outcome, rules};

/// Those that no Ingress as the API server has it brings: tests/manifests.
const OF_FILES: [NoteId; 1] = [NoteId::Placeholder];

fn has(migration: &Migration, id: &str) -> bool {
    migration.notes.iter().any(|note| note.id.as_str() == id)
}

#[test]
fn each_note_has_its_smallest_ingress() {
    let mut table = String::new();
    for case in CASES {
        let id = case.id;
        let migration = outcome(case, None);
        assert!(has(&migration, id), "{id}: {migration:#?}");
        for number in 0..case.keys.len() {
            let less = outcome(case, Some(number));
            assert!(!has(&less, id), "{id} without {:?}", case.keys[number]);
        }
        let of_id = migration.notes.iter().filter(|it| it.id.as_str() == id);
        for note in of_id {
            if note.outcome > Outcome::Exact {
                assert!(migration.outcome >= note.outcome, "{id}");
            }
            let key = note.key.as_deref().unwrap_or("-");
            let outcome = note.outcome.as_str();
            writeln!(table, "{id} ({outcome}, {key}): {}", note.message).unwrap();
        }
    }
    insta::assert_snapshot!(table);
    let all = NoteId::ALL.iter().filter(|id| !OF_FILES.contains(id));
    let all: Vec<_> = all.map(|id| id.as_str()).collect();
    let tested: Vec<_> = CASES.iter().map(|case| case.id).collect();
    assert_eq!(tested, all, "every note, in the order of the catalogue");
}

#[test]
fn what_nearly_brings_a_note_does_not() {
    for case in NEARLY {
        let migration = outcome(case, None);
        let rules = case.rules;
        assert!(!has(&migration, case.id), "{rules:?}: {migration:#?}");
        assert!(CASES.iter().any(|it| it.id == case.id), "{}", case.id);
    }
}

#[test]
fn a_note_is_one_sentence_with_what_was_written_in_short() {
    let long = "x".repeat(3000);
    for key in [
        "affinity",
        "affinity-mode",
        "session-cookie-name",
        "session-cookie-expires",
        "session-cookie-max-age",
        "session-cookie-path",
        "session-cookie-domain",
        "session-cookie-samesite",
        "session-cookie-secure",
        "server-alias",
    ] {
        let value = |value: String| Annotation {
            key: format!("{COMMUNITY}{key}").into(),
            value: value.into(),
        };
        for written in [
            long.clone(),
            format!("/{long}"),
            format!("{long}\n\u{202e}\u{7}5"),
            format!("{long}.com"),
            format!("{long}5"),
        ] {
            let affinity = Annotation {
                key: format!("{COMMUNITY}affinity").into(),
                value: "cookie".into(),
            };
            let subject = Subject {
                annotations: vec![affinity, value(written)],
                rules: rules(ROOT),
                ..Subject::default()
            };
            let migration = migrate(&subject, &Policy::default(), &Options::default()).unwrap();
            for note in &migration.notes {
                let message = &note.message;
                assert!(message.chars().count() < 300, "{message}");
                assert!(!message.contains(char::is_control), "{message:?}");
                assert!(!message.contains('\u{202e}'), "{message:?}");
                assert!(!message.ends_with('.'), "{message}");
            }
        }
    }
}
