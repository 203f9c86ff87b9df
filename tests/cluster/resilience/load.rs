//! Calls at a pace, and what came of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::task::{JoinError, JoinSet};
use tokio::time::MissedTickBehavior;

use crate::child_guard::poll;
use crate::place::Place;

/// 200 calls a second, if the machine can.
const PACE: Duration = Duration::from_millis(5);
/// No more calls than this wait for their answers at once.
const AT_ONCE: usize = 16;

/// A value, and what its denial says if it is to be denied.
pub(super) struct Case {
    pub(super) value: String,
    pub(super) denied: Option<&'static str>,
}

/// Calls while it is wanted, with each of its cases in turn.
pub(super) struct Load {
    mix: Vec<Arc<Case>>,
    /// No more calls than this are made.
    most: usize,
    begun: Instant,
    answered: AtomicUsize,
    enough: AtomicBool,
}

/// What came of it.
#[derive(Default)]
pub(super) struct Figures {
    pub(super) calls: usize,
    pub(super) failed: Vec<String>,
    /// The longest time without an answer.
    pub(super) pause: Duration,
    /// The longest time that a call took.
    pub(super) slowest: Duration,
    pub(super) took: Duration,
}

impl Load {
    pub(super) fn new(mix: Vec<Arc<Case>>, most: usize) -> Self {
        Self {
            mix,
            most,
            begun: Instant::now(),
            answered: AtomicUsize::new(0),
            enough: AtomicBool::new(false),
        }
    }

    pub(super) async fn run(&self, place: Arc<Place>) -> Figures {
        let mut ticks = tokio::time::interval(PACE);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut calls = JoinSet::new();
        let mut figures = Figures::default();
        let (begin, mut last) = (Instant::now(), Instant::now());
        for case in self.mix.iter().cycle().take(self.most) {
            if self.enough.load(Relaxed) {
                break;
            }
            ticks.tick().await;
            calls.spawn(call(Arc::clone(&place), Arc::clone(case), self.begun));
            while let Some(done) = calls.try_join_next() {
                figures.count(Some(done), &mut last);
            }
            if calls.len() == AT_ONCE {
                figures.count(calls.join_next().await, &mut last);
            }
            self.answered.store(figures.calls, Relaxed);
        }
        while let Some(done) = calls.join_next().await {
            figures.count(Some(done), &mut last);
        }
        figures.took = begin.elapsed();
        figures
    }

    /// Waits for so many answers from now on.
    pub(super) fn until_answered(&self, more: usize) {
        let goal = self.answered.load(Relaxed) + more;
        let answered = poll(|| (self.answered.load(Relaxed) >= goal).then_some(()));
        assert!(answered.is_some(), "the calls have stopped");
    }

    /// How long it has been at work.
    pub(super) fn age(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Makes no more calls.
    pub(super) fn end(&self) {
        self.enough.store(true, Relaxed);
    }
}

/// How one call went: when it was answered, what it took, what was wrong.
struct Call {
    answered: Instant,
    took: Duration,
    fault: Option<String>,
}

async fn call(place: Arc<Place>, case: Arc<Case>, begun: Instant) -> Call {
    let asked = Instant::now();
    let said = place.would_take(&case.value).await;
    let right = match (&said, case.denied) {
        (Ok(()), None) => true,
        (Err(status), Some(words)) => status.message.contains(words),
        _ => false,
    };
    let start = &case.value[..case.value.len().min(80)];
    Call {
        answered: Instant::now(),
        took: asked.elapsed(),
        fault: (!right).then(|| format!("after {:.1?}, {start}: {said:?}", begun.elapsed())),
    }
}

impl Figures {
    fn count(&mut self, call: Option<Result<Call, JoinError>>, last: &mut Instant) {
        let call = call.expect("a call").expect("its end");
        self.calls += 1;
        self.failed.extend(call.fault);
        self.slowest = self.slowest.max(call.took);
        self.pause = self
            .pause
            .max(call.answered.saturating_duration_since(*last));
        *last = call.answered.max(*last);
    }
}
