//! Wires, nothing more.

use std::process::ExitCode;

fn main() -> ExitCode {
    // One provider of cryptography for everything that speaks TLS. Only a
    // second call could fail, and there is none.
    let _ = rustls::crypto::ring::default_provider().install_default();
    stickler::cli::run()
}
