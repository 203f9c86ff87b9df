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
    shared.poll_files().await;
    if let Err(why) = ready::call(shared.reviews, &shared.certificate).await {
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
    let files = ["certificate", "CA of callers", "policy"];
    for (what, poller) in files.into_iter().zip(&shared.pollers) {
        if let Some(since) = poller.stuck() {
            let seconds = since.as_secs();
            let _ = writeln!(text, "reading the {what} has not ended for {seconds} s");
        }
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
