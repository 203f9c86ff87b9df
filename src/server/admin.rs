//! The operator's side: probes and metrics, on a port of their own.

use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use axum_server::Server;
use tokio::net::TcpListener;

use super::connection::Bounded;
use super::{Shared, Stage, ready};

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// A kubelet and a few scrapers.
const MOST_CONNECTIONS: usize = 64;
/// Longer than anyone waits between two scrapes of one connection.
const IDLE_TIMEOUT: Duration = Duration::from_secs(180);

/// Serves the probes and metrics for as long as it is polled.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>) -> io::Result<()> {
    let timeout = shared.settings.first_request_timeout;
    let router = Router::new()
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .fallback(async || {
            (
                StatusCode::NOT_FOUND,
                "not found: try /livez, /readyz or /metrics\n",
            )
        })
        .with_state(shared);
    Server::<SocketAddr>::from_listener(listener)
        .first_request_timeout(timeout)
        .acceptor(Bounded::new(MOST_CONNECTIONS, IDLE_TIMEOUT))
        .serve(router.into_make_service())
        .await
}

async fn readyz(State(shared): State<Arc<Shared>>) -> (StatusCode, String) {
    if shared.stage() == Stage::Stopping {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            "not ready: stopping\n".to_owned(),
        );
    }
    shared.look();
    if let Err(why) = ready::call(shared.reviews, shared.certificate.pair()).await {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            match shared.certificate.trouble() {
                None => format!("not ready: {why}\n"),
                Some(trouble) => format!("not ready: {why}: {trouble}\n"),
            },
        );
    }
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

async fn metrics(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, OPEN_METRICS)],
        shared
            .metrics
            .text(&shared.certificate, &shared.judging.policy),
    )
}
