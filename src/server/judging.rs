//! Who judges, and by which policy.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::admission::{self, Answer, BadReview, Terms};
use crate::policy::{Live, Poll};

/// From the bytes of a review to its answer.
type Judge = dyn for<'a> Fn(&'a [u8]) -> Result<Answer<'a>, BadReview> + Send + Sync;

/// A judge, and the policy that it judges by.
pub struct Judging {
    judge: Box<Judge>,
    pub(super) policy: Arc<Live>,
}

impl Judging {
    /// The real judge: each review by the policy as it is when it comes.
    #[must_use]
    pub fn by(policy: Arc<Live>) -> Self {
        let live = Arc::clone(&policy);
        let judging = Self::with(move |body| admission::answer(body, &Terms::now(live.snapshot())));
        Self { policy, ..judging }
    }

    /// Another judge, under no policy: a seam for tests and measurements.
    #[must_use]
    pub fn with<J>(judge: J) -> Self
    where
        J: for<'a> Fn(&'a [u8]) -> Result<Answer<'a>, BadReview> + Send + Sync + 'static,
    {
        let (judge, policy) = (Box::new(judge), Arc::default());
        Self { judge, policy }
    }
}

impl fmt::Debug for Judging {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Judging").finish_non_exhaustive()
    }
}

impl Judging {
    /// The answer to a review.
    pub(super) fn answer<'a>(&self, body: &'a [u8]) -> Result<Answer<'a>, BadReview> {
        (self.judge)(body)
    }
}

/// Looks for a newer policy, and tells what came of it.
pub(super) fn poll(policy: &Live) {
    match policy.poll(Timestamp::now()) {
        Poll::Unchanged => {}
        Poll::Loaded(warnings) if warnings.list.is_empty() => {
            tracing::info!("the policy was reloaded");
        }
        Poll::Loaded(warnings) => {
            tracing::warn!(warnings = warnings.brief(), "the policy was reloaded");
        }
        Poll::Refused(faults) => tracing::error!(
            faults = faults.brief(),
            "the new policy cannot be used; the last good one stays in force"
        ),
    }
}
