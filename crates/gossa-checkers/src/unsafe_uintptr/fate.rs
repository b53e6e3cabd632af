//! What can happen to an object between the two conversions.

use super::flow::{Arrival, Flow};
use super::origin::{Origin, pointer_root};
use gossa_api::prelude::*;
use std::collections::HashSet;

/// Whether control can come from one instruction of a function to another.
pub(super) fn reaches(from: Inst<'_>, to: Inst<'_>) -> bool {
    if from.block() == to.block() && from.index() < to.index() {
        return true;
    }
    let mut seen = HashSet::new();
    let mut work = next_blocks(from.block());
    while let Some(block) = work.pop() {
        if block == to.block() {
            return true;
        }
        if seen.insert(block) {
            work.extend(next_blocks(block));
        }
    }
    false
}

pub(super) fn next_blocks(block: Block<'_>) -> Vec<Block<'_>> {
    let mut next = block.successors();
    next.extend(block.unwind());
    next
}

/// Whether the collector can run, or the stack can move, at an instruction: calls, allocations,
/// channel operations.
pub(super) fn is_safepoint(inst: Inst<'_>) -> bool {
    match inst.op() {
        Op::Call(_)
        | Op::Go(_)
        | Op::Defer(_)
        | Op::RunDefers
        | Op::Alloc(AllocKind::New)
        | Op::Closure { .. }
        | Op::MethodValue { .. }
        | Op::MakeInterface(_)
        | Op::MakeSlice { .. }
        | Op::MakeMap(_)
        | Op::MakeChan(_)
        | Op::MapLookup { .. }
        | Op::MapUpdate { .. }
        | Op::Next(_)
        | Op::Send { .. }
        | Op::Receive { .. }
        | Op::Select { .. } => true,
        Op::Builtin { op, .. } => {
            matches!(op, Builtin::Append | Builtin::Print | Builtin::Println | Builtin::Delete)
        }
        Op::Convert { kind, .. } => matches!(
            kind,
            ConvertKind::IntToString
                | ConvertKind::BytesToString
                | ConvertKind::RunesToString
                | ConvertKind::StringToBytes
                | ConvertKind::StringToRunes
        ),
        _ => false,
    }
}

/// Whether a safepoint may lie on a way from one instruction to another of the same function; a
/// loop on the way counts as one.
pub(super) fn crosses_safepoint(from: Inst<'_>, to: Inst<'_>) -> bool {
    if from.block() == to.block() && from.index() < to.index() {
        return from
            .block()
            .insts()
            .any(|i| from.index() < i.index() && i.index() < to.index() && is_safepoint(i));
    }
    let after_from = |i: &Inst<'_>| i.index() > from.index();
    let before_to = |i: &Inst<'_>| i.index() < to.index();
    if from.block().insts().filter(after_from).any(is_safepoint)
        || to.block().insts().filter(before_to).any(is_safepoint)
    {
        return true;
    }
    let mut seen = HashSet::new();
    let mut work = next_blocks(from.block());
    while let Some(block) = work.pop() {
        if block == to.block() || !seen.insert(block) {
            continue;
        }
        let Some(start) = block.insts().next() else { continue };
        if !reaches(start, to) {
            continue;
        }
        if block == from.block() || reaches(start, start) || block.insts().any(is_safepoint) {
            return true;
        }
        work.extend(next_blocks(block));
    }
    false
}

/// How an object fares between the conversions.
pub(super) enum Fate {
    /// Its pointer is used no more: it may be freed.
    MayDie,
    /// A pointer to it is used later, but it may be on a stack that moves.
    MayMove,
    /// A pointer to it is used later, and nothing says that it is on this function's stack.
    Kept,
    /// Pinned.
    Pinned,
}

/// A pointer, and the pointers to the objects that it was loaded from: they hold it too.
fn holders(pointer: Value<'_>) -> Vec<Value<'_>> {
    let mut found = vec![pointer];
    let mut next = pointer;
    while let Some(Op::Load(address)) = next.definition().map(Inst::op) {
        next = pointer_root(address);
        if found.contains(&next) {
            break;
        }
        found.push(next);
    }
    found
}

pub(super) fn fate<'p>(flow: &Flow<'p>, origin: &Origin<'p>, arrival: &Arrival<'p>) -> Fate {
    let Some(pointer) = origin.pointer else { return Fate::MayDie };
    let mut used_later = false;
    let mut seen = HashSet::new();
    let mut work = holders(pointer);
    while let Some(value) = work.pop() {
        if !seen.insert(value) {
            continue;
        }
        for inst in flow.uses_of(value) {
            if let Some(call) = inst.call()
                && let Callee::Static { name, .. } = call.callee()
                && name == "runtime.Pinner.Pin"
            {
                return Fate::Pinned;
            }
            let later = inst.func() != arrival.at.func()
                || matches!(inst.op(), Op::Defer(_))
                || (inst != origin.inst && reaches(arrival.at, inst) && inst != arrival.at);
            // What merely derives another pointer counts where that one is used.
            match inst.op() {
                Op::Convert { kind, .. } if kind != ConvertKind::UnsafeToUintptr => {
                    work.extend(inst.results());
                }
                Op::MakeInterface(_) | Op::Narrow { .. } | Op::FieldAddr { .. } => {
                    work.extend(inst.results());
                }
                Op::Convert { .. } => {}
                _ => used_later |= later,
            }
        }
    }
    let local = matches!(pointer.definition().map(Inst::op), Some(Op::Alloc(_)));
    match (used_later, local) {
        (false, _) => Fate::MayDie,
        (true, true) => Fate::MayMove,
        (true, false) => Fate::Kept,
    }
}
