//! The API server of an old cluster speaks `admission.k8s.io/v1beta1`.

use crate::place::Place;
use crate::webhook::Webhook;

#[tokio::test]
async fn v1beta1_is_answered_in_its_own_words() {
    let place = Place::open("v1beta1").await;
    let _webhook = Webhook::configured(&place, |configuration| {
        for webhook in configuration.webhooks.iter_mut().flatten() {
            webhook.admission_review_versions = vec!["v1beta1".to_owned()];
        }
    })
    .await;
    place.session(
        "v1beta1",
        &[
            "kubectl create -f breaks-reload.yaml",
            "kubectl create -f warnings.yaml",
        ],
    );
}
