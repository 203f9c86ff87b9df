//! Lines on their way to standard error: a bounded queue, and the one thread
//! that empties it.

use std::io::{ErrorKind, Write};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::server::LOST_LOG_LINES;

/// Lines that wait, in bytes: some seconds of a busy server.
const MOST_WAITING: usize = 1 << 20;
/// How long lines are gathered before they are written, so that not every
/// line wakes a thread.
const GATHER: Duration = Duration::from_millis(5);
/// How long the end of the process waits for the last lines.
const LAST_LINES: Duration = Duration::from_millis(500);

/// A queue of lines. Clones are of the same one.
#[derive(Debug, Clone)]
pub(super) struct Queue(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    /// There is something to write.
    filled: Condvar,
    /// Everything is written.
    emptied: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<u8>,
    writing: bool,
}

impl Queue {
    /// An empty queue, and a thread that writes its lines to `to`.
    pub(super) fn start(to: impl Write + Send + 'static) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let queue = Self(Arc::clone(&shared));
        let thread = std::thread::Builder::new().name("log".to_owned());
        thread.spawn(move || shared.write_all(to))?;
        Ok(queue)
    }

    /// Leaves a line, which ends with a line break. Where there is no room it
    /// is lost, and counted.
    pub(super) fn push(&self, line: &str) {
        let mut state = self.0.state();
        if state.waiting.len() + line.len() > MOST_WAITING {
            drop(state);
            LOST_LOG_LINES.fetch_add(1, Relaxed);
            return;
        }
        let was_empty = state.waiting.is_empty();
        state.waiting.extend_from_slice(line.as_bytes());
        drop(state);
        if was_empty {
            self.0.filled.notify_one();
        }
    }

    /// Waits a moment for everything to be written.
    pub(super) fn finish(&self) {
        let state = self.0.state();
        let busy = |state: &mut State| state.writing || !state.waiting.is_empty();
        drop(self.0.emptied.wait_timeout_while(state, LAST_LINES, busy));
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what comes, for ever.
    fn write_all(&self, to: impl Write) {
        let mut output = Output { to, cut: false };
        let mut lines = Vec::new();
        loop {
            let state = self
                .filled
                .wait_while(self.state(), |it| it.waiting.is_empty());
            drop(state);
            std::thread::sleep(GATHER);
            {
                let mut state = self.state();
                state.writing = true;
                std::mem::swap(&mut state.waiting, &mut lines);
            }
            LOST_LOG_LINES.fetch_add(output.write(&lines), Relaxed);
            lines.clear();
            self.state().writing = false;
            self.emptied.notify_all();
        }
    }
}

struct Output<W> {
    to: W,
    /// Whether the last line was written in part.
    cut: bool,
}

impl<W: Write> Output<W> {
    /// Writes lines, and returns how many of them are lost.
    fn write(&mut self, mut lines: &[u8]) -> u64 {
        if self.cut && self.to.write(b"\n").is_ok() {
            self.cut = false;
        }
        while !lines.is_empty() {
            match self.to.write(lines) {
                Ok(written @ 1..) => {
                    self.cut = lines.get(written - 1) != Some(&b'\n');
                    lines = lines.get(written..).unwrap_or_default();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::sleep(GATHER),
                Ok(0) | Err(_) => break,
            }
        }
        lines.split_inclusive(|&byte| byte == b'\n').count() as u64
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::mpsc;

    use super::*;

    /// Takes what it is asked to, in steps: so many bytes, or an error.
    struct Steps(Vec<Result<usize, ErrorKind>>, Vec<u8>);

    impl Write for Steps {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let step = if self.0.is_empty() {
                Ok(usize::MAX)
            } else {
                self.0.remove(0)
            };
            let taken = step?.min(bytes.len());
            self.1.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_cannot_be_written_is_counted_and_cuts_no_other_line() {
        use ErrorKind::{BrokenPipe, Interrupted, StorageFull, WouldBlock};
        for (steps, lost, written) in [
            (vec![], 0, "one\ntwo\nthree\n"),
            (
                vec![Ok(2), Err(Interrupted), Ok(2), Err(WouldBlock)],
                0,
                "one\ntwo\nthree\n",
            ),
            (vec![Err(BrokenPipe)], 2, "three\n"),
            (vec![Ok(4), Err(StorageFull)], 1, "one\nthree\n"),
            (vec![Ok(5), Err(StorageFull)], 1, "one\nt\nthree\n"),
            (vec![Ok(0)], 2, "three\n"),
        ] {
            let to = Steps(steps.clone(), Vec::new());
            let mut output = Output { to, cut: false };
            assert_eq!(output.write(b"one\ntwo\n"), lost, "{steps:?}");
            assert_eq!(output.write(b"three\n"), 0, "{steps:?}");
            assert_eq!(String::from_utf8_lossy(&output.to.1), written, "{steps:?}");
        }
    }

    /// A reader that is stalled until it is dropped.
    struct Still(mpsc::Receiver<()>);

    impl Write for Still {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            let _ = self.0.recv();
            Err(ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_stalled_reader_does_not_block_callers() {
        let (release, released) = mpsc::channel();
        let queue = Queue::start(Still(released)).unwrap();
        let line = "x".repeat(1023) + "\n";
        let before = LOST_LOG_LINES.load(Relaxed);
        for _ in 0..5000 {
            queue.push(&line);
        }
        assert!(queue.0.state().waiting.len() <= MOST_WAITING);
        assert!(LOST_LOG_LINES.load(Relaxed) - before >= 5000 - 2 * 1024);
        queue.finish();
        let before = queue.0.state().waiting.len();
        queue.push(&"x".repeat(MOST_WAITING - before + 1));
        assert_eq!(queue.0.state().waiting.len(), before);
        queue.push(&"x".repeat(MOST_WAITING - before));
        assert_eq!(queue.0.state().waiting.len(), MOST_WAITING);
        drop(release);
    }
}
