//! Files that are read again and again, without blocking a request.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a poll waits. A kubelet waits one second for `/readyz`.
const WAIT: Duration = Duration::from_millis(150);
/// A read that takes longer is reported.
const STUCK: Duration = Duration::from_secs(5);

/// A poll of files on a thread of its own: a hung mount blocks that thread, and
/// neither reviews nor probes.
#[derive(Debug, Default)]
pub(super) struct Poller(Arc<Mutex<Option<Instant>>>);

impl Poller {
    /// Runs `poll`, unless the last one is still running, and waits for it a
    /// moment. It goes on after that.
    pub(super) async fn run(&self, poll: impl FnOnce() + Send + 'static) {
        let Some(running) = Running::begin(&self.0) else {
            return;
        };
        let polling = tokio::task::spawn_blocking(move || {
            poll();
            drop(running);
        });
        // Whether it ended in time, failed or goes on: the next poll follows.
        let _ = tokio::time::timeout(WAIT, polling).await;
    }

    /// Since when a poll has been running, where that is too long.
    fn stuck(&self) -> Option<Duration> {
        let began = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        began.map(|began| began.elapsed()).filter(|it| *it > STUCK)
    }
}

/// One for each kind of file that is read again.
#[derive(Debug, Default)]
pub(super) struct Pollers {
    pub(super) certificate: Poller,
    pub(super) client_auth: Poller,
    pub(super) policy: Poller,
}

impl Pollers {
    /// What is being read for too long, and for how long.
    pub(super) fn stuck(&self) -> impl Iterator<Item = (&'static str, Duration)> {
        let all = [
            ("certificate", &self.certificate),
            ("CA of callers", &self.client_auth),
            ("policy", &self.policy),
        ];
        all.into_iter()
            .filter_map(|(what, poller)| Some((what, poller.stuck()?)))
    }
}

/// Marks a poller as running until it is dropped, also by a panic.
struct Running(Arc<Mutex<Option<Instant>>>);

impl Running {
    fn begin(began: &Arc<Mutex<Option<Instant>>>) -> Option<Self> {
        let mut at = began.lock().unwrap_or_else(PoisonError::into_inner);
        if at.is_some() {
            return None;
        }
        *at = Some(Instant::now());
        Some(Self(Arc::clone(began)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_poll_that_hangs_is_not_waited_for_nor_repeated() {
        let poller = Poller::default();
        let (release, released) = mpsc::channel::<()>();
        let (done, finished) = mpsc::channel();
        let signal = done.clone();
        poller
            .run(move || {
                released.recv().unwrap();
                signal.send("first").unwrap();
            })
            .await;
        let signal = done.clone();
        poller.run(move || signal.send("too early").unwrap()).await;
        release.send(()).unwrap();
        let first = tokio::task::spawn_blocking(move || (finished.recv(), finished));
        let (first, finished) = first.await.unwrap();
        assert_eq!(first, Ok("first"));
        while poller.0.lock().unwrap().is_some() {
            tokio::task::yield_now().await;
        }
        poller.run(move || done.send("second").unwrap()).await;
        assert_eq!(finished.recv(), Ok("second"));
    }

    #[tokio::test]
    async fn a_poll_that_panics_does_not_end_polling() {
        let poller = Poller::default();
        poller.run(|| panic!("on purpose")).await;
        while poller.0.lock().unwrap().is_some() {
            tokio::task::yield_now().await;
        }
        let (done, finished) = mpsc::channel();
        poller.run(move || done.send(()).unwrap()).await;
        assert_eq!(finished.recv(), Ok(()));
    }

    #[test]
    fn a_long_poll_is_reported() {
        let poller = Poller::default();
        assert_eq!(poller.stuck(), None);
        let running = Running::begin(&poller.0);
        assert_eq!(poller.stuck(), None, "it has only begun");
        let before = Instant::now().checked_sub(STUCK * 2);
        *poller.0.lock().unwrap() = before;
        assert!(poller.stuck().is_some());
        drop(running);
        assert_eq!(poller.stuck(), None);

        let pollers = Pollers::default();
        let named = || pollers.stuck().map(|(what, _)| what).collect::<Vec<_>>();
        assert_eq!(named(), [""; 0]);
        for (poller, expected) in [
            (&pollers.policy, &["policy"][..]),
            (&pollers.certificate, &["certificate", "policy"]),
            (
                &pollers.client_auth,
                &["certificate", "CA of callers", "policy"],
            ),
        ] {
            *poller.0.lock().unwrap() = before;
            assert_eq!(named(), expected);
        }
    }
}
