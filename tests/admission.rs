//! Reviews in, answers out: recorded ones, updates of bad objects, anything.

#[path = "admission/arbitrary.rs"]
mod arbitrary;
#[path = "admission/ratchet.rs"]
mod ratchet;
#[path = "admission/recorded.rs"]
mod recorded;
