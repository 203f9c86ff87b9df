//! What a user sees of a mistake: one of each consequence, several at once,
//! and every way in.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::child_guard::poll;
use crate::cluster::cluster;
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

/// The status subresource takes annotations: a user whose only right it is
/// gets no further than any other, and a controller's addresses wait for nobody.
#[tokio::test]
async fn there_is_no_way_around_by_the_status() {
    let (place, webhook) = Place::guarded("status").await;
    place.shell("kubectl create -f good.yaml");
    place.shell(
        "kubectl create role status-writer --resource=ingresses/status --verb=get,patch,update && \
         kubectl create rolebinding status-writer --role=status-writer --user=status-writer",
    );
    let annotate = "kubectl --as=status-writer annotate ingress cafe team=coffee";
    place.shell(&format!("! {annotate}"));
    let status = "kubectl --as=status-writer patch ingress cafe --subresource=status";
    let address =
        "--type=merge -p '{\"status\":{\"loadBalancer\":{\"ingress\":[{\"ip\":\"192.0.2.1\"}]}}}'";
    let allowed = poll(|| {
        let line = format!("{status} {address}");
        (crate::session::output(&place.kubeconfig, &line).0 == 0).then_some(())
    });
    allowed.expect("the right to write the status");

    let before = webhook.answered(&place);
    place.shell(&format!(
        "{status} {}",
        address.replace("192.0.2.1", "192.0.2.2")
    ));
    assert_eq!(webhook.answered(&place), before, "an address was reviewed");
    place.session(
        "ways-status",
        &[
            "kubectl --as=status-writer patch ingress cafe --subresource=status --type=merge -p '{\"metadata\":{\"annotations\":{\"nginx.org/sticky-cookie-services\":\"serviceName=coffee-svc srv_id path=/{coffee}\"}}}'",
            "kubectl --as=status-writer patch ingress cafe --subresource=status --type=json -p '[{\"op\":\"replace\",\"path\":\"/metadata/annotations/nginx.com~1sticky-cookie-services\",\"value\":\"serviceName=coffee-svc srv_id expire=1h\"}]'",
            "kubectl --as=status-writer get ingress cafe --subresource=status -o json | sed s/expires=1h/expire=1h/ | kubectl --as=status-writer replace --subresource=status -f -",
            "kubectl get ingress cafe -o jsonpath='{.metadata.annotations}'",
        ],
    );
    assert_eq!(webhook.answered(&place), before + 3);
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
