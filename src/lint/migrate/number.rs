//! Numbers as Lua reads and prints them.
//!
//! Source: LuaJIT 2.1, `src/lj_strscan.c` (`lj_strscan_scan`) and
//! `src/lj_strfmt_num.c`; ingress-nginx calls `tonumber` in
//! `rootfs/etc/nginx/lua/balancer/sticky.lua`.

/// A number of more exponent digits than this is not modelled.
const MAX_EXPONENT_DIGITS: usize = 4;

/// What `tonumber` makes of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LuaNumber {
    /// The number; it may be infinite.
    Number(f64),
    /// Not a number: `nil`.
    Nil,
    /// A spelling that this model does not cover: fractions in hexadecimal or
    /// binary, exponents of five digits and more.
    Unmodelled,
}

/// Reads a number as `tonumber` does: whitespace around it, a sign, decimal
/// digits with fraction and exponent, `0x…` and `0b…`.
#[must_use]
pub fn tonumber(text: &str) -> LuaNumber {
    let text = text.trim_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let sign = |number: f64| if negative { -number } else { number };
    let lower = digits.to_ascii_lowercase();
    let read = if let Some(hex) = lower.strip_prefix("0x") {
        integer(hex, 16)
    } else if let Some(binary) = lower.strip_prefix("0b") {
        integer(binary, 2)
    } else {
        decimal(&lower)
    };
    match read {
        LuaNumber::Number(number) => LuaNumber::Number(sign(number)),
        other => other,
    }
}

fn integer(digits: &str, radix: u32) -> LuaNumber {
    let is_digit = |c: char| c.is_digit(radix);
    if !digits.is_empty() && digits.chars().all(is_digit) {
        let value = |digit: char| f64::from(digit.to_digit(radix).unwrap_or_default());
        let add = |sum: f64, digit: char| sum * f64::from(radix) + value(digit);
        return LuaNumber::Number(digits.chars().fold(0.0, add));
    }
    let other = |c: char| matches!(c, '.' | 'p' | '+' | '-') || is_digit(c);
    if digits.contains(is_digit) && digits.chars().all(other) {
        LuaNumber::Unmodelled
    } else {
        LuaNumber::Nil
    }
}

fn decimal(text: &str) -> LuaNumber {
    let (mantissa, exponent) = match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
    let points = mantissa.bytes().filter(|&byte| byte == b'.').count();
    if digits == 0 || points > 1 || digits + points != mantissa.len() {
        return LuaNumber::Nil;
    }
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return LuaNumber::Nil;
        }
        if digits.len() > MAX_EXPONENT_DIGITS {
            return LuaNumber::Unmodelled;
        }
    }
    text.parse().map_or(LuaNumber::Nil, LuaNumber::Number)
}

/// A number as Lua prints it (C's `%.14g`).
#[must_use]
pub fn print(number: f64) -> String {
    if number.is_infinite() {
        return if number < 0.0 { "-inf" } else { "inf" }.to_owned();
    }
    if number == 0.0 {
        return if number.is_sign_negative() { "-0" } else { "0" }.to_owned();
    }
    // The exponent after rounding to 14 digits decides which form is used.
    let scientific = format!("{number:.13e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if !(-4..14).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        let mantissa = without_zeros(mantissa);
        return format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs());
    }
    let decimals = usize::try_from(13 - exponent).unwrap_or_default();
    without_zeros(&format!("{number:.decimals$}")).to_owned()
}

/// A fraction without the zeros at its end.
fn without_zeros(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::LuaNumber::{Nil, Number, Unmodelled};
    use super::*;

    #[test]
    fn numbers_as_lua_reads_them() {
        for (text, number) in [
            ("3600", Number(3600.0)),
            ("\t3600 ", Number(3600.0)),
            ("+5", Number(5.0)),
            ("-5", Number(-5.0)),
            ("007", Number(7.0)),
            ("1e3", Number(1000.0)),
            ("1E+3", Number(1000.0)),
            ("10.5", Number(10.5)),
            (".5", Number(0.5)),
            ("5.", Number(5.0)),
            ("0x10", Number(16.0)),
            ("-0X1f", Number(-31.0)),
            ("0b101", Number(5.0)),
            ("1e400", Number(f64::INFINITY)),
            ("", Nil),
            ("--5", Nil),
            ("1h30", Nil),
            ("3 600", Nil),
            ("1,5", Nil),
            ("1.2.3", Nil),
            ("e5", Nil),
            ("1e", Nil),
            ("0x", Nil),
            ("0b12", Nil),
            ("nan10", Nil),
            ("\u{a0}5", Nil),
            ("0x1.8", Unmodelled),
            ("1e10000", Unmodelled),
        ] {
            assert_eq!(tonumber(text), number, "{text:?}");
        }
    }

    #[test]
    fn numbers_as_lua_prints_them() {
        for (number, text) in [
            (3600.0, "3600"),
            (-5.0, "-5"),
            (1.5, "1.5"),
            (1e-5, "1e-05"),
            (99_999_999_999_999.0, "99999999999999"),
            (1e14, "1e+14"),
            (999_999_999_999_999.0, "1e+15"),
            (1e308, "1e+308"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (0.0, "0"),
            (-0.0, "-0"),
            (0.1, "0.1"),
            (100.0, "100"),
        ] {
            assert_eq!(print(number), text);
        }
    }
}
