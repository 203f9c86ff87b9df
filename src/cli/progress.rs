//! How far a long check is, for someone who waits at a terminal.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// Shorter work shows nothing.
const DELAY: Duration = Duration::from_secs(1);
/// How often the line changes.
const PACE: Duration = Duration::from_millis(100);

/// A line on standard error that is gone when the work is done.
pub(super) struct Progress {
    is_terminal: bool,
    next: Instant,
    done: usize,
    drawn: bool,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            is_terminal: io::stderr().is_terminal(),
            next: Instant::now() + DELAY,
            done: 0,
            drawn: false,
        }
    }

    /// Count a file, and draw if it is time.
    pub(super) fn one_more(&mut self) {
        self.done += 1;
        if self.is_terminal && Instant::now() >= self.next {
            // A terminal that cannot be written to shows no progress.
            let _ = write!(io::stderr(), "\r\x1b[Kchecked {} files ...", self.done);
            self.next = Instant::now() + PACE;
            self.drawn = true;
        }
    }

    /// Make room for something else.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.drawn) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
