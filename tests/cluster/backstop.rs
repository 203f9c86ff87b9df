//! deploy/backstop.yaml: what it refuses stickler refuses too, how much of the
//! rest it catches, and that no way leads around it but size.

use std::fs;

use futures_util::StreamExt as _;
use futures_util::stream;
use k8s_openapi::api::networking::v1::Ingress;
use kube::Error;
use kube::api::{Api, PostParams};
use serde_json::{Value, json};
use stickler::admission::{self, RequestPolicy};

use crate::place::Place;

mod cost;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// What the API server made of an Ingress, asked in rehearsal.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Taken,
    /// By the backstop, with its message.
    Refused(String),
    /// By the API server itself: no Ingress of this kind can exist.
    Impossible,
}

/// Puts the backstop before one place; `NotIn` becomes `In` for that. Returns
/// when the API server evaluates it.
async fn install(place: &Place) {
    let namespace = &place.namespace;
    place.shell(&format!(
        "sed -e 's/stickler-backstop/{namespace}/' -e 's/operator: NotIn/operator: In/' \
         -e 's/\\[kube-system\\]/[{namespace}]/' ../../../deploy/backstop.yaml | kubectl apply -f -"
    ));
    let ingresses = ingresses(place);
    let bad = around(&json!({"value": "serviceName=tea-svc srv_id expire=1h"}));
    for _ in 0..2_400 {
        if say(&ingresses, &bad).await != Said::Taken {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("the backstop goes on admitting a bad Ingress");
}

fn ingresses(place: &Place) -> Api<Ingress> {
    Api::namespaced(place.client.clone(), &place.namespace)
}

async fn say(ingresses: &Api<Ingress>, object: &Value) -> Said {
    let Ok(ingress) = serde_json::from_value::<Ingress>(object.clone()) else {
        return Said::Impossible;
    };
    let rehearsal = PostParams {
        dry_run: true,
        ..PostParams::default()
    };
    match ingresses.create(&rehearsal, &ingress).await {
        Ok(_) => Said::Taken,
        Err(Error::Api(status)) if status.message.contains("ValidatingAdmissionPolicy") => {
            Said::Refused(status.message)
        }
        Err(Error::Api(status)) if status.code == 422 || status.code == 400 => Said::Impossible,
        Err(error) => panic!("{error}: {object}"),
    }
}

/// Whether stickler admits an Ingress, asked as the API server asks.
fn admits(object: &Value) -> bool {
    let review = json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "1",
            "kind": {"group": "networking.k8s.io", "version": "v1", "kind": "Ingress"},
            "resource": {"group": "networking.k8s.io", "version": "v1", "resource": "ingresses"},
            "operation": "CREATE",
            "object": object,
        },
    });
    let review = review.to_string();
    let answer =
        admission::answer(review.as_bytes(), &RequestPolicy::default()).expect("an answer");
    let answer: Value = serde_json::from_slice(&answer.body).expect("JSON");
    answer["response"]["allowed"].as_bool().expect("a verdict")
}

/// The corpora as Ingresses: every sixth value that nginx was asked about, all
/// that were found in the wild, and all whole objects.
fn sample() -> Vec<Value> {
    let lines = |name: &str| -> Vec<Value> {
        let text = fs::read_to_string(format!("{HERE}/tests/corpus/{name}")).expect("a corpus");
        let lines = text
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"));
        lines.collect()
    };
    let values = lines("nginx.jsonl").into_iter().step_by(6);
    let wild = lines("real-world.jsonl").into_iter();
    let whole = lines("context.jsonl").into_iter();
    let whole = whole.map(|case| named(case["ingress"].clone()));
    values
        .chain(wild)
        .map(|case| around(&case))
        .chain(whole)
        .collect()
}

