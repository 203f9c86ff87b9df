//! `POST /validate`: from an HTTP request to a review's answer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use axum::body::Bytes;
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Router, body::Body};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::bad_request::BadRequest;
use super::body::Unread;
use super::connection::Connection;
use super::deadline::deadline;
use super::request_guard::RequestGuard;
use super::settings::{INLINE_LIMIT, INLINE_TIME, SMALL_BODY};
use super::{Shared, Stage};
use crate::admission::{self, Answer, Refusal};
use crate::lint::meter::{self, Stopped};

/// A request that is not let in is read this far to learn whom to answer. The
/// API server writes the uid into the first hundred bytes.
const HEAD: usize = 64 << 10;

/// The one route, and clear words for everything else.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/validate", post(validate).fallback(wrong_method))
        .fallback(wrong_path)
        .with_state(shared)
}

/// The connection of a request.
type Peer = Extension<Arc<Connection>>;

async fn wrong_path(State(shared): State<Arc<Shared>>, Extension(peer): Peer) -> Response {
    wrong(&shared, &peer, BadRequest::WrongPath)
}

async fn wrong_method(State(shared): State<Arc<Shared>>, Extension(peer): Peer) -> Response {
    wrong(&shared, &peer, BadRequest::WrongMethod)
}

fn wrong(shared: &Shared, connection: &Connection, bad: BadRequest) -> Response {
    bad.observe(shared, connection.peer);
    closed_while_stopping(shared, bad.into_response())
}

async fn validate(
    State(shared): State<Arc<Shared>>,
    Extension(connection): Peer,
    request: Request<Body>,
) -> Response {
    shared.known.store(true, Relaxed);
    let mut guard = RequestGuard::new(Arc::clone(&shared), connection, request);
    let response = match review(&shared, &mut guard).await {
        Ok(answer) => {
            let json = HeaderValue::from_static("application/json");
            ([(header::CONTENT_TYPE, json)], guard.answered(answer)).into_response()
        }
        Err(bad) => guard.failed(bad).into_response(),
    };
    closed_while_stopping(&shared, response)
}

/// A client that is asked to close uses another replica for its next request,
/// so none is lost to a connection that closes just as it is sent.
fn closed_while_stopping(shared: &Shared, mut response: Response) -> Response {
    if shared.stage() == Stage::Stopping {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}

/// Reads and lets in, then checks, all in time.
async fn review(
    shared: &Arc<Shared>,
    guard: &mut RequestGuard,
) -> Result<Answer<'static>, BadRequest> {
    if !is_json(&guard.head.headers) {
        return Err(BadRequest::WrongType);
    }
    let query = guard.head.uri.query();
    let deadline = deadline(guard.begun, query, shared.settings.request_timeout);
    match timeout_at(deadline, admit(shared, guard)).await {
        Ok(Ok(admitted)) => check(shared, admitted, deadline).await,
        Ok(Err(NotAdmitted::Bad(bad))) => Err(bad),
        Ok(Err(NotAdmitted::Busy)) => refuse_unread(guard, deadline, Refusal::Busy).await,
        Err(_) => refuse_unread(guard, deadline, Refusal::Late).await,
    }
}

/// A whole body, and its place among those that are checked.
struct Admitted {
    body: Bytes,
    permit: OwnedSemaphorePermit,
}

enum NotAdmitted {
    Bad(BadRequest),
    /// There was no place soon enough.
    Busy,
}

impl From<Unread> for NotAdmitted {
    fn from(unread: Unread) -> Self {
        Self::Bad(unread.into())
    }
}

/// Reads the body and waits for a place. No place is held while a body is read,
/// except for large bodies, whose places are their own: so a hundred unfinished
/// bodies do not delay other requests.
async fn admit(shared: &Shared, guard: &mut RequestGuard) -> Result<Admitted, NotAdmitted> {
    let until = guard.begun + shared.settings.max_wait;
    if guard.incoming.beyond(SMALL_BODY).await? {
        guard.place = Some(enter(&shared.large, until).await?);
        guard.incoming.reserve();
    }
    let body = guard.incoming.whole().await?;
    shared.metrics.observe_body(body.len());
    let permit = enter(&shared.in_flight, until).await?;
    Ok(Admitted { body, permit })
}

