//! (b) What a Rust engineer would write: kube's review and the typed Ingress,
//! with the least that such a webhook can do about the annotation.

use axum::routing::post;
use axum::{Json, Router};
use k8s_openapi::api::networking::v1::Ingress;
use kube::core::DynamicObject;
use kube::core::admission::{AdmissionRequest, AdmissionResponse, AdmissionReview};

const KEYS: [&str; 2] = [
    "nginx.org/sticky-cookie-services",
    "nginx.com/sticky-cookie-services",
];

type Review = AdmissionReview<DynamicObject>;

async fn validate(Json(review): Json<Review>) -> Json<Review> {
    let request: AdmissionRequest<DynamicObject> = match review.try_into() {
        Ok(request) => request,
        Err(error) => return Json(AdmissionResponse::invalid(error).into_review()),
    };
    let response = AdmissionResponse::from(&request);
    let object = request.object.and_then(|it| it.try_parse::<Ingress>().ok());
    let annotations = object.and_then(|it| it.metadata.annotations);
    let mut values = KEYS
        .iter()
        .filter_map(|key| annotations.as_ref()?.get(*key));
    let response = match values.find_map(|value| fault(value)) {
        Some(entry) => response.deny(format!("'{entry}' is no entry")),
        None => response,
    };
    Json(response.into_review())
}

/// The first entry that is not a service and a cookie.
fn fault(value: &str) -> Option<&str> {
    value.split(';').find(|entry| {
        let parts = entry.split_once(' ');
        let service = parts.and_then(|(left, _)| left.strip_prefix("serviceName="));
        let sound = service.is_some_and(|name| !name.is_empty())
            && parts.is_some_and(|(_, cookie)| !cookie.is_empty() && !cookie.contains("expire="));
        !sound
    })
}

#[tokio::main]
async fn main() -> compare::Result<()> {
    compare::stack::serve(Router::new().route("/validate", post(validate))).await
}
