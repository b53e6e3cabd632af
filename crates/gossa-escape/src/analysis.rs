//! The analysis of a package: its functions in batches, callees first.

use crate::build::{build_function, build_initializer};
use crate::env::{EscapeEnv, Pragmas};
use crate::graph::{Attrs, FuncId, Graph, What};
use crate::instances::Wanted;
use crate::ir::{Code, FuncIndex, FuncRef, Id, Kind, Var, VarKind};
use crate::order::Order;
use crate::report::{Allocation, FunctionEscapes, PackageEscapes, Parameter, Said, SelfAssignment};
use crate::resolved::ResolvedCalls;
use crate::solve::solve;
use crate::statics::Statics;
use crate::summary::{Leaks, Sink, Summary};
use crate::types::Types;
use crate::walk::Walker;
use crate::{dead_vars, loop_vars};
use gossa_base::{FxHashMap, Name};
use gossa_types::constant::Kind as ConstantKind;
use gossa_types::{
    Builtin, DeclId, DeclSource, PackageDecls, PackageId, TypeId, TypeKind, TypeList,
};
use std::cell::OnceCell;
use std::sync::Arc;

/// Variables larger than this are in the heap.
const MAX_VARIABLE: i64 = 128 << 10;
/// Other allocations larger than this are in the heap.
const MAX_IMPLICIT: i64 = 64 << 10;

/// A function that is called by name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Callee {
    /// One that the package compiles.
    Local(FuncId),
    /// One of another package.
    Imported(DeclId),
}

/// A package that is being analysed.
pub(crate) struct Analysis<'e> {
    pub(crate) env: &'e dyn EscapeEnv,
    pub(crate) types: &'e Types<'e>,
    pub(crate) codes: Vec<Code>,
    /// By code: the package that compiles it.
    pub(crate) homes: Vec<PackageId>,
    /// By declared function or instance: its code.
    pub(crate) index: FxHashMap<FuncRef, u32>,
    statics: Vec<OnceCell<Statics>>,
    /// By code and function, once it is analysed: what is known about its parameters.
    pub(crate) summaries: Vec<Vec<Option<Summary>>>,
    /// By code: what was found out.
    pub(crate) found: Vec<Found>,
    /// By the first variable: the code of its initialiser.
    pub(crate) initializers: FxHashMap<DeclId, u32>,
    /// What is known about calls, if the whole program is analysed.
    pub(crate) calls: Option<ResolvedCalls>,
}

/// What was found out about the functions of a code.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) parameters: Vec<(FuncIndex, Parameter)>,
    pub(crate) allocations: Vec<Allocation>,
    pub(crate) self_assignments: Vec<SelfAssignment>,
}

/// Analyses a package. Packages that it imports must have been analysed, and `env` must know their
/// summaries.
#[must_use]
pub fn analyze(env: &dyn EscapeEnv, package: PackageId) -> PackageEscapes {
    let Some(decls) = env.package(package) else { return PackageEscapes::default() };
    // Its functions are part of the language.
    if package.path() == "unsafe" {
        return PackageEscapes::default();
    }
    let types = Types::new(env);
    let mut analysis = Analysis::new(env, &types);
    analysis.add_package(decls);
    analysis.add_instances();
    Order::run(&mut analysis, &mut |analysis, batch| {
        let (graph, self_assignments) = analysis.batch(batch);
        analysis.record(&graph, &self_assignments);
    });
    analysis.finish()
}

impl<'e> Analysis<'e> {
    pub(crate) fn new(env: &'e dyn EscapeEnv, types: &'e Types<'e>) -> Self {
        Self {
            env,
            types,
            codes: Vec::new(),
            homes: Vec::new(),
            index: FxHashMap::default(),
            statics: Vec::new(),
            summaries: Vec::new(),
            found: Vec::new(),
            initializers: FxHashMap::default(),
            calls: None,
        }
    }

