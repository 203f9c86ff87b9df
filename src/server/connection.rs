//! Bounds on connections: how many there are, and how long one may idle.
//!
//! hyper's own header timeout cannot tell a slow head from an idle connection
//! and would close the API server's kept connections under its hands. Here the
//! clock of a connection runs while no request is being answered, whatever
//! trickles in meanwhile.

use std::future::{Future, Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, ready as all_ready};
use std::time::Duration;

use axum_server::accept::Accept;
use hyper_util::rt::TokioExecutor;
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep};
use tower::Service;

/// What a connection reads before anybody asks for it, in bytes; a head has to
/// fit in. TLS hands out no more at once (RFC 8446, section 5.1).
const AHEAD: u16 = 16 << 10;

/// Bounds what a connection takes, whatever it sends: left alone, hyper reads
/// 400 KiB ahead, or over HTTP/2 a megabyte.
pub(super) fn read_ahead_little(http: &mut Builder<TokioExecutor>) {
    http.http1().max_buf_size(AHEAD.into());
    http.http2()
        .initial_connection_window_size(u32::from(u16::MAX))
        .initial_stream_window_size(u32::from(AHEAD));
}

/// Accepts connections up to a number.
#[derive(Debug, Clone)]
pub(super) struct Bounded {
    permits: Arc<Semaphore>,
    idle_timeout: Duration,
}

impl Bounded {
    pub(super) fn new(max_connections: usize, idle_timeout: Duration) -> Self {
        let permits = Arc::new(Semaphore::new(max_connections.min(Semaphore::MAX_PERMITS)));
        Self {
            permits,
            idle_timeout,
        }
    }
}

impl<S> Accept<TcpStream, S> for Bounded {
    type Stream = Connection;
    type Service = Counted<S>;
    type Future = Ready<io::Result<(Connection, Counted<S>)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
            return ready(Err(io::Error::other("too many connections")));
        };
        // An answer is one small write: waiting for more would only delay it.
        let _ = stream.set_nodelay(true);
        let activity = Arc::new(Activity::default());
        let connection = Connection {
            stream,
            clock: Box::pin(sleep(self.idle_timeout)),
            idle_timeout: self.idle_timeout,
            answered: 0,
            activity: Arc::clone(&activity),
            _permit: permit,
        };
        ready(Ok((connection, Counted { service, activity })))
    }
}

/// What a connection is doing, as its service sees it.
#[derive(Debug, Default)]
struct Activity {
    /// Requests being answered.
    active: AtomicUsize,
    /// Requests that were.
    answered: AtomicUsize,
}

/// A connection that ends when nothing is asked for too long.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    clock: Pin<Box<Sleep>>,
    idle_timeout: Duration,
    /// The number of answers at which the clock was set.
    answered: usize,
    activity: Arc<Activity>,
    _permit: OwnedSemaphorePermit,
}

impl Connection {
    /// Pending, unless the connection has been idle for too long.
    fn wait<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if self.activity.active.load(Relaxed) > 0 {
            return Poll::Pending;
        }
        let answered = self.activity.answered.load(Relaxed);
        if answered != self.answered {
            self.answered = answered;
            self.clock
                .as_mut()
                .reset(Instant::now() + self.idle_timeout);
        }
        all_ready!(self.clock.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Pending => self.wait(context),
            read @ Poll::Ready(_) => read,
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(context, bytes) {
            Poll::Pending => self.wait(context),
            written @ Poll::Ready(_) => written,
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write_vectored(context, slices) {
            Poll::Pending => self.wait(context),
            written @ Poll::Ready(_) => written,
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// A service that tells its connection what it is doing.
#[derive(Debug, Clone)]
pub(super) struct Counted<S> {
    service: S,
    activity: Arc<Activity>,
}

impl<S, R> Service<R> for Counted<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let active = Active::new(&self.activity);
        let answer = self.service.call(request);
        Box::pin(async move {
            let _active = active;
            answer.await
        })
    }
}

/// A request being answered.
struct Active(Arc<Activity>);

impl Active {
    fn new(activity: &Arc<Activity>) -> Self {
        activity.active.fetch_add(1, Relaxed);
        Self(Arc::clone(activity))
    }
}

impl Drop for Active {
    fn drop(&mut self) {
        self.0.answered.fetch_add(1, Relaxed);
        self.0.active.fetch_sub(1, Relaxed);
    }
}
