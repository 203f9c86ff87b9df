//! The migration against Ingresses that went through the real ingress-nginx.

#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

#[path = "migrate/arbitrary.rs"]
mod arbitrary;
#[path = "migrate/corpus.rs"]
mod corpus;
#[path = "migrate/files.rs"]
mod files;
#[path = "migrate/notes.rs"]
mod notes;
#[path = "migrate/outcomes.rs"]
mod outcomes;
#[path = "migrate/probes.rs"]
mod probes;
#[path = "migrate/readers.rs"]
mod readers;
#[path = "migrate/shapes.rs"]
mod shapes;
