//! stickler keeps its own certificates, and the API server never notices.

use k8s_openapi::api::admissionregistration::v1::{
    ValidatingWebhookConfiguration, WebhookClientConfig,
};
use k8s_openapi::api::core::v1::Secret;
use kube::api::Api;
use serde_json::Value;

use crate::balancer::Balancer;
use crate::child_guard::poll;
use crate::place::Place;
use crate::replica::Replica;
use crate::webhook::{install, refusal, shipped};

mod agreement;
mod callers;
mod clock;
mod outage;
mod overlay;
mod permissions;
mod plain;
mod rotation;
pub(crate) mod swap;

/// A configuration that calls `url` and trusts nobody yet.
pub(crate) async fn configure(place: &Place, url: &str) {
    let mut configuration = shipped(place);
    for webhook in configuration.webhooks.iter_mut().flatten() {
        webhook.client_config = WebhookClientConfig {
            url: Some(url.to_owned()),
            ..WebhookClientConfig::default()
        };
    }
    install(place, &configuration).await;
}

/// Replicas behind one address, and a configuration that calls it.
pub(crate) async fn replicas<const N: usize>(
    place: &Place,
    flags: &[&str],
) -> ([Replica; N], Balancer) {
    let mut number = 0;
    let mut replicas = [(); N].map(|()| {
        number += 1;
        let name = format!("replica-{number}");
        Replica::start(place, &name, &place.kubeconfig, flags)
    });
    let addresses = replicas.iter().map(|replica| replica.reviews.clone());
    let balancer = Balancer::start("127.0.0.1:0", addresses.collect());
    configure(place, &format!("https://{}/validate", balancer.address)).await;
    replicas.iter_mut().for_each(Replica::until_ready);
    // They may have been ready before there was anybody to tell.
    until_bundle(place, |bundle| bundle.contains("BEGIN")).await;
    until_denies(place).await;
    (replicas, balancer)
}

/// The place's configuration as it is now.
async fn configuration(place: &Place) -> ValidatingWebhookConfiguration {
    let configurations = Api::all(place.client.clone());
    configurations.get(&place.namespace).await.unwrap()
}

/// The `caBundle` of the place's configuration, in PEM.
async fn bundle(place: &Place) -> String {
    let webhooks = configuration(place).await.webhooks.unwrap();
    let bundle = webhooks[0].client_config.ca_bundle.clone();
    String::from_utf8(bundle.unwrap_or_default().0).unwrap()
}

/// A value of the place's Secret.
async fn in_secret(place: &Place, key: &str) -> Option<String> {
    let secrets: Api<Secret> = Api::namespaced(place.client.clone(), &place.namespace);
    let data = secrets.get("stickler-ca").await.unwrap().data?;
    String::from_utf8(data.get(key)?.0.clone()).ok()
}

/// Asks until the bundle is as it should be.
pub(crate) async fn until_bundle(place: &Place, good: impl Fn(&str) -> bool) {
    for _ in 0..2400 {
        if good(&bundle(place).await) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("nobody mends the caBundle: {}", bundle(place).await);
}

/// Asks until the API server trusts us: it hears of a new caBundle a moment
/// after whoever asks for it.
pub(crate) async fn until_denies(place: &Place) {
    let mut refused = String::new();
    for _ in 0..2400 {
        refused = refusal(place).await;
        if refused.contains("denied the request") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("the API server never trusts the caBundle: {refused}");
}

/// A call that shows whether the API server trusts us: a bad Ingress is denied
/// by our own words.
pub(crate) async fn assert_denies(place: &Place) {
    let refused = refusal(place).await;
    assert!(refused.contains("denied the request"), "{refused}");
}

/// A call over a connection of its own, by a caller that trusts `ca`.
async fn fresh_call(ca: &str, url: &str) -> Result<(), String> {
    let roots = reqwest::Certificate::from_pem_bundle(ca.as_bytes()).unwrap();
    let mut client = reqwest::Client::builder().tls_built_in_root_certs(false);
    for root in roots {
        client = client.add_root_certificate(root);
    }
    let client = client.build().unwrap();
    // Any answer will do: the handshake is what counts.
    let answer = client.get(url).send().await;
    answer.map(drop).map_err(|error| format!("{error:?}"))
}
