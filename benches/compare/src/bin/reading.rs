//! What is left of the ceiling once a review is read: stickler's own reader
//! borrows what it needs from the body, nothing is checked, and everyone gets
//! the same refusal.

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;
use stickler::admission::{Refusal, refuse};

#[tokio::main]
async fn main() -> compare::Result<()> {
    let answer = async |body: Bytes| match refuse(&body, Refusal::Busy) {
        Ok(answer) => ([(CONTENT_TYPE, "application/json")], answer.body).into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    };
    compare::stack::serve(Router::new().route("/validate", post(answer))).await
}
