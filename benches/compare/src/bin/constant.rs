//! (a) The ceiling: the same stack reads the body and admits everyone. All
//! that it looks for is the uid at the start of it, without which an API
//! server takes no answer.

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;

const BEFORE: &[u8] = br#""uid":""#;
const LENGTH: usize = 36;
/// The uid is the first thing that an API server writes of a request.
const NEAR: usize = 200;

#[tokio::main]
async fn main() -> compare::Result<()> {
    let answer = async |body: Bytes| ([(CONTENT_TYPE, "application/json")], admitted(&body));
    compare::stack::serve(Router::new().route("/validate", post(answer))).await
}

fn admitted(body: &[u8]) -> String {
    let near = &body[..body.len().min(NEAR)];
    let found = near
        .windows(BEFORE.len())
        .position(|it| it == BEFORE)
        .and_then(|at| body.get(at + BEFORE.len()..at + BEFORE.len() + LENGTH))
        .and_then(|uid| std::str::from_utf8(uid).ok());
    let uid = found.unwrap_or_default();
    format!(
        r#"{{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{{"uid":"{uid}","allowed":true,"status":{{"code":200}}}}}}"#
    )
}
