//! How long a request may take: what the API server says, and a little less.

use std::time::Duration;

use tokio::time::Instant;

/// The most that is kept back for the way home.
const LONGEST_MARGIN: Duration = Duration::from_secs(1);

/// When an answer must be ready. The API server names its own limit in the
/// URL (`?timeout=5s`, `k8s.io/apiserver/pkg/admission/plugin/webhook`); the
/// answer has to be there before, so a tenth of it is kept back.
pub(super) fn deadline(begun: Instant, query: Option<&str>, most: Duration) -> Instant {
    let asked = query.and_then(timeout).unwrap_or(most).min(most);
    begun + asked.saturating_sub((asked / 10).min(LONGEST_MARGIN))
}

/// The `timeout` of a query.
fn timeout(query: &str) -> Option<Duration> {
    let mut pairs = query.split('&');
    // The one sign of a unit that a query escapes.
    let asked = |pair: &str| Some(pair.strip_prefix("timeout=")?.replace("%C2%B5", "µ"));
    pairs.find_map(|pair| go_duration(&asked(pair)?))
}

/// A duration as Go writes it: `5s`, `1.5s`, `1m30s`, `250ms` (`time.Duration.String`).
fn go_duration(mut text: &str) -> Option<Duration> {
    let mut seconds = 0.0;
    while !text.is_empty() {
        let number = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (digits, rest) = text.split_at(number);
        let unit = rest.find(|c: char| c.is_ascii_digit() || c == '.');
        let (unit, rest) = rest.split_at(unit.unwrap_or(rest.len()));
        seconds += digits.parse::<f64>().ok()? * scale(unit)?;
        text = rest;
    }
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|asked| !asked.is_zero())
}

fn scale(unit: &str) -> Option<f64> {
    Some(match unit {
        "h" => 3600.0,
        "m" => 60.0,
        "s" => 1.0,
        "ms" => 1e-3,
        "us" | "µs" => 1e-6,
        "ns" => 1e-9,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_of_go_is_read() {
        for (text, milliseconds) in [
            ("1h2m3s", 3_723_000),
            ("1.5m", 90_000),
            ("250ms", 250),
            ("250000us", 250),
            ("250000µs", 250),
            ("250000000ns", 250),
        ] {
            let expected = Duration::from_millis(milliseconds);
            assert_eq!(go_duration(text), Some(expected), "{text}");
        }
        let escaped = timeout("x=1&timeout=250000%C2%B5s");
        assert_eq!(escaped, Some(Duration::from_millis(250)));
        for text in ["", "0s", "1", "s", "1d", "-1s", "1e99h"] {
            assert_eq!(go_duration(text), None, "{text}");
        }
    }

    #[test]
    fn the_callers_limit_counts_less_a_margin() {
        let begun = Instant::now();
        for (query, milliseconds) in [
            (None, 9000),
            (Some(""), 9000),
            (Some("timeout=5s"), 4500),
            (Some("a=b&timeout=1.5s&c"), 1350),
            (Some("timeout=250ms"), 225),
            (Some("timeout=30s"), 9000),
            (Some("timeout=1m0s"), 9000),
            (Some("timeout=0s"), 9000),
            (Some("timeout=-5s"), 9000),
            (Some("timeout=5"), 9000),
            (Some("timeout=99999999999999999999999h"), 9000),
            (Some("timeout=soon"), 9000),
        ] {
            let deadline = deadline(begun, query, Duration::from_secs(10));
            assert_eq!(
                deadline - begun,
                Duration::from_millis(milliseconds),
                "{query:?}"
            );
        }
    }

    #[test]
    fn no_more_than_a_second_is_kept_back() {
        let begun = Instant::now();
        let deadline = deadline(begun, Some("timeout=30s"), Duration::from_secs(30));
        assert_eq!(deadline - begun, Duration::from_secs(29));
    }
}
