//! The inner loops of `math/big`, and of `math` what gc has in assembly.

use super::{Call, List};
use crate::goroutine::Goroutine;
use crate::machine::Machine;
use crate::memory::Addr;
use crate::trap::Trap;

pub(super) const LIST: List = &[
    ("math/big.addVV", add),
    ("math/big.subVV", subtract),
    ("math/big.lshVU", shift_left),
    ("math/big.rshVU", shift_right),
    ("math/big.mulAddVWW", multiply_add),
    ("math/big.addMulVVWW", add_multiply),
];

/// Where the words of a slice parameter are.
fn words(m: &Machine<'_>, call: &Call, index: usize) -> Result<(Addr, u64), Trap> {
    let at = call.at(m, index);
    Ok((m.memory.word(at)?, m.memory.word(at + 8)?))
}

fn add(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    carry_through(m, call, u64::overflowing_add)
}

fn subtract(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    carry_through(m, call, u64::overflowing_sub)
}

/// Applies an operation word by word, with the carry (or borrow) of each to the next.
fn carry_through(
    m: &mut Machine<'_>,
    call: &Call,
    operation: impl Fn(u64, u64) -> (u64, bool),
) -> Result<(), Trap> {
    let ((z, len), (x, _), (y, _)) = (words(m, call, 0)?, words(m, call, 1)?, words(m, call, 2)?);
    let mut carry = false;
    for at in (0..len).map(|index| index * 8) {
        let (word, first) = operation(m.memory.word(x + at)?, m.memory.word(y + at)?);
        let (word, second) = operation(word, u64::from(carry));
        carry = first || second;
        m.memory.set_word(z + at, word)?;
    }
    call.set(m, 0, u64::from(carry))
}

fn shift_left(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let ((z, len), (x, _)) = (words(m, call, 0)?, words(m, call, 1)?);
    let by = call.arg(m, 2)? as u32;
    let mut out = 0;
    // From the top, so that the two may overlap.
    for index in (0..len).rev() {
        let word = m.memory.word(x + index * 8)?;
        let below = if index > 0 { m.memory.word(x + index * 8 - 8)? } else { 0 };
        let (high, low) = if by == 0 { (0, word) } else { (word >> (64 - by), word << by) };
        let filled = if by == 0 { low } else { low | below >> (64 - by) };
        if index + 1 == len {
            out = high;
        }
        m.memory.set_word(z + index * 8, filled)?;
    }
    call.set(m, 0, out)
}

fn shift_right(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let ((z, len), (x, _)) = (words(m, call, 0)?, words(m, call, 1)?);
    let by = call.arg(m, 2)? as u32;
    let mut out = 0;
    for index in 0..len {
        let word = m.memory.word(x + index * 8)?;
        let above = if index + 1 < len { m.memory.word(x + index * 8 + 8)? } else { 0 };
        let filled = if by == 0 { word } else { word >> by | above << (64 - by) };
        if index == 0 && by > 0 {
            out = word << (64 - by);
        }
        m.memory.set_word(z + index * 8, filled)?;
    }
    call.set(m, 0, out)
}

fn multiply_add(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let ((z, len), (x, _)) = (words(m, call, 0)?, words(m, call, 1)?);
    let (factor, mut carry) = (call.arg(m, 2)?, call.arg(m, 3)?);
    for at in (0..len).map(|index| index * 8) {
        let product = u128::from(m.memory.word(x + at)?) * u128::from(factor) + u128::from(carry);
        m.memory.set_word(z + at, product as u64)?;
        carry = (product >> 64) as u64;
    }
    call.set(m, 0, carry)
}

fn add_multiply(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let ((z, len), (x, _), (y, _)) = (words(m, call, 0)?, words(m, call, 1)?, words(m, call, 2)?);
    let (factor, mut carry) = (call.arg(m, 3)?, call.arg(m, 4)?);
    for at in (0..len).map(|index| index * 8) {
        let product = u128::from(m.memory.word(y + at)?) * u128::from(factor)
            + u128::from(m.memory.word(x + at)?)
            + u128::from(carry);
        m.memory.set_word(z + at, product as u64)?;
        carry = (product >> 64) as u64;
    }
    call.set(m, 0, carry)
}
