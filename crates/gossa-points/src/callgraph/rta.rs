//! Rapid type analysis: like class hierarchy analysis, but of what is reachable only.
//!
//! Function by function, from the roots: what a reachable function takes as a value, dynamic calls
//! of that function type may reach; of what type it converts a value to an interface, calls through
//! interfaces may find. Each new fact is crossed with those of the other sort known so far.

use super::reached::Reached;
use super::runtime::{self, Hidden};
use super::scan::{self, Target};
use super::universe::{InterfaceNumber, TypeNumber, Universe};
use super::{CallGraph, CallMode, Dispatch, Edge, Roots};
use crate::program::{FuncIndex, MethodName, Program};
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::InstId;
use gossa_types::{TypeId, TypeKind};

/// The graph of what is reachable from the roots.
pub(super) fn build(program: &Program<'_>, roots: &Roots) -> CallGraph {
    let mut rta = Rta::new(program);
    for root in roots.iter() {
        rta.reached.add(root);
    }
    for func in &roots.open {
        rta.open(*func);
    }
    for ty in runtime::panic_types(program) {
        rta.convert(ty);
    }
    rta.run();
    rta.finish()
}

#[derive(Clone, Copy)]
struct Site {
    caller: FuncIndex,
    inst: InstId,
    dispatch: Dispatch,
    mode: CallMode,
}

/// Calls of one function type, and the functions of that type.
#[derive(Default)]
struct ByType {
    sites: Vec<Site>,
    callees: Vec<FuncIndex>,
}

/// Calls of one method of an interface, and what they reach.
struct Invoked {
    method: MethodName,
    sites: Vec<Site>,
    callees: Vec<FuncIndex>,
}

struct Rta<'p, 'e> {
    program: &'p Program<'e>,
    universe: Universe,
    reached: Reached,
    edges: Vec<Edge>,
    type_numbers: FxHashMap<TypeId, u32>,
    by_type: Vec<ByType>,
    taken: FxHashSet<(FuncIndex, u32)>,
    invoked_numbers: FxHashMap<(InterfaceNumber, MethodName), u32>,
    invoked: Vec<Invoked>,
    /// By interface: its numbers in `invoked`.
    invoked_of: Vec<Vec<u32>>,
    /// Types before this number have met all interfaces.
    crossed: TypeNumber,
    /// Calls of functions and methods that reflection knows come from here.
    reflect_call: Option<FuncIndex>,
    finalizer: Option<FuncIndex>,
    /// What method values that reflection makes lead to.
    method_value: Option<FuncIndex>,
    bound: TypeNumber,
    called_as_value: TypeNumber,
    /// What functions that reflection makes lead to.
    made_function: Option<FuncIndex>,
    /// Whether reflection makes values: then there are values of derived types, too.
    reflects: bool,
    derived: TypeNumber,
    called_by_reflection: TypeNumber,
    finalized: TypeNumber,
    made: TypeNumber,
}

impl<'p, 'e> Rta<'p, 'e> {
    fn new(program: &'p Program<'e>) -> Self {
        Self {
            program,
            universe: Universe::default(),
            reached: Reached::default(),
            edges: Vec::new(),
            type_numbers: FxHashMap::default(),
            by_type: Vec::new(),
            taken: FxHashSet::default(),
            invoked_numbers: FxHashMap::default(),
            invoked: Vec::new(),
            invoked_of: Vec::new(),
            crossed: 0,
            reflect_call: None,
            finalizer: None,
            method_value: None,
            bound: 0,
            called_as_value: 0,
            made_function: None,
            reflects: false,
            derived: 0,
            called_by_reflection: 0,
            finalized: 0,
            made: 0,
        }
    }

    fn run(&mut self) {
        loop {
            while let Some(func) = self.reached.next() {
                self.function(func);
            }
            self.cross();
            self.reflection();
            let all = self.universe.len() as u32;
            let derived = !self.reflects || self.derived == all;
            if self.reached.is_done() && self.crossed == all && derived {
                return;
            }
        }
    }

