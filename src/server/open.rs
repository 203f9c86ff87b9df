//! A request from its head to its end. However it ends, it is counted and
//! leaves a line: also when the caller hangs up and the work is dropped.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use tokio::time::Instant;

use super::Shared;
use super::bad_request::BadRequest;
use super::body::Incoming;
use crate::admission::{self, Facts, Refusal};

/// A request that has not been answered yet.
pub(super) struct Open {
    shared: Arc<Shared>,
    pub(super) begun: Instant,
    pub(super) head: Parts,
    pub(super) incoming: Incoming,
    ended: bool,
}

impl Open {
    pub(super) fn new(shared: Arc<Shared>, request: Request) -> Self {
        shared.metrics.in_flight.inc();
        let (head, body) = request.into_parts();
        let incoming = Incoming::new(&head.headers, body, shared.settings.max_body);
        Self {
            shared,
            begun: Instant::now(),
            head,
            incoming,
            ended: false,
        }
    }

    /// It is answered with a review.
    pub(super) fn answered(mut self, facts: &Facts<'_>) {
        self.ended = true;
        self.observe(facts);
    }

    /// It is answered with an HTTP error, if anybody still reads it.
    pub(super) fn failed(mut self, bad: BadRequest) -> BadRequest {
        // A body that breaks off is a caller who hung up: that has a line of its own.
        self.ended = !matches!(bad, BadRequest::BrokenOff);
        if self.ended {
            bad.observed(&self.shared)
        } else {
            bad
        }
    }

    fn observe(&self, facts: &Facts<'_>) {
        let duration = self.begun.elapsed();
        self.shared.metrics.observe(facts, duration);
        log(facts, duration, trace_parent(&self.head.headers));
    }

    fn hung_up(&self) {
        let head = admission::closed(self.incoming.so_far());
        match admission::refuse(&head, Refusal::HungUp) {
            Ok(answer) => self.observe(&answer.facts),
            Err(_) => drop(BadRequest::BrokenOff.observed(&self.shared)),
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.ended {
            self.hung_up();
        }
        self.shared.metrics.in_flight.dec();
    }
}

/// The API server's trace, as W3C Trace Context writes it, if it looks like one.
fn trace_parent(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get("traceparent")?.to_str().ok()?;
    let plain = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    (value.len() <= 64 && value.bytes().all(plain)).then_some(value)
}

/// One line a decision.
fn log(facts: &Facts<'_>, duration: Duration, traceparent: Option<&str>) {
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
        duration_seconds = duration.as_secs_f64(),
        traceparent,
        "reviewed"
    );
}
