//! Reviews in, answers out: recorded ones, updates of bad objects, anything.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test fails"
)]

#[path = "admission/arbitrary.rs"]
mod arbitrary;
#[path = "admission/ratchet.rs"]
mod ratchet;
#[path = "admission/recorded.rs"]
mod recorded;
