//! Operators on constants.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

use super::float::Float;
use super::text::Text;
use super::{Kind, Repr, Rounded, Value};

/// The largest count of a constant shift: just enough to write down the
/// smallest `float64`.
pub const MAX_SHIFT: u64 = 1023 - 1 + 52;

/// The largest length in bytes of a constant string.
pub const MAX_STRING_LENGTH: usize = 2_000_000_000;

/// A unary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    /// `+x`
    Plus,
    /// `-x`
    Minus,
    /// `^x`
    Complement,
    /// `!x`
    Not,
}

/// A binary operator other than shifts and comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    /// `x + y`, also on strings
    Add,
    /// `x - y`
    Sub,
    /// `x * y`
    Mul,
    /// `x / y`; on integers this gives the exact fraction, a floating-point
    /// constant
    Quo,
    /// `x / y` truncated, on integers only
    IntegerQuo,
    /// `x % y`
    Rem,
    /// `x & y`
    And,
    /// `x | y`
    Or,
    /// `x ^ y`
    Xor,
    /// `x &^ y`
    AndNot,
    /// `x && y`
    LogicalAnd,
    /// `x || y`
    LogicalOr,
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `x == y`
    Equal,
    /// `x != y`
    NotEqual,
    /// `x < y`
    Less,
    /// `x <= y`
    LessOrEqual,
    /// `x > y`
    Greater,
    /// `x >= y`
    GreaterOrEqual,
}

/// The direction of a shift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShiftDirection {
    /// `x << n`
    Left,
    /// `x >> n`
    Right,
}

/// Why an operation on constants has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum OperationError {
    /// The operator is not defined on operands of these kinds.
    #[error("operator is not defined on these operands")]
    InvalidOperands,
    /// The divisor is zero.
    #[error("division by zero")]
    DivisionByZero,
    /// The shift count is above [`MAX_SHIFT`].
    #[error("invalid shift count {0}")]
    ShiftCount(u64),
    /// The concatenation is longer than [`MAX_STRING_LENGTH`].
    #[error("constant string too long ({0} bytes > {MAX_STRING_LENGTH} bytes)")]
    StringTooLong(usize),
}

use OperationError::{DivisionByZero, InvalidOperands};

/// Two real numbers in the representation that both have in common.
enum RealPair<'a> {
    Integers(Cow<'a, IBig>, Cow<'a, IBig>),
    Ratios(Cow<'a, RBig>, Cow<'a, RBig>),
    Floats(Cow<'a, Float>, Cow<'a, Float>),
    /// An integer whose conversion to a float overflows: not reachable with
    /// integers that fit into memory, but there is no need to rely on it.
    Overflow,
}

/// The simplest representation that can hold a real number; ordered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Integer,
    Ratio,
    Float,
}

impl Value {
    fn level(&self) -> Option<Level> {
        match self.0 {
            Repr::Int(_) | Repr::BigInt(_) => Some(Level::Integer),
            Repr::Ratio(_) => Some(Level::Ratio),
            Repr::Float(_) => Some(Level::Float),
            _ => None,
        }
    }

    fn match_reals<'a>(&'a self, other: &'a Value) -> Option<RealPair<'a>> {
        let level = self.level()?.max(other.level()?);
        Some(match level {
            Level::Integer => RealPair::Integers(self.to_big_integer()?, other.to_big_integer()?),
            Level::Ratio => RealPair::Ratios(self.to_big_ratio()?, other.to_big_ratio()?),
            Level::Float => match (self.to_big_float()?, other.to_big_float()?) {
                (Some(left), Some(right)) => RealPair::Floats(left, right),
                _ => RealPair::Overflow,
            },
        })
    }

    /// Both operands as real and imaginary parts.
    fn match_complex(&self, other: &Value) -> Option<([Value; 2], [Value; 2])> {
        Some((self.complex_parts()?, other.complex_parts()?))
    }

    fn complex_parts(&self) -> Option<[Value; 2]> {
        match &self.0 {
            Repr::Complex(parts) => Some([parts[0].clone(), parts[1].clone()]),
            _ => self.level().map(|_| [self.clone(), Value::from_i64(0)]),
        }
    }

