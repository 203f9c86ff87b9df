//! Requests that cannot be answered with a review: an HTTP status and a line.

use axum::http::{HeaderValue, StatusCode, header};
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
    /// The caller hung up: nobody reads the answer.
    BrokenOff,
    BadReview(BadReview),
    /// Not judged, and it is not known whom to answer.
    Refused(Refusal),
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
            Self::BrokenOff | Self::BadReview(_) => StatusCode::BAD_REQUEST,
            Self::Refused(Refusal::Late) => StatusCode::REQUEST_TIMEOUT,
            Self::Refused(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What [`Self::reason`] says; a request that was refused and has no uid
    /// counts by the refusal.
    pub(super) const REASONS: [&str; 7] = [
        "path",
        "method",
        "content-type",
        "too-large",
        "broken-off",
        "review",
        "broken",
    ];

    /// The metric's label: a closed set.
    fn reason(&self) -> &'static str {
        match self {
            Self::WrongPath => "path",
            Self::WrongMethod => "method",
            Self::WrongType => "content-type",
            Self::TooLarge => "too-large",
            Self::BrokenOff => "broken-off",
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
            Self::BrokenOff => "the body broke off",
            Self::BadReview(bad) => return bad.to_string(),
            Self::Refused(Refusal::Late) => "the body did not come in time",
            Self::Refused(_) => "too many requests in flight",
            Self::Broken => "stickler failed on this review, which is a defect of stickler",
        };
        line.to_owned()
    }

    /// Counts and logs it.
    pub(super) fn observed(self, shared: &Shared) -> Self {
        let (status, reason, line) = (self.status().as_u16(), self.reason(), self.line());
        shared.metrics.observe_bad_request(reason);
        tracing::warn!(status, reason, "bad request: {line}");
        self
    }
}

impl IntoResponse for BadRequest {
    fn into_response(self) -> Response {
        let mut response = (self.status(), self.line() + "\n").into_response();
        if matches!(self, Self::WrongMethod) {
            let post = HeaderValue::from_static("POST");
            response.headers_mut().insert(header::ALLOW, post);
        }
        response
    }
}
