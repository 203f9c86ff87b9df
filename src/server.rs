//! The webhook as a server: HTTPS for reviews, plain HTTP for the operator.
//!
//! Bring your own sockets, certificate, validator and stop: nothing here opens a
//! port, reads a flag or waits for a signal.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::MissedTickBehavior;
use tokio_rustls::TlsAcceptor;

mod admin;
mod bad_request;
mod body;
pub mod certificate;
pub mod client_auth;
mod closed;
mod connection;
mod connections;
mod deadline;
mod listener;
mod metrics;
mod poller;
mod ready;
mod request_guard;
mod settings;
mod small_file;
mod throttle;
mod tls;
mod validate;
mod validator;

use certificate::{CertificateStore, Files};
use client_auth::ClientAuth;
use connection::Timeouts;
use connections::{Bounds, Connections};
use listener::Port;
pub use metrics::LOST_LOG_LINES;
use metrics::Metrics;
use poller::Pollers;
pub use settings::Settings;
use throttle::Throttle;
pub use validator::Validator;

/// Where the server listens.
#[derive(Debug)]
pub struct Sockets {
    /// HTTPS, for the API server.
    pub reviews: TcpListener,
    /// Plain HTTP, for probes and metrics.
    pub admin: TcpListener,
}

/// Who the server is, and whom it talks to.
#[derive(Debug)]
pub struct Identity {
    /// The certificate, which may change while it is served.
    pub certificate: Arc<CertificateStore>,
    /// Where the certificate comes from, if it is files.
    pub files: Option<Files>,
    /// Who may call; without it anyone.
    pub client_auth: Option<ClientAuth>,
}

/// What every request shares.
struct Shared {
    validator: Validator,
    settings: Settings,
    metrics: Metrics,
    /// Places for checks.
    in_flight: Arc<Semaphore>,
    /// Places for large bodies, until their answers are written.
    large: Arc<Semaphore>,
    /// Turns for the checks of large bodies.
    large_checks: Arc<Semaphore>,
    /// The connections for reviews.
    connections: Arc<Connections>,
    /// Bad requests, as far as they are logged.
    bad_requests: Throttle,
    /// Handshakes that failed, and sockets, as far as they are logged.
    bad_connections: Throttle,
    certificate: Arc<CertificateStore>,
    files: Option<Files>,
    client_auth: Option<Arc<ClientAuth>>,
    pollers: Pollers,
    reviews: SocketAddr,
    stopping: AtomicBool,
    /// Whether clients may send reviews here: readiness was reported, or one came.
    known: AtomicBool,
}

/// Where in its life the server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Serving,
    Stopping,
}

impl Shared {
    fn stage(&self) -> Stage {
        if self.stopping.load(Relaxed) {
            Stage::Stopping
        } else {
            Stage::Serving
        }
    }
}

/// Serves until `stop`, then drains: readiness fails, serving goes on for the
/// drain delay, what is in flight finishes. Dropping the future ends at once.
///
/// An error is one of a socket.
pub async fn serve(
    sockets: Sockets,
    identity: Identity,
    validator: Validator,
    settings: Settings,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let client_auth = identity.client_auth.map(Arc::new);
    let tls = tls::config(identity.certificate.clone(), client_auth.clone())?;
    let metrics =
        Metrics::new(&identity.certificate, &validator.policy).map_err(io::Error::other)?;
    let connections = |open, handshakes| connections(open, handshakes, &settings, &metrics);
    let reviews = connections(settings.max_connections, settings.max_handshakes());
    let admin = connections(settings.max_admin_connections, 0);
    let shared = Arc::new(Shared {
        validator,
        in_flight: Arc::new(Semaphore::new(settings.max_in_flight)),
        large: Arc::new(Semaphore::new(settings.max_large_bodies)),
        large_checks: Arc::new(Semaphore::new(settings::LARGE_CHECKS)),
        connections: Arc::clone(&reviews),
        bad_requests: Throttle::default(),
        bad_connections: Throttle::default(),
        metrics,
        settings,
        certificate: identity.certificate,
        files: identity.files,
        client_auth,
        pollers: Pollers::default(),
        reviews: sockets.reviews.local_addr()?,
        stopping: false.into(),
        known: false.into(),
    });
    let reviews = Port {
        connections: reviews,
        tls: Some(TlsAcceptor::from(Arc::new(tls))),
        router: validate::router(Arc::clone(&shared)),
        shared: Arc::clone(&shared),
    };
    let admin = Port {
        connections: admin,
        tls: None,
        router: admin::router(Arc::clone(&shared)),
        shared: Arc::clone(&shared),
    };
    let (finish, finished) = watch::channel(false);
    let (_never, until_dropped) = watch::channel(false);
    tokio::select! {
        () = reviews.serve(sockets.reviews, finished) => {}
        () = admin.serve(sockets.admin, until_dropped) => {}
        () = watch(&shared) => {}
        () = drain(&shared, &finish, stop) => {}
    }
    Ok(())
}

