//! Binary floating-point numbers with a 512-bit mantissa, rounded to nearest
//! even: the representation of last resort for constants whose fraction would
//! have too many digits. Also the correctly rounded conversions from exact
//! numbers to `f32` and `f64`.

use std::cmp::Ordering;

use dashu_int::ops::{BitTest, DivRem};
use dashu_int::{IBig, Sign, UBig};
use dashu_ratio::RBig;

/// Mantissa bits of an untyped floating-point constant.
pub(super) const PRECISION: usize = 512;

/// Largest binary exponent, for a mantissa in `[0.5, 1)`.
const MAX_EXPONENT: i64 = i32::MAX as i64;
/// Smallest binary exponent, for a mantissa in `[0.5, 1)`.
const MIN_EXPONENT: i64 = i32::MIN as i64;

/// The outcome of an operation that rounds.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rounded {
    /// A finite number; zero includes underflow.
    Finite(Float),
    /// The magnitude is beyond every exponent.
    Infinite,
}

/// A finite number `mantissa × 2^scale`.
///
/// The mantissa is odd, or zero with scale zero, so that equal numbers are
/// equal structurally.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Float {
    mantissa: IBig,
    scale: i64,
}

/// Number of low zero bits; zero for zero.
fn trailing_zeros(magnitude: &UBig) -> usize {
    magnitude.trailing_zeros().unwrap_or(0)
}

impl Float {
    pub(super) const ZERO: Float = Float { mantissa: IBig::ZERO, scale: 0 };

    /// Rounds `±magnitude × 2^scale` to `precision` bits. `sticky` says that
    /// the true magnitude is a little larger, by less than one unit; the
    /// magnitude must then have more than `precision` bits.
    fn round(sign: Sign, magnitude: UBig, scale: i64, sticky: bool, precision: usize) -> Rounded {
        let length = magnitude.bit_len();
        if length == 0 {
            return Rounded::Finite(Self::ZERO);
        }
        let mut exponent = scale.saturating_add(length as i64);
        if exponent < MIN_EXPONENT {
            return Rounded::Finite(Self::ZERO);
        }
        let (mut magnitude, mut scale) = (magnitude, scale);
        if length > precision {
            let dropped = length - precision;
            let half = magnitude.bit(dropped - 1);
            let beyond_half = sticky || trailing_zeros(&magnitude) < dropped - 1;
            magnitude >>= dropped;
            scale += dropped as i64;
            if half && (beyond_half || magnitude.bit(0)) {
                magnitude += 1u8;
                exponent = scale + magnitude.bit_len() as i64;
            }
        }
        if exponent > MAX_EXPONENT {
            return Rounded::Infinite;
        }
        let zeros = trailing_zeros(&magnitude);
        Rounded::Finite(Self {
            mantissa: IBig::from_parts(sign, magnitude >> zeros),
            scale: scale + zeros as i64,
        })
    }

    /// `integer × 2^scale` without rounding; the exponent must be in range.
    pub(super) fn exact(integer: UBig, scale: i64) -> Rounded {
        let precision = integer.bit_len();
        Self::round(Sign::Positive, integer, scale, false, precision)
    }

    /// The same number rounded to the usual precision.
    pub(super) fn rounded(&self) -> Rounded {
        Self::round(self.mantissa.sign(), self.magnitude(), self.scale, false, PRECISION)
    }

    pub(super) fn from_integer(integer: &IBig) -> Rounded {
        let (sign, magnitude) = integer.clone().into_parts();
        Self::round(sign, magnitude, 0, false, PRECISION)
    }

    pub(super) fn from_ratio(ratio: &RBig) -> Rounded {
        if ratio.is_int() {
            return Self::from_integer(ratio.numerator());
        }
        let (quotient, scale, sticky) =
            quotient_bits(magnitude_of(ratio.numerator()), ratio.denominator(), PRECISION);
        Self::round(ratio.numerator().sign(), quotient, scale, sticky, PRECISION)
    }

    pub(super) fn is_zero(&self) -> bool {
        self.mantissa.is_zero()
    }

    pub(super) fn is_integer(&self) -> bool {
        self.scale >= 0
    }