/// An Ingress with the case's value and with its services for backends.
fn around(case: &Value) -> Value {
    let named = case["backends"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str);
    let entries = case["nic_services"]
        .as_object()
        .into_iter()
        .flat_map(|services| services.keys());
    let mut services: Vec<_> = named.chain(entries.map(String::as_str)).collect();
    let fit =
        |name: &&str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    services.retain(fit);
    services.push("tea-svc");
    services.sort_unstable();
    services.dedup();
    let paths: Vec<_> = services
        .iter()
        .map(|name| {
            json!({
                "path": format!("/{name}"), "pathType": "Prefix",
                "backend": {"service": {"name": name, "port": {"number": 80}}},
            })
        })
        .collect();
    json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": {"name": "sample", "annotations": {"nginx.com/sticky-cookie-services": case["value"]}},
        "spec": {"rules": [{"host": "cafe.example.com", "http": {"paths": paths}}]},
    })
}

/// The whole object, free of what only its old cluster knew.
fn named(mut ingress: Value) -> Value {
    let metadata = &ingress["metadata"];
    ingress["metadata"] = json!({"name": "sample", "annotations": metadata["annotations"]});
    ingress
}

#[tokio::test]
async fn it_refuses_nothing_that_stickler_admits() {
    let place = Place::open("backstop").await;
    install(&place).await;
    let ingresses = ingresses(&place);
    let said = stream::iter(sample())
        .map(|object| {
            let ingresses = ingresses.clone();
            async move { (say(&ingresses, &object).await, object) }
        })
        .buffered(8);
    let said: Vec<_> = said
        .filter(|(said, _)| std::future::ready(*said != Said::Impossible))
        .collect()
        .await;
    let (mut admitted, mut refused, mut caught) = (0, 0, 0);
    for (said, object) in &said {
        if admits(object) {
            admitted += 1;
            assert_eq!(*said, Said::Taken, "{object}");
        } else {
            refused += 1;
            caught += usize::from(*said != Said::Taken);
        }
    }
    assert!(admitted > 100, "a sample of {admitted} says little");
    println!("{caught} of {refused}, and none of {admitted} that stickler admits");
    let operations = fs::read_to_string(format!("{HERE}/docs/operations.md")).expect("a page");
    let quoted = format!("**{caught} of {refused}** Ingresses");
    assert!(
        operations.contains(&quoted),
        "docs/operations.md lacks: {quoted}"
    );
}

const ANNOTATE: &str = "kubectl annotate --overwrite --dry-run=server ingress cafe";

/// What the backstop says of a line that it must refuse.
fn refused(place: &Place, line: &str, rule: &str) {
    let (code, said) = crate::session::output(&place.kubeconfig, line);
    assert_ne!(code, 0, "taken: {line}: {said}");
    assert!(said.contains("ValidatingAdmissionPolicy"), "{line}: {said}");
    assert!(said.contains(&format!("[{rule}]")), "{line}: {said}");
}

fn patch(patch: &str) -> String {
    format!("kubectl patch ingress cafe --dry-run=server --type=merge -p '{patch}'")
}

/// Like the webhook, it admits old mistakes and refuses new ones.
#[tokio::test]
async fn it_admits_what_was_there_before() {
    let place = Place::open("backstop-updates").await;
    place.shell("kubectl create -f breaks-reload.yaml");
    install(&place).await;
    let key = "nginx.com/sticky-cookie-services";
    let worse = format!("{ANNOTATE} {key}='serviceName=coffee-svc srv_id expired=1h'");
    refused(&place, &worse, "unknown-parameter");
    place.shell(&format!("{ANNOTATE} example.com/owner=coffee"));
    place.shell("kubectl label ingress cafe team=coffee");
    // As cert-manager's HTTP-01 solver does: a path is added.
    let path = r#"{"path":"/.well-known/acme-challenge/x","pathType":"Exact","backend":{"service":{"name":"solver","port":{"number":8089}}}}"#;
    place.shell(&format!(
        r#"kubectl patch ingress cafe --dry-run=server --type=json -p '[{{"op":"add","path":"/spec/rules/0/http/paths/-","value":{path}}}]'"#
    ));
    // What the value names goes away: a mistake that was not there.
    let lost = r#"{"spec":{"rules":[{"host":"cafe.example.com","http":{"paths":[PATH]}}]}}"#;
    refused(
        &place,
        &patch(&lost.replace("PATH", path)),
        "unknown-backend",
    );
    place.shell("kubectl delete ingress cafe");
}

