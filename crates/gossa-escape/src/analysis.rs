//! The analysis of a package: its functions in batches, callees first.

use crate::build::{build_function, build_initializer};
use crate::env::{EscapeEnv, Pragmas};
use crate::graph::{Attrs, FuncId, Graph, What};
use crate::instances::Wanted;
use crate::ir::{Code, FuncIndex, FuncRef, Id, Kind, StringConversion, Var, VarKind};
use crate::print::Printer;
use crate::report::{
    Allocation, AllocationKind, Conversion, FunctionEscapes, PackageEscapes, Parameter, Said,
    SelfAssignment, Verdict,
};
use crate::solve::solve;
use crate::statics::Statics;
use crate::summary::{Leaks, Summary};
use crate::types::Types;
use crate::walk::Walker;
use crate::{dead_vars, loop_vars};
use gossa_base::{FxHashMap, Name};
use gossa_types::constant::Kind as ConstantKind;
use gossa_types::{Builtin, DeclId, DeclSource, PackageId, TypeId, TypeKind, TypeList};
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
    package: PackageId,
    pub(crate) codes: Vec<Code>,
    /// By declared function or instance: its code.
    index: FxHashMap<FuncRef, u32>,
    statics: Vec<OnceCell<Statics>>,
    /// By code and function, once it is analysed: what is known about its parameters.
    summaries: Vec<Vec<Option<Summary>>>,
    /// By code: what was found out.
    found: Vec<Found>,
}

/// What was found out about the functions of a code.
#[derive(Default)]
struct Found {
    parameters: Vec<(FuncIndex, Parameter)>,
    allocations: Vec<Allocation>,
    self_assignments: Vec<SelfAssignment>,
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
    let mut analysis = Analysis {
        env,
        types: &types,
        package,
        codes: Vec::new(),
        index: FxHashMap::default(),
        statics: Vec::new(),
        summaries: Vec::new(),
        found: Vec::new(),
    };
    for &decl in &decls.func_order {
        let generic = decls.funcs.get(&decl).is_none_or(|func| !func.type_params.is_empty());
        if generic {
            continue;
        }
        let func = FuncRef { decl, args: TypeList::EMPTY };
        if let Some(code) = build_function(env, &types, func) {
            analysis.add_code(code);
        }
    }
    let mut temporaries = 0;
    for &index in env.init_order(package) {
        let Some(initializer) = decls.initializers.get(index as usize) else { continue };
        if let Some(code) = build_initializer(env, &types, decls, initializer, temporaries) {
            temporaries = code[Code::ROOT].declared;
            analysis.add_code(code);
        }
    }
    let mut wanted = Wanted::default();
    for index in 0..analysis.codes.len() {
        let code = std::mem::take(&mut analysis.codes[index]);
        wanted.scan(&analysis, &code);
        analysis.codes[index] = code;
    }
    wanted.build(&mut analysis);
    for code in &mut analysis.codes {
        loop_vars::separate(code, &|ty| types.is_array(ty));
        dead_vars::remove(code);
    }
    Order::run(&mut analysis);
    analysis.finish()
}

impl<'e> Analysis<'e> {
    pub(crate) fn shared_types(&self) -> &'e Types<'e> {
        self.types
    }

