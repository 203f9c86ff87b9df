//! What people make without a CA, and what the API server makes of it.

use std::fs;

use k8s_openapi::ByteString;

use super::*;
use crate::authority::its_own_ca;
use crate::cluster::cluster;

/// As most instructions make it.
#[tokio::test]
async fn a_pair_that_is_its_own_ca_is_ready_and_called() {
    let place = Place::open("plain").await;
    let folder = cluster().folder.join(format!("{}.pair", place.namespace));
    fs::create_dir_all(&folder).unwrap();
    let [certificate, key] = ["tls.crt", "tls.key"].map(|name| folder.join(name));
    let pair = its_own_ca().unwrap();
    fs::write(&certificate, &pair.certificate).unwrap();
    fs::write(&key, &pair.key).unwrap();
    let trusted = format!("--tls-ca={}", certificate.display());
    let flags = [&*trusted, "--server-name=127.0.0.1"];
    let mut replica = Replica::with_files(&place, &folder, &flags);
    replica.until_ready();
    let mut configuration = shipped(&place);
    for webhook in configuration.webhooks.iter_mut().flatten() {
        webhook.client_config = WebhookClientConfig {
            url: Some(replica.url()),
            ca_bundle: Some(ByteString(fs::read(&certificate).unwrap())),
            service: None,
        };
    }
    install(&place, &configuration).await;
    assert_denies(&place).await;
}
