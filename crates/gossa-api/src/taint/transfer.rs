//! What one use of a tainted value taints, inside a function.
//!
//! A part of a value is a path of fields from it. Pointers are not told apart from what they lead
//! to: the field of a struct is the field of a pointer to it. All elements of an array, slice, map
//! or channel are one step.

use crate::func::{Inst, Value};
use crate::op::Op;
use crate::program::Global;
use crate::types::Kind;
use gossa_ssa::{BinaryOp, ConvertKind};
use gossa_types::Builtin;
use std::rc::Rc;

/// Which part of a value is tainted: steps from the outside in; empty: all of it.
pub(super) type Part = Rc<[u32]>;

/// The step into any element.
pub(super) const ELEMENT: u32 = u32::MAX;
/// Parts are told apart as deep as this.
const DEPTH: usize = 4;

/// The same part, seen from what has the value at `step`.
pub(super) fn inside(step: u32, part: &Part) -> Part {
    std::iter::once(step).chain(part.iter().copied()).take(DEPTH).collect()
}

/// The same part, seen from what is at `step` of the value; `None`: that is not tainted.
pub(super) fn outside(step: u32, part: &Part) -> Option<Part> {
    match part.split_first() {
        None => Some(part.clone()),
        Some((&first, rest)) => (first == step).then(|| rest.into()),
    }
}

/// What is tainted next.
pub(super) enum Next<'p> {
    /// A value that is another name for it, or is made of it.
    Value(Value<'p>, Part),
    /// What a pointer, map or channel leads to, from now on.
    Content(Value<'p>, Part),
}

/// What an instruction that is no call does to a part of one of its operands.
pub(super) fn transfer<'p>(inst: Inst<'p>, value: Value<'p>, part: &Part) -> Vec<Next<'p>> {
    let mut next = Vec::new();
    let result = |at: usize| inst.results().nth(at);
    let mut give = |to: Option<Value<'p>>, part: Option<Part>| {
        if let (Some(to), Some(part)) = (to, part) {
            next.push(Next::Value(to, part));
        }
    };
    let same = || Some(part.clone());
    match inst.op() {
        Op::Load(_)
        | Op::Narrow { .. }
        | Op::ChangeInterface(_)
        | Op::MakeInterface(_)
        | Op::TypeAssert { .. }
        | Op::Range(_)
        | Op::Unary { .. } => give(result(0), same()),
        Op::Slice { x, .. } if x == value => give(result(0), same()),
        Op::Unsafe { x, .. } if x == value => give(result(0), same()),
        Op::Convert { kind, .. } => {
            let part = match kind {
                // The text is as tainted as one of its bytes.
                ConvertKind::BytesToString | ConvertKind::RunesToString => Some(Part::from([])),
                _ => same(),
            };
            give(result(0), part);
        }
        Op::FieldAddr { field, .. } | Op::Field { field, .. } => {
            give(result(0), outside(field, part));
        }
        Op::IndexAddr { base, .. } | Op::Index { base, .. } if base == value => {
            give(result(0), outside(ELEMENT, part));
        }
        Op::MapLookup { map, .. } if map == value => give(result(0), outside(ELEMENT, part)),
        Op::Next(_) => {
            give(result(1), outside(ELEMENT, part));
            give(result(2), outside(ELEMENT, part));
        }
        Op::Receive { .. } => give(result(0), outside(ELEMENT, part)),
        Op::Struct(fields) => {
            for (at, _) in (0..).zip(&fields).filter(|(_, field)| **field == value) {
                give(result(0), Some(inside(at, part)));
            }
        }
        Op::Array(elements) if elements.contains(&value) => {
            give(result(0), Some(inside(ELEMENT, part)));
        }
        Op::WithField { base, field, value: new } => {
            if base == value && part.first() != Some(&field) {
                give(result(0), same());
            }
            if new == value {
                give(result(0), Some(inside(field, part)));
            }
        }
        Op::WithIndex { base, value: new, .. } => {
            if base == value {
                give(result(0), same());
            }
            if new == value {
                give(result(0), Some(inside(ELEMENT, part)));
            }
        }
        Op::Binary { op, .. } if computes(op) => give(result(0), same()),
        Op::Builtin { op, args } => match op {
            Builtin::Append => {
                for (at, _) in args.iter().enumerate().filter(|(_, arg)| **arg == value) {
                    let spread = at > 0 && matches!(value.ty().kind(), Kind::Slice(_));
                    let text = at > 0 && value.ty().is_string();
                    let part = match (at, spread || text) {
                        (0, _) | (_, true) => part.clone(),
                        _ => inside(ELEMENT, part),
                    };
                    give(result(0), Some(part));
                }
            }
            Builtin::Min | Builtin::Max | Builtin::Real | Builtin::Imag | Builtin::Complex => {
                give(result(0), same());
            }
            Builtin::Copy if args.get(1) == Some(&value) => {
                next.push(Next::Content(args[0], part.clone()));
            }
            _ => {}
        },
        Op::Jump { block, args } => {
            for (param, _) in block.params().zip(&args).filter(|(_, arg)| **arg == value) {
                next.push(Next::Value(param, part.clone()));
            }
        }
        Op::Select { arms, .. } => {
            for arm in arms {
                if arm.value == Some(value) {
                    next.push(Next::Content(arm.chan, inside(ELEMENT, part)));
                } else if arm.value.is_none()
                    && arm.chan == value
                    && let (Some(param), Some(part)) =
                        (arm.block.params().next(), outside(ELEMENT, part))
                {
                    next.push(Next::Value(param, part));
                }
            }
        }
        Op::Store { ptr, value: stored } if stored == value => {
            next.push(Next::Content(ptr, part.clone()));
        }
        Op::MapUpdate { map, key, value: stored } if key == value || stored == value => {
            next.push(Next::Content(map, inside(ELEMENT, part)));
        }
        Op::Send { chan, value: sent } if sent == value => {
            next.push(Next::Content(chan, inside(ELEMENT, part)));
        }
        _ => {}
    }
    next
}

