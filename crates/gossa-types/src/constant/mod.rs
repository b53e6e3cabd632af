//! Go's constants: exact values and the arithmetic on them.
//!
//! The type checker evaluates every constant expression with this module, so
//! its answers have to be those of the Go tools to the last bit. Integers grow
//! without limit, floating-point constants are fractions while these are of
//! moderate size, and 512-bit binary floating-point numbers beyond. Which
//! representation a result has is observable (rounding, printing), therefore
//! the choice follows the reference implementation, `go/constant`:
//!
//! - a small integer stays in a machine word, a larger one is a big integer;
//! - a floating-point literal, and `/` on integers, gives a fraction while
//!   numerator and denominator stay below 4 096 bits;
//! - once a value is a 512-bit number, results with it remain so, unless
//!   converted explicitly.
//!
//! Nothing here panics: operands that do not fit an operator, and division by
//! zero, are errors ([`OperationError`]); an invalid literal is a
//! [`LiteralError`] with the place inside the literal. A value that cannot be
//! known is [`Kind::Unknown`] and makes everything computed from it unknown.
//!
//! The limits that the type checker has to report are exposed:
//! [`MAX_LITERAL_LENGTH`], [`MAX_SHIFT`], [`MAX_STRING_LENGTH`],
//! [`Value::exceeds_untyped_precision`].

mod convert;
mod exact;
mod float;
mod literal;
mod operations;
mod print;
mod printable;
mod quote;
mod text;

use std::fmt;
use std::sync::Arc;

use dashu_int::ops::BitTest;
use dashu_int::{IBig, Sign, UBig};
use dashu_ratio::RBig;

use float::{Float, Rounded};
use text::Text;

pub use convert::{DuplicateKey, Representation};
pub use literal::{LiteralError, LiteralErrorKind, LiteralKind, MAX_LITERAL_LENGTH};
pub use operations::{
    BinaryOperator, Comparison, MAX_SHIFT, MAX_STRING_LENGTH, OperationError, ShiftDirection,
    UnaryOperator,
};
pub use quote::quote;

/// Bits that an untyped integer constant may have at most.
pub const MAX_UNTYPED_INTEGER_BITS: usize = 512;

/// Numerators and denominators of fewer bits than this stay exact fractions.
const MAX_FRACTION_BITS: usize = 4 << 10;

/// The value of a Go constant.
///
/// Two words wide and cheap to clone: what does not fit is shared.
///
/// Equality and hashing are structural, for memoised results: they distinguish
/// the integer 2 from the floating-point constant 2.0. Go's `==` is
/// [`Value::compare`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Value(Repr);

/// Representations. `BigInt` only holds what does not fit an `i64`, so that
/// structural equality is numeric equality inside a kind (but for the two
/// representations of floating-point constants, which behave differently).
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Unknown,
    Bool(bool),
    Text(Arc<Text>),
    Int(i64),
    BigInt(Arc<IBig>),
    Ratio(Arc<RBig>),
    Float(Arc<Float>),
    Complex(Arc<[Value; 2]>),
}

/// What sort of constant a [`Value`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Not known, because of an error.
    Unknown,
    /// A truth value.
    Bool,
    /// A string, of bytes.
    String,
    /// An integer of any size.
    Int,
    /// A real number.
    Float,
    /// A complex number.
    Complex,
}

impl Value {
    /// The value of an expression that has none, because of an error.
    pub const UNKNOWN: Value = Value(Repr::Unknown);

    /// A truth value.
    pub const fn from_bool(value: bool) -> Self {
        Value(Repr::Bool(value))
    }

    /// An integer.
    pub const fn from_i64(value: i64) -> Self {
        Value(Repr::Int(value))
    }

    /// An integer.
    pub fn from_u64(value: u64) -> Self {
        match i64::try_from(value) {
            Ok(value) => Value(Repr::Int(value)),
            Err(_) => Value(Repr::BigInt(Arc::new(IBig::from(value)))),
        }
    }

    /// A floating-point constant; unknown unless `value` is finite. Negative
    /// zero becomes zero.
    pub fn from_f64(value: f64) -> Self {
        if value.is_finite() {
            Value(Repr::Ratio(Arc::new(float::ratio_from_f64(value))))
        } else {
            Self::UNKNOWN
        }
    }

