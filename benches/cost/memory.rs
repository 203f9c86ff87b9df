//! What the answer to a large review takes of memory: each of the worst shapes
//! in a process of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use stickler::admission::{RequestPolicy, answer};

use super::worst;

/// As large as what the API server stores of an object.
const BYTES: usize = 1_500_000;
/// The most that an answer may take, in megabytes, and the body with it.
const MOST: f64 = 64.0;

/// The most memory that this process has had, in megabytes.
fn peak() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes / 1024.0)
}

/// Answers the review in `file`, and prints how much memory was taken for it.
pub(super) fn of(file: &Path) -> ExitCode {
    let before = peak();
    let Ok(review) = fs::read_to_string(file) else {
        return ExitCode::FAILURE;
    };
    let answered = answer(review.as_bytes(), &RequestPolicy::default());
    let Some((before, after)) = before.zip(peak()) else {
        return ExitCode::FAILURE;
    };
    drop(answered);
    println!("{:.1}", after - before);
    ExitCode::SUCCESS
}

/// A table of all; `file` is written to, again and again.
pub(super) fn table(file: &Path) -> ExitCode {
    let mut worst_of_all: f64 = 0.0;
    println!("| shape | KiB | MB |\n|---|---|---|");
    for shape in worst::all() {
        let once = (shape.build)(shape.size).len();
        let review = (shape.build)(shape.size * BYTES / once);
        let (bytes, name) = (review.len() / 1024, &shape.name);
        let taken = fs::write(file, review).ok().and_then(|()| {
            let itself = std::env::current_exe().ok()?;
            let child = Command::new(itself).arg("memory-of").arg(file).output();
            String::from_utf8(child.ok()?.stdout)
                .ok()?
                .trim()
                .parse()
                .ok()
        });
        let Some(taken) = taken else {
            eprintln!("{name}: nothing was answered");
            return ExitCode::FAILURE;
        };
        println!("| {name} | {bytes} | {taken:.1} |");
        worst_of_all = worst_of_all.max(taken);
    }
    ExitCode::from(u8::from(worst_of_all > MOST))
}
