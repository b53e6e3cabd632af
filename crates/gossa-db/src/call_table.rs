//! From a call graph to the table of calls that escape analysis reads: functions and calls by
//! where they are in the source, wrappers left out.

use crate::whole::WholeEnv;
use gossa_base::{FxHashMap, Name};
use gossa_escape::calls::{CallKind, CallSite, CallTable, CallTarget, CodeKey, FunctionKey};
use gossa_points::callgraph::{Algorithm, CallGraph, Dispatch, Roots, build, call_sites};
use gossa_points::program::WrapperKind;
use gossa_points::{FuncIndex, FunctionKind, Program, ProgramEnv as _};
use gossa_ssa::{Callee, FuncId, FuncKey, MethodRef, MethodTarget};
use gossa_types::{BasicKind, DeclId, PackageId, TypeEnv as _, TypeId, TypeKind};

/// Wrappers that lead to wrappers are followed this far.
const MAX_WRAPPERS: u32 = 16;

/// The set that calls of a kind have, by index.
type KnownSet = (CallKind, Option<u32>);

/// The graph of a program's calls, by variable type analysis; functions of `reflect` that only
/// assembly calls run where what leads there is made.
#[must_use]
pub fn program_calls(program: &Program<'_>, roots: &Roots) -> CallGraph {
    let reflect = |name: &str| {
        let decl = DeclId::top_level(PackageId::new("reflect"), Name::new(name));
        program.known(FuncId::declared(decl))
    };
    let mut roots = roots.clone();
    let mut graph = build(program, &roots, Algorithm::Vta);
    loop {
        let entries = [("MakeFunc", "callReflect"), ("makeMethodValue", "callMethod")];
        let missing: Vec<FuncIndex> = entries
            .into_iter()
            .filter(|(makes, _)| reflect(makes).is_some_and(|func| graph.is_reachable(func)))
            .filter_map(|(_, runs)| reflect(runs))
            .filter(|&func| !graph.is_reachable(func))
            .collect();
        if missing.is_empty() {
            return graph;
        }
        roots.entries.extend(missing);
        graph = build(program, &roots, Algorithm::Vta);
    }
}

/// The table of a call graph.
#[must_use]
pub fn call_table(
    env: &WholeEnv<'_>,
    program: &Program<'_>,
    graph: &CallGraph,
    packages: &[PackageId],
) -> CallTable {
    let maker = Maker { program, graph };
    let mut table = CallTable::default();
    let mut sets: FxHashMap<Box<[FuncIndex]>, Vec<KnownSet>> = FxHashMap::default();
    for caller in graph.reachable() {
        let function = program.function(caller);
        let Some(key) = maker.key(caller) else { continue };
        table.reachable.push(key);
        let (Some(body), Some(map)) = (function.body(), function.source_map()) else { continue };
        let is_instance = matches!(key.code, CodeKey::Function(_, args) if !args.is_empty());
        for site in call_sites(body) {
            let kind = match body[site.call].callee {
                Callee::Interface { .. } => CallKind::Interface,
                Callee::Value(_) => CallKind::Value,
                // Methods of type arguments.
                Callee::Static(_) if is_instance => CallKind::Named,
                _ => continue,
            };
            let callees: Box<[FuncIndex]> = graph.callees(caller, site.inst).collect();
            let known = sets.get(&callees).and_then(|all| all.iter().find(|(of, _)| *of == kind));
            let targets = match known {
                Some(&(_, targets)) => targets,
                None => {
                    let mut targets = Vec::new();
                    let all = callees
                        .iter()
                        .try_for_each(|&f| maker.add_targets(f, kind, None, 0, &mut targets));
                    let set = all.map(|()| {
                        table.sets.push(targets.into());
                        u32::try_from(table.sets.len() - 1).unwrap_or(u32::MAX)
                    });
                    sets.entry(callees).or_default().push((kind, set));
                    set
                }
            };
            let node = map.node(site.inst);
            table.sites.push(CallSite { code: key.code, node, kind, targets });
        }
    }
    for &package in packages {
        let Some(decls) = env.package(package) else { continue };
        for &decl in &decls.func_order {
            if decls.funcs.get(&decl).is_some_and(|func| !func.has_body)
                && let Some(linked) = env.linked(FuncId::declared(decl))
                && let FuncKey::Decl { decl: body, .. } = *linked.key()
                && body != decl
                && !passes_numbers(program, decl)
            {
                table.linked.push((decl, body));
            }
        }
    }
    let makes = DeclId::top_level(PackageId::new("reflect"), Name::new("MakeFunc"));
    let makes = program.known(FuncId::declared(makes));
    table.makes_functions = makes.is_some_and(|func| graph.is_reachable(func));
    table
}

