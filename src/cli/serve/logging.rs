//! Log lines on standard error.
//!
//! The caller formats its line and puts it in a queue, and one thread writes
//! the queue. So no request waits for the log, and a full disk, a closed pipe
//! or a stalled reader loses lines and nothing else.

use std::io::IsTerminal as _;

use clap::ValueEnum;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

mod line;
mod queue;

use super::Failure;
use line::Lines;
use queue::Queue;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// One JSON object a line, for machines
    Json,
    /// One line of words, for people
    Text,
}

/// Writes what is left when it is dropped.
pub(super) struct Log(Queue);

impl Drop for Log {
    fn drop(&mut self) {
        self.0.finish();
    }
}

/// Starts logging. `RUST_LOG` says which lines; without it from `info` on.
pub(super) fn start(format: LogFormat) -> Result<Log, Failure> {
    // The caller reports a call that fails, so the client need not.
    let usual = || EnvFilter::new("info,kube_client=off");
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| usual());
    let coloured = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let queue = Queue::start(std::io::stderr());
    let queue = queue.map_err(|error| Failure::new("starting the log", error))?;
    let lines = Lines::new(format, coloured, queue.clone());
    // Only a second log could fail, and there is none.
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init();
    std::panic::set_hook(Box::new(|panic| {
        // The text of a panic may quote the object at hand; its place does not.
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "panicked: please report this as a defect");
    }));
    Ok(Log(queue))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// Set where the test runs itself as a process of its own: the log and what
    /// is done with a panic are the whole process's.
    const CHILD: &str = "STICKLER_TEST_PANICS";

    #[test]
    fn a_panic_is_logged_by_its_place_and_not_by_its_text() {
        if std::env::var_os(CHILD).is_some() {
            let log = start(LogFormat::Json);
            let panicked = std::panic::catch_unwind(|| panic!("quotes an object"));
            drop(log);
            assert!(panicked.is_err());
            return;
        }
        let name = "cli::serve::logging::tests::a_panic_is_logged_by_its_place_and_not_by_its_text";
        let mut own = Command::new(std::env::current_exe().unwrap());
        own.args([name, "--exact", "--nocapture"]);
        let output = own.env(CHILD, "1").env_remove("RUST_LOG").output().unwrap();
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8(printed).unwrap();
        assert!(output.status.success(), "{printed}");
        assert!(printed.contains("panicked: please report"), "{printed}");
        assert!(printed.contains("logging.rs:"), "{printed}");
        assert!(!printed.contains("quotes an object"), "{printed}");
    }
}
