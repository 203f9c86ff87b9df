//! Who waits for stickler, and who never does.

use k8s_openapi::api::admissionregistration::v1::{
    ValidatingWebhookConfiguration, WebhookClientConfig,
};

use crate::place::Place;
use crate::webhook::{install, refusal, shipped};

#[tokio::test]
async fn an_ingress_without_our_keys_never_reaches_us() {
    let (place, webhook) = Place::guarded("reach").await;
    let before = webhook.answered(&place);
    place.shell("kubectl create -f plain.yaml");
    place.shell("kubectl label ingress plain team=coffee");
    place.shell("kubectl annotate ingress plain example.com/owner=coffee");
    place.shell("kubectl delete ingress plain");
    assert_eq!(webhook.answered(&place), before, "somebody asked");

    place.shell("kubectl create -f good.yaml");
    assert_eq!(
        webhook.answered(&place),
        before + 1,
        "one with our key asks once"
    );
    place.shell("kubectl delete ingress cafe");
    assert_eq!(
        webhook.answered(&place),
        before + 1,
        "a deletion asks nobody"
    );
}

#[tokio::test]
async fn nothing_else_is_held_up_while_stickler_is_down() {
    let place = Place::open("down").await;
    let mut configuration = shipped(&place);
    unreachable(&mut configuration);
    install(&place, &configuration).await;
    let refused = refusal(&place).await;
    assert!(refused.contains("failed calling webhook"), "{refused}");
    place.shell("kubectl create -f plain.yaml");
    place.shell("kubectl label ingress plain team=coffee");
    place.shell("! kubectl create -f good.yaml");
    place.shell("kubectl delete namespace stickler-test-down --wait=false");
}

/// Sends the API server to where nobody listens.
fn unreachable(configuration: &mut ValidatingWebhookConfiguration) {
    for webhook in configuration.webhooks.iter_mut().flatten() {
        webhook.client_config = WebhookClientConfig {
            url: Some("https://127.0.0.1:1/validate".to_owned()),
            ..WebhookClientConfig::default()
        };
    }
}