    fn function(&mut self, func: FuncIndex) {
        let program = self.program;
        let function = program.function(func);
        let hidden = runtime::hidden(function.id);
        let Some(body) = function.body() else {
            // Code that cannot be seen may call what it is given.
            for ty in program.parameter_types(function.id) {
                self.hidden_value_call(func, ty);
            }
            return;
        };
        match hidden {
            Some(Hidden::Cleanup) => {
                for ty in program.parameter_types(function.id) {
                    self.hidden_value_call(func, ty);
                }
            }
            Some(Hidden::Finalizer) => self.finalizer = Some(func),
            Some(Hidden::ReflectCall) => self.reflect_call = Some(func),
            Some(Hidden::Reflected) => self.reflects = true,
            Some(Hidden::ReflectMethod) => {
                self.method_value = Some(runtime::call_method(program));
            }
            Some(Hidden::MakeFunc) => self.made_function = Some(runtime::call_reflect(program)),
            _ => {}
        }
        for (site, target) in scan::targets(program, body) {
            let of = |dispatch| Site { caller: func, inst: site.inst, dispatch, mode: site.mode };
            match target {
                Target::Static(callee) => {
                    self.edge(of(Dispatch::Static), callee);
                    self.reached.add(callee);
                }
                Target::Value(ty) => self.value_call(of(Dispatch::Value), ty),
                Target::Interface(interface, method) => {
                    let interface = self.universe.interface(program, interface);
                    self.invoke(of(Dispatch::Interface), interface, method);
                }
            }
        }
        let mut taken = Vec::new();
        let mut boxed = Vec::new();
        scan::values(program, body, |func, ty| taken.push((func, ty)), |ty| boxed.push(ty));
        for (func, ty) in taken {
            self.take(func, ty);
        }
        for ty in boxed {
            self.convert(ty);
        }
    }

    fn edge(&mut self, site: Site, callee: FuncIndex) {
        self.edges.push(Edge {
            caller: site.caller,
            site: site.inst,
            callee,
            dispatch: site.dispatch,
            mode: site.mode,
        });
    }

    fn by_type(&mut self, ty: TypeId) -> u32 {
        let fresh = self.by_type.len() as u32;
        let number = *self.type_numbers.entry(ty).or_insert(fresh);
        if number == fresh {
            self.by_type.push(ByType::default());
        }
        number
    }

    /// A call of a value of a function type.
    fn value_call(&mut self, site: Site, ty: TypeId) {
        let number = self.by_type(ty);
        self.by_type[number as usize].sites.push(site);
        if self.by_type[number as usize].sites.len() == 1 {
            for callee in self.by_type[number as usize].callees.clone() {
                self.reached.add(callee);
            }
        }
    }

    fn hidden_value_call(&mut self, caller: FuncIndex, ty: TypeId) {
        let ty = self.program.normal(self.program.under(ty));
        if matches!(ty.kind(), TypeKind::Signature(_)) {
            let (inst, mode) = (InstId::new(0), CallMode::Call);
            self.value_call(Site { caller, inst, dispatch: Dispatch::Runtime, mode }, ty);
        }
    }

    fn take(&mut self, func: FuncIndex, ty: TypeId) {
        let number = self.by_type(ty);
        if self.taken.insert((func, number)) {
            self.by_type[number as usize].callees.push(func);
            if !self.by_type[number as usize].sites.is_empty() {
                self.reached.add(func);
            }
        }
    }

    fn convert(&mut self, ty: TypeId) {
        if !self.program.is_interface(ty) && !matches!(ty.kind(), TypeKind::Tuple(_)) {
            self.universe.add(self.program, ty);
        }
    }

    /// A call of a method of an interface.
    fn invoke(&mut self, site: Site, interface: InterfaceNumber, method: MethodName) {
        let fresh = self.invoked.len() as u32;
        let number = *self.invoked_numbers.entry((interface, method)).or_insert(fresh);
        if number == fresh {
            self.invoked.push(Invoked { method, sites: Vec::new(), callees: Vec::new() });
            if self.invoked_of.len() <= interface as usize {
                self.invoked_of.resize(interface as usize + 1, Vec::new());
            }
            self.invoked_of[interface as usize].push(number);
            for ty in self.universe.implementing(interface) {
                // The others are crossed when their turn comes.
                if ty < self.crossed {
                    self.implement(number, ty);
                }
            }
        }
        self.invoked[number as usize].sites.push(site);
    }

