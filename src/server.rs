//! The webhook as a server: HTTPS for reviews, plain HTTP for the operator.
//!
//! Bring your own sockets, certificate, judge and stop: nothing here opens a
//! port, reads a flag or waits for a signal.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use rustls::server::ResolvesServerCert;
use tokio::net::TcpListener;

mod admin;
mod body;
pub mod certificate;
mod log;
mod metrics;
mod tls;
mod validate;

use crate::admission::{Answer, BadReview};
use metrics::Metrics;

/// From the bytes of a review to its answer.
pub type Judge = dyn for<'a> Fn(&'a [u8]) -> Result<Answer<'a>, BadReview> + Send + Sync;

/// Where the server listens.
#[derive(Debug)]
pub struct Sockets {
    /// HTTPS, for the API server.
    pub reviews: TcpListener,
    /// Plain HTTP, for probes and metrics.
    pub admin: TcpListener,
}

/// Bounds and times.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long to go on serving after the stop, until nobody is sent here any more.
    pub drain_delay: Duration,
    /// How long requests in flight may take to finish after that.
    pub grace: Duration,
    /// The time a TLS handshake may take.
    pub handshake_timeout: Duration,
    /// The time until a new connection's first request has begun.
    pub first_request_timeout: Duration,
    /// The largest body that is read, in bytes.
    pub max_body: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            drain_delay: Duration::from_secs(10),
            grace: Duration::from_secs(15),
            handshake_timeout: Duration::from_secs(10),
            first_request_timeout: Duration::from_secs(10),
            // Two objects of at most 3 MiB each (etcd's limit of 1.5 MiB and
            // some) and 1 MiB for the rest.
            max_body: 7 << 20,
        }
    }
}

/// What every request shares.
struct Shared {
    judge: Box<Judge>,
    settings: Settings,
    metrics: Metrics,
    stopping: std::sync::atomic::AtomicBool,
}

/// Serves until `stop`, then drains: readiness fails, serving goes on for the
/// drain delay, what is in flight finishes. Dropping the future ends at once.
///
/// An error is one of a socket.
pub async fn serve(
    sockets: Sockets,
    certificate: Arc<dyn ResolvesServerCert>,
    judge: Box<Judge>,
    settings: Settings,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let shared = Arc::new(Shared {
        judge,
        settings,
        metrics: Metrics::default(),
        stopping: false.into(),
    });
    let handle = Handle::new();
    let reviews = reviews(sockets.reviews, certificate, &shared, handle.clone())?;
    let admin = admin::serve(sockets.admin, Arc::clone(&shared));
    tokio::select! {
        served = reviews => served,
        served = admin => served,
        () = drain(&shared, handle, stop) => Ok(()),
    }
}

/// The HTTPS side, until `handle` is told to stop.
fn reviews(
    listener: TcpListener,
    certificate: Arc<dyn ResolvesServerCert>,
    shared: &Arc<Shared>,
    handle: Handle<std::net::SocketAddr>,
) -> io::Result<impl Future<Output = io::Result<()>> + use<>> {
    let tls = RustlsConfig::from_config(Arc::new(tls::config(certificate)?));
    let acceptor = RustlsAcceptor::new(tls).handshake_timeout(shared.settings.handshake_timeout);
    let router: Router = validate::router(Arc::clone(shared));
    let server = axum_server::Server::<std::net::SocketAddr>::from_listener(listener)
        .handle(handle)
        .first_request_timeout(shared.settings.first_request_timeout)
        .acceptor(acceptor);
    Ok(server.serve(router.into_make_service()))
}

/// Waits for `stop` and sees everybody off.
async fn drain(
    shared: &Shared,
    handle: Handle<std::net::SocketAddr>,
    stop: impl Future<Output = ()>,
) {
    stop.await;
    let Settings {
        drain_delay, grace, ..
    } = shared.settings;
    shared
        .stopping
        .store(true, std::sync::atomic::Ordering::Relaxed);
    tracing::info!(
        delay_seconds = drain_delay.as_secs_f64(),
        "stopping: readiness fails, serving goes on"
    );
    tokio::time::sleep(drain_delay).await;
    tracing::info!("stopping: finishing what is in flight");
    handle.graceful_shutdown(Some(grace));
    // From here on the HTTPS side ends by itself.
    std::future::pending::<()>().await;
}
