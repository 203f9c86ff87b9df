//! The operator's side: probes and metrics, on a port of their own.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;

use super::{Shared, Stage, ready};

/// The probes and metrics.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .fallback(async || {
            (
                StatusCode::NOT_FOUND,
                "not found: try /livez, /readyz or /metrics\n",
            )
        })
        .with_state(shared)
}

async fn readyz(State(shared): State<Arc<Shared>>) -> (StatusCode, String) {
    if shared.stage() == Stage::Stopping {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "not ready: stopping\n".to_owned(),
        );
    }
    shared.poll_files().await;
    if let Err(why) = ready::call(&shared.connections, shared.reviews, &shared.certificate).await {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            match shared.certificate.last_error() {
                Some(error) if error.to_string() != why.to_string() => {
                    format!("not ready: {why}: {error}\n")
                }
                _ => format!("not ready: {why}\n"),
            },
        );
    }
    shared.known.store(true, Relaxed);
    (StatusCode::OK, format!("ok\n{}", troubles(&shared)))
}

/// What does not stop us yet, but somebody should know.
fn troubles(shared: &Shared) -> String {
    let mut text = String::new();
    if let Some(why) = shared.certificate.last_error() {
        let _ = writeln!(text, "the newest certificate cannot be used: {why}");
    }
    let client_auth = shared.client_auth.as_ref();
    if let Some(why) = client_auth.and_then(|it| it.last_error()) {
        let _ = writeln!(text, "the newest CA of callers cannot be used: {why}");
    }
    for (what, since) in shared.pollers.stuck() {
        let seconds = since.as_secs();
        let _ = writeln!(text, "reading the {what} has not ended for {seconds} s");
    }
    if let Some(faults) = shared.validator.policy.refused() {
        let _ = writeln!(text, "the newest policy cannot be used: {}", faults.brief());
    }
    text
}

async fn metrics(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> impl IntoResponse {
    let accept = headers.get(header::ACCEPT);
    let accept = accept.and_then(|accept| accept.to_str().ok());
    let (content_type, text) = shared.metrics.page(accept);
    ([(header::CONTENT_TYPE, content_type)], text)
}
