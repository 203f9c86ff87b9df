//! Whatever the policy file: it is in force or its faults say where it is
//! wrong, and one that is in force answers for any Ingress.

use stickler::admission::{RequestPolicy, answer};
use stickler::lint::Severity;
use stickler::policy::Policies;

const REVIEW: &[u8] = include_bytes!("../../tests/corpus/reviews/create-apply.json");

/// Panics where something does not hold.
pub(crate) fn assert_sound(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else {
        return;
    };
    let now = RequestPolicy::default().now;
    let parsed = Policies::parse("policy.yaml", text, now);
    let faults = match &parsed {
        Ok((_, faults)) | Err(faults) => faults,
    };
    assert_eq!(faults.refuse(), parsed.is_err());
    let lines = text.split(['\n', '\r']).count();
    for fault in &faults.list {
        assert!(fault.position.line <= lines, "{fault} of {text:?}");
        assert!(!fault.message.is_empty() && fault.severity > Severity::Note);
    }
    let Ok((policies, _)) = parsed else { return };
    let request_policy = RequestPolicy {
        policies: policies.into(),
        now,
    };
    let answered = answer(REVIEW, &request_policy).expect("an answer");
    assert_eq!(answered.facts.uid, "70ffd042-c100-411d-b0c8-227c26047c02");
}
