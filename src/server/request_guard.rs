//! A request from its head to its end. However it ends, it is counted and
//! leaves a line: also when the caller disconnects and the work is dropped.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::Shared;
use super::bad_request::BadRequest;
use super::body::Incoming;
use super::connection::Connection;
use crate::admission::{self, Answer, Facts, Refusal};

/// A request that has not been answered yet.
pub(super) struct RequestGuard {
    shared: Arc<Shared>,
    connection: Arc<Connection>,
    pub(super) begun: Instant,
    pub(super) head: Parts,
    pub(super) incoming: Incoming,
    /// The place of a large body, which is held until the answer is written.
    pub(super) place: Option<OwnedSemaphorePermit>,
    answered: bool,
}

impl RequestGuard {
    pub(super) fn new(shared: Arc<Shared>, connection: Arc<Connection>, request: Request) -> Self {
        shared.metrics.in_flight.inc();
        let (head, body) = request.into_parts();
        let limit = shared.settings.max_body;
        let incoming = Incoming::new(&head.headers, body, limit, Arc::clone(&connection));
        Self {
            shared,
            connection,
            begun: Instant::now(),
            head,
            incoming,
            place: None,
            answered: false,
        }
    }

    /// It is answered with a review, whose bytes are returned. The line of log
    /// is written when they are.
    pub(super) fn answered(mut self, answer: Answer<'static>) -> Vec<u8> {
        self.answered = true;
        let line = self.observe(answer.facts);
        let place = self.place.take();
        let after_answer = AfterAnswer {
            line,
            _place: place,
        };
        self.connection.keep_until_answered(Box::new(after_answer));
        answer.body
    }

    /// It is answered with an HTTP error, unless the client has disconnected.
    pub(super) fn failed(mut self, bad: BadRequest) -> BadRequest {
        // A body that breaks off is a caller who disconnected: that has a line
        // of its own.
        self.answered = !matches!(bad, BadRequest::Disconnected);
        if self.answered {
            bad.observe(&self.shared, self.connection.peer);
        }
        bad
    }

    /// Counts a decision. The line is still to be written.
    fn observe(&self, facts: Facts<'static>) -> Line {
        let duration = self.begun.elapsed();
        self.shared.metrics.observe(&facts, duration);
        Line {
            facts,
            duration,
            traceparent: traceparent(&self.head.headers).map(str::to_owned),
        }
    }

    fn client_disconnected(&self) {
        let head = admission::closed(self.incoming.so_far());
        match admission::refuse(&head, Refusal::HungUp) {
            Ok(answer) => self.observe(answer.into_owned().facts).log(),
            Err(_) => BadRequest::Disconnected.observe(&self.shared, self.connection.peer),
        }
    }
}

impl Drop for RequestGuard {
    fn drop(&mut self) {
        if !self.answered {
            self.client_disconnected();
        }
        self.shared.metrics.in_flight.dec();
    }
}

/// What is still to be done when the answer is written, or never will be.
struct AfterAnswer {
    line: Line,
    _place: Option<OwnedSemaphorePermit>,
}

impl Drop for AfterAnswer {
    fn drop(&mut self) {
        self.line.log();
    }
}

/// One line a decision.
struct Line {
    facts: Facts<'static>,
    duration: Duration,
    traceparent: Option<String>,
}

impl Line {
    fn log(&self) {
        let facts = &self.facts;
        let rules: Vec<_> = facts.rules.iter().map(|rule| rule.id()).collect();
        tracing::info!(
            target: "stickler::decision",
            uid = &*facts.uid,
            namespace = facts.namespace.as_deref(),
            name = facts.name.as_deref(),
            operation = facts.operation.as_str(),
            user = facts.user.as_deref(),
            dry_run = facts.dry_run,
            verdict = facts.verdict.as_str(),
            refusal = facts.refusal.map(Refusal::as_str),
            mode = facts.mode.as_str(),
            rules = rules.join(","),
            duration_seconds = self.duration.as_secs_f64(),
            traceparent = self.traceparent.as_deref(),
            "reviewed"
        );
    }
}

/// The API server's trace, as W3C Trace Context writes it, if it looks like one.
fn traceparent(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get("traceparent")?.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    (value.len() <= 64 && value.bytes().all(plain)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_has_the_shape_of_one() {
        let long = "a".repeat(64);
        let longer = "a".repeat(65);
        for (value, kept) in [
            (
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                true,
            ),
            (&*long, true),
            (&*longer, false),
            ("not a trace", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("traceparent", value.parse().unwrap());
            assert_eq!(traceparent(&headers), kept.then_some(value), "{value}");
        }
    }
}
