//! The work of an answer is in proportion to the bytes of its review: the
//! shapes of `benches/cost.sh`, which counts instructions, counted in units of
//! work as the readers and rules spend them, so that `cargo test` sees it too.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test fails"
)]

use rayon::prelude::*;
use stickler::admission::{RequestPolicy, answer};
use stickler::lint::meter;

#[path = "../benches/cost/shapes.rs"]
mod shapes;
#[path = "../benches/cost/worst.rs"]
mod worst;

use shapes::Shape;

/// For twice the bytes the work may grow so much.
const MOST_GROWTH: f64 = 3.0;
/// So many units may be spent for a byte.
const MOST_A_BYTE: u64 = 8;

fn units(review: &str) -> u64 {
    let (answered, units) = meter::count(|| answer(review.as_bytes(), &RequestPolicy::default()));
    assert!(answered.is_ok());
    units
}

/// What is wrong with the work for a shape.
#[allow(clippy::cast_precision_loss, reason = "a ratio to two digits")]
fn fault(shape: &Shape) -> Option<String> {
    // Both above 4,096 bytes of value, where one more mistake begins.
    let [once, twice] = [shape.size * 3 / 4, shape.size * 3 / 2].map(&shape.build);
    let (small, large) = (units(&once), units(&twice));
    let bytes = twice.len() as f64 / once.len() as f64;
    // Not every shape has twice the bytes exactly.
    let power = (large as f64 / small as f64).ln() / bytes.ln();
    let growth = power.exp2();
    let a_byte = large / twice.len() as u64;
    let fine = growth <= MOST_GROWTH && a_byte <= MOST_A_BYTE;
    let name = &shape.name;
    (!fine).then(|| format!("{name}: {small} units, and {large}: {growth:.2}, {a_byte} a byte"))
}

#[test]
fn work_is_in_proportion_to_the_bytes() {
    let shapes: Vec<_> = shapes::all().into_iter().chain(worst::all()).collect();
    assert!(shapes.len() > 900, "{}", shapes.len());
    let faults: Vec<_> = shapes.par_iter().filter_map(fault).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