    fn implement(&mut self, number: u32, ty: TypeNumber) {
        let invoked = &self.invoked[number as usize];
        let method = self.program.dispatch(self.universe.type_of(ty), invoked.method);
        if let Some(callee) = method {
            self.invoked[number as usize].callees.push(callee);
            self.reached.add(callee);
        }
    }

    /// New types meet the interfaces that methods are called of.
    fn cross(&mut self) {
        let end = self.universe.len() as u32;
        for ty in std::mem::replace(&mut self.crossed, end)..end {
            for interface in 0..self.invoked_of.len() {
                if self.invoked_of[interface].is_empty()
                    || !self.universe.implements(ty, interface as u32)
                {
                    continue;
                }
                for at in 0..self.invoked_of[interface].len() {
                    self.implement(self.invoked_of[interface][at], ty);
                }
            }
        }
    }

    /// What reflection, and the runtime on its behalf, do with the types known so far.
    fn reflection(&mut self) {
        let program = self.program;
        if self.reflects {
            let end = self.universe.len() as u32;
            for ty in std::mem::replace(&mut self.derived, end)..end {
                let mut derived = Vec::new();
                let from = self.universe.type_of(ty);
                runtime::for_each_derived(program, from, |ty| derived.push(program.normal(ty)));
                for ty in derived {
                    self.convert(ty);
                }
            }
        }
        if let Some(caller) = self.reflect_call {
            let end = self.universe.len() as u32;
            for ty in std::mem::replace(&mut self.called_by_reflection, end)..end {
                let ty = self.universe.type_of(ty);
                self.hidden_value_call(caller, ty);
                self.call_methods(caller, ty);
            }
        }
        if let (Some(made), true) = (self.method_value, self.reflects) {
            let end = self.universe.len() as u32;
            for ty in std::mem::replace(&mut self.bound, end)..end {
                for (method, signature) in program.method_signatures(self.universe.type_of(ty)) {
                    if runtime::is_callable(&method) {
                        self.take(made, program.normal(program.under(signature)));
                    }
                }
            }
            if self.reached.contains(made) {
                for ty in std::mem::replace(&mut self.called_as_value, end)..end {
                    self.call_methods(made, self.universe.type_of(ty));
                }
            }
        }
        if let Some(made) = self.made_function {
            let end = self.universe.len() as u32;
            for ty in std::mem::replace(&mut self.made, end)..end {
                let ty = program.normal(program.under(self.universe.type_of(ty)));
                if matches!(ty.kind(), TypeKind::Signature(_)) {
                    self.take(made, ty);
                }
            }
        }
        if let Some(caller) = self.finalizer {
            let end = self.universe.len() as u32;
            for ty in std::mem::replace(&mut self.finalized, end)..end {
                self.hidden_value_call(caller, self.universe.type_of(ty));
            }
        }
    }

    /// Reflection calls the exported methods of a type.
    fn call_methods(&mut self, caller: FuncIndex, ty: TypeId) {
        for (method, callee) in self.program.methods(ty) {
            if runtime::is_callable(&method) {
                let (inst, mode) = (InstId::new(0), CallMode::Call);
                self.edge(Site { caller, inst, dispatch: Dispatch::Runtime, mode }, callee);
                self.reached.add(callee);
            }
        }
    }

    /// Parameters of a function that others call may hold anything of their types.
    fn open(&mut self, func: FuncIndex) {
        let program = self.program;
        for ty in program.parameter_types(program.function(func).id) {
            let ty = program.normal(ty);
            self.convert(ty);
        }
    }

    fn finish(mut self) -> CallGraph {
        let mut edges = std::mem::take(&mut self.edges);
        let mut cross = |sites: &[Site], callees: &mut Vec<FuncIndex>| {
            callees.sort_unstable();
            callees.dedup();
            for site in sites {
                edges.extend(callees.iter().map(|&callee| Edge {
                    caller: site.caller,
                    site: site.inst,
                    callee,
                    dispatch: site.dispatch,
                    mode: site.mode,
                }));
            }
        };
        for by_type in &mut self.by_type {
            cross(&by_type.sites, &mut by_type.callees);
        }
        for invoked in &mut self.invoked {
            cross(&invoked.sites, &mut invoked.callees);
        }
        CallGraph::new(self.program, self.reached.all(), edges)
    }
}
