//! Whatever is sent: who can be answered is, by the uid that was sent, and
//! what kube's own types read in a review is what we read in it.

use k8s_openapi::api::networking::v1::Ingress as Typed;
use kube::core::DynamicObject;
use kube::core::admission::{AdmissionRequest, AdmissionReview};
use serde_json::Value;
use stickler::admission::{Answer, Refusal, RequestPolicy, Verdict, answer, closed, refuse};
use stickler::ingress::Ingress;
use stickler::lint::meter;
use stickler::lint::read::keys::is_relevant;

/// Units of work that a review may take whatever its length, and for each byte.
const MOST_WORK: (u64, u64) = (4_000, 64);

/// Panics where something does not hold.
pub(crate) fn assert_sound(body: &[u8]) {
    let (answered, work) = meter::count(|| answer(body, &RequestPolicy::default()));
    let (always, a_byte) = MOST_WORK;
    let most = always + a_byte * body.len() as u64;
    assert!(
        work <= most,
        "{work} units of work for {} bytes",
        body.len()
    );
    let refused = refuse(body, Refusal::Late);
    assert_eq!(answered.is_ok(), refused.is_ok(), "both answer, or none");
    for answer in answered.iter().chain(&refused) {
        is_an_answer(answer);
    }
    // What a caller leaves behind who hangs up.
    let _ = refuse(&closed(&body[..body.len() / 2]), Refusal::HungUp);
    let kubes = serde_json::from_slice::<AdmissionReview<DynamicObject>>(body);
    let Ok(AdmissionReview {
        types,
        request: Some(request),
        ..
    }) = kubes
    else {
        return;
    };
    let known = matches!(
        types.api_version.as_str(),
        "admission.k8s.io/v1" | "admission.k8s.io/v1beta1"
    );
    if known && types.kind == "AdmissionReview" && !request.uid.is_empty() {
        let answer = answered.expect("kube can read it");
        assert_eq!(answer.facts.uid, request.uid);
        is_read_as_by_kube(&answer, &request);
    }
}

/// An AdmissionReview with the uid that was sent, a verdict and no patch.
fn is_an_answer(answer: &Answer<'_>) {
    let review: Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(review["kind"], "AdmissionReview");
    let response = &review["response"];
    assert_eq!(response["uid"], &*answer.facts.uid);
    let denied = matches!(answer.facts.verdict, Verdict::Deny | Verdict::Fail);
    assert_eq!(response["allowed"], !denied);
    assert!(response["patch"].is_null() && review["request"].is_null());
    let warnings = response["warnings"].as_array();
    assert!(
        warnings.is_none_or(|it| !it.is_empty()),
        "warnings are some or left out"
    );
    assert!(answer.body.len() < 512 << 10, "an answer stays small");
}

fn is_read_as_by_kube(answer: &Answer<'_>, request: &AdmissionRequest<DynamicObject>) {
    let facts = &answer.facts;
    if facts.verdict == Verdict::Deny
        && facts.rules.iter().any(|it| it.id() == "unreadable-ingress")
    {
        return;
    }
    assert_eq!(facts.dry_run, request.dry_run);
    let name = Some(&*request.name).filter(|name| !name.is_empty());
    assert_eq!(facts.name.as_deref(), name);
    let namespace = request.namespace.as_deref().filter(|it| !it.is_empty());
    assert_eq!(facts.namespace.as_deref(), namespace);
    let user = request.user_info.username.as_deref();
    assert_eq!(facts.user.as_deref(), user);
    for object in request.object.iter().chain(&request.old_object) {
        is_seen_as_by_kube(object);
    }
}

/// The borrowed view holds what kube's types hold.
fn is_seen_as_by_kube(object: &DynamicObject) {
    let json = serde_json::to_string(object).expect("what was read can be written");
    let Ok(typed) = serde_json::from_str::<Typed>(&json) else {
        return;
    };
    let ours = Ingress::from_json(&json).expect("what kube reads, we read");
    let annotations = typed.metadata.annotations.unwrap_or_default();
    let mut theirs: Vec<_> = annotations
        .iter()
        .filter(|(key, _)| is_relevant(key))
        .collect();
    theirs.sort();
    let subject = &ours.subject;
    let mut seen: Vec<_> = subject
        .annotations
        .iter()
        .map(|it| (&*it.key, &*it.value))
        .collect();
    seen.sort_unstable();
    assert!(
        seen.iter()
            .copied()
            .eq(theirs.iter().map(|(key, value)| (&***key, &***value)))
    );
    let Some(spec) = typed.spec else { return };
    let rules = spec.rules.unwrap_or_default();
    assert_eq!(subject.rules.len(), rules.len());
    for (ours, theirs) in subject.rules.iter().zip(rules) {
        assert_eq!(ours.host.as_deref(), theirs.host.as_deref());
        let paths = theirs.http.map(|http| http.paths).unwrap_or_default();
        let seen = ours.paths.iter().flatten();
        assert!(
            seen.map(|it| it.path.as_deref())
                .eq(paths.iter().map(|it| it.path.as_deref()))
        );
    }
}
