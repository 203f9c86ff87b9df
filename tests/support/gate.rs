//! A judge who waits until he may go on.

use std::sync::{Arc, Condvar, Mutex};

use stickler::admission::{Terms, answer};
use stickler::server::Judging;

/// Holds on to every review of something until it opens.
#[derive(Clone, Default)]
pub(crate) struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// A judge as usual, but that reviews with `mark` in them wait.
    pub(crate) fn judge(&self, mark: &'static str) -> Judging {
        let gate = self.clone();
        Judging::with(move |body| {
            if body.windows(mark.len()).any(|it| it == mark.as_bytes()) {
                let (open, opened) = &*gate.0;
                drop(opened.wait_while(open.lock().unwrap(), |open| !*open));
            }
            answer(body, &Terms::default())
        })
    }

    /// Lets everyone through, now and later.
    pub(crate) fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }
}
