//! The webhook as a server: HTTPS for reviews, plain HTTP for the operator.
//!
//! Bring your own sockets, certificate, judge and stop: nothing here opens a
//! port, reads a flag or waits for a signal.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Handle, Server};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::MissedTickBehavior;

mod admin;
mod bad_request;
mod body;
pub mod certificate;
pub mod client_auth;
mod connection;
mod deadline;
mod judging;
mod metrics;
mod open;
mod ready;
mod settings;
mod small_file;
mod tls;
mod validate;

use certificate::{CertificateStore, Files};
use client_auth::ClientAuth;
use connection::Bounded;
pub use judging::Judging;
use metrics::Metrics;
pub use settings::Settings;
use small_file::Poller;

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
    judging: Judging,
    settings: Settings,
    metrics: Metrics,
    /// Places for judgements.
    in_flight: Arc<Semaphore>,
    /// Places for large bodies, from their reading to their answer.
    large: Arc<Semaphore>,
    /// Places for requests at all, from their head to their answer.
    reading: Semaphore,
    certificate: Arc<CertificateStore>,
    files: Option<Files>,
    client_auth: Option<Arc<ClientAuth>>,
    /// Of the certificate, of the CA of callers and of the policy.
    pollers: [Poller; 3],
    reviews: SocketAddr,
    stopping: AtomicBool,
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
    judging: Judging,
    settings: Settings,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let client_auth = identity.client_auth.map(Arc::new);
    let tls = tls::config(identity.certificate.clone(), client_auth.clone())?;
    let shared = Arc::new(Shared {
        judging,
        metrics: Metrics::default(),
        in_flight: Arc::new(Semaphore::new(settings.max_in_flight)),
        large: Arc::new(Semaphore::new(settings.max_large_bodies)),
        reading: Semaphore::new(settings.max_connections),
        settings,
        certificate: identity.certificate,
        files: identity.files,
        client_auth,
        pollers: <[Poller; 3]>::default(),
        reviews: sockets.reviews.local_addr()?,
        stopping: false.into(),
    });
    let handle = Handle::new();
    tokio::select! {
        served = reviews(sockets.reviews, tls, &shared, handle.clone()) => served,
        served = admin::serve(sockets.admin, Arc::clone(&shared)) => served,
        () = watch(&shared) => Ok(()),
        () = drain(&shared, handle, stop) => Ok(()),
    }
}

/// The HTTPS side, until `handle` is told to stop.
async fn reviews(
    listener: TcpListener,
    tls: rustls::ServerConfig,
    shared: &Arc<Shared>,
    handle: Handle<SocketAddr>,
) -> io::Result<()> {
    let settings = &shared.settings;
    let bounded = Bounded::new(settings.max_connections, settings.idle_timeout);
    let acceptor = RustlsAcceptor::new(RustlsConfig::from_config(Arc::new(tls)))
        .handshake_timeout(settings.handshake_timeout)
        .acceptor(bounded);
    let observer = Arc::clone(shared);
    let mut server = Server::from_listener(listener);
    connection::read_ahead_little(server.http_builder());
    server
        .handle(handle)
        .first_request_timeout(settings.first_request_timeout)
        .accept_error_handler(move |peer, error| observer.connection_failed(peer, error))
        .acceptor(acceptor)
        .serve(validate::router(Arc::clone(shared)).into_make_service())
        .await
}

impl Shared {
    /// Reads the files again, each source on a thread of its own.
    async fn poll_files(self: &Arc<Self>) {
        let [certificate, client_auth, policy] = &self.pollers;
        let poll = |poll: fn(&Self)| {
            let shared = Arc::clone(self);
            move || poll(&shared)
        };
        tokio::join!(
            certificate.run(poll(Self::poll_certificate)),
            client_auth.run(poll(Self::poll_client_auth)),
            policy.run(poll(|shared| judging::poll(&shared.judging.policy))),
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

    /// Counts and logs a connection that came to nothing. Only without a peer
    /// is it our own trouble: the process is out of files.
    fn connection_failed(&self, peer: Option<&SocketAddr>, error: &io::Error) {
        self.metrics.observe_connection_error(error);
        match peer {
            None => tracing::error!(%error, "accepting connections fails; trying again"),
            Some(peer) => tracing::debug!(%error, %peer, "a connection came to nothing"),
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

/// Waits for `stop` and sees everybody off. The HTTPS side then ends by
/// itself, so this never does.
async fn drain(shared: &Shared, handle: Handle<SocketAddr>, stop: impl Future<Output = ()>) {
    stop.await;
    let Settings {
        drain_delay,
        drain_timeout,
        ..
    } = shared.settings;
    shared.stopping.store(true, Relaxed);
    tracing::info!(
        delay_seconds = drain_delay.as_secs_f64(),
        "stopping: readiness fails, serving goes on"
    );
    tokio::time::sleep(drain_delay).await;
    tracing::info!("stopping: finishing what is in flight");
    handle.graceful_shutdown(Some(drain_timeout));
    std::future::pending::<()>().await;
}
