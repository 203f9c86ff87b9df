//! What a user sees of a mistake: one of each consequence, several at once,
//! and every way in.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cluster::cluster;
use crate::leash::poll;
use crate::place::Place;

#[tokio::test]
async fn each_consequence_is_named() {
    let (place, _webhook) = Place::guarded("mistakes").await;
    for consequence in [
        "rejects-ingress",
        "breaks-reload",
        "unsafe",
        "no-effect",
        "never-sticks",
    ] {
        let line = format!("kubectl create -f {consequence}.yaml");
        place.session(consequence, &[&line]);
        place.shell(&format!("! {line}"));
    }
}

#[tokio::test]
async fn all_problems_are_said_at_once() {
    let (place, _webhook) = Place::guarded("several").await;
    place.session("two-problems", &["kubectl create -f two-problems.yaml"]);
    place.session("many-problems", &["kubectl create -f many-problems.yaml"]);
}

#[tokio::test]
async fn what_does_no_harm_is_a_warning() {
    let (place, _webhook) = Place::guarded("warnings").await;
    place.session(
        "warnings",
        &[
            "kubectl apply -f warnings.yaml",
            "kubectl create -f misspelt-key.yaml",
            "kubectl create -f retired-controller.yaml",
            "kubectl apply -f warnings.yaml --dry-run=server",
        ],
    );
}

#[tokio::test]
async fn there_is_no_way_around() {
    let (place, _webhook) = Place::guarded("ways").await;
    place.session(
        "ways",
        &[
            "kubectl create -f breaks-reload.yaml",
            "kubectl apply -f breaks-reload.yaml",
            "kubectl apply -f breaks-reload.yaml --server-side",
            "kubectl apply -f breaks-reload.yaml --dry-run=server",
            "kubectl replace --force -f breaks-reload.yaml",
            "sed 's/ name: cafe/ generateName: cafe-/' breaks-reload.yaml | kubectl create -f - 2>&1 | sed 's/cafe-[a-z0-9]*:/cafe-xxxxx:/'",
            "kubectl get ingress",
        ],
    );
}

#[tokio::test]
async fn the_audit_log_names_the_rules() {
    let (place, _webhook) = Place::guarded("audit").await;
    place.shell("! kubectl create -f breaks-reload.yaml");
    let violations = match &cluster().control_plane {
        Some(ours) => audited(&ours.audit_log),
        None => answered(&place),
    };
    assert_eq!(violations, "unknown-parameter");
}

/// What the audit log says of the attempt to create.
fn audited(log: &Path) -> Value {
    let event = poll(|| {
        let log = fs::read_to_string(log).ok()?;
        let mut events = log.lines().map(str::to_owned);
        events.find(|event| event.contains("/stickler-test-audit/") && event.contains("kubectl"))
    });
    let event: Value = serde_json::from_str(&event.expect("an event")).unwrap();
    event["annotations"]["stickler.stickler.svc/violations"].clone()
}

/// What the installed webhook hands to the audit log, which is out of reach.
fn answered(place: &Place) -> Value {
    let answer = place.shell(
        "sed s/expires=1h/expire=1h/g ../../corpus/reviews/create-apply.json | kubectl create -f - \
         --raw /api/v1/namespaces/stickler/services/https:stickler:443/proxy/validate",
    );
    let answer: Value = serde_json::from_str(&answer).unwrap();
    answer["response"]["auditAnnotations"]["violations"].clone()
}
