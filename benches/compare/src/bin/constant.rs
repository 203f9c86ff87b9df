//! (a) The ceiling: the same stack reads the body and gives everyone one answer.

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;

const ANSWER: &str = r#"{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","response":{"uid":"70ffd042-c100-411d-b0c8-227c26047c02","allowed":true,"status":{"code":200}}}"#;

#[tokio::main]
async fn main() -> compare::Result<()> {
    let answer = async |_: Bytes| ([(CONTENT_TYPE, "application/json")], ANSWER);
    compare::stack::serve(Router::new().route("/validate", post(answer))).await
}
