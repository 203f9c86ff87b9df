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
    shared.look();
    if let Err(why) = ready::call(
        &shared.connections,
        shared.reviews,
        shared.certificate.pair(),
    )
    .await
    {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            match shared.certificate.trouble() {
                None => format!("not ready: {why}\n"),
                Some(trouble) => format!("not ready: {why}: {trouble}\n"),
            },
        );
    }
    shared.known.store(true, Relaxed);
    (StatusCode::OK, format!("ok\n{}", troubles(&shared)))
}

/// What does not stop us yet, but somebody should know.
fn troubles(shared: &Shared) -> String {
    let mut text = String::new();
    if let Some(why) = shared.certificate.trouble() {
        let _ = writeln!(text, "the newest certificate cannot be used: {why}");
    }
    if let Some(faults) = shared.judging.policy.refused() {
        let _ = writeln!(text, "the newest policy cannot be used: {faults}");
    }
    text
}

async fn metrics(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> impl IntoResponse {
    let accept = headers.get(header::ACCEPT);
    let accept = accept.and_then(|accept| accept.to_str().ok());
    let (content_type, text) = shared.metrics.page(accept);
    ([(header::CONTENT_TYPE, content_type)], text)
}