    pub(super) fn signum(&self) -> i32 {
        match (self.mantissa.is_zero(), self.mantissa.sign()) {
            (true, _) => 0,
            (_, Sign::Positive) => 1,
            (_, Sign::Negative) => -1,
        }
    }

    /// The exponent `e` of `m × 2^e` with `0.5 <= |m| < 1`; 0 for zero.
    pub(super) fn exponent(&self) -> i64 {
        self.scale + self.mantissa.bit_len() as i64
    }

    /// The absolute value of the odd mantissa.
    pub(super) fn magnitude(&self) -> UBig {
        magnitude_of(&self.mantissa)
    }

    pub(super) fn neg(&self) -> Float {
        Float { mantissa: -&self.mantissa, scale: self.scale }
    }

    pub(super) fn add(&self, other: &Float) -> Rounded {
        if self.is_zero() {
            return Rounded::Finite(other.clone());
        }
        if other.is_zero() {
            return Rounded::Finite(self.clone());
        }
        let (high, low) =
            if self.exponent() >= other.exponent() { (self, other) } else { (other, self) };
        // Aligning numbers of very different size would build a huge integer.
        // When all of `low` lies below the last bit that rounding can see, it
        // only says on which side of `high` the sum is.
        let spare = (PRECISION + 2).saturating_sub(high.mantissa.bit_len()) + 2;
        let extended_scale = high.scale - spare as i64;
        if low.exponent() <= extended_scale {
            let extended = high.magnitude() << spare;
            let magnitude =
                if high.mantissa.sign() == low.mantissa.sign() { extended } else { extended - 1u8 };
            return Self::round(high.mantissa.sign(), magnitude, extended_scale, true, PRECISION);
        }
        let scale = self.scale.min(other.scale);
        let align = |float: &Float| &float.mantissa << (float.scale - scale) as usize;
        let (sign, magnitude) = (align(self) + align(other)).into_parts();
        Self::round(sign, magnitude, scale, false, PRECISION)
    }

    pub(super) fn sub(&self, other: &Float) -> Rounded {
        self.add(&other.neg())
    }

    pub(super) fn mul(&self, other: &Float) -> Rounded {
        self.mul_to(other, PRECISION)
    }

    pub(super) fn mul_to(&self, other: &Float, precision: usize) -> Rounded {
        let (sign, magnitude) = (&self.mantissa * &other.mantissa).into_parts();
        Self::round(sign, magnitude, self.scale + other.scale, false, precision)
    }

    /// The quotient; `divisor` must not be zero.
    pub(super) fn div(&self, divisor: &Float) -> Rounded {
        debug_assert!(!divisor.is_zero(), "callers reject division by zero");
        if self.is_zero() || divisor.is_zero() {
            return Rounded::Finite(Self::ZERO);
        }
        let (quotient, scale, sticky) =
            quotient_bits(self.magnitude(), &divisor.magnitude(), PRECISION);
        let sign = self.mantissa.sign() * divisor.mantissa.sign();
        Self::round(sign, quotient, scale + self.scale - divisor.scale, sticky, PRECISION)
    }

    pub(super) fn compare(&self, other: &Float) -> Ordering {
        let by_sign = self.signum().cmp(&other.signum());
        if by_sign != Ordering::Equal || self.is_zero() {
            return by_sign;
        }
        let by_exponent = self.exponent().cmp(&other.exponent());
        let by_magnitude = by_exponent.then_with(|| {
            // Equal exponents: the scales differ by at most one mantissa length.
            let scale = self.scale.min(other.scale);
            let align = |float: &Float| float.magnitude() << (float.scale - scale) as usize;
            align(self).cmp(&align(other))
        });
        if self.signum() < 0 { by_magnitude.reverse() } else { by_magnitude }
    }

