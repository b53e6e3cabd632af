//! Operations on numbers, and all that compare.

use crate::code::{Arith, Code, Compare, Op, Slot};
use crate::machine::Machine;
use crate::memory::Addr;
use crate::trap::{RuntimePanic, Trap};
use crate::types::{Num, Shape, Ty};
use std::cmp::Ordering;

impl Machine<'_> {
    pub(super) fn compute_values(&mut self, code: &Code, base: Addr, op: Op) -> Result<(), Trap> {
        let at = |slot: Slot| base + u64::from(slot);
        match op {
            Op::Not { dst, x } => {
                let x = self.memory.read(at(x), 1)?;
                self.memory.write(at(dst), 1, x ^ 1)?;
            }
            Op::Neg { dst, x, num } => match num {
                Num::F32 | Num::F64 => {
                    let x = self.float(at(x), num)?;
                    self.set_float(at(dst), num, -x)?;
                }
                Num::C64 | Num::C128 => {
                    let (real, imaginary) = self.complex(at(x), num)?;
                    self.set_complex(at(dst), num, (-real, -imaginary))?;
                }
                _ => {
                    let x = self.memory.read(at(x), num.size())?;
                    self.memory.write(at(dst), num.size(), x.wrapping_neg())?;
                }
            },
            Op::Complement { dst, x, num } => {
                let x = self.memory.read(at(x), num.size())?;
                self.memory.write(at(dst), num.size(), !x)?;
            }
            Op::Arith { op, num, dst, x, y } => self.arith(op, num, at(dst), at(x), at(y))?,
            Op::Shift { left, num, count, dst, x, y } => {
                let by = self.number(at(y), count)?;
                if count.is_signed() && (by as i64) < 0 {
                    return Err(Trap::Panic(RuntimePanic::Shift));
                }
                let x = self.number(at(x), num)?;
                let shifted = match (left, num.is_signed()) {
                    (true, _) => {
                        u32::try_from(by).ok().and_then(|by| x.checked_shl(by)).unwrap_or(0)
                    }
                    (false, false) => {
                        u32::try_from(by).ok().and_then(|by| x.checked_shr(by)).unwrap_or(0)
                    }
                    (false, true) => ((x as i64) >> by.min(63)) as u64,
                };
                self.memory.write(at(dst), num.size(), shifted)?;
            }
            Op::Compare { op, num, dst, x, y } => {
                let holds = self.compare(op, num, at(x), at(y))?;
                self.memory.write(at(dst), 1, u64::from(holds))?;
            }
            Op::CompareStrings { op, dst, x, y } => {
                let order = self.string(at(x))?.cmp(self.string(at(y))?);
                self.memory.write(at(dst), 1, u64::from(op.holds(Some(order))))?;
            }
            Op::Equal { negate, ty, dst, x, y } => {
                let equal = self.equal(ty, at(x), at(y))?;
                self.memory.write(at(dst), 1, u64::from(equal != negate))?;
            }
            Op::EqualAt { ty, dst, x, y } => {
                let (x, y) = (self.memory.word(at(x))?, self.memory.word(at(y))?);
                let equal = self.equal(ty, x, y)?;
                self.memory.write(at(dst), 1, u64::from(equal))?;
            }
            Op::HashAt { ty, dst, x, seed } => {
                let (x, seed) = (self.memory.word(at(x))?, self.memory.word(at(seed))?);
                let hash = self.hash(ty, x)? ^ seed;
                // High and low bits are used by turns: all of them are to depend on all.
                let mixed = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                self.memory.set_word(at(dst), mixed ^ (mixed >> 32))?;
            }
            Op::Numeric { from, to, dst, x } => self.numeric(from, to, at(dst), at(x))?,
            Op::MinMax { max, num, dst, x, y } => {
                if matches!(num, Num::F32 | Num::F64) {
                    let (x, y) = (self.float(at(x), num)?, self.float(at(y), num)?);
                    let chosen = if max { float_max(x, y) } else { float_min(x, y) };
                    self.set_float(at(dst), num, chosen)?;
                } else {
                    let op = if max { Compare::Greater } else { Compare::Less };
                    let from = if self.compare(op, num, at(y), at(x))? { y } else { x };
                    self.memory.copy(at(dst), at(from), num.size())?;
                }
            }
            Op::MinMaxStrings { max, dst, x, y } => {
                let order = self.string(at(y))?.cmp(self.string(at(x))?);
                let wanted = if max { Ordering::Greater } else { Ordering::Less };
                let from = if order == wanted { y } else { x };
                self.memory.copy(at(dst), at(from), 16)?;
            }
            other => self.compute_text(code, base, other)?,
        }
        Ok(())
    }

    fn arith(&mut self, op: Arith, num: Num, dst: Addr, x: Addr, y: Addr) -> Result<(), Trap> {
        match num {
            Num::F32 => {
                let (x, y) = (self.float(x, num)? as f32, self.float(y, num)? as f32);
                let result = match op {
                    Arith::Add => x + y,
                    Arith::Sub => x - y,
                    Arith::Mul => x * y,
                    _ => x / y,
                };
                self.memory.write(dst, 4, u64::from(result.to_bits()))
            }
            Num::F64 => {
                let (x, y) = (self.float(x, num)?, self.float(y, num)?);
                let result = match op {
                    Arith::Add => x + y,
                    Arith::Sub => x - y,
                    Arith::Mul => x * y,
                    _ => x / y,
                };
                self.memory.write(dst, 8, result.to_bits())
            }
            Num::C64 | Num::C128 => {
                let (a, b) = self.complex(x, num)?;
                let (c, d) = self.complex(y, num)?;
                let result = match op {
                    Arith::Add => (a + c, b + d),
                    Arith::Sub => (a - c, b - d),
                    // In double precision, rounded once in the end.
                    Arith::Mul => (a * c - b * d, a * d + b * c),
                    _ => complex_quotient((a, b), (c, d)),
                };
                self.set_complex(dst, num, result)
            }
            _ => {
                let (x, y) = (self.number(x, num)?, self.number(y, num)?);
                let result = match op {
                    Arith::Add => x.wrapping_add(y),
                    Arith::Sub => x.wrapping_sub(y),
                    Arith::Mul => x.wrapping_mul(y),
                    Arith::And => x & y,
                    Arith::Or => x | y,
                    Arith::Xor => x ^ y,
                    Arith::AndNot => x & !y,
                    Arith::Div | Arith::Rem if y == 0 => {
                        return Err(Trap::Panic(RuntimePanic::Divide));
                    }
                    Arith::Div if num.is_signed() => (x as i64).wrapping_div(y as i64) as u64,
                    Arith::Rem if num.is_signed() => (x as i64).wrapping_rem(y as i64) as u64,
                    Arith::Div => x / y,
                    Arith::Rem => x % y,
                };
                self.memory.write(dst, num.size(), result)
            }
        }
    }

    fn compare(&self, op: Compare, num: Num, x: Addr, y: Addr) -> Result<bool, Trap> {
        let order = match num {
            Num::F32 | Num::F64 => self.float(x, num)?.partial_cmp(&self.float(y, num)?),
            Num::C64 | Num::C128 => {
                let equal = self.complex(x, num)? == self.complex(y, num)?;
                Some(if equal { Ordering::Equal } else { Ordering::Less })
            }
            _ if num.is_signed() => {
                Some((self.number(x, num)? as i64).cmp(&(self.number(y, num)? as i64)))
            }
            _ => Some(self.number(x, num)?.cmp(&self.number(y, num)?)),
        };
        Ok(op.holds(order))
    }

    pub(crate) fn float(&self, addr: Addr, num: Num) -> Result<f64, Trap> {
        Ok(match num {
            Num::F32 => f64::from(f32::from_bits(self.memory.read(addr, 4)? as u32)),
            _ => f64::from_bits(self.memory.word(addr)?),
        })
    }

    pub(crate) fn set_float(&mut self, addr: Addr, num: Num, value: f64) -> Result<(), Trap> {
        match num {
            Num::F32 => self.memory.write(addr, 4, u64::from((value as f32).to_bits())),
            _ => self.memory.set_word(addr, value.to_bits()),
        }
    }

    pub(crate) fn complex(&self, addr: Addr, num: Num) -> Result<(f64, f64), Trap> {
        let (half, size) = if num == Num::C64 { (Num::F32, 4) } else { (Num::F64, 8) };
        Ok((self.float(addr, half)?, self.float(addr + size, half)?))
    }

    fn set_complex(&mut self, addr: Addr, num: Num, value: (f64, f64)) -> Result<(), Trap> {
        let (half, size) = if num == Num::C64 { (Num::F32, 4) } else { (Num::F64, 8) };
        self.set_float(addr, half, value.0)?;
        self.set_float(addr + size, half, value.1)
    }

    fn numeric(&mut self, from: Num, to: Num, dst: Addr, x: Addr) -> Result<(), Trap> {
        match (from, to) {
            (Num::C64 | Num::C128, _) => {
                let value = self.complex(x, from)?;
                self.set_complex(dst, to, value)
            }
            (Num::F32 | Num::F64, Num::F32 | Num::F64) => {
                let value = self.float(x, from)?;
                self.set_float(dst, to, value)
            }
            (Num::F32 | Num::F64, _) => {
                let value = self.float(x, from)?;
                self.memory.write(dst, to.size(), float_to_integer(value, to))
            }
            (_, Num::F32) => {
                let value = self.number(x, from)?;
                let value = if from.is_signed() { value as i64 as f32 } else { value as f32 };
                self.memory.write(dst, 4, u64::from(value.to_bits()))
            }
            (_, Num::F64) => {
                let value = self.number(x, from)?;
                let value = if from.is_signed() { value as i64 as f64 } else { value as f64 };
                self.memory.set_word(dst, value.to_bits())
            }
            _ => {
                let value = self.number(x, from)?;
                self.memory.write(dst, to.size(), value)
            }
        }
    }

    /// `==` (Go spec, "Comparison operators") of two values in memory.
    pub(crate) fn equal(&self, ty: Ty, x: Addr, y: Addr) -> Result<bool, Trap> {
        let info = self.types.info(ty);
        if info.plain {
            return Ok(self.memory.slice(x, info.size)? == self.memory.slice(y, info.size)?);
        }
        match &info.shape {
            Shape::Num(num) => self.compare(Compare::Equal, *num, x, y),
            Shape::String => Ok(self.string(x)? == self.string(y)?),
            Shape::Array { elem, len } => {
                let size = self.types.info(*elem).size;
                for index in 0..*len {
                    if !self.equal(*elem, x + index * size, y + index * size)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Shape::Struct(fields) => {
                for field in fields.iter().filter(|field| !field.blank) {
                    if !self.equal(field.ty, x + field.offset, y + field.offset)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Shape::Interface { empty } => {
                let (left, right) = (self.memory.word(x)?, self.memory.word(y)?);
                if left == 0 || right == 0 {
                    return Ok(left == right);
                }
                let (left, right) =
                    (self.dynamic_type(left, *empty)?, self.dynamic_type(right, *empty)?);
                if left != right {
                    return Ok(false);
                }
                let info = self.types.info(left);
                if !info.comparable {
                    let name = self.type_name(info.id);
                    return Err(Trap::error(format!("comparing uncomparable type {name}")));
                }
                if info.direct {
                    return self.equal(left, x + 8, y + 8);
                }
                let (x, y) = (self.memory.word(x + 8)?, self.memory.word(y + 8)?);
                self.equal(left, x, y)
            }
            _ => Ok(self.memory.word(x)? == self.memory.word(y)?),
        }
    }
}

impl Compare {
    /// Whether the comparison holds for operands in this order; `None`: they have none (NaN).
    #[must_use]
    pub fn holds(self, order: Option<Ordering>) -> bool {
        let Some(order) = order else { return self == Self::NotEqual };
        match self {
            Self::Equal => order.is_eq(),
            Self::NotEqual => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterEqual => order.is_ge(),
        }
    }
}

/// What amd64 makes of a float that is converted to an integer type: the language leaves open
/// what becomes of values that do not fit.
fn float_to_integer(value: f64, to: Num) -> u64 {
    const TWO_63: f64 = 9_223_372_036_854_775_808.0;
    let signed = |value: f64| {
        // Out of range and NaN give the smallest integer.
        if (-TWO_63..TWO_63).contains(&value) { value as i64 } else { i64::MIN }
    };
    let narrow = |value: f64| {
        let in_range = (-2_147_483_649.0..2_147_483_648.0).contains(&value);
        if in_range { value as i32 } else { i32::MIN }
    };
    match to {
        Num::U64 if value >= TWO_63 => (signed(value - TWO_63) as u64) ^ (1 << 63),
        Num::U64 | Num::I64 | Num::U32 => signed(value) as u64,
        _ => narrow(value) as u64,
    }
}

fn float_min(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    if x == 0.0 && y == 0.0 {
        return if x.is_sign_negative() { x } else { y };
    }
    if y < x { y } else { x }
}

fn float_max(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    if x == 0.0 && y == 0.0 {
        return if x.is_sign_negative() { y } else { x };
    }
    if y > x { y } else { x }
}

/// Division of complex numbers as Go does it: by Smith's method, with the special cases of C99's
/// annex G.
fn complex_quotient(n: (f64, f64), m: (f64, f64)) -> (f64, f64) {
    let (a, b) = n;
    let (c, d) = m;
    let (mut e, mut f);
    if c.abs() >= d.abs() {
        let ratio = d / c;
        let denominator = c + ratio * d;
        e = (a + b * ratio) / denominator;
        f = (b - a * ratio) / denominator;
    } else {
        let ratio = c / d;
        let denominator = d + ratio * c;
        e = (a * ratio + b) / denominator;
        f = (b * ratio - a) / denominator;
    }
    if e.is_nan() && f.is_nan() {
        let unit = |x: f64| if x.is_infinite() { 1f64.copysign(x) } else { 0f64.copysign(x) };
        if c == 0.0 && d == 0.0 && (!a.is_nan() || !b.is_nan()) {
            e = f64::INFINITY.copysign(c) * a;
            f = f64::INFINITY.copysign(c) * b;
        } else if (a.is_infinite() || b.is_infinite()) && c.is_finite() && d.is_finite() {
            let (a, b) = (unit(a), unit(b));
            e = f64::INFINITY * (a * c + b * d);
            f = f64::INFINITY * (b * c - a * d);
        } else if (c.is_infinite() || d.is_infinite()) && a.is_finite() && b.is_finite() {
            let (c, d) = (unit(c), unit(d));
            e = 0.0 * (a * c + b * d);
            f = 0.0 * (b * c - a * d);
        }
    }
    (e, f)
}
