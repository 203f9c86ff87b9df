//! One connection: what it is doing, and since when.
//!
//! hyper's own header timeout cannot distinguish a slow head from an idle connection,
//! and would close the connections that the API server keeps. So a connection
//! notes its phase here, and [`Connections`](super::connections::Connections)
//! decides by it which connection has taken too long and which one gives way
//! to a new one.

use std::any::Any;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tower::Service as _;

/// What a connection is doing. All but `Working` wait for the peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// TLS is being agreed on.
    Handshake,
    /// No request has come yet.
    New,
    /// A request may come.
    Idle,
    /// The beginning of a request's head has come.
    Head,
    /// A request's body is being read.
    Body,
    /// The answer is being made.
    Working,
    /// The answer is being written.
    Answer,
    /// The answer is written, and the rest of the body is read and dropped.
    Drain,
}

/// The state of a connection.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) peer: SocketAddr,
    state: Mutex<State>,
    closing: Notify,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    since: Instant,
    /// Bodies whose rest is still read and dropped.
    draining: usize,
    /// What is dropped when the answer is written.
    after_answer: Option<Box<dyn Any + Send>>,
    /// Whether the next request has been read and waits for the answer to the
    /// one before to be written.
    next_waits: bool,
}

impl Connection {
    pub(super) fn new(peer: SocketAddr, phase: Phase) -> Self {
        let state = State {
            phase,
            since: Instant::now(),
            draining: 0,
            after_answer: None,
            next_waits: false,
        };
        Self {
            peer,
            state: Mutex::new(state),
            closing: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it is doing, and since when.
    pub(super) fn phase(&self) -> (Phase, Instant) {
        let state = self.state();
        (state.phase, state.since)
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.state().enter(phase);
    }

    /// Ends it as soon as its task runs.
    pub(super) fn close(&self) {
        self.closing.notify_one();
    }

    /// Waits for [`Self::close`].
    pub(super) async fn closed(&self) {
        self.closing.notified().await;
    }

    /// Keeps `value` until the answer is written, or the connection ends.
    pub(super) fn keep_until_answered(&self, value: Box<dyn Any + Send>) {
        self.state().after_answer = Some(value);
    }

    /// The body of a request is waited for until the guard is dropped.
    pub(super) fn waits_for_body(&self) -> WaitsForBody<'_> {
        self.enter(Phase::Body);
        WaitsForBody(self)
    }

    /// The rest of a body is read and dropped until the guard is.
    pub(super) fn drains(self: Arc<Self>) -> Drains {
        self.state().draining += 1;
        Drains(self)
    }

    /// Bytes have come.
    fn has_read(&self) {
        let mut state = self.state();
        match state.phase {
            Phase::Idle => state.enter(Phase::Head),
            Phase::Body => state.since = Instant::now(),
            _ => {}
        }
    }

    /// Everything that was written is with the kernel.
    fn has_written(&self, context: &Context<'_>) {
        let mut state = self.state();
        if state.phase != Phase::Answer {
            return;
        }
        let draining = state.draining > 0;
        state.enter(if draining { Phase::Drain } else { Phase::Idle });
        if std::mem::take(&mut state.next_waits) {
            context.waker().wake_by_ref();
        }
        let after_answer = state.after_answer.take();
        drop(state);
        drop(after_answer);
    }

    /// Waits until the answer before is written: a peer that asks on and on
    /// and reads nothing would pile up answers in memory.
    async fn last_answer_written(&self) {
        poll_fn(|_| {
            let mut state = self.state();
            state.next_waits = state.phase == Phase::Answer;
            if state.next_waits {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
        .await;
    }
}

impl State {
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.since = Instant::now();
    }
}

/// See [`Connection::waits_for_body`].
pub(super) struct WaitsForBody<'c>(&'c Connection);

impl Drop for WaitsForBody<'_> {
    fn drop(&mut self) {
        self.0.enter(Phase::Working);
    }
}

/// See [`Connection::drains`].
pub(super) struct Drains(Arc<Connection>);

impl Drop for Drains {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.draining -= 1;
        if state.phase == Phase::Drain && state.draining == 0 {
            state.enter(Phase::Idle);
        }
    }
}

/// The bytes of a connection, above TLS: they determine its phase.
#[derive(Debug)]
pub(super) struct Stream<S> {
    bytes: S,
    connection: Arc<Connection>,
}

impl<S> Stream<S> {
    pub(super) fn new(bytes: S, connection: Arc<Connection>) -> Self {
        Self { bytes, connection }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Stream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.bytes).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.connection.has_read();
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.bytes).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.bytes).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.bytes.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.bytes).poll_flush(context);
        if let Poll::Ready(Ok(())) = flushed {
            self.connection.has_written(context);
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.bytes).poll_shutdown(context)
    }
}

/// The routes, as one connection calls them. A handler finds its
/// `Arc<Connection>` among the request's extensions.
#[derive(Debug, Clone)]
pub(super) struct Routes {
    pub(super) router: Router,
    pub(super) connection: Arc<Connection>,
}

impl hyper::service::Service<Request<Incoming>> for Routes {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let Self { router, connection } = self.clone();
        Box::pin(answer(router, connection, request))
    }
}

async fn answer(
    mut router: Router,
    connection: Arc<Connection>,
    request: Request<Incoming>,
) -> Result<Response, Infallible> {
    connection.last_answer_written().await;
    connection.enter(Phase::Working);
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(Arc::clone(&connection));
    let response = router.call(request).await;
    connection.enter(Phase::Answer);
    response
}

/// How long each phase may last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timeouts {
    pub(super) handshake: Duration,
    pub(super) first_request: Duration,
    pub(super) idle: Duration,
    /// For a peer that has begun something and does not go on.
    pub(super) stalled: Duration,
}

impl Timeouts {
    /// How long `phase` may last.
    pub(super) fn of(&self, phase: Phase) -> Option<Duration> {
        match phase {
            Phase::Handshake => Some(self.handshake),
            Phase::New => Some(self.first_request),
            Phase::Idle => Some(self.idle),
            Phase::Head | Phase::Body | Phase::Answer | Phase::Drain => Some(self.stalled),
            // The request has a deadline of its own.
            Phase::Working => None,
        }
    }

    /// How often to look for phases that have lasted too long.
    pub(super) fn interval(&self) -> Duration {
        let shortest = self.handshake.min(self.first_request);
        let shortest = shortest.min(self.idle).min(self.stalled);
        (shortest / 8).clamp(Duration::from_millis(10), Duration::from_secs(1))
    }
}

#[cfg(test)]
mod tests;