    /// The integer this number is or, after long computations, was meant to
    /// be: a difference in the last four bits is taken for a rounding error.
    /// The caller has checked that the exponent is moderate.
    pub(super) fn to_integer(&self) -> Option<IBig> {
        if self.scale >= 0 {
            return Some(&self.mantissa << self.scale as usize);
        }
        const UNCERTAIN_BITS: usize = 4;
        let keep = PRECISION - UNCERTAIN_BITS;
        let magnitude = self.magnitude();
        // A shorter mantissa is kept as it is by the trial roundings.
        let dropped = magnitude.bit_len().checked_sub(keep).filter(|&bits| bits > 0)?;
        let down = magnitude >> dropped;
        let up = &down + UBig::ONE;
        let scale = self.scale + dropped as i64;
        [down, up].into_iter().find_map(|candidate| {
            let zeros = trailing_zeros(&candidate) as i64;
            let integer = if scale >= 0 {
                candidate << scale as usize
            } else if zeros + scale >= 0 {
                candidate >> scale.unsigned_abs() as usize
            } else {
                return None;
            };
            Some(IBig::from_parts(self.mantissa.sign(), integer))
        })
    }

    /// The nearest `f64` and whether it is exact.
    pub(super) fn to_f64(&self) -> (f64, bool) {
        let (bits, exact) = F64_FORMAT.encode(&self.magnitude(), self.scale, false);
        (with_sign(f64::from_bits(bits), self.mantissa.sign()), exact)
    }

    /// The nearest `f32` and whether it is exact.
    pub(super) fn to_f32(&self) -> (f32, bool) {
        let (bits, exact) = F32_FORMAT.encode(&self.magnitude(), self.scale, false);
        let value = f32::from_bits(bits as u32);
        (if self.mantissa.sign() == Sign::Negative { -value } else { value }, exact)
    }

    /// The mantissa as an `f64` in `[0.5, 1]`, with the sign.
    pub(super) fn fraction_f64(&self) -> f64 {
        let magnitude = self.magnitude();
        let scale = -(magnitude.bit_len() as i64);
        let (bits, _) = F64_FORMAT.encode(&magnitude, scale, false);
        with_sign(f64::from_bits(bits), self.mantissa.sign())
    }
}

/// `5^power`, rounded in the same steps as the reference implementation
/// rounds it: decimal literals with large exponents depend on its errors.
pub(super) fn power_of_five(power: u64) -> Rounded {
    const RESULT_PRECISION: usize = PRECISION + 64;
    const FACTOR_PRECISION: usize = PRECISION + 128;
    /// The largest power of five in a word starts the product.
    const WORD_POWER: u32 = 27;

    let first = power.min(WORD_POWER.into()) as u32;
    let mut result = match Float::exact(UBig::from(5u64.pow(first)), 0) {
        Rounded::Finite(float) => float,
        Rounded::Infinite => return Rounded::Infinite,
    };
    let mut factor = Float { mantissa: IBig::from(5), scale: 0 };
    let mut remaining = power - u64::from(first);
    while remaining > 0 {
        if remaining & 1 != 0 {
            match result.mul_to(&factor, RESULT_PRECISION) {
                Rounded::Finite(product) => result = product,
                Rounded::Infinite => return Rounded::Infinite,
            }
        }
        remaining >>= 1;
        if remaining > 0 {
            match factor.mul_to(&factor, FACTOR_PRECISION) {
                Rounded::Finite(square) => factor = square,
                // Some higher bit is set, so the result will be multiplied by it.
                Rounded::Infinite => return Rounded::Infinite,
            }
        }
    }
    Rounded::Finite(result)
}

/// The absolute value of an integer.
pub(super) fn magnitude_of(integer: &IBig) -> UBig {
    integer.clone().into_parts().1
}

/// The quotient of two positive integers with more than `precision + 1` bits,
/// as `(quotient, scale, inexact)`.
fn quotient_bits(numerator: UBig, denominator: &UBig, precision: usize) -> (UBig, i64, bool) {
    let shift = (precision + 2 + denominator.bit_len()).saturating_sub(numerator.bit_len());
    let (quotient, remainder) = (numerator << shift).div_rem(denominator);
    (quotient, -(shift as i64), !remainder.is_zero())
}

/// The nearest `f64` to a fraction and whether it is exact.
pub(super) fn ratio_to_f64(ratio: &RBig) -> (f64, bool) {
    let (quotient, scale, sticky) =
        quotient_bits(magnitude_of(ratio.numerator()), ratio.denominator(), 64);
    let (bits, exact) = F64_FORMAT.encode(&quotient, scale, sticky);
    (with_sign(f64::from_bits(bits), ratio.numerator().sign()), exact)
}