    /// Adds the functions of a package that are not generic, and its initialisers.
    pub(crate) fn add_package(&mut self, decls: &'e PackageDecls) {
        for &decl in &decls.func_order {
            let generic = decls.funcs.get(&decl).is_none_or(|func| !func.type_params.is_empty());
            if generic {
                continue;
            }
            let func = FuncRef { decl, args: TypeList::EMPTY };
            if let Some(code) = build_function(self.env, self.types, func) {
                self.add_code(code, decls.id);
            }
        }
        let mut temporaries = 0;
        for &index in self.env.init_order(decls.id) {
            let Some(initializer) = decls.initializers.get(index as usize) else { continue };
            let code = build_initializer(self.env, self.types, decls, initializer, temporaries);
            if let Some(code) = code {
                temporaries = code[Code::ROOT].declared;
                let at = self.add_code(code, decls.id);
                if let (Some(&first), Ok(at)) = (initializer.lhs.first(), u32::try_from(at)) {
                    self.initializers.insert(first, at);
                }
            }
        }
    }

    /// Adds the instances of generic functions that are needed; after that, there are no more
    /// codes.
    pub(crate) fn add_instances(&mut self) {
        let mut wanted = Wanted::default();
        for index in 0..self.codes.len() {
            let code = std::mem::take(&mut self.codes[index]);
            wanted.scan(self, &code, self.homes[index]);
            self.codes[index] = code;
        }
        wanted.build(self);
        let types = self.types;
        for code in &mut self.codes {
            loop_vars::separate(code, &|ty| types.is_array(ty));
            dead_vars::remove(code);
        }
    }

    pub(crate) fn shared_types(&self) -> &'e Types<'e> {
        self.types
    }

    /// Adds a code that a package compiles; returns its index.
    pub(crate) fn add_code(&mut self, code: Code, home: PackageId) -> usize {
        let at = self.codes.len();
        if let Some(func) = code.root {
            self.index.insert(func, u32::try_from(at).unwrap_or(u32::MAX));
        }
        self.codes.push(code);
        self.homes.push(home);
        self.statics.push(OnceCell::new());
        self.summaries.push(Vec::new());
        self.found.push(Found::default());
        at
    }

    pub(crate) fn statics(&self, code: u32) -> &Statics {
        let at = code as usize;
        self.statics[at].get_or_init(|| Statics::new(&self.codes[at], self.types))
    }

    /// A function that is mentioned by name.
    pub(crate) fn callee(&self, func: FuncRef) -> Option<Callee> {
        if let Some(&code) = self.index.get(&func) {
            return Some(Callee::Local(FuncId { code, func: Code::ROOT }));
        }
        Some(Callee::Imported(func.decl))
    }

    /// The function that an expression names.
    pub(crate) fn static_callee(&self, code: u32, id: Id) -> Option<Callee> {
        match self.codes[code as usize][id].kind {
            Kind::Func(func) | Kind::MethodExpr(func) => self.callee(func),
            Kind::Closure(func) => Some(Callee::Local(FuncId { code, func })),
            _ => None,
        }
    }

    /// What is known about a callee's parameters; nothing while it is being analysed.
    pub(crate) fn params(&self, callee: Callee) -> Summary {
        let known = match callee {
            Callee::Local(func) => {
                let func = self.implementation(func);
                self.summaries[func.code as usize].get(func.func.index()).cloned().flatten()
            }
            Callee::Imported(decl) => self.env.summary(decl),
        };
        known.unwrap_or_default()
    }

    /// The function itself, or, if it has no body and the whole program is known, that which has
    /// its body.
    fn implementation(&self, func: FuncId) -> FuncId {
        let Some(calls) = &self.calls else { return func };
        match calls.linked.get(&func) {
            Some(&linked) if !self.pragmas(func.code, Callee::Local(func)).0.noescape => linked,
            _ => func,
        }
    }

    /// Directives of a callee, and whether it has no body as far as `caller` can see.
    fn pragmas(&self, caller: u32, callee: Callee) -> (Pragmas, bool) {
        let (decl, without_body) = match callee {
            Callee::Local(func) => {
                let code = &self.codes[func.code as usize];
                if func.func != Code::ROOT {
                    return (Pragmas::default(), false);
                }
                match code.root {
                    Some(root) => {
                        let seen = self.homes[func.code as usize] == self.homes[caller as usize];
                        (root.decl, seen && !code[Code::ROOT].has_body)
                    }
                    None => return (Pragmas::default(), false),
                }
            }
            Callee::Imported(decl) => (decl, false),
        };
        (self.env.pragmas(decl), without_body)
    }

    pub(crate) fn uintptr_escapes(&self, caller: u32, callee: Callee) -> bool {
        self.pragmas(caller, callee).0.uintptr_escapes
    }