/// Whether an operation makes its result of its operands, rather than compare them.
fn computes(op: BinaryOp) -> bool {
    !matches!(
        op,
        BinaryOp::Equal
            | BinaryOp::NotEqual
            | BinaryOp::Less
            | BinaryOp::LessEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterEqual
    )
}

/// Where a value was taken out of.
pub(super) enum Holder<'p> {
    /// Of another value of the function, at a step, or all of it.
    Value(Value<'p>, Option<u32>),
    /// It is the address of a package-level variable.
    Global(Global),
    /// A result of a call.
    Call(Inst<'p>, usize),
    /// Of one of several values, where control meets.
    Merge(Vec<Value<'p>>),
    /// It begins here, or is a parameter of the function.
    Nothing,
}

/// What has a value in it that leads to memory, so that what is written there is in it, too.
pub(super) fn holder(value: Value<'_>) -> Holder<'_> {
    let Some(made) = value.definition() else {
        let incoming = value.incoming();
        return if incoming.is_empty() { Holder::Nothing } else { Holder::Merge(incoming) };
    };
    match made.op() {
        Op::FieldAddr { ptr, field } => Holder::Value(ptr, Some(field)),
        Op::Field { base, field } => Holder::Value(base, Some(field)),
        Op::IndexAddr { base, .. } | Op::Index { base, .. } => Holder::Value(base, Some(ELEMENT)),
        Op::MapLookup { map, .. } => Holder::Value(map, Some(ELEMENT)),
        Op::Receive { chan, .. } => Holder::Value(chan, Some(ELEMENT)),
        Op::Load(x)
        | Op::Narrow { x, .. }
        | Op::ChangeInterface(x)
        | Op::MakeInterface(x)
        | Op::TypeAssert { x, .. }
        | Op::Convert { x, .. }
        | Op::Range(x)
        | Op::Slice { x, .. } => Holder::Value(x, None),
        Op::Next(iterator) => Holder::Value(iterator, Some(ELEMENT)),
        Op::Global(global) => Holder::Global(global),
        Op::Call(_) => match made.results().position(|result| result == value) {
            Some(at) => Holder::Call(made, at),
            None => Holder::Nothing,
        },
        _ => Holder::Nothing,
    }
}
