//! `POST /validate`: from an HTTP request to a review's answer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use super::body::{self, Unread};
use super::{Shared, log};
use crate::admission::{self, Answer, BadReview, Refusal};

/// The one route, and clear words for everything else.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/validate", post(validate).fallback(wrong_method))
        .fallback(wrong_path)
        .with_state(shared)
}

async fn wrong_path(State(shared): State<Arc<Shared>>) -> BadRequest {
    shared.bad_request(BadRequest::WrongPath)
}

async fn wrong_method(State(shared): State<Arc<Shared>>) -> BadRequest {
    shared.bad_request(BadRequest::WrongMethod)
}

async fn validate(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let _in_flight = InFlight::new(&shared);
    let begun = Instant::now();
    match review(&shared, request, begun).await {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(bad) => shared.bad_request(bad).into_response(),
    }
}

/// Reads the body, has it judged and tells what came of it.
async fn review(shared: &Shared, request: Request, begun: Instant) -> Result<Vec<u8>, BadRequest> {
    let (head, body) = request.into_parts();
    if !is_json(&head.headers) {
        return Err(BadRequest::WrongType);
    }
    let body = body::read(&head.headers, body, shared.settings.max_body).await?;
    #[expect(clippy::cast_precision_loss, reason = "a body is far below 2^53 bytes")]
    shared.metrics.body.observe(body.len() as f64);
    let Answer { body, facts } = shared.answer(&body)?;
    let duration = begun.elapsed();
    shared.metrics.duration.observe(duration.as_secs_f64());
    shared.metrics.observe(&facts);
    log::decision(&facts, duration);
    Ok(body)
}

impl Shared {
    /// Judges, and contains what breaks: the request at fault is answered and
    /// nobody else notices.
    fn answer<'a>(&self, body: &'a [u8]) -> Result<Answer<'a>, BadRequest> {
        let judged = catch_unwind(AssertUnwindSafe(|| (self.judge)(body)));
        let answer = judged.or_else(|_| {
            self.metrics.panics.inc();
            catch_unwind(AssertUnwindSafe(|| {
                admission::refuse(body, Refusal::Panicked)
            }))
        });
        let answer = answer.map_err(|_| BadRequest::Broken)?;
        answer.map_err(BadRequest::BadReview)
    }

    /// Counts and logs a request that gets no review for an answer.
    fn bad_request(&self, bad: BadRequest) -> BadRequest {
        let (status, reason, text) = bad.describe();
        self.metrics
            .bad_requests
            .get_or_create(&[("reason", reason)])
            .inc();
        tracing::warn!(status = status.as_u16(), reason, "bad request: {text}");
        bad
    }
}

/// Whether the body calls itself JSON, with whatever parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|it| it.to_str().ok());
    let essence = value
        .and_then(|it| it.split(';').next())
        .unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// Counts a request in and, however it ends, out again.
struct InFlight(Arc<Shared>);

impl InFlight {
    fn new(shared: &Arc<Shared>) -> Self {
        shared.metrics.in_flight.inc();
        Self(Arc::clone(shared))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.metrics.in_flight.dec();
    }
}

/// A request that cannot be answered with a review.
#[derive(Debug)]
enum BadRequest {
    WrongPath,
    WrongMethod,
    WrongType,
    TooLarge,
    BrokenOff,
    BadReview(BadReview),
    Broken,
}

impl From<Unread> for BadRequest {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge => Self::TooLarge,
            Unread::BrokenOff => Self::BrokenOff,
        }
    }
}

impl BadRequest {
    /// The HTTP status, the label of the metric and the line that is sent.
    fn describe(&self) -> (StatusCode, &'static str, String) {
        let (status, reason, text) = match self {
            Self::WrongPath => (
                StatusCode::NOT_FOUND,
                "path",
                "not found: reviews go to /validate",
            ),
            Self::WrongMethod => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method",
                "wrong method: reviews are sent with POST",
            ),
            Self::WrongType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "content-type",
                "wrong content type: reviews are sent as application/json",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                "the body is larger than a review can be",
            ),
            Self::BrokenOff => (StatusCode::BAD_REQUEST, "broken-off", "the body broke off"),
            Self::Broken => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "broken",
                "stickler failed on this review, which is a defect of stickler",
            ),
            Self::BadReview(bad) => {
                return (StatusCode::BAD_REQUEST, "review", bad.to_string());
            }
        };
        (status, reason, text.to_owned())
    }
}

impl IntoResponse for BadRequest {
    fn into_response(self) -> Response {
        let (status, _, text) = self.describe();
        let mut response = (status, text + "\n").into_response();
        if matches!(self, Self::WrongMethod) {
            let post = axum::http::HeaderValue::from_static("POST");
            response.headers_mut().insert(header::ALLOW, post);
        }
        response
    }
}
