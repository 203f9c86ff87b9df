//! Wires, nothing more.

use std::process::ExitCode;

fn main() -> ExitCode {
    stickler::crypto::install();
    stickler::cli::run()
}
