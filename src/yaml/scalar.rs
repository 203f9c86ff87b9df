//! What a bare scalar means to kubectl.
//!
//! kubectl reads YAML 1.1 through `sigs.k8s.io/yaml`, that is `resolve.go` of
//! `go.yaml.in/yaml/v2`; what looks like a time stays a string there.

/// The value of a bare scalar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Plain {
    /// Null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number from 0.
    Unsigned(u64),
    /// A negative number.
    Signed(i64),
    /// Any other number.
    Float(f64),
    /// Anything else.
    String,
}

/// The meaning of a bare scalar.
pub(crate) fn resolve(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Plain::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Plain::Bool(false)
        }
        ".nan" | ".NaN" | ".NAN" => Plain::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Plain::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Plain::Float(f64::NEG_INFINITY),
        _ if text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-')) => {
            number(&text.replace('_', ""))
        }
        _ => Plain::String,
    }
}

fn number(text: &str) -> Plain {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if let Some(magnitude) = integer(digits) {
        if !negative {
            return Plain::Unsigned(magnitude);
        }
        if let Some(signed) = 0_i64.checked_sub_unsigned(magnitude) {
            return Plain::Signed(signed);
        }
    }
    match text.parse() {
        Ok(float) if is_float(digits) => Plain::Float(float),
        _ => Plain::String,
    }
}

/// Go's `strconv.ParseUint` with base 0: the prefix names the base, and a
/// leading zero is octal.
fn integer(digits: &str) -> Option<u64> {
    let lower = digits.get(..2).unwrap_or_default().to_ascii_lowercase();
    let (digits, radix) = match lower.as_str() {
        "0x" => (&digits[2..], 16),
        "0o" => (&digits[2..], 8),
        "0b" => (&digits[2..], 2),
        _ if digits.len() > 1 && digits.starts_with('0') => (&digits[1..], 8),
        _ => (digits, 10),
    };
    if digits.starts_with('+') {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

/// `(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent = exponent.map(|text| text.strip_prefix(['-', '+']).unwrap_or(text));
    all_digits(whole)
        && all_digits(part)
        && !(whole.is_empty() && part.is_empty())
        && exponent.is_none_or(|text| !text.is_empty() && all_digits(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_words_mean_what_they_mean_to_kubectl() {
        for (text, meaning) in [
            ("", Plain::Null),
            ("~", Plain::Null),
            ("y", Plain::Bool(true)),
            ("On", Plain::Bool(true)),
            ("NO", Plain::Bool(false)),
            ("tRue", Plain::String),
            ("0", Plain::Unsigned(0)),
            ("80", Plain::Unsigned(80)),
            ("1_000", Plain::Unsigned(1000)),
            ("010", Plain::Unsigned(8)),
            ("0o10", Plain::Unsigned(8)),
            ("0x1F", Plain::Unsigned(31)),
            ("-0b11", Plain::Signed(-3)),
            ("+5", Plain::Unsigned(5)),
            ("08", Plain::Float(8.0)),
            ("1.5e3", Plain::Float(1500.0)),
            (".5", Plain::Float(0.5)),
            (".", Plain::String),
            ("-", Plain::String),
            ("+-5", Plain::String),
            ("1h", Plain::String),
            ("2026-01-01", Plain::String),
            ("_5", Plain::String),
            (".inf", Plain::Float(f64::INFINITY)),
            ("+.Inf", Plain::Float(f64::INFINITY)),
            ("-.INF", Plain::Float(f64::NEG_INFINITY)),
            ("e5", Plain::String),
            (".e5", Plain::String),
            ("5.e5", Plain::Float(5e5)),
            ("5e", Plain::String),
            ("1.a", Plain::String),
            ("a.1", Plain::String),
            ("1.2.3", Plain::String),
            ("infinity", Plain::String),
            ("serviceName=tea srv", Plain::String),
        ] {
            assert_eq!(resolve(text), meaning, "{text}");
        }
    }
}
