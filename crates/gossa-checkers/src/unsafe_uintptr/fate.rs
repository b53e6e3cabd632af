//! What can happen to an object between the two conversions.

use super::origin::{Origin, pointer_root};
use gossa_api::prelude::*;
use std::collections::HashSet;

fn next_blocks(block: Block<'_>) -> Vec<Block<'_>> {
    let mut next = block.successors();
    next.extend(block.unwind());
    next
}

/// Whether the collector can run, or the stack can move, at an instruction: calls, allocations,
/// channel operations.
pub(crate) fn is_safepoint(inst: Inst<'_>) -> bool {
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
pub(crate) fn crosses_safepoint(from: Inst<'_>, to: Inst<'_>) -> bool {
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
        if !start.reaches(to) {
            continue;
        }
        if block == from.block() || start.reaches(start) || block.insts().any(is_safepoint) {
            return true;
        }
        work.extend(next_blocks(block));
    }
    false
}

/// How an object fares between the conversions.
pub(crate) enum Fate {
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

/// The arguments that a pointer is in the functions around: where a function returns the integer,
/// its caller may use the pointer that it has passed.
fn outer<'p>(pointer: Value<'p>, arrival: &Arrival<'p>) -> Vec<(Value<'p>, Inst<'p>)> {
    let mut found = Vec::new();
    let mut inner = pointer;
    for hop in &arrival.hops {
        if let HopKind::Returned(func) = hop.kind
            && func == inner.func()
            && let Some(at) = func.params().position(|param| param == inner)
            && let Some(argument) = hop.at.call().and_then(|call| call.args().nth(at))
        {
            inner = pointer_root(argument);
            found.push((inner, hop.at));
        }
    }
    found
}

/// The last instruction of the way in a function: from there on the pointer must be used for the
/// object to be kept alive. `None`: the way does not come through the function.
fn last_in<'p>(func: Func<'p>, origin: &Origin<'p>, arrival: &Arrival<'p>) -> Option<Inst<'p>> {
    if arrival.at.func() == func {
        return Some(arrival.at);
    }
    let hops = arrival.hops.iter().rev().map(|hop| hop.at);
    hops.chain([origin.inst]).find(|inst| inst.func() == func)
}

pub(crate) fn fate<'p>(
    flow: &mut Flow<'_, 'p>,
    origin: &Origin<'p>,
    arrival: &Arrival<'p>,
) -> Fate {
    let Some(pointer) = origin.pointer else { return Fate::MayDie };
    let through_memory = arrival.through_memory();
    let mut used_later = false;
    let mut seen = HashSet::new();
    let mut work = holders(pointer);
    // What was loaded from memory is there still.
    used_later |= through_memory && work.len() > 1;
    for (argument, _) in outer(pointer, arrival) {
        work.extend(holders(argument));
    }
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
            let last = last_in(inst.func(), origin, arrival);
            let later = match inst.op() {
                Op::Defer(_) => true,
                // The way goes on elsewhere, at any time: only what is stored, too, is kept.
                _ if through_memory => keeps(inst, value),
                _ => last.is_none_or(|last| inst != last && last.reaches(inst)),
            };
            // What merely derives another pointer counts where that one is used.
            match inst.op() {
                Op::Convert { kind, .. } if kind != ConvertKind::UnsafeToUintptr => {
                    work.extend(inst.results());
                }
                Op::MakeInterface(_) | Op::Narrow { .. } | Op::FieldAddr { .. } => {
                    work.extend(inst.results());
                }
                Op::Convert { .. } => {}
                _ => used_later |= later && inst != origin.inst,
            }
        }
    }
    let local = matches!(pointer.definition().map(Inst::op), Some(Op::Alloc(_)))
        && !outlives(flow, pointer);
    match (used_later, local) {
        (false, _) => Fate::MayDie,
        (true, true) => Fate::MayMove,
        (true, false) => Fate::Kept,
    }
}

/// Whether an instruction puts a pointer where it may stay after the function has ended.
fn keeps<'p>(inst: Inst<'p>, pointer: Value<'p>) -> bool {
    match inst.op() {
        Op::Store { ptr, value } => {
            let root = pointer_root(ptr);
            value == pointer && !matches!(root.definition().map(Inst::op), Some(Op::Alloc(_)))
        }
        Op::Return(_) | Op::Send { .. } | Op::MapUpdate { .. } | Op::Go(_) => true,
        _ => false,
    }
}

/// Whether a variable certainly outlives its function, so that it is on no stack.
fn outlives<'p>(flow: &mut Flow<'_, 'p>, variable: Value<'p>) -> bool {
    let mut seen = HashSet::new();
    let mut work = vec![variable];
    while let Some(value) = work.pop() {
        if !seen.insert(value) {
            continue;
        }
        for inst in flow.uses_of(value) {
            if keeps(inst, value) {
                return true;
            }
            match inst.op() {
                Op::Convert { kind, .. } if kind != ConvertKind::UnsafeToUintptr => {
                    work.extend(inst.results());
                }
                Op::Narrow { .. }
                | Op::FieldAddr { .. }
                | Op::IndexAddr { .. }
                | Op::Slice { .. }
                | Op::MakeInterface(_)
                | Op::Struct(_)
                | Op::WithField { .. } => work.extend(inst.results()),
                Op::Jump { block, args } => {
                    let params = block.params().zip(args);
                    work.extend(params.filter(|(_, arg)| *arg == value).map(|(param, _)| param));
                }
                _ => {}
            }
        }
    }
    false
}
