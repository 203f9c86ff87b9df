//! What becomes of findings under a policy: the whole way from the bytes of a
//! review to those of its answer, as tables.
#![allow(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod policy {
    mod cli;
    mod examples;
    mod matrix;
    mod schema;
    pub(crate) mod support;
}
