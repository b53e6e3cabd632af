//! Which addresses can come to the `Data` of a header at all: looks back from the stores, of which
//! a program has few, so that the many addresses that become integers for other reasons are not
//! followed.

use super::{Headers, Site};
use crate::unsafe_uintptr::address::Addresses;
use gossa_api::prelude::*;
use std::collections::{HashMap, HashSet};

/// More values than this are not looked at.
const LIMIT: usize = 4000;

/// The origins that may come to a store. `None`: any may, since a store's integer comes out of
/// memory.
pub(super) fn feeding<'p>(
    pass: &ProgramPass<'p>,
    headers: Headers,
    sites: &[Site<'p>],
    addresses: &Addresses<'p>,
) -> Option<HashSet<Inst<'p>>> {
    let origins = sites.iter().filter_map(|site| match site {
        Site::Origin(origin) => Some(origin.inst),
        _ => None,
    });
    let origins: HashSet<Inst<'p>> = origins.collect();
    let mut back = Back {
        pass,
        headers,
        addresses,
        stores: HashMap::new(),
        seen: HashSet::new(),
        work: Vec::new(),
    };
    for site in sites {
        let Site::Store { at } = site else { continue };
        let Op::Store { value, .. } = at.op() else { continue };
        back.push(value);
    }
    let mut found = HashSet::new();
    while let Some(value) = back.work.pop() {
        match value.definition() {
            Some(made) if origins.contains(&made) => {
                found.insert(made);
            }
            Some(made) => back.result(value, made)?,
            None => back.parameter(value)?,
        }
        if back.seen.len() > LIMIT {
            return None;
        }
    }
    Some(found)
}

struct Back<'b, 'p> {
    pass: &'b ProgramPass<'p>,
    headers: Headers,
    addresses: &'b Addresses<'p>,
    /// By local variable: what is stored in it, or in parts of it.
    stores: HashMap<Value<'p>, Vec<Value<'p>>>,
    seen: HashSet<Value<'p>>,
    work: Vec<Value<'p>>,
}

impl<'p> Back<'_, 'p> {
    fn push(&mut self, value: Value<'p>) {
        if self.seen.insert(value) {
            self.work.push(value);
        }
    }

    /// Goes on at what a result is made from. `None`: that is in memory.
    fn result(&mut self, value: Value<'p>, made: Inst<'p>) -> Option<()> {
        match made.op() {
            Op::Narrow { x, .. } | Op::Unary { x, .. } => self.push(x),
            Op::Convert { kind: ConvertKind::Numeric | ConvertKind::ChangeType, x } => self.push(x),
            Op::Binary { x, y, .. } => [x, y].into_iter().for_each(|x| self.push(x)),
            // The first is the Data.
            Op::Struct(parts) | Op::Array(parts) if self.headers.is_header(value.ty()) => {
                parts.into_iter().take(1).for_each(|part| self.push(part));
            }
            Op::Struct(parts) | Op::Array(parts) => {
                parts.into_iter().for_each(|part| self.push(part));
            }
            Op::WithField { base, value, .. } | Op::WithIndex { base, value, .. } => {
                [base, value].into_iter().for_each(|x| self.push(x));
            }
            Op::Field { base, .. } | Op::Index { base, .. } => self.push(base),
            // Only pointers are in there.
            Op::Load(pointer) if self.headers.in_view(pointer) => {}
            Op::Load(pointer) => {
                let variable = local(pointer)?;
                for stored in self.stored(variable)? {
                    self.push(stored);
                }
            }
            Op::Call(call) => {
                let result = made.results().position(|result| result == value)?;
                let graph = self.pass.call_graph();
                for callee in graph.callees(call.inst()) {
                    for inst in callee.callee.insts() {
                        if let Op::Return(results) = inst.op()
                            && let Some(&returned) = results.get(result)
                        {
                            self.push(returned);
                        }
                    }
                }
            }
            Op::MapLookup { .. }
            | Op::Next(_)
            | Op::Receive { .. }
            | Op::TypeAssert { .. }
            | Op::Hole => return None,
            _ => {}
        }
        Some(())
    }

    /// What is stored in a local variable. `None`: others may store there, too.
    fn stored(&mut self, variable: Value<'p>) -> Option<Vec<Value<'p>>> {
        if let Some(known) = self.stores.get(&variable) {
            return Some(known.clone());
        }
        if !super::stays(variable) {
            return None;
        }
        let stored = variable.func().insts().filter_map(|inst| match inst.op() {
            Op::Store { ptr, value } if local(ptr) == Some(variable) => Some(value),
            _ => None,
        });
        let stored: Vec<Value<'p>> = stored.collect();
        self.stores.insert(variable, stored.clone());
        Some(stored)
    }

    /// Goes on at what a parameter of a function or a block is given.
    fn parameter(&mut self, param: Value<'p>) -> Option<()> {
        let func = param.func();
        if let Some(at) = func.params().position(|other| other == param) {
            if self.addresses.is_called_back(func, param) {
                return None;
            }
            for edge in self.pass.call_graph().callers(func) {
                let call = edge.site.call()?;
                let argument = at.checked_sub(edge.first).and_then(|at| call.args().nth(at));
                if let Some(argument) = argument {
                    self.push(argument);
                }
            }
            return Some(());
        }
        if let Some(at) = func.captures().position(|other| other == param) {
            for creation in func.creations() {
                let Op::Closure { captures, .. } = creation.op() else { continue };
                captures.get(at).into_iter().for_each(|&capture| self.push(capture));
            }
            return Some(());
        }
        let incoming = param.incoming();
        // What a select receives has been in a channel.
        if incoming.is_empty() {
            return None;
        }
        incoming.into_iter().for_each(|value| self.push(value));
        Some(())
    }
}

/// The variable of the function that an address is of, or is inside.
fn local(mut address: Value<'_>) -> Option<Value<'_>> {
    loop {
        address = match address.definition()?.op() {
            Op::Alloc(_) => return Some(address),
            Op::Narrow { x, .. }
            | Op::FieldAddr { ptr: x, .. }
            | Op::IndexAddr { base: x, .. }
            | Op::Convert {
                kind:
                    ConvertKind::PointerToUnsafe
                    | ConvertKind::UnsafeToPointer
                    | ConvertKind::ChangeType,
                x,
            } => x,
            _ => return None,
        };
    }
}