/// The nearest `f32` to a fraction and whether it is exact.
pub(super) fn ratio_to_f32(ratio: &RBig) -> (f32, bool) {
    let (quotient, scale, sticky) =
        quotient_bits(magnitude_of(ratio.numerator()), ratio.denominator(), 64);
    let (bits, exact) = F32_FORMAT.encode(&quotient, scale, sticky);
    let value = f32::from_bits(bits as u32);
    (if ratio.numerator().sign() == Sign::Negative { -value } else { value }, exact)
}

/// The fraction equal to a finite `f64`.
pub(super) fn ratio_from_f64(value: f64) -> RBig {
    let bits = value.to_bits();
    let stored = (bits >> 52 & 0x7ff) as i64;
    let fraction = bits & ((1 << 52) - 1);
    // Subnormal numbers have no implicit bit and the exponent of the smallest
    // normal number.
    let (mantissa, scale) =
        if stored == 0 { (fraction, -1074) } else { (fraction | 1 << 52, stored - 1075) };
    let sign = if value.is_sign_negative() { Sign::Negative } else { Sign::Positive };
    let mantissa = IBig::from_parts(sign, UBig::from(mantissa));
    if scale >= 0 {
        RBig::from(mantissa << scale as usize)
    } else {
        RBig::from_parts(mantissa, UBig::ONE << scale.unsigned_abs() as usize)
    }
}

fn with_sign(value: f64, sign: Sign) -> f64 {
    if sign == Sign::Negative { -value } else { value }
}

/// An IEEE 754 interchange format.
struct Format {
    /// Mantissa bits including the implicit one.
    precision: i64,
    /// Scale of the smallest subnormal number.
    min_scale: i64,
    /// Exponent (mantissa in `[0.5, 1)`) of the largest number.
    max_exponent: i64,
}

const F64_FORMAT: Format = Format { precision: 53, min_scale: -1074, max_exponent: 1024 };

const F32_FORMAT: Format = Format { precision: 24, min_scale: -149, max_exponent: 128 };

impl Format {
    /// The bits of the number nearest to `magnitude × 2^scale` (plus a little
    /// when `sticky`; the magnitude must then have more bits than the format),
    /// and whether it is exact. Overflow gives infinity.
    fn encode(&self, magnitude: &UBig, scale: i64, sticky: bool) -> (u64, bool) {
        let infinity = ((self.max_exponent - self.precision + 1 - self.min_scale + 1) as u64)
            << (self.precision - 1);
        let length = magnitude.bit_len() as i64;
        if length == 0 {
            return (0, true);
        }
        let exponent = scale.saturating_add(length);
        if exponent > self.max_exponent {
            return (infinity, false);
        }
        if exponent < self.min_scale {
            // Below half of the smallest subnormal number.
            return (0, false);
        }
        // Every number near this one is a multiple of 2^unit.
        let unit = (exponent - self.precision).max(self.min_scale);
        let dropped = unit - scale;
        let (multiple, exact) = if dropped <= 0 {
            (magnitude << dropped.unsigned_abs() as usize, !sticky)
        } else {
            let dropped = dropped as usize;
            let zeros = trailing_zeros(magnitude);
            let half = magnitude.bit(dropped - 1);
            let beyond_half = sticky || zeros < dropped - 1;
            let mut multiple = magnitude >> dropped;
            if half && (beyond_half || multiple.bit(0)) {
                multiple += 1u8;
            }
            (multiple, !sticky && zeros >= dropped)
        };
        // At most 2^precision by the choice of the unit.
        let multiple = u64::try_from(&multiple).unwrap_or(u64::MAX);
        // The implicit bit of `multiple` adds one to the exponent field, and a
        // carry out of the mantissa adds another: exactly what is wanted.
        let bits =
            (((unit - self.min_scale) as u64) << (self.precision - 1)).saturating_add(multiple);
        if bits >= infinity { (infinity, false) } else { (bits, exact) }
    }
}
