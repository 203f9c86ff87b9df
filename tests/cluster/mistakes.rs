//! What a user sees of a mistake: one of each consequence, several at once,
//! and every way in.

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
            "kubectl create -f warnings.yaml",
            "kubectl create -f misspelt-key.yaml",
            "kubectl create -f retired-controller.yaml",
            "kubectl create -f warnings.yaml --dry-run=server --warnings-as-errors",
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
            "sed s/name:.cafe/generateName:.cafe-/ breaks-reload.yaml | kubectl create -f -",
            "kubectl get ingress",
        ],
    );
}

#[tokio::test]
async fn the_audit_log_names_the_rules() {
    let Some(plane) = &cluster().control_plane else {
        // Only our own control plane shows us its audit log; the annotations
        // themselves are in the answer, which other tests compare.
        return;
    };
    let (place, _webhook) = Place::guarded("audit").await;
    place.shell("! kubectl create -f breaks-reload.yaml");
    let event = poll(|| {
        let log = std::fs::read_to_string(&plane.audit_log).ok()?;
        let mut events = log.lines().map(str::to_owned);
        events.find(|event| event.contains("stickler-test-audit") && event.contains("kubectl"))
    });
    let event: serde_json::Value = serde_json::from_str(&event.expect("an event")).unwrap();
    let violations = &event["annotations"]["stickler.stickler.svc/violations"];
    assert_eq!(violations, "unknown-parameter", "{event}");
}
