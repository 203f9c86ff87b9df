//! `POST /validate`: from an HTTP request to a review's answer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Version, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout_at};

use super::bad_request::BadRequest;
use super::body::{Room, Unread};
use super::deadline::deadline;
use super::open::Open;
use super::{Shared, Stage};
use crate::admission::{self, Answer, Refusal};

/// Bodies up to this many bytes are judged where they are read, in well under
/// a millisecond; longer ones on a thread of their own, so that nobody waits
/// behind them and the deadline holds.
const SMALL: usize = 64 << 10;
/// A request that is not let in is read this far to learn whom to answer. The
/// API server writes the uid into the first hundred bytes.
const HEAD: usize = 64 << 10;

/// The one route, and clear words for everything else.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/validate", post(validate).fallback(wrong_method))
        .route("/livez", get(async || "ok\n"))
        .fallback(wrong_path)
        .with_state(shared)
}

async fn wrong_path(State(shared): State<Arc<Shared>>) -> BadRequest {
    BadRequest::WrongPath.observed(&shared)
}

async fn wrong_method(State(shared): State<Arc<Shared>>) -> BadRequest {
    BadRequest::WrongMethod.observed(&shared)
}

async fn validate(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let version = request.version();
    let mut open = Open::new(Arc::clone(&shared), request);
    let mut response = match review(&shared, &mut open).await {
        Ok(answer) => {
            open.answered(&answer.facts);
            let json = HeaderValue::from_static("application/json");
            ([(header::CONTENT_TYPE, json)], answer.body).into_response()
        }
        Err(bad) => open.failed(bad).into_response(),
    };
    // Whoever is told to close goes elsewhere next time, and no request is
    // lost to a connection that ends just as it is sent.
    if shared.stage() == Stage::Stopping && version < Version::HTTP_2 {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}

/// Reads the body, waits to be let in and has it judged, all in time.
async fn review(shared: &Arc<Shared>, open: &mut Open) -> Result<Answer<'static>, BadRequest> {
    if !is_json(&open.head.headers) {
        return Err(BadRequest::WrongType);
    }
    let query = open.head.uri.query();
    let deadline = deadline(open.begun, query, shared.settings.request_timeout);
    // No place is held while a peer is waited for: a hundred halves of bodies
    // hold up nobody.
    let soon = shared.soon(open.begun, deadline);
    let whole = open.incoming.whole(&shared.memory, soon);
    let (body, room) = match timeout_at(deadline, whole).await {
        Err(_) => return refuse_unread(open, deadline, Refusal::Late).await,
        Ok(Err(Unread::NoRoom)) => return refuse_unread(open, deadline, Refusal::Busy).await,
        Ok(read) => read?,
    };
    shared.metrics.observe_body(body.len());
    let Some(permit) = enter(shared, soon).await else {
        return refuse(&body, Refusal::Busy);
    };
    let places = (permit, room);
    match judge(shared, body.clone(), places, deadline).await {
        Some(answer) => answer,
        None => refuse(&body, Refusal::Late),
    }
}

/// A place among the requests being judged, if there is one soon enough.
async fn enter(shared: &Shared, soon: Instant) -> Option<OwnedSemaphorePermit> {
    let places = Arc::clone(&shared.in_flight);
    if let Ok(permit) = Arc::clone(&places).try_acquire_owned() {
        return Some(permit);
    }
    timeout_at(soon, places.acquire_owned()).await.ok()?.ok()
}

/// The answer to a body that was not read, or not to its end: enough of it is
/// read to learn whom to answer.
async fn refuse_unread(
    open: &mut Open,
    deadline: Instant,
    refusal: Refusal,
) -> Result<Answer<'static>, BadRequest> {
    loop {
        let head = admission::closed(open.incoming.so_far());
        if let Ok(answer) = refuse(&head, refusal) {
            return Ok(answer);
        }
        match timeout_at(deadline, open.incoming.more(HEAD)).await {
            Ok(Ok(true)) => {}
            Ok(Err(Unread::BrokenOff)) => return Err(BadRequest::BrokenOff),
            _ => return Err(BadRequest::Refused(refusal)),
        }
    }
}

fn refuse(body: &[u8], refusal: Refusal) -> Result<Answer<'static>, BadRequest> {
    let answer = admission::refuse(body, refusal)?;
    Ok(answer.into_owned())
}

/// The judge's answer; none where it comes too late.
async fn judge(
    shared: &Arc<Shared>,
    body: Bytes,
    places: (OwnedSemaphorePermit, Option<Room>),
    deadline: Instant,
) -> Option<Result<Answer<'static>, BadRequest>> {
    if body.len() <= SMALL {
        let answer = shared.answer(&body);
        return (Instant::now() < deadline).then_some(answer);
    }
    let shared = Arc::clone(shared);
    let judged = tokio::task::spawn_blocking(move || {
        let _places = places;
        shared.answer(&body)
    });
    let judged = timeout_at(deadline, judged).await.ok()?;
    Some(judged.unwrap_or(Err(BadRequest::Broken)))
}

impl Shared {
    /// Until when a request waits for others before it is refused.
    fn soon(&self, begun: Instant, deadline: Instant) -> Instant {
        deadline.min(begun + self.settings.max_wait)
    }

    /// Judges, and contains what breaks: the request at fault is answered and
    /// nobody else notices.
    fn answer(&self, body: &[u8]) -> Result<Answer<'static>, BadRequest> {
        let judged = catch_unwind(AssertUnwindSafe(|| self.judging.answer(body)));
        let answer = judged.or_else(|_| {
            self.metrics.panics.inc();
            catch_unwind(AssertUnwindSafe(|| {
                admission::refuse(body, Refusal::Panicked)
            }))
        });
        let answer = answer.map_err(|_| BadRequest::Broken)??;
        Ok(answer.into_owned())
    }
}

/// Whether the body calls itself JSON, with whatever parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE);
    let value = value.and_then(|it| it.to_str().ok());
    let essence = value.and_then(|it| it.split(';').next());
    essence.is_some_and(|it| it.trim().eq_ignore_ascii_case("application/json"))
}
