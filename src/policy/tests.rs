//! Files and what is made of them.

mod contradictions;
mod edges;
mod faults;
mod force;
mod reload;
mod shown;

use jiff::Timestamp;

use super::{Faults, Policies};

/// A day in the middle of the cases' dates.
fn now() -> Timestamp {
    "2026-06-15T12:00:00Z".parse().unwrap()
}

/// A policy without errors, and its warnings.
fn parse(text: &str) -> (Policies, Faults) {
    Policies::parse("p.yaml", text, now()).unwrap_or_else(|faults| panic!("{faults}\n{text}"))
}

/// Everything wrong with a text, as people see it.
fn complaints(text: &str) -> String {
    match Policies::parse("p", text, now()) {
        Ok((_, warnings)) => warnings.to_string(),
        Err(faults) => faults.to_string(),
    }
}
