//! A port: accepts connections within their bounds, and answers over HTTP/1.1.

use std::io;
use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::Shared;
use super::connection::{Phase, Routes, Stream};
use super::connections::{Connections, Entry, canonical};

/// What a connection reads ahead, in bytes; the head of a request has to fit
/// in. TLS hands out no more at once (RFC 8446, section 5.1). By default,
/// hyper reads 400 KiB ahead.
const MAX_BUFFER: usize = 16 << 10;
/// How long to wait after the kernel refused a connection.
const PAUSE: Duration = Duration::from_millis(50);

/// A port and what is behind it.
pub(super) struct Port {
    pub(super) connections: Arc<Connections>,
    /// `None` for plain HTTP.
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) router: Router,
    pub(super) shared: Arc<Shared>,
}

/// Whether the port stops: no connection is accepted then, and each ends after
/// its answer.
pub(super) type Stop = watch::Receiver<bool>;

/// Waits until the port stops.
async fn stopped(stop: &mut Stop) {
    // A sender that is gone has taken the server with it.
    let _ = stop.wait_for(|stop| *stop).await;
}

impl Port {
    /// Serves until `stop`, and then until the last connection is closed.
    /// Dropping the future ends all of them.
    pub(super) async fn serve(self, listener: TcpListener, stop: Stop) {
        let connections = Arc::clone(&self.connections);
        tokio::select! {
            () = Arc::new(self).accept(listener, stop) => {}
            () = connections.watch() => {}
        }
    }

    async fn accept(self: Arc<Self>, listener: TcpListener, mut stop: Stop) {
        let first = match self.tls {
            Some(_) => Phase::Handshake,
            None => Phase::New,
        };
        let (mut tasks, stopping) = (JoinSet::new(), stop.clone());
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => {
                        if let Some(entry) = self.connections.enter(canonical(peer), first) {
                            tasks.spawn(Arc::clone(&self).keep(stream, entry, stopping.clone()));
                        }
                    }
                    Err(error) => self.not_accepted(&error).await,
                },
                Some(_) = tasks.join_next() => {}
                () = stopped(&mut stop) => break,
            }
        }
        drop(listener);
        while tasks.join_next().await.is_some() {}
    }

    /// The process has run out of files, most likely: an idle connection gives
    /// its file back.
    async fn not_accepted(&self, error: &io::Error) {
        if matches!(
            error.kind(),
            ConnectionAborted | ConnectionReset | ConnectionRefused
        ) {
            return;
        }
        self.shared.accept_failed(error);
        self.connections.close_one();
        tokio::time::sleep(PAUSE).await;
    }

    /// Keeps a connection until it ends or is closed.
    async fn keep(self: Arc<Self>, stream: TcpStream, entry: Entry, stop: Stop) {
        // An answer is one small write: waiting for more would only delay it.
        let _ = stream.set_nodelay(true);
        tokio::select! {
            biased;
            () = entry.closed() => {}
            () = self.converse(stream, &entry, stop) => {}
        }
    }

    async fn converse(&self, stream: TcpStream, entry: &Entry, stop: Stop) {
        let Some(tls) = &self.tls else {
            return self.http(stream, entry, stop).await;
        };
        match tls.accept(stream).await {
            Ok(stream) => {
                if entry.shaken().is_some() {
                    self.http(stream, entry, stop).await;
                }
            }
            Err(error) => self.shared.handshake_failed(entry.peer, &error),
        }
    }

    /// Answers requests, after `stop` one more at most.
    async fn http<S>(&self, stream: S, entry: &Entry, mut stop: Stop)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let connection = Arc::clone(&entry.connection);
        let stream = TokioIo::new(Stream::new(stream, Arc::clone(&connection)));
        let router = self.router.clone();
        let http = http1::Builder::new()
            .max_buf_size(MAX_BUFFER)
            .header_read_timeout(None)
            .serve_connection(stream, Routes { router, connection });
        let mut http = pin!(http);
        // An error is the client's: it gets a response to half a request, and
        // a complete request has its own log line.
        tokio::select! {
            _ = http.as_mut() => return,
            () = stopped(&mut stop) => http.as_mut().graceful_shutdown(),
        }
        let _ = http.await;
    }
}
