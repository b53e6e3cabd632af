//! Where bytes are: what they are reached from, and by which fields.

use gossa_api::prelude::*;
use std::collections::HashSet;

/// What a place begins at.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Base<'p> {
    /// What a value of the function holds: a parameter, a result of a call, something new.
    Value(Value<'p>),
    /// A package-level variable.
    Global(Global),
}

/// Where an array of bytes is found.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct Place<'p> {
    pub(super) base: Base<'p>,
    /// The fields on the way.
    pub(super) fields: Vec<u32>,
    /// Whether it may begin behind the first byte.
    pub(super) is_offset: bool,
}

/// Longer ways are not followed.
const DEPTH: usize = 4;

impl<'p> Place<'p> {
    /// What a value itself leads to.
    pub(super) fn of_value(value: Value<'p>) -> Self {
        Self { base: Base::Value(value), fields: Vec::new(), is_offset: false }
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.base == other.base && self.fields == other.fields
    }

    /// The same place, below this one.
    pub(super) fn below(&self, fields: &[u32], is_offset: bool) -> Option<Self> {
        let fields: Vec<u32> = self.fields.iter().chain(fields).copied().collect();
        let is_offset = self.is_offset || is_offset;
        (fields.len() <= DEPTH).then_some(Self { base: self.base, fields, is_offset })
    }

    /// What the source calls it.
    pub(super) fn words(&self) -> Option<String> {
        let (mut words, mut ty) = match self.base {
            Base::Value(value) => (value.name()?.to_owned(), value.ty()),
            Base::Global(global) => {
                let name = global.qualified_name();
                return Some(name.rsplit('/').next().unwrap_or(&name).to_owned());
            }
        };
        for &field in &self.fields {
            ty = ty.pointee().unwrap_or(ty);
            words.push('.');
            words.push_str(ty.field_name(field)?);
            let fields = ty.fields();
            ty = fields.get(field as usize)?.ty;
        }
        Some(words)
    }
}

/// The places of the bytes that a slice or pointer leads to: several where it may be one of
/// several.
pub(super) fn places<'p>(value: Value<'p>) -> Vec<Place<'p>> {
    let mut found = Vec::new();
    collect(value, false, &mut HashSet::new(), &mut found);
    found
}

fn collect<'p>(
    value: Value<'p>,
    mut is_offset: bool,
    seen: &mut HashSet<Value<'p>>,
    found: &mut Vec<Place<'p>>,
) {
    let mut at = value;
    loop {
        if !seen.insert(at) {
            return;
        }
        let Some(definition) = at.definition() else {
            let incoming = at.incoming();
            if incoming.is_empty() {
                break;
            }
            for value in incoming {
                collect(value, is_offset, seen, found);
            }
            return;
        };
        at = match definition.op() {
            Op::Slice { x, lo, .. } => {
                is_offset |= lo.is_some_and(|lo| !is_zero(lo));
                x
            }
            Op::Narrow { x, .. }
            | Op::Convert {
                kind:
                    ConvertKind::ChangeType
                    | ConvertKind::PointerToUnsafe
                    | ConvertKind::UnsafeToPointer
                    | ConvertKind::SliceToArrayPointer,
                x,
            }
            | Op::Unsafe { op: UnsafeOp::SliceData | UnsafeOp::Slice, x, .. } => x,
            Op::Unsafe { op: UnsafeOp::Add, x, .. } => {
                is_offset = true;
                x
            }
            Op::IndexAddr { base, .. } => base,
            Op::Builtin { op: Builtin::Append, args } if !args.is_empty() => args[0],
            Op::Load(address) => {
                loaded(address, is_offset, seen, found);
                return;
            }
            Op::FieldAddr { .. } | Op::Global(_) => {
                found.extend(address_of(at).and_then(|place| place.below(&[], is_offset)));
                return;
            }
            _ => break,
        };
    }
    found.push(Place { is_offset, ..Place::of_value(at) });
}

/// The places of what is loaded: of a local variable, what it is given in its function, too.
fn loaded<'p>(
    address: Value<'p>,
    is_offset: bool,
    seen: &mut HashSet<Value<'p>>,
    found: &mut Vec<Place<'p>>,
) {
    let Some(place) = address_of(address) else { return };
    if let Base::Value(variable) = place.base
        && place.fields.is_empty()
        && matches!(variable.definition().map(Inst::op), Some(Op::Alloc(_)))
    {
        for inst in variable.func().insts() {
            if let Op::Store { ptr, value } = inst.op()
                && ptr == variable
            {
                collect(value, is_offset, seen, found);
            }
        }
    }
    found.extend(place.below(&[], is_offset));
}

/// The place that an address is of.
pub(super) fn address_of(address: Value<'_>) -> Option<Place<'_>> {
    let mut fields = Vec::new();
    let mut at = address;
    while let Some(definition) = at.definition() {
        at = match definition.op() {
            Op::FieldAddr { ptr, field } => {
                fields.push(field);
                ptr
            }
            Op::Narrow { x, .. }
            | Op::Convert {
                kind:
                    ConvertKind::ChangeType
                    | ConvertKind::PointerToUnsafe
                    | ConvertKind::UnsafeToPointer,
                x,
            } => x,
            Op::Load(inner) => {
                let outer = address_of(inner)?;
                fields.reverse();
                return outer.below(&fields, false);
            }
            Op::Global(global) => {
                fields.reverse();
                let place = Place { base: Base::Global(global), fields, is_offset: false };
                return (place.fields.len() <= DEPTH).then_some(place);
            }
            _ => break,
        };
    }
    fields.reverse();
    (fields.len() <= DEPTH).then_some(Place { base: Base::Value(at), fields, is_offset: false })
}

pub(super) fn is_zero(value: Value<'_>) -> bool {
    match value.definition().map(Inst::op) {
        Some(Op::Const(constant)) => constant.as_i64() == Some(0),
        Some(Op::Zero) => true,
        _ => false,
    }
}

/// Whether there is a way from behind one instruction to another of the same function that comes
/// by none of some others.
pub(super) fn reaches_around<'p>(from: Inst<'p>, to: Inst<'p>, around: &[Inst<'p>]) -> bool {
    // From a place in a block to its end: `Some(true)` where the goal is met first.
    let walk = |block: Block<'p>, after: Option<Inst<'p>>| {
        for inst in block.insts() {
            if after.is_some_and(|after| inst.index() <= after.index()) {
                continue;
            }
            if inst == to {
                return Some(true);
            }
            if around.contains(&inst) {
                return Some(false);
            }
        }
        None
    };
    match walk(from.block(), Some(from)) {
        Some(met) => return met,
        None if from.func() != to.func() => return false,
        None => {}
    }
    let mut seen = HashSet::new();
    let mut work = next(from.block());
    while let Some(block) = work.pop() {
        if !seen.insert(block) {
            continue;
        }
        match walk(block, None) {
            Some(true) => return true,
            Some(false) => {}
            None => work.extend(next(block)),
        }
    }
    false
}

fn next(block: Block<'_>) -> Vec<Block<'_>> {
    let mut next = block.successors();
    next.extend(block.unwind());
    next
}