    /// Adds a code; returns its index.
    pub(crate) fn add_code(&mut self, code: Code) -> usize {
        let at = self.codes.len();
        if let Some(func) = code.root {
            self.index.insert(func, u32::try_from(at).unwrap_or(u32::MAX));
        }
        self.codes.push(code);
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
                self.summaries[func.code as usize].get(func.func.index()).cloned().flatten()
            }
            Callee::Imported(decl) => self.env.summary(decl),
        };
        known.unwrap_or_default()
    }

    fn pragmas(&self, callee: Callee) -> (Pragmas, bool) {
        let (decl, without_body) = match callee {
            Callee::Local(func) => {
                let code = &self.codes[func.code as usize];
                if func.func != Code::ROOT {
                    return (Pragmas::default(), false);
                }
                match code.root {
                    Some(root) => (root.decl, !code[Code::ROOT].has_body),
                    None => return (Pragmas::default(), false),
                }
            }
            Callee::Imported(decl) => (decl, false),
        };
        (self.env.pragmas(decl), without_body)
    }

    pub(crate) fn uintptr_escapes(&self, callee: Callee) -> bool {
        self.pragmas(callee).0.uintptr_escapes
    }

    pub(crate) fn uintptr_keep_alive(&self, callee: Callee) -> bool {
        let (pragmas, without_body) = self.pragmas(callee);
        pragmas.uintptr_keep_alive || without_body
    }

    pub(crate) fn has_uintptr_rules(&self, callee: Callee) -> bool {
        self.uintptr_escapes(callee) || self.uintptr_keep_alive(callee)
    }

    /// Analyses functions together.
    fn batch(&mut self, funcs: &[FuncId]) {
        let mut graph = Graph::new(funcs);
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
                graph.locations[index].attrs = Attrs::ALL;
            }
        }
        solve(self, &mut graph);
        for &func in funcs {
            self.summarize(&graph, func);
        }
        self.record(&graph, &self_assignments);
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
            self.pragmas(Callee::Local(func)).0
        } else {
            Pragmas::default()
        };
        let results: Box<[Name]> =
            function.results.iter().filter_map(|&var| code[var].name).collect();
        let count = function.params.len();
        let mut parameters = Vec::with_capacity(count);
        for (index, &param) in function.params.iter().enumerate() {
            let var = &code[param];
            let is_list = function.variadic && index + 1 == count;
            let (leaks, said) = match graph.variable(func.code, param) {
                _ if !function.has_body => self.without_body(var, pragmas),
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
                _ if !self.types.has_pointers(var.ty) => (Leaks::UNKNOWN, Said::Nothing),
                Some(location) if var.name.is_some() => {
                    let found = &graph.locations[location.index()];
                    let said =
                        if found.attrs.has(Attrs::ESCAPES) { Said::Nothing } else { Said::Leaks };
                    (found.leaks.minimal(), said)
                }
                _ => (Leaks::default(), Said::Nothing),
            };
            parameters.push(Parameter {
                at: var.at,
                name: var.name,
                leaks,
                results: results.clone(),
                said: if quiet { Said::Nothing } else { said },
            });
        }
        let params: Arc<[Leaks]> = parameters.iter().map(|parameter| parameter.leaks).collect();
        let functions = code.funcs.len();
        let known = &mut self.summaries[at];
        known.resize(functions, None);
        known[func.func.index()] = Some(Summary { params });
        self.found[at]
            .parameters
            .extend(parameters.into_iter().map(|parameter| (func.func, parameter)));
    }

    /// A parameter of a function that is written in another language.
    fn without_body(&self, var: &Var, pragmas: Pragmas) -> (Leaks, Said) {
        if self.types.is_uintptr(var.ty) {
            return (Leaks::UNKNOWN, Said::AssumedPointer);
        }
        if !self.types.has_pointers(var.ty) {
            return (Leaks::UNKNOWN, Said::Nothing);
        }
        if !pragmas.noescape {
            return (Leaks::UNKNOWN, Said::Leaks);
        }
        let mut leaks = Leaks::default();
        leaks.add_mutator(0);
        leaks.add_callee(0);
        (leaks, Said::Leaks)
    }

    fn record(&mut self, graph: &Graph, self_assignments: &[(FuncId, Id)]) {
        let env = self.env;
        let package_name = |package: PackageId| {
            env.package(package).map_or_else(
                || {
                    let path = package.path();
                    Name::new(path.rsplit('/').next().unwrap_or(path))
                },
                |package| package.name,
            )
        };
        let has_pointer_receiver = |decl: DeclId| {
            env.package(decl.package())
                .and_then(|package| package.funcs.get(&decl)?.receiver)
                .is_some_and(|receiver| receiver.pointer)
        };
        let mut allocations = Vec::new();
        for location in &graph.locations[Graph::SPECIAL..] {
            if location.what == What::Temporary {
                continue;
            }
            let code = &self.codes[location.func.code as usize];
            let printer = self.printer(code, &package_name, &has_pointer_receiver);
            let verdict =
                if location.attrs.has(Attrs::ESCAPES) { Verdict::Heap } else { Verdict::Frame };
            let (at, kind, text, generated) = match location.what {
                What::Temporary => continue,
                What::Variable(var) => {
                    let found: &Var = &code[var];
                    if verdict == Verdict::Frame && !location.address_taken {
                        continue;
                    }
                    let mut text = String::new();
                    printer.var(&mut text, var);
                    // The one variable of the compiler's that has no place.
                    let generated = text == "#next";
                    (found.at, AllocationKind::Variable, text, generated)
                }
                What::Allocation(id) => {
                    let node = &code[id];
                    let Some(kind) = allocation_kind(code, id, location.attrs) else { continue };
                    let generated = matches!(node.kind, Kind::Closure(func) if code[func].wrapper);
                    let text = match kind {
                        AllocationKind::Append => "append".to_owned(),
                        _ => printer.node(id),
                    };
                    (node.at, kind, text, generated)
                }
            };
            allocations.push((
                location.func.code,
                Allocation { at, kind, verdict, text: text.into(), generated },
            ));
        }
        let mut assignments = Vec::new();
        for &(func, stmt) in self_assignments {
            let code = &self.codes[func.code as usize];
            let printer = self.printer(code, &package_name, &has_pointer_receiver);
            let function = self.function_name(&printer, code, func.func);
            let text = printer.node(stmt).into();
            let found = SelfAssignment { at: code[stmt].at, function, text };
            assignments.push((func.code, found));
        }
        for (code, found) in allocations {
            self.found[code as usize].allocations.push(found);
        }
        for (code, found) in assignments {
            self.found[code as usize].self_assignments.push(found);
        }
    }

    fn printer<'p>(
        &'p self,
        code: &'p Code,
        package_name: &'p dyn Fn(PackageId) -> Name,
        has_pointer_receiver: &'p dyn Fn(DeclId) -> bool,
    ) -> Printer<'p> {
        Printer {
            code,
            types: self.types,
            local: self.package,
            home: code.root.map_or(self.package, |root| root.decl.package()),
            package_name,
            has_pointer_receiver,
        }
    }

    /// The name of a function or function literal in messages.
    fn function_name(&self, printer: &Printer<'_>, code: &Code, func: FuncIndex) -> Box<str> {
        let mut name = match code.root {
            Some(root) => printer.func(root.decl, root.args),
            None => "init".to_owned(),
        };
        let mut chain = Vec::new();
        let mut inner = func;
        while let Some(outer) = code[inner].parent {
            let before = (0..inner.index())
                .map(FuncIndex::from_usize)
                .filter(|&other| code[other].parent == Some(outer))
                .filter(|&other| {
                    code[other].is_range_body == code[inner].is_range_body
                        && code[other].wrapper == code[inner].wrapper
                })
                .count();
            let kind = if code[inner].is_range_body { "-range" } else { ".func" };
            chain.push(format!("{kind}{}", before + 1));
            inner = outer;
        }
        name.extend(chain.into_iter().rev());
        name.into()
    }

    fn finish(mut self) -> PackageEscapes {
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
            let package = code.root.map_or(self.package, |root| root.decl.package());
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

/// What kind of allocation a node is.
fn allocation_kind(code: &Code, id: Id, attrs: Attrs) -> Option<AllocationKind> {
    Some(match code[id].kind {
        Kind::New(_) => AllocationKind::New,
        Kind::MakeSlice(..) | Kind::MakeMap(_) => AllocationKind::Make,
        Kind::Literal(..) if code[id].implicit => AllocationKind::VariadicArguments,
        Kind::Literal(..) => AllocationKind::Literal,
        Kind::AddressOfLiteral(_) => AllocationKind::AddressOfLiteral,
        Kind::Closure(_) => AllocationKind::FunctionLiteral,
        Kind::MethodValue { .. } => AllocationKind::MethodValue,
        Kind::ToInterface(_) => AllocationKind::Conversion(Conversion::Interface),
        Kind::StringConvert(StringConversion::StringToBytes, _) if !attrs.has(Attrs::MUTATES) => {
            AllocationKind::Conversion(Conversion::SharedText)
        }
        Kind::StringConvert(..) => AllocationKind::Conversion(Conversion::Text),
        Kind::Concat(_) => AllocationKind::Concatenation,
        Kind::Builtin(Builtin::Append, _) => AllocationKind::Append,
        _ => return None,
    })
}

/// Tarjan's search for functions that call each other.
struct Order {
    numbers: FxHashMap<FuncId, u32>,
    next: u32,
    stack: Vec<FuncId>,
}

/// The number of a function whose batch is done.
const DONE: u32 = u32::MAX;

impl Order {
    fn run(analysis: &mut Analysis<'_>) {
        let mut order = Self { numbers: FxHashMap::default(), next: 0, stack: Vec::new() };
        for code in 0..analysis.codes.len() {
            for func in 0..analysis.codes[code].funcs.len() {
                let func = FuncIndex::from_usize(func);
                // A literal that captures something belongs to the function around it.
                if !analysis.codes[code][func].is_closure() {
                    let code = u32::try_from(code).unwrap_or(u32::MAX);
                    order.visit(analysis, FuncId { code, func });
                }
            }
        }
    }

    /// Visits a function and those that it mentions; returns the least number that it leads to.
    /// A function has two numbers: one that calls of it lead to, and the next, which it starts
    /// with, so that a function that calls itself can be told.
    fn visit(&mut self, analysis: &mut Analysis<'_>, func: FuncId) -> u32 {
        stacker::maybe_grow(128 << 10, 4 << 20, || self.visit_inner(analysis, func))
    }

    fn visit_inner(&mut self, analysis: &mut Analysis<'_>, func: FuncId) -> u32 {
        if let Some(&number) = self.numbers.get(&func) {
            return number;
        }
        let number = self.next;
        self.next += 2;
        self.numbers.insert(func, number);
        let mut least = number + 1;
        self.stack.push(func);
        for callee in mentioned(analysis, func) {
            least = least.min(self.visit(analysis, callee));
        }
        let is_root = !analysis.codes[func.code as usize][func.func].is_closure();
        if least >= number && is_root {
            let start = self.stack.iter().rposition(|&found| found == func).unwrap_or_default();
            let batch = self.stack.split_off(start);
            for &found in &batch {
                self.numbers.insert(found, DONE);
            }
            analysis.batch(&batch);
        }
        least
    }
}

/// The functions of the package that a function mentions, literals in it included.
fn mentioned(analysis: &Analysis<'_>, func: FuncId) -> Vec<FuncId> {
    let code = &analysis.codes[func.code as usize];
    let mut found = Vec::new();
    let mut local = |func: FuncRef| {
        if let Some(Callee::Local(callee)) = analysis.callee(func) {
            found.push(callee);
        }
    };
    let mut literals = Vec::new();
    code.walk(func.func, &mut |id| {
        match code[id].kind {
            Kind::Func(func) | Kind::MethodExpr(func) => local(func),
            Kind::MethodValue { func: Some((decl, args)), .. } => local(FuncRef { decl, args }),
            Kind::Closure(literal) => literals.push(literal),
            _ => {}
        }
        true
    });
    found.extend(literals.into_iter().map(|literal| FuncId { code: func.code, func: literal }));
    found
}