    fn to_big_integer(&self) -> Option<Cow<'_, IBig>> {
        match &self.0 {
            Repr::Int(value) => Some(Cow::Owned(IBig::from(*value))),
            Repr::BigInt(value) => Some(Cow::Borrowed(value)),
            _ => None,
        }
    }

    fn to_big_ratio(&self) -> Option<Cow<'_, RBig>> {
        match &self.0 {
            Repr::Ratio(value) => Some(Cow::Borrowed(value)),
            _ => Some(Cow::Owned(RBig::from(self.to_big_integer()?.into_owned()))),
        }
    }

    /// `Some(None)` when the number is too large.
    fn to_big_float(&self) -> Option<Option<Cow<'_, Float>>> {
        let rounded = match &self.0 {
            Repr::Float(value) => return Some(Some(Cow::Borrowed(value))),
            Repr::Ratio(value) => Float::from_ratio(value),
            _ => Float::from_integer(self.to_big_integer()?.as_ref()),
        };
        Some(match rounded {
            Rounded::Finite(float) => Some(Cow::Owned(float)),
            Rounded::Infinite => None,
        })
    }

    /// `operator self`. `unsigned_bits` is the size of the operand's type when
    /// that is an unsigned integer type: the complement then stays inside it.
    pub fn unary(
        &self,
        operator: UnaryOperator,
        unsigned_bits: Option<u32>,
    ) -> Result<Value, OperationError> {
        if self.is_unknown() {
            return Ok(Value::UNKNOWN);
        }
        match operator {
            UnaryOperator::Plus if self.is_numeric() => Ok(self.clone()),
            UnaryOperator::Minus => self.negated(),
            UnaryOperator::Complement => self.complement(unsigned_bits),
            UnaryOperator::Not => {
                self.as_bool().map(|value| Value::from_bool(!value)).ok_or(InvalidOperands)
            }
            UnaryOperator::Plus => Err(InvalidOperands),
        }
    }

    fn negated(&self) -> Result<Value, OperationError> {
        Ok(match &self.0 {
            Repr::Int(value) => match value.checked_neg() {
                Some(negated) => Value::from_i64(negated),
                None => Value::from_integer(-IBig::from(*value)),
            },
            Repr::BigInt(value) => Value::from_integer(-value.as_ref()),
            Repr::Ratio(value) => Value::from_ratio(-RBig::clone(value)),
            Repr::Float(value) => Value(Repr::Float(Arc::new(value.neg()))),
            Repr::Complex(parts) => Value::from_parts(parts[0].negated()?, parts[1].negated()?),
            Repr::Unknown => Value::UNKNOWN,
            Repr::Bool(_) | Repr::Text(_) => return Err(InvalidOperands),
        })
    }

    fn complement(&self, unsigned_bits: Option<u32>) -> Result<Value, OperationError> {
        match (&self.0, unsigned_bits) {
            (Repr::Int(value), None) => return Ok(Value::from_i64(!value)),
            (Repr::Int(value), Some(bits @ 1..64)) => {
                return Ok(Value::from_i64(!value & ((1 << bits) - 1)));
            }
            (Repr::Int(value), Some(64)) => return Ok(Value::from_u64(!*value as u64)),
            _ => {}
        }
        let complement = !self.to_big_integer().ok_or(InvalidOperands)?.into_owned();
        Ok(match unsigned_bits {
            None | Some(0) => Value::from_integer(complement),
            Some(bits) => Value::from_integer(complement & IBig::from(UBig::ones(bits as usize))),
        })
    }

    /// `self operator other`. Operands of different kinds are numbers, and are
    /// brought to the more general kind first.
    #[inline]
    pub fn binary(&self, operator: BinaryOperator, other: &Value) -> Result<Value, OperationError> {
        if let (Repr::Int(left), Repr::Int(right)) = (&self.0, &other.0)
            && let Some(result) = small_integer_operation(*left, operator, *right)?
        {
            return Ok(Value::from_i64(result));
        }
        self.general_binary(operator, other)
    }

    fn general_binary(
        &self,
        operator: BinaryOperator,
        other: &Value,
    ) -> Result<Value, OperationError> {
        if self.is_unknown() || other.is_unknown() {
            return Ok(Value::UNKNOWN);
        }
        match (&self.0, &other.0) {
            (Repr::Bool(left), Repr::Bool(right)) => match operator {
                BinaryOperator::LogicalAnd => Ok(Value::from_bool(*left && *right)),
                BinaryOperator::LogicalOr => Ok(Value::from_bool(*left || *right)),
                _ => Err(InvalidOperands),
            },
            (Repr::Text(left), Repr::Text(right)) => match operator {
                BinaryOperator::Add => {
                    let length = left.len().saturating_add(right.len());
                    if length > MAX_STRING_LENGTH {
                        return Err(OperationError::StringTooLong(length));
                    }
                    Ok(Value(Repr::Text(Text::concat(left, right))))
                }
                _ => Err(InvalidOperands),
            },
            (Repr::Complex(_), _) | (_, Repr::Complex(_)) => {
                let (left, right) = self.match_complex(other).ok_or(InvalidOperands)?;
                complex_operation(&left, operator, &right)
            }
            _ => match self.match_reals(other).ok_or(InvalidOperands)? {
                RealPair::Integers(left, right) => integer_operation(&left, operator, &right),
                RealPair::Ratios(left, right) => ratio_operation(&left, operator, &right),
                RealPair::Floats(left, right) => float_operation(&left, operator, &right),
                RealPair::Overflow => Ok(Value::UNKNOWN),
            },
        }
    }

    /// `self << count` or `self >> count`, of an integer. Right shifts of
    /// negative numbers round down.
    pub fn shift(&self, direction: ShiftDirection, count: u64) -> Result<Value, OperationError> {
        if self.is_unknown() {
            return Ok(Value::UNKNOWN);
        }
        if self.kind() != Kind::Int {
            return Err(InvalidOperands);
        }
        if count > MAX_SHIFT {
            return Err(OperationError::ShiftCount(count));
        }
        let bits = count as usize;
        if let Repr::Int(value) = self.0 {
            match direction {
                ShiftDirection::Right => return Ok(Value::from_i64(value >> bits.min(63))),
                ShiftDirection::Left if bits < 64 => {
                    let shifted = value << bits;
                    if shifted >> bits == value {
                        return Ok(Value::from_i64(shifted));
                    }
                }
                ShiftDirection::Left => {}
            }
        }
        let value = self.to_big_integer().ok_or(InvalidOperands)?;
        Ok(Value::from_integer(match direction {
            ShiftDirection::Left => value.as_ref() << bits,
            ShiftDirection::Right => value.as_ref() >> bits,
        }))
    }

    /// `self comparison other`. False when one of them is unknown.
    pub fn compare(&self, comparison: Comparison, other: &Value) -> Result<bool, OperationError> {
        let ordering = match (&self.0, &other.0) {
            (Repr::Int(left), Repr::Int(right)) => left.cmp(right),
            (Repr::Unknown, _) | (_, Repr::Unknown) => return Ok(false),
            (Repr::Bool(left), Repr::Bool(right)) => return comparison.of_equality(left == right),
            (Repr::Text(left), Repr::Text(right)) => left.bytes().cmp(right.bytes()),
            (Repr::Complex(_), _) | (_, Repr::Complex(_)) => {
                let (left, right) = self.match_complex(other).ok_or(InvalidOperands)?;
                let equal = left[0].compare(Comparison::Equal, &right[0])?
                    && left[1].compare(Comparison::Equal, &right[1])?;
                return comparison.of_equality(equal);
            }
            _ => match self.match_reals(other).ok_or(InvalidOperands)? {
                RealPair::Integers(left, right) => left.cmp(&right),
                RealPair::Ratios(left, right) => left.cmp(&right),
                RealPair::Floats(left, right) => left.compare(&right),
                RealPair::Overflow => return Ok(false),
            },
        };
        Ok(comparison.of_ordering(ordering))
    }
}

