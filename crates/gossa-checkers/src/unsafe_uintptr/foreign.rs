//! Whether a pointer leads to memory that is not Go's, however it got here.
//!
//! [`is_go_memory`] knows it of what a function itself gets from C or `mmap`. Here a pointer is
//! followed backward: through parameters, results, and fields, package-level variables and maps of
//! which the whole package shows what is put there.

use super::origin::{is_foreign_allocator, is_go_memory, pointer_root};
use gossa_api::prelude::*;
use std::collections::HashSet;

/// A pointer is not followed to more values than this.
const STEPS: usize = 64;

/// A variable that functions of one package alone can name.
#[derive(Clone, Copy, PartialEq)]
enum Place<'p> {
    Field(Type<'p>, u32),
    Global(Global),
}

/// Whether all memory that a pointer may lead to is known not to be Go's.
pub(super) fn is_foreign<'p>(pass: &ProgramPass<'p>, pointer: Value<'p>) -> bool {
    let mut seen = HashSet::new();
    let mut work = vec![pointer];
    while let Some(value) = work.pop() {
        let root = pointer_root(value);
        if !seen.insert(root) {
            continue;
        }
        if seen.len() > STEPS {
            return false;
        }
        if !is_go_memory(root) {
            continue;
        }
        let sources = sources(pass, root).filter(|sources| !sources.is_empty());
        let Some(sources) = sources else { return false };
        work.extend(sources);
    }
    true
}

/// What a pointer may be; `None`: something else, too.
fn sources<'p>(pass: &ProgramPass<'p>, value: Value<'p>) -> Option<Vec<Value<'p>>> {
    let Some(definition) = value.definition() else {
        let func = value.func();
        let Some(at) = func.params().position(|param| param == value) else {
            return Some(value.incoming()).filter(|incoming| !incoming.is_empty());
        };
        let callers = pass.call_graph().callers(func);
        if callers.is_empty() || (func.is_exported() && func.is_requested()) {
            return None;
        }
        let argument = |edge: Edge<'p>| edge.site.call()?.args().nth(at.checked_sub(edge.first)?);
        return callers.into_iter().map(argument).collect();
    };
    match definition.op() {
        Op::Call(call) => {
            let callee = match call.callee() {
                Callee::Static { name, func } if !is_foreign_allocator(&name) => func?,
                _ => return None,
            };
            let at = definition.results().position(|result| result == value)?;
            let returned = callee.insts().filter_map(|inst| match inst.op() {
                Op::Return(results) => Some(results.get(at).copied()),
                _ => None,
            });
            returned.collect()
        }
        Op::MapLookup { map, .. } => {
            let Op::Load(address) = map.definition()?.op() else { return None };
            put_into(pass.program(), place_of(address)?, Held::InMap)
        }
        Op::Load(address) => put_into(pass.program(), place_of(address)?, Held::Itself),
        Op::Field { base, field } => {
            put_into(pass.program(), Place::Field(base.ty(), field), Held::Itself)
        }
        _ => None,
    }
}

fn place_of(address: Value<'_>) -> Option<Place<'_>> {
    match address.definition()?.op() {
        Op::FieldAddr { ptr, field } => Some(Place::Field(ptr.ty().pointee()?, field)),
        Op::Global(global) => Some(Place::Global(global)),
        _ => None,
    }
}

/// Where the pointers are that are looked for.
#[derive(Clone, Copy, PartialEq)]
enum Held {
    Itself,
    InMap,
}

/// All that is put into a variable, or into the map that it holds; `None`: that is not seen.
fn put_into<'p>(program: Program<'p>, place: Place<'p>, held: Held) -> Option<Vec<Value<'p>>> {
    // Nobody else can name it.
    let qualified = match place {
        Place::Field(holder, field) => {
            format!("{}.{}", holder.defined_name()?.0, holder.field_name(field)?)
        }
        Place::Global(global) => global.qualified_name(),
    };
    let (package, name) = qualified.rsplit_once('.')?;
    if name.starts_with(|first: char| first.is_uppercase()) {
        return None;
    }
    let mut found = Vec::new();
    for func in program.functions().filter(|func| func.package() == package) {
        for inst in func.insts() {
            match inst.op() {
                Op::Store { ptr, value } if place_of(ptr) == Some(place) => found.push(value),
                Op::Struct(fields) => {
                    if let Place::Field(holder, field) = place
                        && inst.results().next().is_some_and(|made| made.ty() == holder)
                    {
                        found.push(*fields.get(field as usize)?);
                    }
                }
                Op::WithField { base, field, value } if place == Place::Field(base.ty(), field) => {
                    found.push(value);
                }
                // Its address may be used for anything.
                Op::FieldAddr { .. } | Op::Global(_) => {
                    let address = inst.results().next()?;
                    if place_of(address) == Some(place) && !is_read_and_written(address) {
                        return None;
                    }
                }
                _ => {}
            }
        }
    }
    match held {
        Held::Itself => Some(found),
        Held::InMap => {
            let mut elements = Vec::new();
            // Maps that are made for it, and what is read out of it.
            for map in &found {
                match map.definition()?.op() {
                    Op::MakeMap(_) => elements.extend(put_into_map(*map)?),
                    Op::Zero => {}
                    _ => return None,
                }
            }
            for func in program.functions().filter(|func| func.package() == package) {
                for inst in func.insts() {
                    match inst.op() {
                        Op::Load(address) if place_of(address) == Some(place) => {
                            elements.extend(put_into_map(inst.results().next()?)?);
                        }
                        Op::Field { base, field } if place == Place::Field(base.ty(), field) => {
                            elements.extend(put_into_map(inst.results().next()?)?);
                        }
                        _ => {}
                    }
                }
            }
            Some(elements)
        }
    }
}

/// Whether all that is done with an address is to read and write there.
fn is_read_and_written(address: Value<'_>) -> bool {
    address.uses().all(|inst| match inst.op() {
        Op::Load(_) => true,
        Op::Store { value, .. } => value != address,
        _ => false,
    })
}

/// What is put into a map by this name; `None`: it goes elsewhere, too.
fn put_into_map(map: Value<'_>) -> Option<Vec<Value<'_>>> {
    let mut found = Vec::new();
    for inst in map.uses() {
        match inst.op() {
            Op::MapUpdate { value, .. } => found.push(value),
            Op::MapLookup { .. } | Op::Range(_) | Op::Binary { .. } => {}
            Op::Builtin { op: Builtin::Len | Builtin::Delete | Builtin::Clear, .. } => {}
            Op::Store { ptr, .. } if place_of(ptr).is_some() => {}
            Op::Struct(_) => {}
            _ => return None,
        }
    }
    Some(found)
}
