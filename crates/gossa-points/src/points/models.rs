//! What functions do whose bodies cannot be seen, or do not show it.

use super::facts::{
    CallFact, CallTarget, CellRef, Facts, Filter, NodeRef, ObjectFact, ObjectKind, Rule,
};
use super::layout::Layouts;
use super::link::{Action, Linker};
use crate::callgraph::{CallMode, panic_types};
use crate::program::FuncIndex;
use gossa_base::ListRange;
use gossa_ssa::{FuncKey, InstId};
use gossa_types::{BasicKind, TypeId, TypeKind};

/// What a function takes and gives: types of receiver and parameters, and of results.
fn signature(layouts: &Layouts<'_, '_>, func: FuncIndex) -> (Vec<TypeId>, Vec<TypeId>) {
    let program = layouts.program();
    if let Some(body) = program.body(func) {
        let params = body.params(gossa_ssa::Body::ENTRY).map(|param| body[param].ty).collect();
        return (params, body.results.to_vec());
    }
    let id = program.function(func).id;
    let Some(ty) = program.signature(id) else { return (Vec::new(), Vec::new()) };
    let TypeKind::Signature(signature) = program.under(ty).kind() else {
        return (Vec::new(), Vec::new());
    };
    let receiver = program.receiver_type(id);
    let params = receiver.into_iter().chain(signature.params.iter().map(|param| param.ty));
    (params.collect(), signature.results.iter().map(|param| param.ty).collect())
}

/// A function that is not seen, from its signature: each result may be any of the arguments, or
/// something new.
pub(super) fn unknown(layouts: &Layouts<'_, '_>, func: FuncIndex) -> Facts {
    let mut facts = empty(layouts, func);
    let (_, results) = signature(layouts, func);
    let mut objects = Vec::new();
    let mut members = Vec::new();
    let mut copies = Vec::new();
    let mut at = facts.params;
    let program = layouts.program();
    for ty in results {
        let layout = layouts.layout(ty);
        for &leaf in &layout.leaves {
            let node = NodeRef::variable(at);
            copies.extend((0..facts.params).map(|param| (NodeRef::variable(param), node)));
            let leaf = layout.cells[leaf as usize].ty;
            let made = match *program.under(leaf).kind() {
                TypeKind::Pointer(elem) => Some((elem, 0)),
                TypeKind::Slice(elem) => Some((super::layout::backing_array(elem), 1)),
                _ => None,
            };
            if let Some((ty, delta)) = made {
                let first_cell = facts.cells;
                facts.cells += layouts.layout(ty).cells.len() as u32;
                let (inst, kind) = (InstId::new(0), ObjectKind::New);
                objects.push(ObjectFact { ty, first_cell, inst, kind });
                let cell = NodeRef::cell(first_cell + delta);
                members.push((node, CellRef { node: cell, boxed: false }));
            }
            at += 1;
        }
    }
    facts.objects = objects.into();
    facts.members = members.into();
    facts.copies = copies.into();
    facts
}

/// The facts of a function that has a model; `None`: its body says what it does.
pub(super) fn facts(layouts: &Layouts<'_, '_>, func: FuncIndex) -> Option<Facts> {
    let program = layouts.program();
    let function = program.function(func);
    if function.is_wrapper() {
        return None;
    }
    let FuncKey::Decl { decl, .. } = *function.id.key() else { return None };
    if decl.parent().is_some() {
        return None;
    }
    let (package, name) = (decl.package().path(), decl.name());
    let name = name.as_str();
    match package {
        "sync/atomic" | "internal/runtime/atomic" if function.body().is_none() => {
            atomic(layouts, func, name)
        }
        "runtime" => runtime(layouts, func, name),
        _ => None,
    }
}

/// Facts with nodes for the parameters and results of a function.
fn empty(layouts: &Layouts<'_, '_>, func: FuncIndex) -> Facts {
    let (params, results) = signature(layouts, func);
    let count = |types: &[TypeId]| types.iter().map(|&ty| layouts.leaf_count(ty) as u32).sum();
    let (params, results) = (count(&params), count(&results));
    Facts { params, results, variables: params + results, ..Facts::default() }
}

/// The functions of `sync/atomic` that are written in assembly, on pointers and integers that may
/// be some.
fn atomic(layouts: &Layouts<'_, '_>, func: FuncIndex, name: &str) -> Option<Facts> {
    let mut facts = empty(layouts, func);
    let (params, results) = signature(layouts, func);
    let value = params.get(1).or(results.first()).copied()?;
    if layouts.leaf_count(value) != 1 {
        return Some(facts);
    }
    let base = layouts.program().normal(value);
    let (address, first) = (NodeRef::variable(0), facts.params);
    let store = |at: u32| {
        let src = NodeRef::variable(at);
        (address, Rule::Store { src, delta: 0, base })
    };
    let load = (address, Rule::Load { dst: NodeRef::variable(first), delta: 0, base });
    let rules = if name.starts_with("Load") {
        vec![load]
    } else if name.starts_with("Store") {
        vec![store(1)]
    } else if name.starts_with("Compare") || name.starts_with("Cas") {
        vec![store(facts.params - 1)]
    } else if name.starts_with("Swap") || name.starts_with("Xchg") {
        vec![store(1), load]
    } else {
        // Additions and masks: what comes out points where it did.
        vec![load]
    };
    facts.rules = rules.into();
    Some(facts)
}

fn runtime(layouts: &Layouts<'_, '_>, func: FuncIndex, name: &str) -> Option<Facts> {
    match name {
        // Calls its argument on another stack.
        "systemstack" | "mcall" => {
            let mut facts = empty(layouts, func);
            facts.calls = [call(NodeRef::variable(0), ListRange::default())].into();
            Some(facts)
        }
        // func SetFinalizer(obj any, finalizer any)
        "SetFinalizer" => {
            let mut facts = empty(layouts, func);
            let [object, word, target] = [0, 1, 2].map(|at| NodeRef::variable(2 + at));
            facts.variables += 3;
            let filter = Filter::DataWord;
            let base = TypeId::basic(BasicKind::UnsafePointer);
            facts.rules = [
                (NodeRef::variable(0), Rule::Apply { dst: object, filter }),
                (NodeRef::variable(1), Rule::Apply { dst: word, filter }),
                (word, Rule::Load { dst: target, delta: 0, base }),
            ]
            .into();
            facts.args = [object].into();
            facts.calls = [call(target, ListRange { start: 0, len: 1 })].into();
            Some(facts)
        }
        _ => None,
    }
}

fn call(target: NodeRef, args: ListRange) -> CallFact {
    CallFact {
        inst: InstId::new(0),
        mode: CallMode::Call,
        target: CallTarget::Value(target),
        args,
        results: 0,
        result_count: 0,
    }
}

/// What the runtime panics with: values of its own error types.
pub(super) fn runtime_panics(linker: &mut Linker<'_, '_, '_>) {
    let panic = linker.panic_node();
    for ty in panic_types(linker.program) {
        let element = match ty.kind() {
            TypeKind::Pointer(elem) => 2 * linker.nil_of(linker.program.normal(*elem)),
            _ => 2 * linker.plain(ty) + 1,
        };
        linker.actions.push(Action::Member(panic, element));
    }
}