/// Whether a function takes pointers that its body may keep as numbers, which are not followed: the
/// runtime's own do (`sync/atomic.StorePointer`). Nothing is known of them, as to the compiler.
fn passes_numbers(program: &Program<'_>, decl: DeclId) -> bool {
    let Some(ty) = program.signature(FuncId::declared(decl)) else { return true };
    let TypeKind::Signature(signature) = program.under(ty).kind() else { return true };
    signature
        .params
        .iter()
        .any(|param| program.under(param.ty).as_basic() == Some(BasicKind::UnsafePointer))
}

struct Maker<'m, 'e> {
    program: &'m Program<'e>,
    graph: &'m CallGraph,
}

impl Maker<'_, '_> {
    /// The name of a function that the source has.
    fn key(&self, func: FuncIndex) -> Option<FunctionKey> {
        let function = self.program.function(func);
        if function.is_wrapper() {
            return None;
        }
        let code = |id: FuncId| match *id.key() {
            FuncKey::Decl { decl, args } => Some(CodeKey::Function(decl, args)),
            FuncKey::VarInit(variable) => Some(CodeKey::Initializer(variable)),
            FuncKey::PackageInit(_) | FuncKey::Closure { .. } => None,
        };
        if let FuncKey::Closure { root, .. } = *function.id.key() {
            let literal = Some(function.source_map()?.literal?);
            return Some(FunctionKey { code: code(root)?, literal });
        }
        Some(FunctionKey { code: code(function.id)?, literal: None })
    }

    /// Adds the functions that a callee is or, as a wrapper, leads to; `None` if they cannot be
    /// told. `receiver`: dereferences to the operand of the wrapper before, if there is one.
    fn add_targets(
        &self,
        callee: FuncIndex,
        kind: CallKind,
        receiver: Option<u8>,
        depth: u32,
        out: &mut Vec<CallTarget>,
    ) -> Option<()> {
        let function = self.program.function(callee);
        let FunctionKind::Wrapper(wrapper) = function.kind else {
            let derefs = match (kind, receiver) {
                (CallKind::Interface, before) => {
                    let own = self.program.receiver_type(function.id);
                    before.unwrap_or(0) + own.map_or(0, |ty| self.boxed(ty))
                }
                (_, before) => before.unwrap_or(0),
            };
            out.push(CallTarget { function: self.key(callee)?, receiver: derefs });
            return Some(());
        };
        if depth > MAX_WRAPPERS {
            return None;
        }
        let method = function.method.as_ref()?;
        let before = receiver.unwrap_or(0);
        let start = match kind {
            CallKind::Interface => before + self.boxed(method.receiver),
            _ => before,
        };
        // A method value has its receiver in it: it is no argument.
        let is_bound = wrapper == WrapperKind::Bound;
        let at = if is_bound { 0 } else { self.derefs(method, start) };
        for edge in self.graph.calls(callee) {
            let kind = match edge.dispatch {
                Dispatch::Static => CallKind::Named,
                Dispatch::Interface => CallKind::Interface,
                Dispatch::Value | Dispatch::Runtime => return None,
            };
            let first = out.len();
            self.add_targets(edge.callee, kind, Some(at), depth + 1, out)?;
            if is_bound {
                out[first..].iter_mut().for_each(|target| target.receiver = 0);
            }
        }
        Some(())
    }

    /// Dereferences from what a wrapper's receiver is reached with to the method's own.
    fn derefs(&self, method: &MethodRef, start: u8) -> u8 {
        let program = self.program;
        let mut derefs = start;
        let mut ty = method.receiver;
        for &field in &method.path {
            let holder = match program.pointee(ty) {
                Some(holder) => {
                    derefs = derefs.saturating_add(1);
                    holder
                }
                None => ty,
            };
            let TypeKind::Struct(fields) = program.under(holder).kind() else { return start };
            let Some(field) = fields.get(field as usize) else { return start };
            ty = field.ty;
        }
        let MethodTarget::Declared(func) = method.target else { return derefs };
        let is_pointer = |ty: TypeId| matches!(program.under(ty).kind(), TypeKind::Pointer(_));
        let Some(wanted) = program.receiver_type(func) else { return start };
        match (is_pointer(wanted), is_pointer(ty)) {
            (true, false) => derefs.saturating_sub(1),
            (false, true) => derefs.saturating_add(1),
            _ => derefs,
        }
    }

    /// 1 where an interface holds a pointer to a copy of values of the type. 0 is the answer that
    /// promises less.
    fn boxed(&self, ty: TypeId) -> u8 {
        match self.program.under(ty).kind() {
            TypeKind::Basic(BasicKind::UnsafePointer)
            | TypeKind::Pointer(_)
            | TypeKind::Map { .. }
            | TypeKind::Chan { .. }
            | TypeKind::Signature(_) => 0,
            TypeKind::Struct(fields) => match &**fields {
                [] => 1,
                all => all.iter().map(|field| self.boxed(field.ty)).min().unwrap_or(0),
            },
            TypeKind::Array { elem, .. } => self.boxed(*elem),
            _ => 1,
        }
    }
}