impl Comparison {
    fn of_equality(self, equal: bool) -> Result<bool, OperationError> {
        match self {
            Comparison::Equal => Ok(equal),
            Comparison::NotEqual => Ok(!equal),
            _ => Err(InvalidOperands),
        }
    }

    fn of_ordering(self, ordering: Ordering) -> bool {
        match self {
            Comparison::Equal => ordering.is_eq(),
            Comparison::NotEqual => ordering.is_ne(),
            Comparison::Less => ordering.is_lt(),
            Comparison::LessOrEqual => ordering.is_le(),
            Comparison::Greater => ordering.is_gt(),
            Comparison::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// `None` when the result is not an `i64`.
#[inline]
fn small_integer_operation(
    left: i64,
    operator: BinaryOperator,
    right: i64,
) -> Result<Option<i64>, OperationError> {
    Ok(match operator {
        BinaryOperator::Add => left.checked_add(right),
        BinaryOperator::Sub => left.checked_sub(right),
        BinaryOperator::Mul => left.checked_mul(right),
        BinaryOperator::Quo => None,
        BinaryOperator::IntegerQuo | BinaryOperator::Rem if right == 0 => {
            return Err(DivisionByZero);
        }
        // The smallest integer divided by -1 wraps around: a flaw of the
        // reference implementation that every Go tool shows.
        BinaryOperator::IntegerQuo => Some(left.wrapping_div(right)),
        BinaryOperator::Rem => Some(left.wrapping_rem(right)),
        BinaryOperator::And => Some(left & right),
        BinaryOperator::Or => Some(left | right),
        BinaryOperator::Xor => Some(left ^ right),
        BinaryOperator::AndNot => Some(left & !right),
        BinaryOperator::LogicalAnd | BinaryOperator::LogicalOr => return Err(InvalidOperands),
    })
}

fn integer_operation(
    left: &IBig,
    operator: BinaryOperator,
    right: &IBig,
) -> Result<Value, OperationError> {
    let divides =
        matches!(operator, BinaryOperator::Quo | BinaryOperator::IntegerQuo | BinaryOperator::Rem);
    if divides && right.is_zero() {
        return Err(DivisionByZero);
    }
    Ok(Value::from_integer(match operator {
        BinaryOperator::Add => left + right,
        BinaryOperator::Sub => left - right,
        BinaryOperator::Mul => left * right,
        BinaryOperator::Quo => {
            return Ok(Value::from_ratio(RBig::from_parts_signed(left.clone(), right.clone())));
        }
        BinaryOperator::IntegerQuo => left / right,
        BinaryOperator::Rem => left % right,
        BinaryOperator::And => left & right,
        BinaryOperator::Or => left | right,
        BinaryOperator::Xor => left ^ right,
        BinaryOperator::AndNot => left & !right,
        BinaryOperator::LogicalAnd | BinaryOperator::LogicalOr => return Err(InvalidOperands),
    }))
}

fn ratio_operation(
    left: &RBig,
    operator: BinaryOperator,
    right: &RBig,
) -> Result<Value, OperationError> {
    Ok(Value::from_ratio(match operator {
        BinaryOperator::Add => left + right,
        BinaryOperator::Sub => left - right,
        BinaryOperator::Mul => left * right,
        BinaryOperator::Quo if right.is_zero() => return Err(DivisionByZero),
        BinaryOperator::Quo => left / right,
        _ => return Err(InvalidOperands),
    }))
}

fn float_operation(
    left: &Float,
    operator: BinaryOperator,
    right: &Float,
) -> Result<Value, OperationError> {
    Ok(Value::from_rounded(match operator {
        BinaryOperator::Add => left.add(right),
        BinaryOperator::Sub => left.sub(right),
        BinaryOperator::Mul => left.mul(right),
        BinaryOperator::Quo if right.is_zero() => return Err(DivisionByZero),
        BinaryOperator::Quo => left.div(right),
        _ => return Err(InvalidOperands),
    }))
}

/// The order of the steps matters where parts are 512-bit numbers.
fn complex_operation(
    left: &[Value; 2],
    operator: BinaryOperator,
    right: &[Value; 2],
) -> Result<Value, OperationError> {
    use BinaryOperator::{Add, Mul, Quo, Sub};
    let ([a, b], [c, d]) = (left, right);
    let (real, imaginary) = match operator {
        Add | Sub => (a.binary(operator, c)?, b.binary(operator, d)?),
        Mul | Quo => {
            let (ac, bd) = (a.binary(Mul, c)?, b.binary(Mul, d)?);
            let (bc, ad) = (b.binary(Mul, c)?, a.binary(Mul, d)?);
            if operator == Mul {
                (ac.binary(Sub, &bd)?, bc.binary(Add, &ad)?)
            } else {
                let norm = c.binary(Mul, c)?.binary(Add, &d.binary(Mul, d)?)?;
                (ac.binary(Add, &bd)?.binary(Quo, &norm)?, bc.binary(Sub, &ad)?.binary(Quo, &norm)?)
            }
        }
        _ => return Err(InvalidOperands),
    };
    Ok(Value::from_parts(real, imaginary))
}
