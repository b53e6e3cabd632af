//! `sync/atomic` and the runtime's own: every operation is one step, so nothing comes between.

use super::{Call, List};
use crate::goroutine::Goroutine;
use crate::machine::Machine;
use crate::trap::Trap;

pub(super) const LIST: List = &[
    ("sync/atomic.SwapInt32", swap::<4>),
    ("sync/atomic.SwapUint32", swap::<4>),
    ("sync/atomic.SwapInt64", swap::<8>),
    ("sync/atomic.SwapUint64", swap::<8>),
    ("sync/atomic.SwapUintptr", swap::<8>),
    ("sync/atomic.SwapPointer", swap::<8>),
    ("sync/atomic.CompareAndSwapInt32", compare_and_swap::<4>),
    ("sync/atomic.CompareAndSwapUint32", compare_and_swap::<4>),
    ("sync/atomic.CompareAndSwapInt64", compare_and_swap::<8>),
    ("sync/atomic.CompareAndSwapUint64", compare_and_swap::<8>),
    ("sync/atomic.CompareAndSwapUintptr", compare_and_swap::<8>),
    ("sync/atomic.CompareAndSwapPointer", compare_and_swap::<8>),
    ("sync/atomic.AddInt32", add::<4>),
    ("sync/atomic.AddUint32", add::<4>),
    ("sync/atomic.AddInt64", add::<8>),
    ("sync/atomic.AddUint64", add::<8>),
    ("sync/atomic.AddUintptr", add::<8>),
    ("sync/atomic.AndInt32", and::<4>),
    ("sync/atomic.AndUint32", and::<4>),
    ("sync/atomic.AndInt64", and::<8>),
    ("sync/atomic.AndUint64", and::<8>),
    ("sync/atomic.AndUintptr", and::<8>),
    ("sync/atomic.OrInt32", or::<4>),
    ("sync/atomic.OrUint32", or::<4>),
    ("sync/atomic.OrInt64", or::<8>),
    ("sync/atomic.OrUint64", or::<8>),
    ("sync/atomic.OrUintptr", or::<8>),
    ("sync/atomic.LoadInt32", load::<4>),
    ("sync/atomic.LoadUint32", load::<4>),
    ("sync/atomic.LoadInt64", load::<8>),
    ("sync/atomic.LoadUint64", load::<8>),
    ("sync/atomic.LoadUintptr", load::<8>),
    ("sync/atomic.LoadPointer", load::<8>),
    ("sync/atomic.StoreInt32", store::<4>),
    ("sync/atomic.StoreUint32", store::<4>),
    ("sync/atomic.StoreInt64", store::<8>),
    ("sync/atomic.StoreUint64", store::<8>),
    ("sync/atomic.StoreUintptr", store::<8>),
    ("sync/atomic.StorePointer", store::<8>),
    ("internal/runtime/atomic.Xadd", add::<4>),
    ("internal/runtime/atomic.Xadd64", add::<8>),
    ("internal/runtime/atomic.Xadduintptr", add::<8>),
    ("internal/runtime/atomic.Xaddint32", add::<4>),
    ("internal/runtime/atomic.Xaddint64", add::<8>),
    ("internal/runtime/atomic.Xchg8", swap::<1>),
    ("internal/runtime/atomic.Xchg", swap::<4>),
    ("internal/runtime/atomic.Xchg64", swap::<8>),
    ("internal/runtime/atomic.Xchguintptr", swap::<8>),
    ("internal/runtime/atomic.Xchgint32", swap::<4>),
    ("internal/runtime/atomic.Xchgint64", swap::<8>),
    ("internal/runtime/atomic.And32", and::<4>),
    ("internal/runtime/atomic.And64", and::<8>),
    ("internal/runtime/atomic.Anduintptr", and::<8>),
    ("internal/runtime/atomic.Or32", or::<4>),
    ("internal/runtime/atomic.Or64", or::<8>),
    ("internal/runtime/atomic.Oruintptr", or::<8>),
    ("internal/runtime/atomic.Cas", compare_and_swap::<4>),
    ("internal/runtime/atomic.Cas64", compare_and_swap::<8>),
    ("internal/runtime/atomic.CasRel", compare_and_swap::<4>),
    ("internal/runtime/atomic.Casp1", compare_and_swap::<8>),
    ("internal/runtime/atomic.Casint32", compare_and_swap::<4>),
    ("internal/runtime/atomic.Casint64", compare_and_swap::<8>),
    ("internal/runtime/atomic.Casuintptr", compare_and_swap::<8>),
    ("internal/runtime/atomic.casPointer", compare_and_swap::<8>),
    ("internal/runtime/atomic.Store", store::<4>),
    ("internal/runtime/atomic.Store8", store::<1>),
    ("internal/runtime/atomic.Store64", store::<8>),
    ("internal/runtime/atomic.StoreRel", store::<4>),
    ("internal/runtime/atomic.StoreRel64", store::<8>),
    ("internal/runtime/atomic.StoreReluintptr", store::<8>),
    ("internal/runtime/atomic.StorepNoWB", store::<8>),
    ("internal/runtime/atomic.Storeint32", store::<4>),
    ("internal/runtime/atomic.Storeint64", store::<8>),
    ("internal/runtime/atomic.Storeuintptr", store::<8>),
    ("internal/runtime/atomic.storePointer", store::<8>),
    ("internal/runtime/atomic.Load", load::<4>),
    ("internal/runtime/atomic.Loadp", load::<8>),
    ("internal/runtime/atomic.Load8", load::<1>),
    ("internal/runtime/atomic.Load64", load::<8>),
    ("internal/runtime/atomic.LoadAcq", load::<4>),
    ("internal/runtime/atomic.LoadAcq64", load::<8>),
    ("internal/runtime/atomic.LoadAcquintptr", load::<8>),
    ("internal/runtime/atomic.Loaduintptr", load::<8>),
    ("internal/runtime/atomic.Loaduint", load::<8>),
    ("internal/runtime/atomic.Loadint32", load::<4>),
    ("internal/runtime/atomic.Loadint64", load::<8>),
];