/// One of the `places`, if there is one until then.
async fn enter(
    places: &Arc<Semaphore>,
    until: Instant,
) -> Result<OwnedSemaphorePermit, NotAdmitted> {
    let places = Arc::clone(places);
    if let Ok(permit) = Arc::clone(&places).try_acquire_owned() {
        return Ok(permit);
    }
    let permit = timeout_at(until, places.acquire_owned()).await;
    permit.ok().and_then(Result::ok).ok_or(NotAdmitted::Busy)
}

/// The answer to a body that was not read, or not to its end: enough of it is
/// read to learn whom to answer.
async fn refuse_unread(
    guard: &mut RequestGuard,
    deadline: Instant,
    refusal: Refusal,
) -> Result<Answer<'static>, BadRequest> {
    loop {
        let head = admission::closed(guard.incoming.so_far());
        if let Ok(answer) = refuse(&head, refusal) {
            return Ok(answer);
        }
        match timeout_at(deadline, guard.incoming.more(HEAD)).await {
            Ok(Ok(true)) => {}
            Ok(Err(Unread::Disconnected)) => return Err(BadRequest::Disconnected),
            _ => return Err(BadRequest::Refused(refusal)),
        }
    }
}

fn refuse(body: &[u8], refusal: Refusal) -> Result<Answer<'static>, BadRequest> {
    let answer = admission::refuse(body, refusal)?;
    Ok(answer.into_owned())
}

/// The answer to a review, or to one whose time is over. A small body is
/// checked where it was read if that takes no time to speak of; all others on
/// threads of their own, so that no connection waits for a check.
async fn check(
    shared: &Arc<Shared>,
    Admitted { body, permit }: Admitted,
    deadline: Instant,
) -> Result<Answer<'static>, BadRequest> {
    if body.len() <= INLINE_LIMIT {
        let soon = deadline.min(Instant::now() + INLINE_TIME);
        if let Some(answer) = shared.answer(&body, move || Instant::now() >= soon) {
            return answer;
        }
    }
    // Few of the large ones at a time: what they take is many times their size.
    let turn = if body.len() > SMALL_BODY {
        let turn = Arc::clone(&shared.large_checks).acquire_owned();
        let Ok(turn) = timeout_at(deadline, turn).await else {
            return refuse(&body, Refusal::Late);
        };
        turn.ok()
    } else {
        None
    };
    let unwanted = Unwanted::default();
    let gone = Arc::clone(&unwanted.0);
    let (shared, text) = (Arc::clone(shared), body.clone());
    let checked = tokio::task::spawn_blocking(move || {
        let _places = (permit, turn);
        shared.answer(&text, move || {
            gone.load(Relaxed) || Instant::now() >= deadline
        })
    });
    match timeout_at(deadline, checked).await {
        Ok(Ok(Some(answer))) => answer,
        Ok(Err(_)) => Err(BadRequest::Broken),
        Ok(Ok(None)) | Err(_) => refuse(&body, Refusal::Late),
    }
}

/// When dropped, marks a check as no longer needed.
#[derive(Default)]
struct Unwanted(Arc<AtomicBool>);

impl Drop for Unwanted {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

impl Shared {
    /// Answers, unless `is_over` returns true meanwhile, and catches panics: the
    /// request at fault is answered, and no other is affected.
    fn answer(
        &self,
        body: &[u8],
        is_over: impl Fn() -> bool + 'static,
    ) -> Option<Result<Answer<'static>, BadRequest>> {
        let answer = || meter::run(is_over, || self.validator.answer(body));
        let answer = match catch_unwind(AssertUnwindSafe(answer)) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(Stopped)) => return None,
            Err(_) => {
                self.metrics.panics.inc();
                let refused = || admission::refuse(body, Refusal::Panicked);
                catch_unwind(AssertUnwindSafe(refused))
            }
        };
        let owned = |answer: Result<Answer<'_>, _>| Ok(answer?.into_owned());
        Some(answer.map_err(|_| BadRequest::Broken).and_then(owned))
    }
}

/// Whether the body calls itself JSON, with whatever parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE);
    let value = value.and_then(|it| it.to_str().ok());
    let essence = value.and_then(|it| it.split(';').next());
    essence.is_some_and(|it| it.trim().eq_ignore_ascii_case("application/json"))
}
