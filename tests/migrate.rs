//! The migration against Ingresses that went through the real ingress-nginx.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[path = "migrate/arbitrary.rs"]
mod arbitrary;
#[path = "migrate/corpus.rs"]
mod corpus;
#[path = "migrate/outcomes.rs"]
mod outcomes;
#[path = "migrate/probes.rs"]
mod probes;