/// A bad value comes into force by other changes than its own.
#[tokio::test]
async fn it_sees_what_comes_into_force() {
    let place = Place::open("backstop-force").await;
    place.shell("kubectl create -f good.yaml");
    let bad = "serviceName=coffee-svc srv_id expire=1h";
    place.shell(&format!(
        "kubectl annotate --overwrite ingress cafe nginx.com/sticky-cookie-services='{bad}' \
         nginx.org/sticky-cookie-services='serviceName=coffee-svc srv_id' \
         example.com/bad='{bad}'"
    ));
    install(&place).await;
    refused(
        &place,
        &format!("{ANNOTATE} nginx.org/sticky-cookie-services-"),
        "unknown-parameter",
    );
    // The value that does not count may be anything.
    place.shell(&format!(
        "{ANNOTATE} nginx.com/sticky-cookie-services='{bad} more=1'"
    ));
    // From here on the bad value is in force and old.
    place.shell(&format!(
        "kubectl delete validatingadmissionpolicybinding {}",
        place.namespace
    ));
    let without = "kubectl annotate ingress cafe nginx.org/sticky-cookie-services-";
    let taken = crate::child_guard::poll(|| {
        let (code, _) = crate::session::output(&place.kubeconfig, without);
        (code == 0).then_some(())
    });
    taken.expect("an API server that forgets the backstop");
    install(&place).await;
    place.shell(&format!("{ANNOTATE} example.com/owner=coffee"));
    for line in [
        format!("{ANNOTATE} nginx.org/sticky-cookie-services='{bad}'"),
        format!("{ANNOTATE} kubernetes.io/ingress.class=other"),
        format!("{ANNOTATE} nginx.org/mergeable-ingress-type=minion"),
        patch(r#"{"spec":{"ingressClassName":"other"}}"#),
        patch(r#"{"spec":{"ingressClassName":null}}"#),
    ] {
        refused(&place, &line, "unknown-parameter");
    }
    place.shell("kubectl delete ingress cafe");
}

/// The status is written with annotations; kube-apiserver keeps only the spec.
#[tokio::test]
async fn it_sees_annotations_beside_the_status() {
    let place = Place::open("backstop-status").await;
    place.shell("kubectl create -f good.yaml");
    install(&place).await;
    let status = "kubectl patch ingress cafe --subresource=status --type=merge --dry-run=server -p";
    let bad = r#"{"metadata":{"annotations":{"nginx.org/sticky-cookie-services":"serviceName=coffee-svc srv_id path=/{coffee}"}}}"#;
    refused(&place, &format!("{status} '{bad}'"), "forbidden-character");
    let address = r#"{"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}}"#;
    place.shell(&format!("{status} '{address}'"));
    place.shell("kubectl delete ingress cafe");
}

/// What is too large to be evaluated cheaply is admitted, to the byte.
#[tokio::test]
async fn it_leaves_what_is_large_to_the_webhook() {
    let place = Place::open("backstop-size").await;
    install(&place).await;
    let ingresses = ingresses(&place);
    let head = "serviceName=tea-svc srv_id";
    let value = |size: usize| format!("{head}{}", ";".repeat(size - head.len()));
    for (size, rules, paths, refused) in [
        (1_024, 1, 1, true),
        (1_025, 1, 1, false),
        (40, 64, 4, true),
        (40, 65, 1, false),
        (40, 1, 256, true),
        (40, 1, 257, false),
        (20_000, 1, 1, false),
        (200_000, 1, 1, false),
        (1_024, 64, 100, false),
    ] {
        let mut object = around(&json!({"value": value(size)}));
        let mut rule = object["spec"]["rules"][0].clone();
        let path = rule["http"]["paths"][0].clone();
        rule["http"]["paths"] = vec![path; paths].into();
        object["spec"]["rules"] = vec![rule; rules].into();
        let said = say(&ingresses, &object).await;
        let said = matches!(said, Said::Refused(_));
        assert_eq!(said, refused, "{size} bytes, {rules} rules, {paths} paths");
    }
}
