//! Log lines on standard error.

use std::io::IsTerminal as _;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// One JSON object a line, for machines
    Json,
    /// One line of words, for people
    Text,
}

/// Starts logging. `RUST_LOG` says which lines; without it from `info` on.
pub(super) fn start(format: LogFormat) {
    // A call that fails is told by whoever made it; the client need not tell too.
    let usual = || EnvFilter::new("info,kube_client=off");
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| usual());
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none())
        .with_writer(std::io::stderr);
    let _ = match format {
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
        LogFormat::Text => lines.with_target(false).try_init(),
    };
    std::panic::set_hook(Box::new(|panic| {
        // The text of a panic may quote the object at hand; its place does not.
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "panicked: please report this as a defect");
    }));
}
