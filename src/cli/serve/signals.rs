//! SIGTERM from a kubelet, SIGINT from a terminal.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::Instant;

use super::Failure;

/// The same signal again within this time is the same request: `timeout` and
/// some supervisors signal a process, and then its group.
const SAME: Duration = Duration::from_secs(1);

/// The signals that ask a process to end.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    last: Option<(Kind, Instant)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Terminate,
    Interrupt,
}

impl Signals {
    /// Listens from now on.
    pub(super) fn new() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(|error| Failure::new("signals", error));
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            last: None,
        })
    }

    /// Waits for the next request to end.
    pub(super) async fn next(&mut self) {
        loop {
            let kind = tokio::select! {
                _ = self.terminate.recv() => Kind::Terminate,
                _ = self.interrupt.recv() => Kind::Interrupt,
            };
            let repeated = self
                .last
                .is_some_and(|(last, at)| last == kind && at.elapsed() < SAME);
            if !repeated {
                self.last = Some((kind, Instant::now()));
                return;
            }
        }
    }
}
