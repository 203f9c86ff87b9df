//! Whether our clock and the API server's agree.
//!
//! A replica whose clock is wrong would replace a good CA by one that is
//! not valid yet, or not any more. The API server's answers carry its time in `Date` (RFC 9110,
//! section 6.6.1), to the second.

use std::sync::{Arc, Mutex, PoisonError};

use hyper::Response;
use hyper::header::DATE;
use jiff::{SignedDuration, Timestamp};
use tower::util::MapResponseLayer;

/// The most that the two clocks may differ. What we sign is valid for twice as
/// long before it is signed, so that it is valid for other API servers too,
/// whose clocks differ as much.
pub const MAX_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// The time that the API server's last answer names.
#[derive(Debug, Clone, Default)]
pub struct ServerClock(Arc<Mutex<Option<Timestamp>>>);

/// Why our clock cannot be relied on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// The clocks differ too much.
    #[error(
        "the clock here ({here:.0}) and the API server's ({there:.0}) disagree by {}, \
         more than the {} that are allowed: no certificate is signed until they agree",
        rounded(*here, *there), minutes(MAX_SKEW)
    )]
    Skew {
        /// The time here.
        here: Timestamp,
        /// The time that the API server named.
        there: Timestamp,
    },
    /// The answer has no time.
    #[error(
        "the API server's answer has no Date, or one that is not valid: \
         no certificate is signed while its clock is unknown"
    )]
    Unknown,
}

impl ServerClock {
    /// A layer of an HTTP client that reads the time of each answer.
    #[must_use]
    pub fn layer<B>(
        &self,
    ) -> MapResponseLayer<impl FnOnce(Response<B>) -> Response<B> + Clone + use<B>> {
        let clock = self.clone();
        MapResponseLayer::new(move |response: Response<B>| {
            let date = response.headers().get(DATE);
            clock.set(date.and_then(|date| read(date.to_str().ok()?)));
            response
        })
    }

    fn set(&self, date: Option<Timestamp>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = date;
    }

    /// Whether the last answer's time is within [`MAX_SKEW`] of `here`.
    pub fn agrees_with(&self, here: Timestamp) -> Result<(), ClockError> {
        let date = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let there = date.ok_or(ClockError::Unknown)?;
        if here.duration_since(there).abs() > MAX_SKEW {
            return Err(ClockError::Skew { here, there });
        }
        Ok(())
    }
}

/// Reads an IMF-fixdate (RFC 9110, section 5.6.7), which is a date of RFC 5322.
fn read(date: &str) -> Option<Timestamp> {
    let zoned = jiff::fmt::rfc2822::parse(date).ok()?;
    Some(zoned.timestamp())
}

/// The difference in the largest unit that is not zero.
fn rounded(here: Timestamp, there: Timestamp) -> String {
    let difference = here.duration_since(there).abs();
    match difference.as_hours() {
        0 => minutes(difference),
        hours @ 1..48 => format!("{hours} hours"),
        hours => format!("{} days", hours / 24),
    }
}

fn minutes(difference: SignedDuration) -> String {
    format!("{} minutes", difference.as_mins())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "Thu, 26 Nov 2026 11:08:45 GMT";

    fn clock(date: Option<&str>) -> ServerClock {
        let clock = ServerClock::default();
        clock.set(date.and_then(read));
        clock
    }

    #[test]
    fn clocks_agree_within_minutes() {
        let there: Timestamp = "2026-11-26T11:08:45Z".parse().unwrap();
        for (seconds, agrees) in [
            (0, true),
            (300, true),
            (301, false),
            (-300, true),
            (-301, false),
            (400 * 86_400, false),
            (-10 * 86_400, false),
        ] {
            let here = there + SignedDuration::from_secs(seconds);
            let result = clock(Some(DATE)).agrees_with(here);
            assert_eq!(result.is_ok(), agrees, "{seconds}: {result:?}");
        }
    }

    #[test]
    fn a_clock_that_is_not_known_does_not_agree() {
        let now = "2026-11-26T11:08:45Z".parse().unwrap();
        for date in [None, Some(""), Some("yesterday"), Some("1795691325")] {
            assert_eq!(clock(date).agrees_with(now), Err(ClockError::Unknown));
        }
    }

    #[tokio::test]
    async fn the_last_answer_counts_and_one_without_a_time_leaves_none() {
        use tower::{Layer as _, ServiceExt as _};
        let clock = ServerClock::default();
        let there = "2026-11-26T11:08:45Z".parse().unwrap();
        for (date, agrees) in [(Some(DATE), true), (None, false), (Some(DATE), true)] {
            let service = tower::service_fn(|date: Option<&'static str>| async move {
                let answer = Response::builder();
                let answer = date
                    .into_iter()
                    .fold(answer, |it, date| it.header(hyper::header::DATE, date));
                answer.body(())
            });
            clock.layer().layer(service).oneshot(date).await.unwrap();
            assert_eq!(clock.agrees_with(there).is_ok(), agrees, "{date:?}");
        }
    }

    #[test]
    fn the_message_names_both_times() {
        let there = "2026-11-26T11:08:45Z".parse().unwrap();
        for (here, difference) in [
            ("2026-11-26T11:14:45Z", "6 minutes"),
            ("2026-11-26T14:08:45Z", "3 hours"),
            ("2027-12-31T11:08:45Z", "400 days"),
        ] {
            let here = here.parse().unwrap();
            assert_eq!(
                ClockError::Skew { here, there }.to_string(),
                format!(
                    "the clock here ({here}) and the API server's (2026-11-26T11:08:45Z) disagree \
                     by {difference}, more than the 5 minutes that are allowed: no certificate is \
                     signed until they agree"
                )
            );
        }
    }
}
