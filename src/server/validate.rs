//! `POST /validate`: from an HTTP request to a review's answer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Version, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::bad_request::BadRequest;
use super::body::Unread;
use super::deadline::deadline;
use super::open::Open;
use super::settings::SMALL;
use super::{Shared, Stage};
use crate::admission::{self, Answer, Refusal};

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
    // Only over HTTP/2 can there be more requests than connections.
    let Ok(_reading) = shared.reading.try_acquire() else {
        return Err(BadRequest::Refused(Refusal::Busy));
    };
    // A place is never held while a peer is waited for, but for large bodies,
    // whose places are their own: a hundred halves of bodies hold up nobody.
    let Ok(begun) = timeout_at(deadline, open.incoming.beyond(SMALL)).await else {
        return refuse_unread(open, deadline, Refusal::Late).await;
    };
    let _room = if begun? {
        let room = enter(shared, &shared.large, open.begun, deadline).await;
        let Some(room) = room else {
            return refuse_unread(open, deadline, Refusal::Busy).await;
        };
        Some(room)
    } else {
        None
    };
    let Ok(body) = timeout_at(deadline, open.incoming.whole()).await else {
        return refuse_unread(open, deadline, Refusal::Late).await;
    };
    let body = body?;
    shared.metrics.observe_body(body.len());
    let Some(permit) = enter(shared, &shared.in_flight, open.begun, deadline).await else {
        return refuse(&body, Refusal::Busy);
    };
    match judge(shared, body.clone(), permit, deadline).await {
        Some(answer) => answer,
        None => refuse(&body, Refusal::Late),
    }
}

/// One of the `places`, if there is one soon enough.
async fn enter(
    shared: &Shared,
    places: &Arc<Semaphore>,
    begun: Instant,
    deadline: Instant,
) -> Option<OwnedSemaphorePermit> {
    let permits = Arc::clone(places);
    if let Ok(permit) = Arc::clone(&permits).try_acquire_owned() {
        return Some(permit);
    }
    let until = deadline.min(begun + shared.settings.max_wait);
    timeout_at(until, permits.acquire_owned()).await.ok()?.ok()
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
    permit: OwnedSemaphorePermit,
    deadline: Instant,
) -> Option<Result<Answer<'static>, BadRequest>> {
    if body.len() <= SMALL {
        let answer = shared.answer(&body);
        return (Instant::now() < deadline).then_some(answer);
    }
    let shared = Arc::clone(shared);
    let judged = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        shared.answer(&body)
    });
    let judged = timeout_at(deadline, judged).await.ok()?;
    Some(judged.unwrap_or(Err(BadRequest::Broken)))
}

impl Shared {
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
