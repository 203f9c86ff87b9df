//! Replicas agree on one CA, and heal the `caBundle` of their configuration.

use stickler::certs::clock::ServerClock;
use stickler::certs::cluster::{Cluster, Places, Write};
use stickler::certs::plan::CaBundle;

use super::*;

#[tokio::test]
async fn replicas_that_start_at_once_agree_on_one_ca() {
    let place = Place::open("agree").await;
    let (replicas, _balancer) = replicas::<3>(&place, &[]).await;
    let ca = in_secret(&place, "ca.crt").await.unwrap();
    assert_eq!(bundle(&place).await, ca);
    let made = replicas.iter().flat_map(Replica::steps);
    assert_eq!(made.filter(|step| step == "create").count(), 1);
    assert_denies(&place).await;
    for replica in &replicas {
        let seen = fresh_call(&ca, &replica.url()).await;
        assert!(seen.is_ok(), "{seen:?}");
    }
}

#[tokio::test]
async fn a_replica_that_comes_later_takes_what_is_there() {
    let place = Place::open("later").await;
    let (first, _balancer) = replicas::<1>(&place, &[]).await;
    let ca = bundle(&place).await;
    drop(first);
    let mut second = Replica::start(&place, "second", &place.kubeconfig, &[]);
    second.until_ready();
    assert_eq!(second.steps(), [""; 0]);
    assert_eq!(bundle(&place).await, ca);
}

#[tokio::test]
async fn a_damaged_bundle_is_healed_and_nothing_else_is_touched() {
    let place = Place::open("heal").await;
    let (_replicas, _balancer) = replicas::<2>(&place, &[]).await;
    let ca = bundle(&place).await;
    let before = without_bundles(&configuration(&place).await);
    let stranger = crate::authority::Authority::new().unwrap();
    for damage in [stranger.certificate(), ""] {
        let damage = k8s_openapi::ByteString(damage.as_bytes().to_vec());
        let patch = serde_json::json!([{
            "op": "add",
            "path": "/webhooks/0/clientConfig/caBundle",
            "value": damage,
        }]);
        let name = &place.namespace;
        place.shell(&format!(
            "kubectl patch validatingwebhookconfiguration {name} --type=json -p '{patch}'"
        ));
        until_bundle(&place, |bundle| bundle == ca).await;
        until_denies(&place).await;
    }
    let after = configuration(&place).await;
    assert_eq!(without_bundles(&after), before);
    assert_eq!(
        owned(&after),
        [".", "f:clientConfig", "f:caBundle", "f:name"]
    );
}

#[tokio::test]
async fn a_secret_of_somebody_else_is_left_alone() {
    let place = Place::open("foreign").await;
    place.shell("kubectl create secret generic stickler-ca --from-literal=tls.key=theirs");
    let mut replica = Replica::start(&place, "replica", &place.kubeconfig, &[]);
    replica.until_error("it has the key 'tls.key', which stickler does not know");
    assert!(replica.get("/readyz").is_err());
    assert!(replica.get("/livez").is_ok());
    assert_eq!(in_secret(&place, "tls.key").await.unwrap(), "theirs");
}

#[tokio::test]
async fn a_write_that_comes_too_late_is_refused() {
    let place = Place::open("too-late").await;
    let name = &place.namespace;
    let cluster = Cluster::new(
        place.client.clone(),
        ServerClock::default(),
        Places {
            namespace: name.clone(),
            secret: "stickler-ca".to_owned(),
            webhook_configuration: name.clone(),
        },
    );
    configure(&place, "https://127.0.0.1:1/validate").await;
    let read = cluster.published().await.unwrap();
    let line = "kubectl label validatingwebhookconfiguration";
    place.shell(&format!("{line} {name} changed=yes"));
    assert_eq!(cluster.publish(&read, &[]).await.unwrap(), Write::Conflict);

    let read = cluster.published().await.unwrap();
    place.shell(&format!(
        "kubectl delete validatingwebhookconfiguration {name}"
    ));
    // Server-side apply makes what is not there; this it cannot make.
    let refused = cluster.publish(&read, &[]).await.unwrap_err();
    assert!(refused.to_string().contains("is invalid"), "{refused}");
    assert_eq!(cluster.published().await.unwrap().bundle, CaBundle::Absent);

    let secret = cluster.new_secret();
    assert_eq!(cluster.write(&secret).await.unwrap(), Write::Done);
    assert_eq!(cluster.write(&secret).await.unwrap(), Write::Conflict);
    let read = cluster.secret().await.unwrap().unwrap();
    place.shell("kubectl label secret stickler-ca changed=yes");
    assert_eq!(cluster.write(&read).await.unwrap(), Write::Conflict);
    place.shell("kubectl delete secret stickler-ca");
    assert_eq!(cluster.write(&read).await.unwrap(), Write::Conflict);
    assert!(cluster.secret().await.unwrap().is_none());
}

/// What the configuration says but for its `caBundle`s and the API server's
/// own notes.
fn without_bundles(configuration: &ValidatingWebhookConfiguration) -> Value {
    let mut configuration = configuration.clone();
    configuration.metadata.managed_fields = None;
    configuration.metadata.resource_version = None;
    configuration.metadata.generation = None;
    for webhook in configuration.webhooks.iter_mut().flatten() {
        webhook.client_config.ca_bundle = None;
    }
    serde_json::to_value(configuration).unwrap()
}

/// The fields below a webhook that belong to stickler.
fn owned(configuration: &ValidatingWebhookConfiguration) -> Vec<String> {
    let managers = configuration.metadata.managed_fields.iter().flatten();
    let mut ours = managers.filter(|entry| entry.manager.as_deref() == Some("stickler"));
    let fields = &ours.next().unwrap().fields_v1.as_ref().unwrap().0;
    assert!(ours.next().is_none(), "we write in one way only");
    assert_eq!(keys(fields), ["f:webhooks"]);
    let webhooks = fields["f:webhooks"].as_object().unwrap();
    let fields = webhooks.values().next().unwrap();
    let mut owned = keys(fields);
    let below = keys(&fields["f:clientConfig"]);
    owned.splice(2..2, below);
    owned
}

fn keys(value: &Value) -> Vec<String> {
    value.as_object().unwrap().keys().cloned().collect()
}
