//! Times as nginx reads them: `1h`, `1d 12h`, `max`.
//!
//! Source: nginx 1.31.5, `src/core/ngx_parse.c`, `ngx_parse_time` in seconds.

/// The life of a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expires {
    /// The word `max`: nginx writes the end of 2037 and ten years.
    Max,
    /// Seconds from the response on; at most 2^63-1.
    Seconds(u64),
}

/// The `max-age` that nginx writes for `max`, in seconds.
pub const MAX_AGE_OF_MAX: u64 = 315_360_000;

/// A number of seconds that nginx writes as if it were `max`: the constant it
/// keeps for `max` (2^31-1 less the margin it takes for the clock's).
pub(super) const MAX_ALIAS: u64 = 2_145_916_555;

const LARGEST: u64 = i64::MAX as u64;

/// Units in the order in which they may appear, with their scale in seconds.
const UNITS: [(u8, u64); 8] = [
    (b'y', 31_536_000),
    (b'M', 2_592_000),
    (b'w', 604_800),
    (b'd', 86_400),
    (b'h', 3_600),
    (b'm', 60),
    (b's', 1),
    (b' ', 1),
];

/// The places in [`UNITS`] of the two that exclude each other.
const SECONDS: usize = 6;

/// Why a time is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeError {
    /// No digit anywhere.
    NoDigits,
    /// A byte that is neither digit nor unit, at this offset.
    NotAUnit(usize),
    /// Milliseconds, which `expires` does not count in, at this offset.
    Milliseconds(usize),
    /// A unit that is repeated or follows a smaller one, at this offset.
    OutOfOrder(usize),
    /// More than 2^63-1 seconds.
    TooLong,
}

impl Expires {
    /// Reads the value of `expires=`. Comparisons of C strings end at a NUL.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        if text.split('\0').next() == Some("max") {
            return Ok(Self::Max);
        }
        seconds(text).map(Self::Seconds)
    }

    /// The `max-age` that nginx writes, in seconds.
    #[must_use]
    pub fn max_age(self) -> u64 {
        match self {
            Self::Max | Self::Seconds(MAX_ALIAS) => MAX_AGE_OF_MAX,
            Self::Seconds(seconds) => seconds,
        }
    }
}

/// Reads a time in seconds: units descend and appear once, spaces may follow
/// each, digits may be missing before a unit but not everywhere.
pub fn seconds(text: &str) -> Result<u64, TimeError> {
    let bytes = text.as_bytes();
    let (mut at, mut total, mut digits) = (0, 0_u64, false);
    let mut next_unit = 0;
    loop {
        let number;
        (number, at, digits) = read_number(bytes, at, digits)?;
        let Some(&letter) = bytes.get(at) else {
            total = add(total, number)?;
            return digits.then_some(total).ok_or(TimeError::NoDigits);
        };
        let unit = unit(bytes, at)?;
        if unit < next_unit || (letter == b' ' && next_unit > SECONDS) {
            return Err(TimeError::OutOfOrder(at));
        }
        next_unit = if letter == b' ' {
            UNITS.len()
        } else {
            unit + 1
        };
        let scaled = number.checked_mul(UNITS[unit].1);
        total = add(total, scaled.ok_or(TimeError::TooLong)?)?;
        at += 1;
        at += bytes[at..].iter().take_while(|&&byte| byte == b' ').count();
    }
}

fn read_number(bytes: &[u8], from: usize, seen: bool) -> Result<(u64, usize, bool), TimeError> {
    let count = bytes[from..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let number = bytes[from..from + count]
        .iter()
        .try_fold(0_u64, |number, digit| {
            let number = number
                .checked_mul(10)?
                .checked_add(u64::from(digit - b'0'))?;
            (number <= LARGEST).then_some(number)
        });
    let number = number.ok_or(TimeError::TooLong)?;
    Ok((number, from + count, seen || count > 0))
}

fn unit(bytes: &[u8], at: usize) -> Result<usize, TimeError> {
    if bytes[at..].starts_with(b"ms") {
        return Err(TimeError::Milliseconds(at));
    }
    let known = UNITS.iter().position(|&(letter, _)| letter == bytes[at]);
    known.ok_or(TimeError::NotAUnit(at))
}

fn add(total: u64, more: u64) -> Result<u64, TimeError> {
    let sum = total.checked_add(more).filter(|&sum| sum <= LARGEST);
    sum.ok_or(TimeError::TooLong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted() {
        for (text, expected) in [
            ("1", 1),
            ("0", 0),
            ("1h", 3_600),
            ("1h30", 3_630),
            ("1h 30m", 5_400),
            (
                "1y1M1w1d1h1m1s",
                31_536_000 + 2_592_000 + 604_800 + 86_400 + 3_600 + 61,
            ),
            ("1dh", 86_400),
            ("h5", 5),
            ("5 ", 5),
            ("5 5", 10),
            ("1s 5", 6),
            ("292471208677y", 292_471_208_677 * 31_536_000),
            ("9223372036854775807", LARGEST),
            ("000000000000000000000000000001", 1),
        ] {
            assert_eq!(seconds(text), Ok(expected), "{text:?}");
        }
        assert_eq!(Expires::parse("max"), Ok(Expires::Max));
        assert_eq!(Expires::parse("max\0x"), Ok(Expires::Max));
        assert_eq!(Expires::Seconds(MAX_ALIAS).max_age(), MAX_AGE_OF_MAX);
    }

    #[test]
    fn refused() {
        use TimeError::{Milliseconds, NoDigits, NotAUnit, OutOfOrder, TooLong};
        for (text, error) in [
            ("", NoDigits),
            ("h", NoDigits),
            ("1ms", Milliseconds(1)),
            ("1H", NotAUnit(1)),
            ("30m1h", OutOfOrder(4)),
            ("1h1h", OutOfOrder(3)),
            (" 1h", OutOfOrder(2)),
            ("1.5h", NotAUnit(1)),
            ("-1", NotAUnit(0)),
            ("off", NotAUnit(0)),
            ("MAX", NotAUnit(1)),
            ("time", NotAUnit(0)),
            ("'1h'", NotAUnit(0)),
            ("1h\0", NotAUnit(2)),
            ("292471208678y", TooLong),
            ("9223372036854775808", TooLong),
            ("9223372036854775807s1", TooLong),
        ] {
            assert_eq!(Expires::parse(text), Err(error), "{text:?}");
        }
    }
}
