//! A count of the work that is done, and a way to stop it.
//!
//! Readers and rules [`spend`] a unit for about what it takes to read a word
//! or to compare two: wherever something is done once for each of many. Who
//! must not wait for longer than allowed lets them work within [`run`], and who
//! wants to know that the work is in proportion to the bytes asks [`count`].
//!
//! What is stopped unwinds, as salsa does it: a hundred functions need not hand
//! on what none of them can deal with. No panic is reported, and nothing is left half
//! done, as a check changes nothing but its own.

use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};

/// So many units are spent from one look at the clock to the next: some
/// hundred microseconds.
const STRIDE: u64 = 2048;

thread_local! {
    static SPENT: Cell<u64> = const { Cell::new(0) };
    /// When to look next.
    static NEXT: Cell<u64> = const { Cell::new(u64::MAX) };
    static IS_OVER: RefCell<Option<Box<dyn Fn() -> bool>>> = const { RefCell::new(None) };
}

/// What was stopped before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped before the end")]
pub struct Stopped;

/// Does `work`, unless `is_over` says meanwhile that it is to stop.
pub fn run<T>(
    is_over: impl Fn() -> bool + 'static,
    work: impl FnOnce() -> T,
) -> Result<T, Stopped> {
    let _outer = Outer {
        is_over: IS_OVER.replace(Some(Box::new(is_over))),
        next: NEXT.replace(SPENT.get()),
    };
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| match payload.downcast() {
        Ok(stopped) => *stopped,
        Err(panic) => panic::resume_unwind(panic),
    })
}

/// Does `work`, and returns how many units it took.
pub fn count<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let before = SPENT.get();
    let done = work();
    (done, SPENT.get() - before)
}

/// Counts so many units, and unwinds where [`run`] is to stop.
#[inline]
pub fn spend(units: usize) {
    let spent = SPENT.get().wrapping_add(units as u64);
    SPENT.set(spent);
    if spent >= NEXT.get() {
        look(spent);
    }
}

/// Counts a unit, and one for each 64 bytes of `text`.
#[inline]
pub(crate) fn spend_on(text: &str) {
    spend(1 + text.len() / 64);
}

#[cold]
fn look(spent: u64) {
    NEXT.set(spent.saturating_add(STRIDE));
    let is_over = IS_OVER.with_borrow(|is_over| is_over.as_ref().is_some_and(|it| it()));
    if is_over {
        panic::resume_unwind(Box::new(Stopped));
    }
}

/// What is in force again at the end of a [`run`].
struct Outer {
    is_over: Option<Box<dyn Fn() -> bool>>,
    next: u64,
}

impl Drop for Outer {
    fn drop(&mut self) {
        IS_OVER.set(self.is_over.take());
        NEXT.set(self.next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endless() {
        loop {
            spend(1);
        }
    }

    #[test]
    fn what_is_over_stops() {
        assert_eq!(run(|| true, endless), Err(Stopped));
        let looks = Cell::new(0);
        let third = move || looks.replace(looks.get() + 1) == 2;
        let ((), spent) = count(|| assert_eq!(run(third, endless), Err(Stopped)));
        assert!((2 * STRIDE..=3 * STRIDE).contains(&spent), "{spent}");
    }

    #[test]
    fn what_is_not_over_is_done() {
        assert_eq!(run(|| false, || spend(1 << 20)), Ok(()));
        // After a run there is nothing to stop.
        assert_eq!(run(|| true, || ()), Ok(()));
        assert_eq!(count(|| spend(1 << 20)), ((), 1 << 20));
    }

    #[test]
    fn an_inner_run_stops_alone() {
        let inner = || run(|| true, endless).is_err();
        assert_eq!(run(|| false, inner), Ok(true));
        let outer = || {
            let _ = run(|| false, || spend(1));
            endless();
        };
        let looks = Cell::new(0);
        let later = move || looks.replace(looks.get() + 1) > 0;
        assert_eq!(run(later, outer), Err(Stopped));
    }

    #[test]
    fn a_panic_stays_one() {
        let caught = panic::catch_unwind(|| run(|| false, || panic!("a defect")));
        assert!(caught.is_err());
    }
}
