use super::*;

#[test]
fn facts_tell_what_was_asked() {
    let body = review(json!({"operation": "UPDATE", "dryRun": true})).to_string();
    let Facts {
        uid,
        namespace,
        name,
        operation,
        user,
        dry_run,
        ..
    } = answer(body.as_bytes(), &RequestPolicy::default())
        .unwrap()
        .facts;
    let texts = [
        &uid,
        namespace.as_ref().unwrap(),
        name.as_ref().unwrap(),
        user.as_ref().unwrap(),
    ];
    assert_eq!(texts, ["u-1", "default", "cafe", "admin"]);
    assert!(texts.iter().all(|text| matches!(text, Cow::Borrowed(_))));
    assert_eq!((operation, dry_run), (Operation::Update, true));
}

#[test]
fn logs_and_metrics_have_a_word_for_everything() {
    use Operation::{Connect, Create, Delete, Unknown, Update};
    let operations = [Create, Update, Delete, Connect, Unknown].map(Operation::as_str);
    assert_eq!(
        operations,
        ["create", "update", "delete", "connect", "unknown"]
    );
    let verdicts = [Verdict::Allow, Verdict::Warn, Verdict::Deny, Verdict::Fail];
    assert_eq!(
        verdicts.map(Verdict::as_str),
        ["allow", "warn", "deny", "fail"]
    );
    let refusals = [
        Refusal::Busy,
        Refusal::Late,
        Refusal::HungUp,
        Refusal::Panicked,
    ];
    assert_eq!(
        refusals.map(Refusal::as_str),
        ["busy", "late", "hung-up", "panicked"]
    );
}

#[test]
fn facts_tell_what_was_found_and_what_became_of_it() {
    let body = annotated("serviceName=tea-svc srv_id expire=1h path=/tea");
    for (policy, mode, verdict) in [
        ("mode: enforce", Mode::Enforce, Verdict::Deny),
        ("mode: warn", Mode::Warn, Verdict::Warn),
        ("mode: audit", Mode::Audit, Verdict::Allow),
    ] {
        let request_policy = RequestPolicy::default();
        let (policies, _) = Policies::parse("policy.yaml", policy, request_policy.now).unwrap();
        let policies = policies.into();
        let facts = answer(
            body.as_bytes(),
            &RequestPolicy {
                policies,
                ..request_policy
            },
        );
        let facts = facts.unwrap().facts;
        assert_eq!((facts.mode, facts.verdict), (mode, verdict));
        assert_eq!(facts.rules, [Rule::UnknownParameter]);
    }
}
