use super::*;
use crate::lint::read::keys::{ORG_KEY, PLUS_KEY};
use crate::lint::subject::Annotation;
use crate::lint::{FieldPath, Rule, Span};

const VALUE: &str = "serviceName=coffee-svc srv_id expire=1h path=/coffee;serviceName=tea-scv x";

fn subject() -> Subject<'static> {
    let annotation = |key: &'static str, value: &'static str| Annotation {
        key: key.into(),
        value: value.into(),
    };
    Subject {
        namespace: Some("default".into()),
        name: Some("cafe".into()),
        annotations: vec![annotation(PLUS_KEY, VALUE), annotation(ORG_KEY, "x")],
        ..Subject::default()
    }
}

fn unknown_parameter() -> Diagnostic {
    let place = Place::value(PLUS_KEY, Span::new(30, 36));
    Diagnostic::new(Rule::UnknownParameter, place, "unknown parameter 'expire'")
        .with_entry(1, "coffee-svc")
        .with_help("did you mean 'expires'?")
}

fn unknown_backend() -> Diagnostic {
    let place = Place::value(PLUS_KEY, Span::new(65, 72));
    Diagnostic::new(
        Rule::UnknownBackend,
        place,
        "'tea-scv' is no backend of this Ingress",
    )
    .with_entry(2, "tea-scv")
    .with_help("did you mean 'tea-svc'? (backends: coffee-svc, tea-svc)")
}

fn rejected() -> Diagnostic {
    let field = FieldPath::names(&["spec", "rules"]).index(0).name("host");
    Diagnostic::new(Rule::RejectedIngress, Place::field(field), "no host")
}

fn denial(problems: &[Diagnostic]) -> String {
    Named::new(&subject(), None).denial(problems)
}

#[test]
fn one_problem_is_one_line() {
    let empty = Place::value(ORG_KEY, Span::new(0, 1));
    let unreadable = Place::field(FieldPath::default());
    for (problem, text) in [
        (
            unknown_parameter(),
            "Ingress default/cafe: unknown parameter 'expire' in entry 1 (coffee-svc), columns 31-36 of \
             annotations.nginx.com/sticky-cookie-services: nginx refuses to reload; did you mean 'expires'? \
             [unknown-parameter]",
        ),
        (
            Diagnostic::new(Rule::MalformedEntry, empty, "no blank"),
            "Ingress default/cafe: no blank at column 1 of annotations.nginx.org/sticky-cookie-services: \
             the controller rejects the whole Ingress [malformed-entry]",
        ),
        (
            rejected(),
            "Ingress default/cafe: no host at spec.rules[0].host: the controller rejects the whole Ingress \
             [rejected-ingress]",
        ),
        (
            Diagnostic::new(Rule::UnreadableIngress, unreadable, "a\nb"),
            "Ingress default/cafe: a b [unreadable-ingress]",
        ),
    ] {
        assert_eq!(denial(&[problem]), text);
    }
}

#[test]
fn several_problems_are_a_complete_line_and_a_list() {
    assert_eq!(
        denial(&[unknown_parameter(), unknown_backend()]),
        "Ingress default/cafe: 2 problems in annotations.nginx.com/sticky-cookie-services; \
         nginx refuses to reload (unknown parameter 'expire', entry 1)\
         \n  1. unknown-parameter: entry 1 (coffee-svc), columns 31-36: unknown parameter 'expire'; \
         did you mean 'expires'? (nginx refuses to reload)\
         \n  2. unknown-backend: entry 2 (tea-scv), columns 66-72: no backend of this Ingress; \
         did you mean 'tea-svc'? (backends: coffee-svc, tea-svc) (it has no effect)"
    );
}

