//! Where values are handed over to: fields and package-level variables that somebody reads.

use super::sites::is_closed;
use super::state::{Path, Sel};
use crate::func::{Func, Inst, Value};
use crate::op::Op;
use crate::program::Program;
use crate::whole::ProgramPass;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::ConvertKind;
use gossa_types::{DeclId, TypeId, TypeKind, lookup};

/// Memory as its name tells it apart.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Memory {
    Field(TypeId, u32),
    Global(DeclId),
}

/// The field or variable that a path from a value of type `ty` ends in: the innermost one with a
/// name. `None`: elements, or something else.
pub(super) fn memory_at(program: Program<'_>, root: Value<'_>, path: &Path) -> Option<Memory> {
    let mut ty = root.ty().id;
    let mut found = match root.definition().map(Inst::op) {
        Some(Op::Global(global)) => Some(Memory::Global(global.decl)),
        _ => None,
    };
    for step in path {
        match *step {
            Sel::Deref => ty = pointee(ty)?,
            Sel::Field(field) => {
                let holder = ty.unalias();
                found = Some(Memory::Field(holder.canonical(), field));
                ty = field_type(program, holder, field)?;
            }
            _ => return None,
        }
    }
    found
}

fn field_type(program: Program<'_>, holder: TypeId, field: u32) -> Option<TypeId> {
    let holder = crate::program::Type { program, id: holder };
    match holder.underlying().kind() {
        TypeKind::Struct(fields) => fields.get(field as usize).map(|field| field.ty),
        _ => None,
    }
}

/// The element of a pointer type; of types that are pointers by another name, none.
fn pointee(ty: TypeId) -> Option<TypeId> {
    match *ty.unalias().kind() {
        TypeKind::Pointer(elem) => Some(elem),
        _ => None,
    }
}

/// Whether code that is not seen can use what is there: it can be named from outside.
fn is_open(pass: &ProgramPass<'_>, memory: Memory) -> bool {
    let closed = |path: &str| !pass.program().data().is_requested(path) || is_closed(path);
    match memory {
        Memory::Field(holder, field) => {
            let holder = crate::program::Type { program: pass.program(), id: holder };
            let exported = match holder.underlying().kind() {
                TypeKind::Struct(fields) => {
                    fields.get(field as usize).is_some_and(|field| lookup::is_exported(field.name))
                }
                _ => true,
            };
            exported && holder.defined_name().is_none_or(|(path, _)| !closed(path))
        }
        Memory::Global(decl) => lookup::is_exported(decl.name()) && !closed(decl.package().path()),
    }
}

/// Of some memory, that of which nobody in the program uses what it holds.
pub(super) fn unused(pass: &ProgramPass<'_>, asked: &FxHashSet<Memory>) -> FxHashSet<Memory> {
    let used: FxHashSet<Memory> =
        pass.search(|func, found: &mut Vec<Memory>| uses(func, asked, found)).into_iter().collect();
    asked
        .iter()
        .copied()
        .filter(|memory| !used.contains(memory) && !is_open(pass, *memory))
        .collect()
}

fn uses<'p>(func: Func<'p>, asked: &FxHashSet<Memory>, found: &mut Vec<Memory>) {
    let body = func.body();
    let mut map: Option<FxHashMap<gossa_ssa::ValueId, Vec<Inst<'p>>>> = None;
    for id in body.inst_ids() {
        let (memory, is_address) = match body[id] {
            gossa_ssa::Inst::FieldAddr { ptr, field } => {
                let Some(holder) = pointee(body[ptr].ty) else { continue };
                (Memory::Field(holder.unalias().canonical(), field), true)
            }
            gossa_ssa::Inst::Field { base, field } => {
                (Memory::Field(body[base].ty.unalias().canonical(), field), false)
            }
            gossa_ssa::Inst::Global(decl) => (Memory::Global(decl), true),
            _ => continue,
        };
        if !asked.contains(&memory) || found.last() == Some(&memory) {
            continue;
        }
        let map = map.get_or_insert_with(|| {
            let mut map: FxHashMap<_, Vec<Inst<'p>>> = FxHashMap::default();
            for inst in func.insts() {
                body.for_each_operand(inst.id, |id| map.entry(id).or_default().push(inst));
            }
            map
        });
        let inst = Inst { func, id };
        let of = |value: Value<'p>| map.get(&value.id).cloned().unwrap_or_default();
        let is_used = inst.results().any(|result| {
            if is_address { is_read(result, &of, 0) } else { is_taken(result, &of, 0) }
        });
        if is_used {
            found.push(memory);
        }
    }
}

/// Whether what is at an address is read and used, or the address goes elsewhere.
fn is_read<'p>(address: Value<'p>, of: &dyn Fn(Value<'p>) -> Vec<Inst<'p>>, depth: usize) -> bool {
    of(address).into_iter().any(|inst| match inst.op() {
        Op::Load(_) => inst.results().any(|result| is_taken(result, of, depth + 1)),
        Op::Store { ptr, value } => ptr != address || value == address,
        Op::Narrow { .. } => inst.results().any(|result| is_read(result, of, depth + 1)),
        _ => true,
    })
}

/// Whether anything is done to a value but to compare it.
fn is_taken<'p>(value: Value<'p>, of: &dyn Fn(Value<'p>) -> Vec<Inst<'p>>, depth: usize) -> bool {
    of(value).into_iter().any(|inst| match inst.op() {
        Op::Binary { .. } => false,
        Op::Narrow { .. } | Op::Convert { kind: ConvertKind::ChangeType, .. } if depth < 16 => {
            inst.results().any(|result| is_taken(result, of, depth + 1))
        }
        _ => true,
    })
}
