//! Conversions between kinds of constants, and to the types of Go.

use std::sync::Arc;

use dashu_ratio::RBig;

use super::float::{self, Float};
use super::{Kind, Repr, Rounded, Value, is_moderate_float, is_moderate_integer};

/// A set of values that a basic type stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Representation {
    /// Truth values.
    Bool,
    /// Strings.
    String,
    /// Integers of a fixed size, 8 to 64 bits.
    Integer {
        /// Size in bits.
        bits: u32,
        /// Whether the type has negative values.
        signed: bool,
    },
    /// `float32`
    Float32,
    /// `float64`
    Float64,
    /// `complex64`
    Complex64,
    /// `complex128`
    Complex128,
    /// Untyped integers (and runes): any integer.
    UntypedInteger,
    /// Untyped floating-point constants: any real number.
    UntypedFloat,
    /// Untyped complex constants: any number.
    UntypedComplex,
}

/// What two constants have in common when a literal or a `switch` may not
/// contain both.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DuplicateKey {
    /// A truth value.
    Bool(bool),
    /// An integer that fits.
    Signed(i64),
    /// An integer that only fits without sign.
    Unsigned(u64),
    /// The bits of a real number; never those of a negative zero.
    Float(u64),
    /// The bits of the real and the imaginary part.
    Complex(u64, u64),
    /// A string.
    String(Value),
}

/// The bits of a number such that equal numbers have equal bits.
fn canonical_bits(value: f64) -> u64 {
    // Adding zero turns a negative zero into a positive one.
    (value + 0.0).to_bits()
}

impl Value {
    /// The value as an integer constant; unknown when it is not one. A 512-bit
    /// number that differs from an integer only in its last four bits counts
    /// as that integer.
    pub fn to_int(&self) -> Value {
        match &self.0 {
            Repr::Int(_) | Repr::BigInt(_) => self.clone(),
            Repr::Ratio(value) if value.is_int() => Value::from_integer(value.numerator().clone()),
            Repr::Float(value) if is_moderate_float(value) => {
                value.to_integer().map_or(Value::UNKNOWN, Value::from_integer)
            }
            Repr::Complex(_) => self.to_float().to_int(),
            _ => Value::UNKNOWN,
        }
    }

    /// The value as a floating-point constant; unknown when it is not a real
    /// number.
    pub fn to_float(&self) -> Value {
        match &self.0 {
            Repr::Int(value) => Value(Repr::Ratio(Arc::new(RBig::from(*value)))),
            Repr::BigInt(value) if is_moderate_integer(value) => {
                Value(Repr::Ratio(Arc::new(RBig::from(value.as_ref().clone()))))
            }
            Repr::BigInt(value) => Value::from_rounded(Float::from_integer(value)),
            Repr::Ratio(_) | Repr::Float(_) => self.clone(),
            Repr::Complex(parts) if parts[1].is_zero() => parts[0].to_float(),
            _ => Value::UNKNOWN,
        }
    }

    /// The value as a complex constant; unknown when it is not a number.
    pub fn to_complex(&self) -> Value {
        match self.kind() {
            Kind::Int | Kind::Float => Value::from_parts(self.clone(), Value::from_i64(0)),
            Kind::Complex => self.clone(),
            _ => Value::UNKNOWN,
        }
    }

    /// The real part of a number; unknown for everything else.
    pub fn real(&self) -> Value {
        match &self.0 {
            Repr::Complex(parts) => parts[0].clone(),
            _ if self.is_numeric() => self.clone(),
            _ => Value::UNKNOWN,
        }
    }

    /// The imaginary part of a number; unknown for everything else.
    pub fn imaginary(&self) -> Value {
        match &self.0 {
            Repr::Complex(parts) => parts[1].clone(),
            _ if self.is_numeric() => Value::from_i64(0),
            _ => Value::UNKNOWN,
        }
    }

    /// The nearest `f32` to a real number and whether it is exact. Infinite
    /// when the number is too large. `None` unless it is a real number.
    pub fn to_f32(&self) -> Option<(f32, bool)> {
        match &self.0 {
            Repr::Int(value) => {
                let nearest = *value as f32;
                Some((nearest, nearest as i128 == i128::from(*value)))
            }
            Repr::Ratio(value) => Some(float::ratio_to_f32(value)),
            Repr::BigInt(value) => Some(match Float::from_integer(value) {
                Rounded::Finite(float) => float.to_f32(),
                Rounded::Infinite => (f32::INFINITY, false),
            }),
            Repr::Float(value) => Some(value.to_f32()),
            _ => None,
        }
    }

    /// The nearest `f64` to a real number and whether it is exact. Infinite
    /// when the number is too large. `None` unless it is a real number.
    pub fn to_f64(&self) -> Option<(f64, bool)> {
        match &self.0 {
            Repr::Int(value) => {
                let nearest = *value as f64;
                Some((nearest, nearest as i128 == i128::from(*value)))
            }
            Repr::Ratio(value) => Some(float::ratio_to_f64(value)),
            Repr::BigInt(value) => Some(match Float::from_integer(value) {
                Rounded::Finite(float) => float.to_f64(),
                Rounded::Infinite => (f64::INFINITY, false),
            }),
            Repr::Float(value) => Some(value.to_f64()),
            _ => None,
        }
    }

