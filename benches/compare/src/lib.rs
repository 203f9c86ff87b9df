//! What the servers and those who measure them share.

#![allow(
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    reason = "whoever measures breaks off with whatever went wrong"
)]

pub mod caller;
pub mod program;
pub mod stack;

#[path = "../../support/reviews.rs"]
mod reviews;
#[path = "../../support/subjects.rs"]
mod subjects;

/// Whatever goes wrong ends the measurement with its text.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The review of an Ingress without faults that has at least `bytes` bytes.
pub fn review(bytes: usize) -> String {
    reviews::of_size(bytes)
}

/// The review of an Ingress of `paths` paths, two of which have sticky cookies.
pub fn review_of_paths(paths: usize) -> String {
    reviews::of_paths(paths)
}