    pub(crate) fn uintptr_keep_alive(&self, caller: u32, callee: Callee) -> bool {
        let (pragmas, without_body) = self.pragmas(caller, callee);
        pragmas.uintptr_keep_alive || without_body
    }

    pub(crate) fn has_uintptr_rules(&self, caller: u32, callee: Callee) -> bool {
        self.uintptr_escapes(caller, callee) || self.uintptr_keep_alive(caller, callee)
    }

    /// Analyses functions together. Returns the graph, and assignments that add no flow.
    pub(crate) fn batch(&mut self, funcs: &[FuncId]) -> (Graph, Vec<(FuncId, Id)>) {
        let mut graph = Graph::new(funcs, self.calls.is_some());
        let mut self_assignments = Vec::new();
        for &func in funcs {
            graph.add_variables(&self.codes[func.code as usize], func);
        }
        for &func in funcs {
            if !self.codes[func.code as usize][func.func].is_closure() {
                Walker::new(self, &mut graph, func, &mut self_assignments).function();
            }
        }
        self.flow_captured(&mut graph);
        for index in Graph::SPECIAL..graph.locations.len() {
            self.put_literals(&graph, index);
            if self.is_in_heap_anyway(&graph, index) {
                let sinks = graph.locations[index].attrs.sinks();
                let layout = Attrs::of_sink(Sink::Layout);
                let sinks = if graph.whole { sinks.with(layout) } else { sinks };
                graph.locations[index].attrs = Attrs::ALL.with(sinks);
            }
        }
        solve(self, &mut graph);
        for &func in funcs {
            self.summarize(&graph, func);
        }
        (graph, self_assignments)
    }

    /// Lets captured variables flow to the function literals that capture them: their values if
    /// they never change, their addresses otherwise.
    fn flow_captured(&self, graph: &mut Graph) {
        for (hole, func) in std::mem::take(&mut graph.closures) {
            let code = &self.codes[func.code as usize];
            for &var in &code[func.func].captures {
                let Some(location) = graph.variable(func.code, var) else { continue };
                let found = &graph.locations[location.index()];
                let by_value = !found.address_taken
                    && !found.reassigned
                    && self.types.size(code[var].ty) <= 128;
                graph.flow(if by_value { hole } else { hole.address() }, location);
            }
        }
    }

    /// Puts constants in the place of variables that always hold them, where that makes a smaller
    /// allocation.
    fn put_literals(&mut self, graph: &Graph, index: usize) {
        let location = &graph.locations[index];
        let What::Allocation(id) = location.what else { return };
        let at = location.func.code as usize;
        let code = &self.codes[at];
        let is_const = |id: Id| matches!(code[id].kind, Kind::Const(_));
        match code[id].kind {
            Kind::MakeSlice(len, cap) => {
                let operand = cap.unwrap_or(len);
                if is_const(operand) {
                    return;
                }
                let value = self.statics(location.func.code).value(code, operand);
                let constant = match code[value].kind {
                    Kind::Const(constant) => {
                        let value = &code.consts[constant as usize];
                        if value.kind() != ConstantKind::Int || value.sign() == Some(-1) {
                            return;
                        }
                        value.clone()
                    }
                    Kind::Builtin(Builtin::Len, args) => {
                        let Some(&x) = code.list(args).first() else { return };
                        let x = self.statics(location.func.code).value(code, x);
                        let Kind::Literal(crate::ir::LiteralKind::Slice, list) = code[x].kind
                        else {
                            return;
                        };
                        let len = code.list(list).len();
                        gossa_types::constant::Value::from_u64(len as u64)
                    }
                    _ => return,
                };
                let (ty, place) = (code[operand].ty, code[operand].at);
                let code = &mut self.codes[at];
                let literal = add_constant(code, constant, ty, place);
                code[id].kind = match cap {
                    Some(_) => Kind::MakeSlice(len, Some(literal)),
                    None => Kind::MakeSlice(literal, None),
                };
            }
            Kind::ToInterface(x) if !is_const(x) && !self.types.is_interface(code[x].ty) => {
                let value = self.statics(location.func.code).value(code, x);
                let Kind::Const(constant) = code[value].kind else { return };
                let (constant, ty) = (code.consts[constant as usize].clone(), code[x].ty);
                if !fits(self.types.under(ty), constant.kind()) {
                    return;
                }
                let place = code[x].at;
                let code = &mut self.codes[at];
                let literal = add_constant(code, constant, ty, place);
                code[id].kind = Kind::ToInterface(literal);
            }
            _ => {}
        }
    }

