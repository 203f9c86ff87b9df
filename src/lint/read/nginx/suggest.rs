//! What a parameter that nginx refuses was certainly intended to be.

use std::fmt;

use super::{Parameter, time};
use crate::lint::text::did_you_mean;

/// Words for units that people write out, with nginx' letter for them.
const UNIT_WORDS: [(&str, &[&str]); 7] = [
    ("s", &["s", "sec", "secs", "second", "seconds"]),
    ("m", &["m", "min", "mins", "minute", "minutes"]),
    ("h", &["h", "hr", "hrs", "hour", "hours"]),
    ("d", &["d", "day", "days"]),
    ("w", &["w", "week", "weeks"]),
    ("M", &["mo", "mon", "month", "months"]),
    ("y", &["y", "yr", "yrs", "year", "years"]),
];

/// A parameter with its value, where it takes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Suggestion {
    pub(crate) parameter: Parameter,
    pub(crate) value: String,
}

impl fmt::Display for Suggestion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.parameter, self.value)
    }
}

/// The parameter that an unknown word was intended to be, as nginx would accept
/// it; `None` where that is not certain.
#[must_use]
pub(crate) fn parameter(word: &str) -> Option<Suggestion> {
    let (name, value) = split(word);
    if name.eq_ignore_ascii_case("max-age") {
        return valid(Parameter::Expires, value?);
    }
    valid(similar(name)?, value.unwrap_or_default())
}

/// The parameter whose name is nearest to that of an unknown word.
#[must_use]
pub(crate) fn similar(name: &str) -> Option<Parameter> {
    if negated(name).is_some() {
        return None;
    }
    Parameter::named(did_you_mean(name, Parameter::ALL.map(Parameter::name))?)
}

/// The parameter that a name says the opposite of: `no-httponly`, `insecure`.
#[must_use]
pub(crate) fn negated(name: &str) -> Option<Parameter> {
    const WORDS: [&str; 9] = [
        "no", "non", "not", "un", "in", "dis", "without", "disable", "skip",
    ];
    let lower = name.to_ascii_lowercase();
    WORDS.into_iter().find_map(|word| {
        let rest = lower.strip_prefix(word)?.trim_start_matches(['-', '_']);
        Parameter::named(did_you_mean(rest, Parameter::ALL.map(Parameter::name))?)
    })
}

/// The parameter that a word names, and the one that it was certainly intended to be.
#[must_use]
pub(crate) fn parameters(word: &str) -> [Option<Parameter>; 2] {
    let suggested = parameter(word).map(|suggestion| suggestion.parameter);
    [Parameter::named(split(word).0), suggested]
}

/// The name and the value of a word, at the first `=` or `:`.
#[must_use]
pub(crate) fn split(word: &str) -> (&str, Option<&str>) {
    let sign = word.bytes().position(|byte| matches!(byte, b'=' | b':'));
    match sign {
        Some(at) => (&word[..at], Some(&word[at + 1..])),
        None => (word, None),
    }
}

/// The parameter with that value, where the value is one that fits.
fn valid(parameter: Parameter, value: &str) -> Option<Suggestion> {
    let lower = value.to_ascii_lowercase();
    let value = match parameter {
        Parameter::HttpOnly | Parameter::Secure => {
            let is_on = matches!(lower.as_str(), "" | "true" | "1" | "yes" | "on");
            is_on.then(String::new)
        }
        Parameter::SameSite => matches!(lower.as_str(), "strict" | "lax" | "none").then_some(lower),
        Parameter::Expires => expires(value),
        Parameter::Domain | Parameter::Path => is_writable(value).then(|| value.to_owned()),
    };
    value.map(|value| Suggestion { parameter, value })
}

/// Whether a value can be part of an annotation as it is: once decoded, a quote
/// or a backslash would be refused by the controller or mean something else.
#[must_use]
pub(crate) fn is_writable(value: &str) -> bool {
    let special = |c: char| c.is_whitespace() || c.is_control() || "\"'\\$;{}#".contains(c);
    !value.is_empty() && !value.contains(special)
}

/// Whether every reader takes a word as it is, anywhere in a value: none splits,
/// decodes or refuses it.
#[must_use]
pub(crate) fn is_one_word(word: &str) -> bool {
    let means_itself = |byte: u8| byte.is_ascii_graphic() && !b"\"'\\$;,{}#".contains(&byte);
    !word.is_empty() && word.bytes().all(means_itself)
}

/// The time that a value of `expires=` was certainly intended to be: letters in
/// the other case, units written out.
#[must_use]
pub(crate) fn expires(value: &str) -> Option<String> {
    if time::Expires::parse(value).is_ok() {
        return Some(value.to_owned());
    }
    if value.eq_ignore_ascii_case("max") {
        return Some("max".to_owned());
    }
    let letters_at = value.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, word) = value.split_at(letters_at);
    let is_number = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    if number.is_empty() || !number.bytes().all(is_number) {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let mut units = UNIT_WORDS.iter();
    let (letter, _) = units.find(|(_, words)| words.contains(&word.as_str()))?;
    if let Some((whole, fraction)) = number.split_once('.') {
        return decimal(whole, fraction, letter);
    }
    let suggested = format!("{number}{letter}");
    time::seconds(&suggested).is_ok().then_some(suggested)
}

/// `1.5h` as `90m`; `None` where that is not a whole number of seconds.
fn decimal(whole: &str, fraction: &str, letter: &str) -> Option<String> {
    let digits = u32::try_from(fraction.len()).ok().filter(|&it| it <= 3)?;
    let scale = time::seconds(&format!("1{letter}")).ok()?;
    let parts = whole.parse::<u64>().ok()?.checked_mul(scale)?;
    let fraction = fraction.parse::<u64>().ok()?.checked_mul(scale)?;
    let power = 10_u64.pow(digits);
    let seconds = parts.checked_add(fraction / power)?;
    let is_whole = fraction.is_multiple_of(power) && seconds > 0;
    let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')];
    let unit = units
        .iter()
        .find(|(scale, _)| seconds.is_multiple_of(*scale));
    let (scale, unit) = unit.filter(|_| is_whole)?;
    Some(format!("{}{unit}", seconds / scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certain() {
        for (word, suggested) in [
            ("expire=1h", "expires=1h"),
            ("Expires=1H", "expires=1h"),
            ("max-age=3600", "expires=3600"),
            ("Max-Age=3600", "expires=3600"),
            ("HttpOnly", "httponly"),
            ("secure=true", "secure"),
            ("SameSite=Lax", "samesite=lax"),
            ("same-site:none", "samesite=none"),
            ("pth=/tea", "path=/tea"),
            ("expires:2days", "expires=2d"),
            ("expire=1.5h", "expires=90m"),
        ] {
            let suggestion = parameter(word).map(|it| it.to_string());
            assert_eq!(suggestion.as_deref(), Some(suggested), "{word}");
        }
    }

    #[test]
    fn not_certain() {
        for word in [
            "partitioned",
            "no-httponly",
            "nosecure",
            "insecure",
            "not_secure",
            "without-path=/tea",
            "secure=false",
            "samesite=loose",
            "path",
            "expire=soon",
            "name=srv_id",
            "pth=/tea\"",
            "pth=/tea/\n",
            "1h",
            "",
        ] {
            assert_eq!(parameter(word), None, "{word}");
        }
    }
}
