//! `stickler policy vap`: what it refuses stickler refuses too, and how much
//! of the rest it catches.

use std::fs;

use futures_util::StreamExt as _;
use futures_util::stream;
use k8s_openapi::api::networking::v1::Ingress;
use kube::Error;
use kube::api::{Api, PostParams};
use serde_json::{Value, json};
use stickler::admission::{self, Terms};

use crate::place::Place;

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

/// Puts the backstop before one place; `NotIn` becomes `In` for that.
fn install(place: &Place) {
    let stickler = env!("CARGO_BIN_EXE_stickler");
    let namespace = &place.namespace;
    place.shell(&format!(
        "{stickler} policy vap --name {namespace} --exclude {namespace} | \
         sed 's/operator: NotIn/operator: In/' | kubectl apply -f -"
    ));
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
    let answer = admission::answer(review.as_bytes(), &Terms::default()).expect("an answer");
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
        "metadata": {"name": "cafe", "annotations": {"nginx.com/sticky-cookie-services": case["value"]}},
        "spec": {"rules": [{"host": "cafe.example.com", "http": {"paths": paths}}]},
    })
}

/// The whole object, free of what only its old cluster knew.
fn named(mut ingress: Value) -> Value {
    let metadata = &ingress["metadata"];
    ingress["metadata"] = json!({"name": "cafe", "annotations": metadata["annotations"]});
    ingress
}

#[tokio::test]
async fn it_refuses_nothing_that_stickler_admits() {
    let place = Place::open("backstop").await;
    install(&place);
    let ingresses: Api<Ingress> = Api::namespaced(place.client.clone(), &place.namespace);
    let bad = around(&json!({"value": "serviceName=tea-svc srv_id expire=1h"}));
    while say(&ingresses, &bad).await == Said::Taken {
        tokio::task::yield_now().await;
    }
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

/// Like the webhook, it lets old mistakes be and denies new ones.
#[tokio::test]
async fn it_looks_away_when_nothing_changes() {
    let place = Place::open("backstop-updates").await;
    place.shell("kubectl create -f breaks-reload.yaml");
    install(&place);
    let annotate = "kubectl annotate --overwrite --dry-run=server ingress cafe";
    let worse = format!(
        "{annotate} nginx.com/sticky-cookie-services='serviceName=coffee-svc srv_id expired=1h'"
    );
    let output = |line: &str| crate::session::output(&place.kubeconfig, line);
    let denied = crate::leash::poll(|| (output(&worse).0 != 0).then(|| output(&worse).1));
    let denied = denied.expect("a denial");
    assert!(denied.contains("[unknown-parameter]"), "{denied}");
    place.shell(&format!("{annotate} example.com/owner=coffee"));
    place.shell("kubectl label ingress cafe team=coffee");
    place.shell("kubectl delete ingress cafe");
}