    /// Whether a location is in the heap whoever uses it.
    fn is_in_heap_anyway(&self, graph: &Graph, index: usize) -> bool {
        let location = &graph.locations[index];
        let types = self.types;
        let code = match location.what {
            What::Temporary => return false,
            _ => &self.codes[location.func.code as usize],
        };
        let (ty, kind) = match location.what {
            What::Temporary => return false,
            What::Variable(var) => {
                if matches!(code[var].kind, VarKind::Param | VarKind::Result(_)) {
                    return false;
                }
                (code[var].ty, None)
            }
            What::Allocation(id) => (code[id].ty, Some(code[id].kind)),
        };
        if types.size(ty) > MAX_VARIABLE || types.align(ty) > types.word() {
            return true;
        }
        match kind {
            Some(Kind::New(_) | Kind::AddressOfLiteral(_)) => {
                types.pointee(ty).is_some_and(|elem| {
                    types.size(elem) > MAX_IMPLICIT || types.align(elem) > types.word()
                })
            }
            Some(Kind::MakeSlice(len, cap)) => {
                let elem = types.slice_elem(ty).map_or(0, |elem| types.size(elem));
                if elem == 0 {
                    return true;
                }
                let Kind::Const(count) = code[cap.unwrap_or(len)].kind else { return false };
                let count = code.consts[count as usize].to_int().as_i64();
                count
                    .filter(|&count| i32::try_from(count).is_ok())
                    .is_some_and(|count| count > MAX_IMPLICIT / elem)
            }
            _ => false,
        }
    }

    /// Keeps what callers need to know.
    fn summarize(&mut self, graph: &Graph, func: FuncId) {
        let at = func.code as usize;
        let code = &self.codes[at];
        let function = &code[func.func];
        let quiet = function.wrapper || code.root.is_some_and(|root| !root.args.is_empty());
        let pragmas = if func.func == Code::ROOT {
            self.pragmas(func.code, Callee::Local(func)).0
        } else {
            Pragmas::default()
        };
        let results: Box<[Name]> =
            function.results.iter().filter_map(|&var| code[var].name).collect();
        let count = function.params.len();
        // Nobody looks at the leaks of such a parameter unless a receiver may be in an interface.
        let no_pointers = if graph.whole { Leaks::default() } else { Leaks::UNKNOWN };
        let mut parameters = Vec::with_capacity(count);
        let model = code.root.filter(|_| func.func == Code::ROOT && !function.has_body);
        let model = model.and_then(|root| self.env.model(root.decl));
        for (index, &param) in function.params.iter().enumerate() {
            let var = &code[param];
            let is_list = function.variadic && index + 1 == count;
            let (leaks, said) = match graph.variable(func.code, param) {
                _ if !function.has_body => {
                    let known = model.as_ref().and_then(|model| model.params.get(index));
                    let said = |leaks: &Leaks| (leaks.clone().minimal(), Said::Leaks);
                    known.map_or_else(|| self.without_body(var, pragmas), said)
                }
                _ if pragmas.uintptr_escapes && self.types.is_uintptr(var.ty) => {
                    (Leaks::UNKNOWN, Said::Marked)
                }
                _ if pragmas.uintptr_escapes
                    && is_list
                    && self
                        .types
                        .slice_elem(var.ty)
                        .is_some_and(|elem| self.types.is_uintptr(elem)) =>
                {
                    (Leaks::UNKNOWN, Said::MarkedList)
                }
                _ if !self.types.has_pointers(var.ty) => (no_pointers.clone(), Said::Nothing),
                Some(location) if var.name.is_some() => {
                    let found = &graph.locations[location.index()];
                    let said =
                        if found.attrs.has(Attrs::ESCAPES) { Said::Nothing } else { Said::Leaks };
                    (found.leaks.clone().minimal(), said)
                }
                _ => (Leaks::default(), Said::Nothing),
            };
            parameters.push(Parameter {
                at: var.at,
                name: var.name,
                leaks,
                results: results.clone(),
                said: if quiet { Said::Nothing } else { said },
                reachable: self.is_reachable(func),
            });
        }
        let functions = code.funcs.len();
        let known = &mut self.summaries[at];
        known.resize(functions, None);
        if let (true, Some(old)) = (graph.whole, &known[func.func.index()]) {
            // Ways are never lost, so that rounds come to an end.
            for (parameter, old) in parameters.iter_mut().zip(&*old.params) {
                parameter.leaks.join(old, 0);
                parameter.leaks = std::mem::take(&mut parameter.leaks).minimal();
            }
        }
        let params: Arc<[Leaks]> =
            parameters.iter().map(|parameter| parameter.leaks.clone()).collect();
        known[func.func.index()] = Some(Summary { params });
        let found = &mut self.found[at].parameters;
        found.retain(|&(of, _)| of != func.func);
        found.extend(parameters.into_iter().map(|parameter| (func.func, parameter)));
    }

