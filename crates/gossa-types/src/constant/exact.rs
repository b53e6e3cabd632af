//! A textual form of constants that reads back as the same value, representation included.
//!
//! [`Value::exact_string`] follows `go/constant` and prints the integer 2 and the floating-point
//! constant 2.0 alike; the textual forms of the program need them apart:
//!
//! | value | form |
//! | --- | --- |
//! | unknown | `unknown` |
//! | truth value | `true`, `false` |
//! | string | quoted as Go does |
//! | integer | decimal digits |
//! | fraction that is an `f64` | shortest decimal form with a point or an exponent |
//! | another fraction | `numerator/denominator` |
//! | 512-bit number | `0x` mantissa `p` exponent, in base 16 and 10 |
//! | complex | `complex(real, imaginary)` |

use std::fmt::{self, Write};
use std::sync::Arc;

use dashu_int::ops::BitTest;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use super::float::{Float, Rounded};
use super::quote::quote;
use super::{Repr, Value};

impl Value {
    /// Writes the form that [`Value::from_exact_number`] (for numbers), or a reader that knows
    /// quoted strings and words, turns back into an equal value.
    pub fn write_exact(&self, out: &mut dyn Write) -> fmt::Result {
        match &self.0 {
            Repr::Unknown => out.write_str("unknown"),
            Repr::Bool(value) => out.write_str(if *value { "true" } else { "false" }),
            Repr::Text(text) => out.write_str(&quote(text.bytes())),
            Repr::Int(value) => write!(out, "{value}"),
            Repr::BigInt(value) => write!(out, "{value}"),
            Repr::Ratio(value) => match self.to_f64() {
                // Debug's form always has a point or an exponent.
                Some((float, true)) if float.is_finite() => write!(out, "{float:?}"),
                _ => write!(out, "{}/{}", value.numerator(), value.denominator()),
            },
            Repr::Float(value) => {
                let magnitude = value.magnitude();
                let scale = value.exponent() - magnitude.bit_len() as i64;
                let sign = if value.signum() < 0 { "-" } else { "" };
                write!(out, "{sign}0x{}p{scale}", magnitude.in_radix(16))
            }
            Repr::Complex(parts) => {
                out.write_str("complex(")?;
                parts[0].write_exact(out)?;
                out.write_str(", ")?;
                parts[1].write_exact(out)?;
                out.write_str(")")
            }
        }
    }

    /// The integer or real number that [`Value::write_exact`] writes so; `None` for anything else.
    #[must_use]
    pub fn from_exact_number(text: &str) -> Option<Self> {
        if let Ok(value) = text.parse::<i64>() {
            // Rust reads a leading plus sign, the textual forms do not.
            return (!text.starts_with('+')).then_some(Self(Repr::Int(value)));
        }
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        if let Some(hexadecimal) = digits.strip_prefix("0x") {
            let (mantissa, scale) = hexadecimal.split_once('p')?;
            let scale: i32 = scale.parse().ok()?;
            let mantissa = UBig::from_str_radix(mantissa, 16).ok()?;
            let Rounded::Finite(float) = Float::exact(mantissa, scale.into()) else {
                return None;
            };
            let float = if negative && !float.is_zero() { float.neg() } else { float };
            return Some(Self(Repr::Float(Arc::new(float))));
        }
        if let Some((numerator, denominator)) = text.split_once('/') {
            let numerator = IBig::from_str_radix(numerator, 10).ok()?;
            let denominator = UBig::from_str_radix(denominator, 10).ok()?;
            if denominator.is_zero() {
                return None;
            }
            let ratio = RBig::from_parts(numerator, denominator);
            return Some(Self(Repr::Ratio(Arc::new(ratio))));
        }
        if digits.bytes().all(|b| b.is_ascii_digit()) {
            let value = IBig::from_str_radix(text, 10).ok()?;
            return Some(Self::from_integer(value));
        }
        let float: f64 = text.parse().ok()?;
        float.is_finite().then(|| Self::from_f64(float))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BinaryOperator, LiteralKind, Value};

    fn written(value: &Value) -> String {
        let mut text = String::new();
        value.write_exact(&mut text).unwrap();
        text
    }

    #[test]
    fn numbers_read_back_with_their_representation() {
        let literal = |text: &str, kind| Value::from_literal(kind, text).unwrap();
        let tenth = literal("0.1", LiteralKind::Float);
        let two = Value::from_f64(2.0);
        let big = literal("123456789012345678901234567890", LiteralKind::Int);
        let huge = literal("1e1000", LiteralKind::Float);
        let beyond = literal("1e10000", LiteralKind::Float);
        let minus = Value::from_i64(0).binary(BinaryOperator::Sub, &beyond).unwrap();
        for (value, text) in [
            (Value::from_i64(-12), Some("-12")),
            (Value::from_i64(i64::MIN), Some("-9223372036854775808")),
            (Value::from_u64(u64::MAX), Some("18446744073709551615")),
            (big, Some("123456789012345678901234567890")),
            (tenth, Some("1/10")),
            (Value::from_f64(0.1), Some("0.1")),
            (two, Some("2.0")),
            (Value::from_f64(-0.0), Some("0.0")),
            (Value::from_f64(5e-324), Some("5e-324")),
            (Value::from_f64(f64::MAX), Some("1.7976931348623157e308")),
            (huge, None),
            (beyond, None),
            (minus, None),
        ] {
            let form = written(&value);
            if let Some(text) = text {
                assert_eq!(form, text);
            }
            assert_eq!(Value::from_exact_number(&form).as_ref(), Some(&value), "{form}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "-",
            "+1",
            "1/0",
            "1/",
            "/1",
            "0x",
            "0xp",
            "0xp1",
            "0x1p",
            "0x1p99999999999",
            "nan",
            "inf",
            "1e999",
            "--1",
            "1.2.3",
            "0x1p2147483647",
            "1/-2",
            "1_000",
        ] {
            assert_eq!(Value::from_exact_number(text), None, "{text}");
        }
    }
}
