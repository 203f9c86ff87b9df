//! A validator that waits until it may go on.

use std::sync::{Arc, Condvar, Mutex};

use stickler::admission::{RequestPolicy, answer};
use stickler::server::Validator;

/// Holds on to every review of something until it opens.
#[derive(Clone, Default)]
pub(crate) struct Latch(Arc<(Mutex<bool>, Condvar)>);

impl Latch {
    /// A validator as usual, but that reviews with `mark` in them wait.
    pub(crate) fn validator(&self, mark: &'static str) -> Validator {
        let latch = self.clone();
        Validator::with(move |body| {
            if body.windows(mark.len()).any(|it| it == mark.as_bytes()) {
                let (open, opened) = &*latch.0;
                drop(opened.wait_while(open.lock().unwrap(), |open| !*open));
            }
            answer(body, &RequestPolicy::default())
        })
    }

    /// Lets everyone through, now and later.
    pub(crate) fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }
}
