//! What functions do whose bodies cannot be seen, or do not show it.

mod language;

use super::facts::{CellRef, Extern, Facts, NodeRef, ObjectFact, ObjectKind, Reflect, Rule};
use super::layout::Layouts;
use super::link::{Action, Linker};
use crate::callgraph::{call_sites, panic_types};
use crate::program::{FuncIndex, Program};
use gossa_base::Name;
use gossa_ssa::{Callee, FuncKey, InstId};
use gossa_types::{BasicKind, DeclId, PackageId, TypeId, TypeKind};
use std::collections::BTreeSet;

/// What a function takes and gives: types of receiver and parameters, and of results.
pub(super) fn signature(layouts: &Layouts<'_, '_>, func: FuncIndex) -> (Vec<TypeId>, Vec<TypeId>) {
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
            let leaf = layout.cells[leaf as usize].ty;
            // Numbers that come out are results of system calls and the like, not addresses.
            if program.under(leaf).as_basic() != Some(BasicKind::Uintptr) {
                copies.extend((0..facts.params).map(|param| (NodeRef::variable(param), node)));
            }
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

/// The name of a function in the library of models, if its package has any.
fn library_name(program: &Program<'_>, func: FuncIndex) -> Option<String> {
    let function = program.function(func);
    if function.is_wrapper() {
        return None;
    }
    let FuncKey::Decl { decl, .. } = *function.id.key() else { return None };
    let (package, name) = (decl.package().path(), decl.name().as_str());
    if !language::has_models(package) {
        return None;
    }
    Some(match (decl.parent(), program.receiver_type(function.id)) {
        (Some(parent), Some(receiver)) => {
            let star = if program.pointee(receiver).is_some() { "*" } else { "" };
            format!("{package}.{star}{}.{name}", parent.name())
        }
        _ => format!("{package}.{name}"),
    })
}

/// The models that are of no use for a program, by name and in order: the function is not there, or
/// its parameters, results or types are not those that the model is made for.
#[must_use]
pub fn unused_models(layouts: &Layouts<'_, '_>) -> Vec<&'static str> {
    let program = layouts.program();
    let mut unused: BTreeSet<&'static str> = language::names().collect();
    // Functions without bodies are those that others call.
    let called = program.lowered_functions().filter_map(|func| program.body(func));
    let called = called.flat_map(|body| call_sites(body).map(|site| &body[site.call].callee));
    let called = called.filter_map(|callee| match callee {
        Callee::Static(id) => Some(program.index_of(*id)),
        _ => None,
    });
    let called: BTreeSet<FuncIndex> = called.collect();
    for func in program.lowered_functions().chain(called) {
        let Some(name) = library_name(program, func) else { continue };
        if let Some(model) = language::model(&name)
            && language::compile(layouts, func, model).is_some()
        {
            unused.remove(name.as_str());
        }
    }
    unused.into_iter().collect()
}

/// The facts of a function that has a model; `None`: its body says what it does.
pub(super) fn facts(layouts: &Layouts<'_, '_>, func: FuncIndex) -> Option<Facts> {
    let program = layouts.program();
    let function = program.function(func);
    let name = library_name(program, func)?;
    if let Some(model) = language::model(&name) {
        return language::compile(layouts, func, model);
    }
    let FuncKey::Decl { decl, args } = *function.id.key() else { return None };
    let (package, name) = (decl.package().path(), decl.name().as_str());
    if decl.parent().is_some() {
        return None;
    }
    match package {
        "reflect" if name == "TypeFor" => type_for(layouts, func, *args.first()?),
        "sync/atomic" if function.body().is_none() => atomic(layouts, func, name),
        "internal/runtime/atomic" => atomic(layouts, func, name),
        // The runtime's own, which tell the collector of the pointers that they store.
        "runtime" => {
            let name = name.strip_prefix("sync_atomic_").or(name.strip_prefix("atomic_"))?;
            atomic(layouts, func, name)
        }
        _ => None,
    }
}

