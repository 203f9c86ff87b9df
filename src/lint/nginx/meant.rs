//! What a parameter that nginx refuses was certainly meant to be.

use super::{PARAMETERS, time};
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

/// The parameter that an unknown word was meant to be, as nginx would accept
/// it; `None` where that is not certain.
#[must_use]
pub(crate) fn parameter(word: &str) -> Option<String> {
    let (name, value) = split(word);
    if name.eq_ignore_ascii_case("max-age") {
        return valid("expires", value?);
    }
    valid(suggested_name(name)?, value.unwrap_or_default())
}

/// The parameter's name that is nearest to that of an unknown word.
#[must_use]
pub(crate) fn suggested_name(name: &str) -> Option<&'static str> {
    did_you_mean(
        name,
        PARAMETERS.map(|parameter| parameter.trim_end_matches('=')),
    )
}

/// The names of the parameter that a word is, and of that which it was certainly meant to be.
#[must_use]
pub(crate) fn names(word: &str) -> [Option<&str>; 2] {
    let name = split(word).0;
    let meant = if name.eq_ignore_ascii_case("max-age") {
        Some("expires")
    } else {
        suggested_name(name)
    };
    [Some(name), meant.filter(|_| parameter(word).is_some())]
}

/// Whether a word is the parameter of that name, or was certainly meant to be.
#[must_use]
pub(crate) fn is_called(word: &str, name: &str) -> bool {
    names(word).contains(&Some(name))
}

/// The name and the value of a word, at the first `=` or `:`.
#[must_use]
pub(crate) fn split(word: &str) -> (&str, Option<&str>) {
    match word.split_once(['=', ':']) {
        Some((name, value)) => (name, Some(value)),
        None => (word, None),
    }
}

/// The parameter with that value, where the value is one that fits.
fn valid(name: &str, value: &str) -> Option<String> {
    let lower = value.to_ascii_lowercase();
    match name {
        "httponly" | "secure" => {
            matches!(lower.as_str(), "" | "true" | "1" | "yes" | "on").then(|| name.to_owned())
        }
        "samesite" => {
            matches!(lower.as_str(), "strict" | "lax" | "none").then(|| format!("samesite={lower}"))
        }
        "expires" => expires(value).map(|time| format!("expires={time}")),
        _ => is_writable(value).then(|| format!("{name}={value}")),
    }
}

/// Whether a value can stand in an annotation as it is: once decoded, a quote
/// or a backslash would be refused by the controller or mean something else.
#[must_use]
pub(crate) fn is_writable(value: &str) -> bool {
    let special = |c: char| c.is_whitespace() || c.is_control() || "\"'\\$;{}#".contains(c);
    !value.is_empty() && !value.contains(special)
}

/// Whether a word means itself wherever it stands in a value: no reader splits,
/// decodes or refuses it.
#[must_use]
pub(crate) fn is_one_word(word: &str) -> bool {
    let means_itself = |byte: u8| byte.is_ascii_graphic() && !b"\"'\\$;,{}#".contains(&byte);
    !word.is_empty() && word.bytes().all(means_itself)
}

/// The time that a value of `expires=` was certainly meant to be: letters in
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
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let word = word.to_ascii_lowercase();
    let mut units = UNIT_WORDS.iter();
    let (letter, _) = units.find(|(_, words)| words.contains(&word.as_str()))?;
    let meant = format!("{number}{letter}");
    time::seconds(&meant).is_ok().then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certain() {
        for (word, meant) in [
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
        ] {
            assert_eq!(parameter(word).as_deref(), Some(meant), "{word}");
        }
    }

    #[test]
    fn not_certain() {
        for word in [
            "partitioned",
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
