//! The webhook over real sockets: TLS, HTTP, limits, life and end.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test fails"
)]

#[path = "server/bounds.rs"]
mod bounds;
#[path = "server/callers.rs"]
mod callers;
#[path = "server/certificates.rs"]
mod certificates;
#[path = "server/client_keys.rs"]
mod client_keys;
#[path = "server/deadlines.rs"]
mod deadlines;
#[path = "server/edges.rs"]
mod edges;
#[path = "server/expiry.rs"]
mod expiry;
#[path = "server/flags.rs"]
mod flags;
#[path = "server/harness.rs"]
mod harness;
#[path = "server/http.rs"]
mod http;
#[path = "support/latch.rs"]
mod latch;
#[path = "server/logs.rs"]
mod logs;
#[path = "server/metrics.rs"]
mod metrics;
#[path = "server/policies.rs"]
mod policies;
#[path = "server/process.rs"]
mod process;
#[path = "server/readiness.rs"]
mod readiness;
#[path = "server/spawned.rs"]
mod spawned;
