//! Class hierarchy analysis: a dynamic call may reach every function that its type allows.
//!
//! A method call through an interface reaches the methods of all types that implement it and that
//! are converted to an interface anywhere in the program (or that reflection may make of those), a
//! call of a function value all functions of its type that are taken as values anywhere. Nothing
//! depends on what is reachable, so the graph covers all functions.

use super::runtime::{self, Hidden};
use super::scan::{self, Target};
use super::universe::{InterfaceNumber, Universe};
use super::{CallGraph, CallMode, Dispatch, Edge, Roots, reach};
use crate::program::{FuncIndex, MethodName, Program};
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::InstId;
use gossa_types::{TypeId, TypeKind};

/// What the whole program takes and converts.
#[derive(Default)]
struct World {
    universe: Universe,
    by_signature: FxHashMap<TypeId, Vec<FuncIndex>>,
    taken: FxHashSet<(FuncIndex, TypeId)>,
}

/// The graph of all functions.
pub(super) fn build(program: &Program<'_>, roots: &Roots) -> CallGraph {
    let mut world = World::default();
    let reflects = (0..program.len()).any(|at| {
        let id = program.function(FuncIndex::from_usize(at)).id;
        runtime::hidden(id) == Some(Hidden::ReflectCall)
    });
    for ty in runtime::panic_types(program) {
        world.universe.add(program, ty);
    }
    // Wrappers get their numbers while bodies are read, and take and convert themselves.
    let mut read = 0;
    let mut derived = 0;
    let mut targets: Vec<(FuncIndex, super::CallSite, Target)> = Vec::new();
    let mut implementations: FxHashMap<(InterfaceNumber, MethodName), Vec<FuncIndex>> =
        FxHashMap::default();
    loop {
        while read < program.len() || derived < world.universe.len() {
            while read < program.len() {
                let caller = FuncIndex::from_usize(read);
                read += 1;
                let Some(body) = program.body(caller) else { continue };
                targets.extend(scan::targets(program, body).map(|(site, to)| (caller, site, to)));
                world.read(program, body);
            }
            while derived < world.universe.len() {
                let ty = world.universe.type_of(derived as u32);
                derived += 1;
                if reflects {
                    let _ = program.methods(ty);
                    let bound = runtime::call_method(program);
                    for (method, signature) in program.method_signatures(ty) {
                        let signature = program.normal(program.under(signature));
                        if runtime::is_callable(&method) && world.taken.insert((bound, signature)) {
                            world.by_signature.entry(signature).or_default().push(bound);
                        }
                    }
                    let ty = program.normal(program.under(ty));
                    let made = runtime::call_reflect(program);
                    if matches!(ty.kind(), TypeKind::Signature(_)) && world.taken.insert((made, ty))
                    {
                        world.by_signature.entry(ty).or_default().push(made);
                    }
                }
                runtime::for_each_derived(program, ty, |ty| {
                    let ty = program.normal(ty);
                    if !program.is_interface(ty) && !matches!(ty.kind(), TypeKind::Tuple(_)) {
                        world.universe.add(program, ty);
                    }
                });
            }
        }
        // Dispatch makes wrappers, which call and convert in their turn.
        let before = program.len();
        for (_, _, target) in &targets {
            let Target::Interface(interface, method) = *target else { continue };
            let number = world.universe.interface(program, interface);
            implementations.entry((number, method)).or_insert_with(|| {
                let types = world.universe.implementing(number);
                let callees = types
                    .into_iter()
                    .filter_map(|ty| program.dispatch(world.universe.type_of(ty), method));
                let mut callees: Vec<_> = callees.collect();
                callees.sort_unstable();
                callees.dedup();
                callees
            });
        }
        if program.len() == before {
            break;
        }
        implementations.clear();
    }
    let mut edges = Vec::new();
    for &(caller, site, target) in &targets {
        let mut push = |callee, dispatch| {
            edges.push(Edge { caller, site: site.inst, callee, dispatch, mode: site.mode });
        };
        match target {
            Target::Static(callee) => push(callee, Dispatch::Static),
            Target::Value(ty) => {
                let callees = world.by_signature.get(&ty).map_or(&[][..], |found| found);
                callees.iter().for_each(|&callee| push(callee, Dispatch::Value));
            }
            Target::Interface(interface, method) => {
                let number = world.universe.interface(program, interface);
                let callees = &implementations[&(number, method)];
                callees.iter().for_each(|&callee| push(callee, Dispatch::Interface));
            }
        }
    }
    world.hidden_calls(program, &mut edges);
    reach(program, roots, edges)
}

impl World {
    fn read(&mut self, program: &Program<'_>, body: &gossa_ssa::Body) {
        let (by_signature, taken) = (&mut self.by_signature, &mut self.taken);
        let universe = &mut self.universe;
        scan::values(
            program,
            body,
            |func, ty| {
                if taken.insert((func, ty)) {
                    by_signature.entry(ty).or_default().push(func);
                }
            },
            |ty| {
                universe.add(program, ty);
            },
        );
    }

    /// What external functions and reflection may call.
    fn hidden_calls(&mut self, program: &Program<'_>, edges: &mut Vec<Edge>) {
        let mut callees: Vec<FuncIndex> = Vec::new();
        let call_method = runtime::call_method(program);
        for at in 0..program.len() {
            let caller = FuncIndex::from_usize(at);
            let function = program.function(caller);
            let hidden = runtime::hidden(function.id);
            if function.is_external() || hidden == Some(Hidden::Cleanup) {
                for ty in program.parameter_types(function.id) {
                    callees.extend(self.functions_of(program, ty));
                }
            } else if caller == call_method
                || matches!(hidden, Some(Hidden::Finalizer | Hidden::ReflectCall))
            {
                for number in 0..self.universe.len() as u32 {
                    let ty = self.universe.type_of(number);
                    if caller != call_method {
                        callees.extend(self.functions_of(program, ty));
                    }
                    if hidden != Some(Hidden::Finalizer) {
                        let methods = program.methods(ty).into_iter();
                        let callable = methods.filter(|(method, _)| runtime::is_callable(method));
                        callees.extend(callable.map(|(_, callee)| callee));
                    }
                }
            }
            edges.extend(callees.drain(..).map(|callee| {
                let (dispatch, mode) = (Dispatch::Runtime, CallMode::Call);
                Edge { caller, site: InstId::new(0), callee, dispatch, mode }
            }));
        }
    }

    /// The functions of a function type that are taken as values.
    fn functions_of(&self, program: &Program<'_>, ty: TypeId) -> impl Iterator<Item = FuncIndex> {
        let ty = program.normal(program.under(ty));
        self.by_signature.get(&ty).into_iter().flatten().copied()
    }
}
