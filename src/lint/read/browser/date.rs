//! Dates in Set-Cookie headers, as far as one without a clock can compare them.
//!
//! nginx writes `max-age` beside each `expires`, and `max-age` wins. A date
//! by itself comes only from a value that smuggles in attributes of its own.

/// The year in which this was written: what was past then stays past.
const WRITTEN_IN: u32 = 2026;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Seconds until `text`: 0 for a date of a past year, endless for a later one,
/// `None` where it is not a date (RFC 6265bis, 5.1.1).
pub(super) fn life(text: &str) -> Option<u64> {
    // The time of day is the one part that has colons.
    if !text.contains(':') {
        return None;
    }
    let (mut time, mut day, mut month, mut year) = (false, false, false, None);
    for part in text.split(is_delimiter).filter(|part| !part.is_empty()) {
        let number = part.parse::<u32>().ok();
        if !time && is_time(part) {
            time = true;
        } else if !day && part.len() <= 2 && number.is_some_and(|it| (1..=31).contains(&it)) {
            day = true;
        } else if !month && is_month(part) {
            month = true;
        } else if year.is_none() && (2..=4).contains(&part.len()) {
            year = number;
        }
    }
    let year = match year? {
        year @ 70..=99 => 1900 + year,
        year @ 0..=69 => 2000 + year,
        year => year,
    };
    let past = year < WRITTEN_IN;
    (time && day && month).then_some(if past { 0 } else { u64::MAX })
}

fn is_delimiter(c: char) -> bool {
    matches!(c, '\t' | ' '..='/' | ';'..='@' | '['..='`' | '{'..='~')
}

fn is_time(part: &str) -> bool {
    let fields = part.split(':');
    let within = |(field, most): (&str, u8)| field.parse().is_ok_and(|it: u8| it <= most);
    fields.clone().count() == 3 && fields.zip([23, 59, 59]).all(within)
}

fn is_month(part: &str) -> bool {
    let head = part.get(..3).unwrap_or_default();
    MONTHS.iter().any(|month| month.eq_ignore_ascii_case(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_years_are_past_for_good() {
        for (text, expected) in [
            ("Thu, 01-Jan-70 00:00:00 GMT", Some(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Fri, 31-Dec-9999 23:59:59 GMT", Some(u64::MAX)),
            ("Thu, 31-Dec-37 23:55:55 GMT", Some(u64::MAX)),
            ("01-Jan-70", None),
            ("01-Jan-70 00:00 GMT", None),
            ("01-Jan-70 23:59:59", Some(0)),
            ("01-Jan-70 24:00:00", None),
            ("01-Jan-70 00:60:00", None),
            ("31-Dec-70 00:00:00", Some(0)),
            ("31-Dec-69 00:00:00", Some(u64::MAX)),
            ("31-Dec-60 00:00:00", Some(u64::MAX)),
            ("31-Dec-00 00:00:00", Some(0)),
            ("31-Dec-99 00:00:00", Some(0)),
            ("32-Dec-70 00:00:00", None),
            ("01-Foo-70 00:00:00", None),
            ("NOW+60", None),
            ("", None),
            ("é", None),
        ] {
            assert_eq!(life(text), expected, "{text}");
        }
    }
}
