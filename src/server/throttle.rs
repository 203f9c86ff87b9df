//! A limit on log lines that any client can cause.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lines in a [`WINDOW`].
const MOST: u32 = 10;
const WINDOW: Duration = Duration::from_secs(10);

/// Passes on ten lines in ten seconds, and counts the others.
#[derive(Debug, Default)]
pub(super) struct Throttle(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    window: Option<Instant>,
    let_through: u32,
    suppressed: u64,
}

impl Throttle {
    /// How many lines were suppressed since the last, if there may be one more
    /// at `now`.
    pub(super) fn next(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let within = |begun| now.saturating_duration_since(begun) < WINDOW;
        if !state.window.is_some_and(within) {
            state.window = Some(now);
            state.let_through = 0;
        }
        if state.let_through == MOST {
            state.suppressed += 1;
            return None;
        }
        state.let_through += 1;
        Some(std::mem::take(&mut state.suppressed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_lines_in_ten_seconds_and_the_number_of_the_others() {
        let throttle = Throttle::default();
        let begun = Instant::now();
        let at = |seconds| throttle.next(begun + Duration::from_secs(seconds));
        for _ in 0..10 {
            assert_eq!(at(0), Some(0));
        }
        assert_eq!((at(1), at(9)), (None, None));
        assert_eq!((at(10), at(10)), (Some(2), Some(0)));
    }
}