    /// A parameter of a function that is written in another language.
    fn without_body(&self, var: &Var, pragmas: Pragmas) -> (Leaks, Said) {
        if self.types.is_uintptr(var.ty) {
            return (Leaks::UNKNOWN, Said::AssumedPointer);
        }
        if !self.types.has_pointers(var.ty) {
            let whole = self.calls.is_some();
            return (if whole { Leaks::default() } else { Leaks::UNKNOWN }, Said::Nothing);
        }
        if !pragmas.noescape {
            return (Leaks::UNKNOWN, Said::Leaks);
        }
        let mut leaks = Leaks::default();
        leaks.add_mutator(0);
        leaks.add_callee(0);
        (leaks, Said::Leaks)
    }

    /// Whether a function may run, if that is known.
    pub(crate) fn is_reachable(&self, func: FuncId) -> bool {
        let Some(calls) = &self.calls else { return true };
        // What the compiler makes runs if what it is made in does.
        let code = &self.codes[func.code as usize];
        let mut func = func;
        while code[func.func].wrapper
            && let Some(parent) = code[func.func].parent
        {
            func.func = parent;
        }
        calls.reachable.contains(&func)
    }

    pub(crate) fn finish(mut self) -> PackageEscapes {
        let mut functions = Vec::new();
        let mut summaries = FxHashMap::default();
        for (index, code) in self.codes.iter().enumerate() {
            let found = std::mem::take(&mut self.found[index]);
            let known = self.summaries[index].first().cloned().flatten();
            if let (Some(root), Some(summary)) = (code.root, known)
                && root.args.is_empty()
            {
                summaries.insert(root.decl, summary);
            }
            let package = code.root.map_or(self.homes[index], |root| root.decl.package());
            let Some(source) = self.source_of(code) else { continue };
            let mut parameters = found.parameters;
            parameters.sort_by_key(|&(func, _)| func);
            functions.push(FunctionEscapes {
                decl: code.root.map(|root| root.decl),
                args: code.root.map_or(TypeList::EMPTY, |root| root.args),
                package,
                source,
                parameters: parameters.into_iter().map(|(_, parameter)| parameter).collect(),
                allocations: found.allocations.into(),
                self_assignments: found.self_assignments.into(),
            });
        }
        PackageEscapes { functions: functions.into(), summaries }
    }

    fn source_of(&self, code: &Code) -> Option<DeclSource> {
        match code.root {
            None => code.source,
            Some(root) => {
                Some(self.env.package(root.decl.package())?.funcs.get(&root.decl)?.source)
            }
        }
    }
}

/// A constant of this kind can be a value of the type.
fn fits(ty: &TypeKind, kind: ConstantKind) -> bool {
    let TypeKind::Basic(basic) = ty else { return false };
    match kind {
        ConstantKind::Bool => basic.is_boolean(),
        ConstantKind::String => basic.is_string(),
        ConstantKind::Int => basic.is_integer(),
        ConstantKind::Float => basic.is_float(),
        ConstantKind::Complex => basic.is_complex(),
        ConstantKind::Unknown => false,
    }
}

fn add_constant(
    code: &mut Code,
    value: gossa_types::constant::Value,
    ty: TypeId,
    at: crate::ir::At,
) -> Id {
    let index = u32::try_from(code.consts.len()).unwrap_or(u32::MAX);
    code.consts.push(value);
    code.made(Kind::Const(index), ty, at)
}
