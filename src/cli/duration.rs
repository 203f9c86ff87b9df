//! Lengths of time as people write them.

use jiff::{SignedDuration, Span, SpanRelativeTo};

/// Parses `7d`, `36h`, `1h 30m`, `90s`. A day has 24 hours; months and years,
/// which differ, are refused.
pub(super) fn parse(text: &str) -> Result<SignedDuration, String> {
    let span: Span = text
        .parse()
        .map_err(|_| "not a length of time such as '7d', '36h' or '90s'")?;
    let days = SpanRelativeTo::days_are_24_hours();
    let duration = span
        .to_duration(days)
        .map_err(|_| "months and years differ in length: write days, such as '365d'")?;
    if duration <= SignedDuration::ZERO {
        return Err("must be more than nothing".to_owned());
    }
    Ok(duration)
}

/// About how long: the largest unit that is in it at least twice.
pub(super) fn about(seconds: u64) -> String {
    let units = [(86_400, "days"), (3_600, "hours"), (60, "minutes")];
    let unit = units.iter().find(|(unit, _)| seconds >= 2 * unit);
    match unit {
        Some((unit, name)) => format!("{} {name}", seconds / unit),
        None => format!("{seconds} seconds"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write() {
        for (text, hours) in [
            ("7d", 168),
            ("36h", 36),
            ("1d 12h", 36),
            ("90m", 1),
            ("2w", 336),
        ] {
            assert_eq!(parse(text).unwrap().as_hours(), hours, "{text}");
        }
    }

    #[test]
    fn what_has_no_one_length() {
        for (text, why) in [
            ("", "not a length"),
            ("7", "not a length"),
            ("soon", "not a length"),
            ("1y", "months and years"),
            ("2mo", "months and years"),
            ("0s", "must be"),
            ("-1d", "must be"),
        ] {
            let refused = parse(text).unwrap_err();
            assert!(refused.starts_with(why), "{text}: {refused}");
        }
    }

    #[test]
    fn about_how_long() {
        for (seconds, text) in [
            (0, "0 seconds"),
            (119, "119 seconds"),
            (120, "2 minutes"),
            (7_199, "119 minutes"),
            (172_799, "47 hours"),
            (31_536_000, "365 days"),
        ] {
            assert_eq!(about(seconds), text);
        }
    }
}
