//! The example of the controller's own documentation is taken as it stands.

use crate::place::Place;

#[tokio::test]
async fn the_documented_example_is_admitted() {
    let (place, webhook) = Place::guarded("documentation").await;
    let before = webhook.answered(&place);
    place.session(
        "documentation",
        &[
            "kubectl apply -f documentation.yaml",
            "kubectl apply -f documentation.yaml --server-side --force-conflicts",
            "kubectl delete -f documentation.yaml",
        ],
    );
    assert!(webhook.answered(&place) > before, "nobody was asked");
}
