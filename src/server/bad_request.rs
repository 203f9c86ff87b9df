//! Requests that cannot be answered with a review: an HTTP status and a line.

use std::net::SocketAddr;
use std::time::Instant;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::body::Unread;
use crate::admission::{BadReview, Refusal};

/// A request that cannot be answered with a review.
#[derive(Debug)]
pub(super) enum BadRequest {
    WrongPath,
    WrongMethod,
    WrongType,
    TooLarge,
    /// The client disconnected, and cannot read a response.
    Disconnected,
    BadReview(BadReview),
    /// Not checked, and without a `uid` to answer.
    Refused(Refusal),
    Broken,
}

impl From<Unread> for BadRequest {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::TooLarge => Self::TooLarge,
            Unread::Disconnected => Self::Disconnected,
        }
    }
}

impl From<BadReview> for BadRequest {
    fn from(bad: BadReview) -> Self {
        Self::BadReview(bad)
    }
}

impl BadRequest {
    fn status(&self) -> StatusCode {
        match self {
            Self::WrongPath => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::WrongType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Disconnected | Self::BadReview(_) => StatusCode::BAD_REQUEST,
            Self::Refused(Refusal::Late) => StatusCode::REQUEST_TIMEOUT,
            Self::Refused(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What [`Self::reason`] says; a request that was refused and has no uid
    /// counts by the refusal.
    pub(super) const REASONS: [&str; 7] = [
        "broken",
        "content-type",
        "disconnected",
        "method",
        "path",
        "review",
        "too-large",
    ];

    /// The metric's label: a closed set.
    fn reason(&self) -> &'static str {
        match self {
            Self::WrongPath => "path",
            Self::WrongMethod => "method",
            Self::WrongType => "content-type",
            Self::TooLarge => "too-large",
            Self::Disconnected => "disconnected",
            Self::BadReview(_) => "review",
            Self::Refused(refusal) => refusal.as_str(),
            Self::Broken => "broken",
        }
    }

    fn line(&self) -> String {
        let line = match self {
            Self::WrongPath => "not found: reviews go to /validate",
            Self::WrongMethod => "wrong method: reviews are sent with POST",
            Self::WrongType => "wrong content type: reviews are sent as application/json",
            Self::TooLarge => "the body is larger than a review can be",
            Self::Disconnected => "the caller disconnected before the end of the body",
            Self::BadReview(bad) => return bad.to_string(),
            Self::Refused(Refusal::Late) => "the body did not come in time",
            Self::Refused(_) => "too many requests in flight",
            Self::Broken => "stickler failed on this review, which is a defect of stickler",
        };
        line.to_owned()
    }

    /// Counts it, and logs it unless there are too many of them.
    pub(super) fn observe(&self, shared: &Shared, peer: SocketAddr) {
        let reason = self.reason();
        shared.metrics.observe_bad_request(reason);
        if let Some(suppressed) = shared.bad_requests.next(Instant::now()) {
            let (status, line) = (self.status().as_u16(), self.line());
            tracing::warn!(status, reason, %peer, suppressed, "bad request: {line}");
        }
    }
}

impl IntoResponse for BadRequest {
    fn into_response(self) -> Response {
        (self.status(), self.line() + "\n").into_response()
    }
}