#[test]
fn problems_of_several_fields_name_theirs() {
    assert_eq!(
        denial(&[unknown_parameter(), rejected()]),
        "Ingress default/cafe: 2 problems; the controller rejects the whole Ingress (no host)\
         \n  1. rejected-ingress: spec.rules[0].host: no host (the controller rejects the whole Ingress)\
         \n  2. unknown-parameter: entry 1 (coffee-svc), columns 31-36 of \
         annotations.nginx.com/sticky-cookie-services: unknown parameter 'expire'; did you mean 'expires'? \
         (nginx refuses to reload)"
    );
}

#[test]
fn a_denial_lists_ten_problems() {
    let problems = vec![rejected(); 17];
    let text = denial(&problems);
    assert!(text.contains("17 problems in spec.rules[0].host; the controller rejects the whole Ingress (no host)\n  1. "));
    assert!(
        text.ends_with("\n  10. rejected-ingress: no host (the controller rejects the whole Ingress)\n  … and 7 more; run 'stickler check'"),
        "{text}"
    );
    assert!(!denial(&problems[..10]).contains("more;"));
}

#[test]
fn a_denial_is_at_most_three_kibibytes() {
    let mut long = rejected();
    long.message = "é".repeat(400);
    let text = denial(&vec![long.clone(); 10]);
    assert!(text.len() <= LONGEST_DENIAL, "{}", text.len());
    assert!(text.ends_with("; run 'stickler check'"), "{text}");
    long.message = "é".repeat(4000);
    assert!(denial(&[long.clone()]).len() <= LONGEST_DENIAL);
    assert!(denial(&vec![long; 2]).len() <= LONGEST_DENIAL);
}

#[test]
fn objects_are_named_by_what_they_have() {
    let named = |namespace: Option<&'static str>, name: Option<&'static str>, start| {
        let subject = Subject {
            namespace: namespace.map(Into::into),
            name: name.map(Into::into),
            ..Subject::default()
        };
        Named::new(&subject, start).name.clone()
    };
    for (namespace, name, start, text) in [
        (Some("default"), Some("cafe"), None, "default/cafe"),
        (
            Some("default"),
            Some("cafe-x"),
            Some("cafe-"),
            "default/cafe-x",
        ),
        (Some("default"), None, Some("cafe-"), "default/cafe-*"),
        (None, Some("cafe"), None, "cafe"),
        (None, None, None, "(unnamed)"),
        (Some("a\nb"), Some("\u{202e}"), None, "a\\nb/\\u{202e}"),
    ] {
        assert_eq!(named(namespace, name, start), text);
    }
}

#[test]
fn a_warning_is_one_short_line() {
    let mut hostile = unknown_parameter();
    hostile.entry = Some(EntryName {
        number: 2,
        service: "a\u{7}b".to_owned(),
    });
    hostile.help = Some("x\ny".to_owned());
    let warnings =
        Named::new(&subject(), None).warnings(&[unknown_parameter(), hostile, rejected()]);
    assert_eq!(
        warnings,
        [
            "unknown-parameter default/cafe entry 1 (coffee-svc): unknown parameter 'expire' (nginx refuses to reload); did you mean 'expires'?",
            r"unknown-parameter default/cafe entry 2 (a\u{7}b): unknown parameter 'expire' (nginx refuses to reload); x y",
            "rejected-ingress default/cafe: no host (the controller rejects the whole Ingress)",
        ]
    );
}

#[test]
fn warnings_stay_within_what_the_api_server_shows() {
    let mut long = unknown_parameter();
    long.message = "é".repeat(400);
    let many = vec![long; 40];
    let warnings = Named::new(&subject(), None).warnings(&many);
    let lengths: Vec<_> = warnings
        .iter()
        .map(|warning| warning.chars().count())
        .collect();
    assert!(
        lengths.iter().all(|&length| length <= LONGEST_WARNING),
        "{lengths:?}"
    );
    assert!(
        lengths.iter().sum::<usize>() <= LONGEST_WARNINGS,
        "{lengths:?}"
    );
    assert_eq!(
        warnings.last().unwrap(),
        "… and 25 more for default/cafe; run 'stickler check'"
    );
    assert_eq!(warnings.len(), 16);
}