    /// A string of arbitrary bytes.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Value(Repr::Text(Arc::new(Text::new(bytes))))
    }

    /// The string that holds one code point encoded in UTF-8, as the
    /// conversion of an integer constant to a string type gives it: U+FFFD for
    /// what is no code point.
    pub fn from_code_point(code_point: &Value) -> Self {
        let character = match &code_point.0 {
            Repr::Unknown => return Self::UNKNOWN,
            Repr::Int(value) => u32::try_from(*value).ok().and_then(char::from_u32),
            _ => None,
        };
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        Self::from_bytes(character.encode_utf8(&mut [0; 4]).as_bytes())
    }

    fn from_integer(value: IBig) -> Self {
        match i64::try_from(&value) {
            Ok(small) => Value(Repr::Int(small)),
            Err(_) => Value(Repr::BigInt(Arc::new(value))),
        }
    }

    /// A result that is a fraction as long as its size is moderate.
    fn from_ratio(ratio: RBig) -> Self {
        if is_moderate_integer(ratio.numerator())
            && ratio.denominator().bit_len() < MAX_FRACTION_BITS
        {
            return Value(Repr::Ratio(Arc::new(ratio)));
        }
        Self::from_rounded(Float::from_ratio(&ratio))
    }

    /// A literal stays a fraction however many digits it has, as long as the
    /// number is of moderate size.
    fn from_rational_literal(ratio: RBig) -> Self {
        Value(Repr::Ratio(Arc::new(ratio)))
    }

    fn from_rounded(rounded: Rounded) -> Self {
        match rounded {
            Rounded::Finite(float) => Value(Repr::Float(Arc::new(float))),
            Rounded::Infinite => Self::UNKNOWN,
        }
    }

    fn from_parts(real: Value, imaginary: Value) -> Self {
        if real.is_unknown() || imaginary.is_unknown() {
            return Self::UNKNOWN;
        }
        Value(Repr::Complex(Arc::new([real, imaginary])))
    }

    /// The complex constant `real + imaginary i`. `None` unless both are real
    /// numbers or unknown.
    pub fn from_real_and_imaginary(real: &Value, imaginary: &Value) -> Option<Self> {
        let is_part =
            |value: &Value| matches!(value.kind(), Kind::Unknown | Kind::Int | Kind::Float);
        (is_part(real) && is_part(imaginary))
            .then(|| Self::from_parts(real.clone(), imaginary.clone()))
    }

    /// What sort of constant this is.
    pub fn kind(&self) -> Kind {
        match self.0 {
            Repr::Unknown => Kind::Unknown,
            Repr::Bool(_) => Kind::Bool,
            Repr::Text(_) => Kind::String,
            Repr::Int(_) | Repr::BigInt(_) => Kind::Int,
            Repr::Ratio(_) | Repr::Float(_) => Kind::Float,
            Repr::Complex(_) => Kind::Complex,
        }
    }

    /// Whether the value is not known.
    pub fn is_unknown(&self) -> bool {
        matches!(self.0, Repr::Unknown)
    }

    /// Whether the value is a number.
    pub fn is_numeric(&self) -> bool {
        matches!(self.kind(), Kind::Int | Kind::Float | Kind::Complex)
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.0 {
            Repr::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// The bytes of a string, if it is one. The first call on a concatenation
    /// joins its pieces.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match &self.0 {
            Repr::Text(text) => Some(text.bytes()),
            _ => None,
        }
    }

    /// The length in bytes of a string, if it is one. Never joins pieces.
    pub fn string_length(&self) -> Option<usize> {
        match &self.0 {
            Repr::Text(text) => Some(text.len()),
            _ => None,
        }
    }

    /// The value of an integer constant that fits; no conversion from other
    /// kinds (see [`Value::to_int`]).
    pub fn as_i64(&self) -> Option<i64> {
        match self.0 {
            Repr::Int(value) => Some(value),
            _ => None,
        }
    }

    /// The value of an integer constant that fits; no conversion from other
    /// kinds (see [`Value::to_int`]).
    pub fn as_u64(&self) -> Option<u64> {
        match &self.0 {
            Repr::Int(value) => u64::try_from(*value).ok(),
            Repr::BigInt(value) => u64::try_from(value.as_ref()).ok(),
            _ => None,
        }
    }

    /// The sign of a number as -1, 0 or 1. A complex number that is not zero
    /// has a sign other than 0. An unknown value has the sign 1, so that it
    /// does not look like a zero divisor. `None` for other kinds.
    pub fn sign(&self) -> Option<i32> {
        Some(match &self.0 {
            Repr::Unknown => 1,
            Repr::Int(value) => value.signum() as i32,
            Repr::BigInt(value) => integer_sign(value),
            Repr::Ratio(value) => integer_sign(value.numerator()),
            Repr::Float(value) => value.signum(),
            Repr::Complex(parts) => parts[0].sign()? | parts[1].sign()?,
            Repr::Bool(_) | Repr::Text(_) => return None,
        })
    }

    /// Whether the value is the number zero, of any kind.
    pub fn is_zero(&self) -> bool {
        self.sign() == Some(0)
    }

    /// The number of bits of the absolute value of an integer; 0 for zero and
    /// for everything that is not an integer.
    pub fn bit_length(&self) -> usize {
        match &self.0 {
            Repr::Int(value) => (u64::BITS - value.unsigned_abs().leading_zeros()) as usize,
            Repr::BigInt(value) => float::magnitude_of(value).bit_len(),
            _ => 0,
        }
    }

    /// Whether the value is an integer too large for an untyped constant; to
    /// be asked after every operation on untyped constants.
    pub fn exceeds_untyped_precision(&self) -> bool {
        self.bit_length() > MAX_UNTYPED_INTEGER_BITS
    }

    /// The absolute value of an integer as little-endian bytes without leading
    /// zeros, if it is an integer.
    pub fn magnitude_bytes(&self) -> Option<Box<[u8]>> {
        let magnitude = match &self.0 {
            Repr::Int(value) => UBig::from(value.unsigned_abs()),
            Repr::BigInt(value) => float::magnitude_of(value),
            _ => return None,
        };
        Some(magnitude.to_le_bytes())
    }
}

/// The sign as -1, 0 or 1.
fn integer_sign(integer: &IBig) -> i32 {
    match (integer.is_zero(), integer.sign()) {
        (true, _) => 0,
        (_, Sign::Positive) => 1,
        (_, Sign::Negative) => -1,
    }
}

/// Whether an integer may be part of an exact fraction.
fn is_moderate_integer(integer: &IBig) -> bool {
    float::magnitude_of(integer).bit_len() < MAX_FRACTION_BITS
}

/// Whether a number may become an exact fraction.
fn is_moderate_float(float: &Float) -> bool {
    float.exponent().unsigned_abs() < MAX_FRACTION_BITS as u64
}

impl Default for Value {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::from_bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::from_i64(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::from_bytes(value.as_bytes())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}({self})", self.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::Value;

    #[test]
    fn a_value_is_two_words_and_may_cross_threads() {
        fn shareable<T: Send + Sync>() {}
        shareable::<Value>();
        assert!(size_of::<Value>() <= 16);
    }
}
