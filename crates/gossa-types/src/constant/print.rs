//! Printing constants the way `go/constant` prints them: an exact form and a
//! short one for messages.

use std::fmt;

use super::float::{Float, Rounded};
use super::quote::quote;
use super::{Repr, Value};

/// Characters of a quoted string that the short form shows at most.
const SHORT_STRING_LENGTH: usize = 72;

impl Value {
    /// The exact value: strings quoted in full, fractions as `a/b`, 512-bit
    /// numbers with a hexadecimal mantissa and a binary exponent.
    pub fn exact_string(&self) -> String {
        match &self.0 {
            Repr::Unknown => "unknown".to_owned(),
            Repr::Bool(value) => value.to_string(),
            Repr::Text(text) => quote(text.bytes()),
            Repr::Int(value) => value.to_string(),
            Repr::BigInt(value) => value.to_string(),
            Repr::Ratio(value) if value.is_int() => value.numerator().to_string(),
            Repr::Ratio(value) => format!("{}/{}", value.numerator(), value.denominator()),
            Repr::Float(value) => exact_float(value),
            Repr::Complex(parts) => {
                format!("({} + {}i)", parts[0].exact_string(), parts[1].exact_string())
            }
        }
    }
}

/// The short form: long strings are cut, real numbers rounded to about six
/// digits.
impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Unknown => formatter.write_str("unknown"),
            Repr::Bool(value) => write!(formatter, "{value}"),
            Repr::Text(text) => {
                // Every character takes at most four bytes, so this many
                // always reach beyond what is shown.
                let prefix = text.prefix(4 * (SHORT_STRING_LENGTH + 1));
                formatter.write_str(&shorten(quote(&prefix)))
            }
            Repr::Int(value) => write!(formatter, "{value}"),
            Repr::BigInt(value) => write!(formatter, "{value}"),
            Repr::Ratio(value) => match Float::from_ratio(value) {
                Rounded::Finite(float) => formatter.write_str(&short_float(&float)),
                Rounded::Infinite => {
                    // Not reachable with fractions of moderate size.
                    formatter.write_str("+Inf")
                }
            },
            Repr::Float(value) => formatter.write_str(&short_float(value)),
            Repr::Complex(parts) => write!(formatter, "({} + {}i)", parts[0], parts[1]),
        }
    }
}

/// Cuts a quoted string that is too long.
fn shorten(mut quoted: String) -> String {
    if quoted.chars().nth(SHORT_STRING_LENGTH).is_some()
        && let Some((end, _)) = quoted.char_indices().nth(SHORT_STRING_LENGTH - 3)
    {
        quoted.truncate(end);
        quoted.push_str("...");
    }
    quoted
}

/// `0x.` and the mantissa, the most significant bit first, then the exponent.
fn exact_float(value: &Float) -> String {
    if value.is_zero() {
        return "0".to_owned();
    }
    let magnitude = value.magnitude();
    let length = dashu_int::ops::BitTest::bit_len(&magnitude);
    // The first digit starts with the highest bit.
    let digits = magnitude << (length.next_multiple_of(4) - length);
    let sign = if value.signum() < 0 { "-" } else { "" };
    format!("{sign}0x.{}p{:+}", digits.in_radix(16), value.exponent())
}

/// Six significant digits, or more when an integer would otherwise seem to be
/// meant.
fn short_float(value: &Float) -> String {
    let (nearest, _) = value.to_f64();
    if nearest.is_finite() && value.is_zero() == (nearest == 0.0) {
        let short = general_format(nearest, Some(6));
        if !value.is_integer() && !short.contains('.') {
            return general_format(nearest, None);
        }
        return short;
    }
    // Beyond the range of an f64: an approximation through logarithms.
    let mut mantissa = value.fraction_f64();
    let exponent = value.exponent() as f64 * std::f64::consts::LOG10_2;
    let mut decimal = exponent as i64;
    mantissa *= 10f64.powf(exponent - decimal as f64);
    // Six digits of a number just below one would be rounded up to 10.
    if mantissa.abs() < 1.0 - 0.5e-6 {
        mantissa *= 10.0;
        decimal -= 1;
    } else if mantissa.abs() >= 10.0 {
        mantissa /= 10.0;
        decimal += 1;
    }
    format!("{}e{decimal:+}", general_format(mantissa, Some(6)))
}

/// A finite number like C's `%g`: with as many significant digits as asked
/// for, or as few as identify it, without trailing zeros, and with an exponent
/// when that is small or large.
fn general_format(value: f64, digits: Option<usize>) -> String {
    let scientific = match digits {
        Some(digits) => format!("{:.*e}", digits.saturating_sub(1), value.abs()),
        None => shortest_scientific(value.abs()),
    };
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let all: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let significant = match all.trim_end_matches('0') {
        "" => "0",
        trimmed => trimmed,
    };
    let sign = if value.is_sign_negative() { "-" } else { "" };

    /// The exponent from which on the shortest form has an exponent part.
    const EXPONENT_LIMIT: i32 = 6;
    let limit = digits.and_then(|digits| i32::try_from(digits).ok()).unwrap_or(EXPONENT_LIMIT);
    if exponent < -4 || exponent >= limit {
        let (first, rest) = significant.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}{point}{rest}e{exponent_sign}{:02}", exponent.unsigned_abs());
    }
    if exponent < 0 {
        let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
        return format!("{sign}0.{zeros}{significant}");
    }
    let integer_digits = exponent as usize + 1;
    if significant.len() <= integer_digits {
        return format!("{sign}{significant:0<integer_digits$}");
    }
    let (integer, fraction) = significant.split_at(integer_digits);
    format!("{sign}{integer}.{fraction}")
}

/// The fewest digits that identify a number. Of two candidates equally near,
/// the even one: the standard library takes the upper one.
fn shortest_scientific(value: f64) -> String {
    let shortest = format!("{value:e}");
    let digits =
        shortest.bytes().take_while(|&byte| byte != b'e').filter(u8::is_ascii_digit).count();
    let nearest = format!("{value:.*e}", digits.saturating_sub(1));
    if nearest.parse() == Ok(value) { nearest } else { shortest }
}

#[cfg(test)]
mod tests {
    use super::general_format;

    #[test]
    fn six_digits() {
        for (value, expected) in [
            (0.0, "0"),
            (1.0, "1"),
            (-0.5, "-0.5"),
            (100_000.0, "100000"),
            (1_000_000.0, "1e+06"),
            (999_999.5, "1e+06"),
            (123_456_789.0, "1.23457e+08"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.5e-300, "1.5e-300"),
            (12.345_678_9, "12.3457"),
        ] {
            assert_eq!(general_format(value, Some(6)), expected);
        }
    }

    #[test]
    fn shortest() {
        for (value, expected) in [
            (1_000_000.5, "1.0000005e+06"),
            (f64::from(1_248_684_993) / 2048.0, "609709.4692382812"),
            (5e-324, "5e-324"),
            (0.1, "0.1"),
        ] {
            assert_eq!(general_format(value, None), expected);
        }
    }
}