/// `reflect.TypeFor[T]`: what `reflect.TypeOf((*T)(nil)).Elem()` is, by a type argument that no line
/// of a model could name.
fn type_for(layouts: &Layouts<'_, '_>, func: FuncIndex, ty: TypeId) -> Option<Facts> {
    let mut facts = empty(layouts, func);
    if facts.results != 1 {
        return None;
    }
    let (result, pointer) = (NodeRef::variable(0), NodeRef::variable(1));
    facts.variables = 2;
    facts.externs = [Extern::NilOf(layouts.program().normal(ty))].into();
    facts.members = [(pointer, CellRef { node: NodeRef::external(0), boxed: false })].into();
    let package = layouts.program().function(func).id.package();
    let op = Reflect::TypeOf { package, lite: false };
    facts.rules = [(pointer, Rule::Reflect { op, to: result, with: result })].into();
    Some(facts)
}

/// Whether a package is one of those that get at values by their types.
pub(super) fn is_reflect(package: PackageId) -> bool {
    matches!(package.path(), "reflect" | "internal/reflectlite")
}

/// Whether a function takes or gives values of `reflect`.
pub(super) fn takes_reflected(layouts: &Layouts<'_, '_>, func: FuncIndex) -> bool {
    let (params, results) = signature(layouts, func);
    let program = layouts.program();
    params.iter().chain(&results).any(|&ty| {
        let part = match *program.under(ty).kind() {
            TypeKind::Pointer(elem) | TypeKind::Slice(elem) => elem,
            _ => ty,
        };
        match *part.unalias().kind() {
            TypeKind::Named { decl, .. } => {
                is_reflect(decl.package())
                    && matches!(decl.name().as_str(), "Value" | "MapIter" | "Type")
            }
            _ => false,
        }
    })
}

/// Whether the body of a function that has a model sees arguments of a type, or its results are
/// the function's: functions, errors and types of `reflect`, which decide what it calls. What
/// else it does with them the model says.
pub(super) fn is_shared_with_body(layouts: &Layouts<'_, '_>, ty: TypeId, is_param: bool) -> bool {
    let program = layouts.program();
    let pointee = program.pointee(ty).unwrap_or(ty);
    let is_type = match *pointee.unalias().kind() {
        TypeKind::Named { decl, .. } => {
            matches!(decl.package().path(), "reflect" | "internal/reflectlite")
                && matches!(decl.name().as_str(), "Type" | "rtype")
        }
        _ => false,
    };
    let is_error = match *ty.unalias().kind() {
        TypeKind::Named { decl, .. } => {
            decl == DeclId::top_level(PackageId::universe(), Name::new("error"))
        }
        _ => false,
    };
    is_type && is_param
        || is_error && !is_param
        || matches!(program.under(ty).kind(), TypeKind::Signature(_))
}

/// Facts with nodes for the parameters and results of a function.
fn empty(layouts: &Layouts<'_, '_>, func: FuncIndex) -> Facts {
    let (params, results) = signature(layouts, func);
    let count = |types: &[TypeId]| types.iter().map(|&ty| layouts.leaf_count(ty) as u32).sum();
    let (params, results) = (count(&params), count(&results));
    Facts { params, results, variables: params + results, ..Facts::default() }
}

/// The functions of `sync/atomic` that are written in assembly, and those of the runtime behind
/// them, on pointers and integers that may be some.
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
    let name = name.to_lowercase();
    let rules = if name.starts_with("load") {
        vec![load]
    } else if name.starts_with("store") {
        vec![store(1)]
    } else if name.starts_with("compare") || name.starts_with("cas") {
        vec![store(facts.params - 1)]
    } else if name.starts_with("swap") || name.starts_with("xchg") {
        vec![store(1), load]
    } else {
        // Additions and masks: what comes out points where it did.
        vec![load]
    };
    facts.rules = rules.into();
    Some(facts)
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