/// Applies a function to a word and returns old and new.
fn update<const SIZE: u64>(
    machine: &mut Machine<'_>,
    call: &Call,
    change: impl FnOnce(u64, u64) -> u64,
) -> Result<(u64, u64), Trap> {
    let addr = call.arg(machine, 0)?;
    let operand = call.arg(machine, 1)?;
    let old = machine.memory.read(addr, SIZE)?;
    let new = change(old, operand);
    machine.memory.write(addr, SIZE, new)?;
    machine.touch(addr, SIZE, true, Some(call.code.params[1]));
    Ok((old, new))
}

fn swap<const SIZE: u64>(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let (old, _) = update::<SIZE>(m, call, |_, new| new)?;
    call.set(m, 0, old)
}

fn add<const SIZE: u64>(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let (_, new) = update::<SIZE>(m, call, u64::wrapping_add)?;
    call.set(m, 0, new)
}

fn and<const SIZE: u64>(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let (old, _) = update::<SIZE>(m, call, |old, mask| old & mask)?;
    call.set(m, 0, old)
}

fn or<const SIZE: u64>(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let (old, _) = update::<SIZE>(m, call, |old, mask| old | mask)?;
    call.set(m, 0, old)
}

fn compare_and_swap<const SIZE: u64>(
    m: &mut Machine<'_>,
    _: &mut Goroutine,
    call: &Call,
) -> Result<(), Trap> {
    let addr = call.arg(m, 0)?;
    let (old, new) = (call.arg(m, 1)?, call.arg(m, 2)?);
    let swapped = m.memory.read(addr, SIZE)? == old;
    if swapped {
        m.memory.write(addr, SIZE, new)?;
    }
    m.touch(addr, SIZE, swapped, Some(call.code.params[2]));
    call.set(m, 0, u64::from(swapped))
}

fn load<const SIZE: u64>(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    let addr = call.arg(m, 0)?;
    let value = m.memory.read(addr, SIZE)?;
    m.touch(addr, SIZE, false, None);
    call.set(m, 0, value)
}

fn store<const SIZE: u64>(m: &mut Machine<'_>, _: &mut Goroutine, call: &Call) -> Result<(), Trap> {
    update::<SIZE>(m, call, |_, new| new).map(|_| ())
}
