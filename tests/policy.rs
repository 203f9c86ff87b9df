//! What becomes of findings under a policy: the whole way from the bytes of a
//! review to those of its answer, as tables.
#![allow(missing_docs, reason = "a test, not an interface")]

mod policy {
    mod examples;
    mod matrix;
    mod schema;
    pub(crate) mod support;
}
