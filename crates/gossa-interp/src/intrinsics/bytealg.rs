//! Searching and comparing bytes (`internal/bytealg`), and hashing (`hash/maphash`).

use super::{Call, List};
use crate::goroutine::Goroutine;
use crate::machine::Machine;
use crate::trap::Trap;
use std::cmp::Ordering;

pub(super) const LIST: List = &[
    ("internal/bytealg.IndexByte", index_byte),
    ("internal/bytealg.IndexByteString", index_byte),
    ("internal/bytealg.Count", count),
    ("internal/bytealg.CountString", count),
    ("internal/bytealg.Compare", compare),
    ("internal/bytealg.CompareString", compare),
    ("internal/bytealg.Index", index),
    ("internal/bytealg.IndexString", index),
    ("internal/bytealg.MakeNoZero", make_no_zero),
    ("hash/maphash.runtime_memhash", memhash),
];

/// The bytes of a slice or string parameter.
fn bytes<'m>(m: &'m Machine<'_>, call: &Call, index: usize) -> Result<&'m [u8], Trap> {
    m.string(call.at(m, index))
}

fn position(found: Option<usize>) -> u64 {
    found.map_or(u64::MAX, |at| at as u64)
}

fn index_byte(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let wanted = call.arg(m, 1)? as u8;
    let found = bytes(m, call, 0)?.iter().position(|&byte| byte == wanted);
    call.set(m, 0, position(found))
}

fn count(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let wanted = call.arg(m, 1)? as u8;
    let found = bytes(m, call, 0)?.iter().filter(|&&byte| byte == wanted).count();
    call.set(m, 0, found as u64)
}

fn compare(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let order = match bytes(m, call, 0)?.cmp(bytes(m, call, 1)?) {
        Ordering::Less => u64::MAX,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    };
    call.set(m, 0, order)
}

fn index(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let (text, wanted) = (bytes(m, call, 0)?, bytes(m, call, 1)?);
    let found = match wanted.len() {
        0 => Some(0),
        len => text.windows(len).position(|window| window == wanted),
    };
    call.set(m, 0, position(found))
}

fn make_no_zero(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let len = call.arg(m, 0)?;
    if len > 1 << 47 {
        return Err(Trap::error("makeslice: len out of range"));
    }
    let cap = crate::growth::rounded(len, false).unwrap_or(len);
    let data = if cap == 0 { m.zero_base() } else { m.memory.alloc_plain(cap)? };
    let at = call.result(m, 0);
    m.memory.set_word(at, data)?;
    m.memory.set_word(at + 8, len)?;
    m.memory.set_word(at + 16, cap)
}

fn memhash(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let (data, seed, len) = (call.arg(m, 0)?, call.arg(m, 1)?, call.arg(m, 2)?);
    let mut hash = seed ^ 0xcbf2_9ce4_8422_2325;
    for &byte in m.memory.slice(data, len)? {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    call.set(m, 0, hash ^ (hash >> 32))
}
