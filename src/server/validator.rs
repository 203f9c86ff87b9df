//! What checks a review, with which policy.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::admission::{self, Answer, BadReview, RequestPolicy};
use crate::policy::{PolicyHandle, ReloadOutcome};

/// From the bytes of a review to its answer.
type AnswerFn = dyn for<'a> Fn(&'a [u8]) -> Result<Answer<'a>, BadReview> + Send + Sync;

/// A validator, and the policy that it applies.
pub struct Validator {
    answer_fn: Box<AnswerFn>,
    pub(super) policy: Arc<PolicyHandle>,
}

impl Validator {
    /// The real answer_fn: each review by the policy as it is when it comes.
    #[must_use]
    pub fn by(policy: Arc<PolicyHandle>) -> Self {
        let live = Arc::clone(&policy);
        let validator =
            Self::with(move |body| admission::answer(body, &RequestPolicy::now(live.snapshot())));
        Self {
            policy,
            ..validator
        }
    }

    /// Another function, under no policy: a seam for tests and measurements.
    #[must_use]
    pub fn with<F>(answer_fn: F) -> Self
    where
        F: for<'a> Fn(&'a [u8]) -> Result<Answer<'a>, BadReview> + Send + Sync + 'static,
    {
        let (answer_fn, policy) = (Box::new(answer_fn), Arc::default());
        Self { answer_fn, policy }
    }
}

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator").finish_non_exhaustive()
    }
}

impl Validator {
    /// The answer to a review.
    pub(super) fn answer<'a>(&self, body: &'a [u8]) -> Result<Answer<'a>, BadReview> {
        (self.answer_fn)(body)
    }
}

/// Looks for a newer policy, and reports the outcome.
pub(super) fn poll(policy: &PolicyHandle) {
    match policy.poll(Timestamp::now()) {
        ReloadOutcome::Unchanged => {}
        ReloadOutcome::Loaded(warnings) if warnings.list.is_empty() => {
            tracing::info!("the policy was reloaded");
        }
        ReloadOutcome::Loaded(warnings) => {
            tracing::warn!(warnings = warnings.brief(), "the policy was reloaded");
        }
        ReloadOutcome::Refused(faults) => tracing::error!(
            faults = faults.brief(),
            "the new policy cannot be used; the last good one stays in force"
        ),
    }
}