    /// A real number rounded to `float32`; `None` when it is too large or not
    /// a real number.
    pub fn round_to_f32(&self) -> Option<Value> {
        let (rounded, _) = self.to_f32()?;
        rounded.is_finite().then(|| Value::from_f64(rounded.into()))
    }

    /// A real number rounded to `float64`; `None` when it is too large or not
    /// a real number.
    pub fn round_to_f64(&self) -> Option<Value> {
        let (rounded, _) = self.to_f64()?;
        rounded.is_finite().then(|| Value::from_f64(rounded))
    }

    /// Whether the value is an integer (or equal to one) that fits a type of
    /// `bits` bits.
    pub fn fits_integer(&self, bits: u32, signed: bool) -> bool {
        let integer = self.to_int();
        match (&integer.0, signed) {
            (Repr::Int(value), true) => {
                // The negative range reaches one further.
                let reach = if *value < 0 { !value } else { *value };
                bits >= 64 || reach >> (bits.max(1) - 1) == 0
            }
            (Repr::Int(value), false) => *value >= 0 && (bits >= 64 || *value >> bits == 0),
            (Repr::BigInt(_), false) => {
                integer.sign() == Some(1) && integer.bit_length() <= bits as usize
            }
            _ => false,
        }
    }

    /// The value as a constant of a basic type: rounded where the type has
    /// limited precision, and of the kind that the type has. `None` when the
    /// type cannot represent it. An unknown value is representable everywhere,
    /// so that one mistake is reported once.
    pub fn represent(&self, target: Representation) -> Option<Value> {
        if self.is_unknown() {
            return Some(Value::UNKNOWN);
        }
        let of_kind = |kind: Kind| (self.kind() == kind).then(|| self.clone());
        match target {
            Representation::Bool => of_kind(Kind::Bool),
            Representation::String => of_kind(Kind::String),
            Representation::Integer { bits, signed } => {
                let integer = self.to_int();
                integer.fits_integer(bits, signed).then_some(integer)
            }
            Representation::UntypedInteger => {
                let integer = self.to_int();
                (!integer.is_unknown()).then_some(integer)
            }
            Representation::Float32 => self.to_float().round_to_f32(),
            Representation::Float64 => self.to_float().round_to_f64(),
            // The untyped kinds keep the value as it is: `1` stays an integer
            // in an untyped floating-point operation.
            Representation::UntypedFloat => {
                (self.to_float().kind() == Kind::Float).then(|| self.clone())
            }
            Representation::Complex64 => self.represent_complex(Value::round_to_f32),
            Representation::Complex128 => self.represent_complex(Value::round_to_f64),
            Representation::UntypedComplex => {
                (self.to_complex().kind() == Kind::Complex).then(|| self.clone())
            }
        }
    }

    fn represent_complex(&self, round: fn(&Value) -> Option<Value>) -> Option<Value> {
        let complex = self.to_complex();
        Some(Value::from_parts(round(&complex.real())?, round(&complex.imaginary())?))
    }

    /// The key under which two constant map keys are the same, whatever their
    /// kinds: `1`, `1.0` and `1 + 0i` coincide. `None` for a value that takes
    /// no part in the comparison.
    pub fn map_key(&self) -> Option<DuplicateKey> {
        match self.kind() {
            Kind::Unknown => None,
            Kind::Bool => self.as_bool().map(DuplicateKey::Bool),
            Kind::String => Some(DuplicateKey::String(self.clone())),
            Kind::Int => self.integer_key(),
            Kind::Float => match self.to_int() {
                integer if integer.is_unknown() => {
                    self.to_f64().map(|(value, _)| DuplicateKey::Float(canonical_bits(value)))
                }
                integer => integer.integer_key(),
            },
            Kind::Complex => match self.to_float() {
                float if float.is_unknown() => {
                    let (real, _) = self.real().to_f64()?;
                    let (imaginary, _) = self.imaginary().to_f64()?;
                    Some(DuplicateKey::Complex(canonical_bits(real), canonical_bits(imaginary)))
                }
                float => float.map_key(),
            },
        }
    }

    /// The key under which two constant cases of a `switch` are the same;
    /// `None` for a value whose repetition is allowed.
    pub fn case_key(&self) -> Option<DuplicateKey> {
        match self.kind() {
            Kind::Int => self.integer_key(),
            Kind::Float => match self.to_f64()? {
                (value, true) => Some(DuplicateKey::Float(canonical_bits(value))),
                _ => None,
            },
            Kind::String => Some(DuplicateKey::String(self.clone())),
            _ => None,
        }
    }

    fn integer_key(&self) -> Option<DuplicateKey> {
        match self.as_i64() {
            Some(value) => Some(DuplicateKey::Signed(value)),
            None => self.as_u64().map(DuplicateKey::Unsigned),
        }
    }
}