/// The connections of one port, which are counted together with the other's.
fn connections(
    open: usize,
    handshakes: usize,
    settings: &Settings,
    metrics: &Metrics,
) -> Arc<Connections> {
    let timeouts = Timeouts {
        handshake: settings.handshake_timeout,
        first_request: settings.first_request_timeout,
        idle: settings.idle_timeout,
        stalled: settings::STALLED.min(settings.idle_timeout),
    };
    let bounds = Bounds {
        open,
        handshakes,
        timeouts,
    };
    Arc::new(Connections::new(bounds, metrics.connections.clone()))
}

impl Shared {
    /// Reads the files again, each source on a thread of its own.
    async fn poll_files(self: &Arc<Self>) {
        let Pollers {
            certificate,
            client_auth,
            policy,
        } = &self.pollers;
        let poll = |poll: fn(&Self)| {
            let shared = Arc::clone(self);
            move || poll(&shared)
        };
        tokio::join!(
            certificate.run(poll(Self::poll_certificate)),
            client_auth.run(poll(Self::poll_client_auth)),
            policy.run(poll(|shared| validator::poll(&shared.validator.policy))),
        );
    }

    fn poll_certificate(&self) {
        if let Some(files) = &self.files {
            files.poll_and_log(&self.certificate);
        }
    }

    fn poll_client_auth(&self) {
        if let Some(client_auth) = &self.client_auth {
            client_auth.poll_and_log();
        }
    }

    /// Counts and logs that the kernel refused a connection: the process has
    /// run out of files.
    fn accept_failed(&self, error: &io::Error) {
        self.metrics.connections.observe_error("socket");
        if let Some(suppressed) = self.bad_connections.next(Instant::now()) {
            tracing::error!(%error, suppressed, "accepting connections fails; trying again");
        }
    }

    /// Counts a handshake that failed. One that was refused is logged; one
    /// that the peer broke off, as probes of ports do, is not.
    fn handshake_failed(&self, peer: SocketAddr, error: &io::Error) {
        let reason = match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => "handshake",
            _ if error.raw_os_error().is_some() => "socket",
            _ => "other",
        };
        self.metrics.connections.observe_error(reason);
        if error.kind() != io::ErrorKind::InvalidData {
            tracing::debug!(%peer, %error, "a handshake was broken off");
        } else if let Some(suppressed) = self.bad_connections.next(Instant::now()) {
            tracing::warn!(%peer, suppressed, "handshake failed: {error}");
        }
    }
}

/// Reads the files again and again, for as long as it is polled.
async fn watch(shared: &Arc<Shared>) {
    let mut ticks = tokio::time::interval(shared.settings.reload_interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        shared.poll_files().await;
    }
}

/// Waits for `stop`, and for the review port to drain. The port then ends by
/// itself; this ends when it takes too long.
async fn drain(shared: &Shared, finish: &watch::Sender<bool>, stop: impl Future<Output = ()>) {
    stop.await;
    let settings = &shared.settings;
    shared.stopping.store(true, Relaxed);
    // Without clients there is nothing to wait for.
    let delay = if shared.known.load(Relaxed) {
        settings.drain_delay
    } else {
        Duration::ZERO
    };
    tracing::info!(
        delay_seconds = delay.as_secs_f64(),
        "stopping: readiness fails, serving goes on"
    );
    tokio::time::sleep(delay).await;
    tracing::info!("stopping: finishing what is in flight");
    finish.send_replace(true);
    tokio::time::sleep(settings.drain_timeout).await;
    tracing::warn!("stopping: ending with requests in flight");
}
