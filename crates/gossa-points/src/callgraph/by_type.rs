//! What dynamic calls may reach by their types, one call or function at a time.
//!
//! The same edges as in the graph of class hierarchy analysis, without the graph: that has millions
//! of edges for a large program, of which a client that follows a few values needs some hundred.
//! Made in one pass over the program. What reflection and the runtime call is left out.

use super::scan::{self, Target};
use super::universe::Universe;
use super::{CallMode, CallSite};
use crate::program::{FuncIndex, MethodName, Program};
use gossa_base::{FxHashMap, FxHashSet};
use gossa_ssa::{FuncKey, Inst, InstId};
use gossa_types::TypeId;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

/// A function that a call may reach, or a call that may reach a function.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DynamicCall {
    /// The calling function.
    pub caller: FuncIndex,
    /// The call instruction.
    pub site: InstId,
    /// The function called, never a wrapper.
    pub callee: FuncIndex,
    /// Which parameter the first argument becomes: 1 where the receiver is not an argument.
    pub first: u32,
}

/// Functions that calls may reach, with the parameter that the first argument becomes.
type Reached = Rc<[(FuncIndex, u32)]>;

/// What more functions or calls than this are possible for by their types, of that types say
/// nothing: there is no answer.
const LIMIT: usize = 128;
/// How many wrappers may lead from one to the next.
const WRAPPER_DEPTH: usize = 4;

/// Answers questions about single calls.
pub struct ByType<'p, 'e> {
    program: &'p Program<'e>,
    universe: RefCell<Universe>,
    /// By function type: the functions that are taken as values of it, wrappers included.
    taken: FxHashMap<TypeId, Vec<FuncIndex>>,
    /// By function: the function types as whose values it is taken, with the parameter that the
    /// first argument becomes.
    taken_as: FxHashMap<FuncIndex, Vec<(TypeId, u32)>>,
    value_sites: FxHashMap<TypeId, Vec<(FuncIndex, InstId)>>,
    interface_sites: FxHashMap<MethodName, Vec<(FuncIndex, InstId, TypeId)>>,
    /// Answers given.
    reached: RefCell<FxHashMap<Target, Reached>>,
}

impl<'p, 'e> ByType<'p, 'e> {
    /// Reads the program. Linear.
    #[must_use]
    pub fn new(program: &'p Program<'e>) -> Self {
        let mut made = Self {
            program,
            universe: RefCell::default(),
            taken: FxHashMap::default(),
            taken_as: FxHashMap::default(),
            value_sites: FxHashMap::default(),
            interface_sites: FxHashMap::default(),
            reached: RefCell::default(),
        };
        let mut seen: FxHashSet<(FuncIndex, TypeId)> = FxHashSet::default();
        let mut order: Vec<(FuncIndex, TypeId)> = Vec::new();
        let universe = made.universe.get_mut();
        for func in program.lowered_functions() {
            let Some(body) = program.body(func) else { continue };
            let take = |callee, ty| {
                if seen.insert((callee, ty)) {
                    made.taken.entry(ty).or_default().push(callee);
                    order.push((callee, ty));
                }
            };
            scan::values(program, body, take, |ty| {
                universe.add(program, ty);
            });
            for (site, target) in scan::targets(program, body) {
                let at = (func, site.inst);
                match target {
                    Target::Static(_) => {}
                    Target::Value(ty) => made.value_sites.entry(ty).or_default().push(at),
                    Target::Interface(ty, method) => {
                        let site = (func, site.inst, ty);
                        made.interface_sites.entry(method).or_default().push(site);
                    }
                }
            }
        }
        let mut taken_as: FxHashMap<FuncIndex, Vec<(TypeId, u32)>> = FxHashMap::default();
        for (func, ty) in order {
            for (callee, first) in made.behind(func, 0) {
                taken_as.entry(callee).or_default().push((ty, first));
            }
        }
        made.taken_as = taken_as;
        made
    }

    /// The functions that a call of a function value or through an interface may reach, in order.
    /// None where too many may be.
    #[must_use]
    pub fn callees(&self, caller: FuncIndex, site: InstId) -> Vec<DynamicCall> {
        let Some(target) = self.target(caller, site) else { return Vec::new() };
        let reached = self.reached(target);
        reached.iter().map(|&(callee, first)| DynamicCall { caller, site, callee, first }).collect()
    }

    fn target(&self, caller: FuncIndex, inst: InstId) -> Option<Target> {
        let body = self.program.body(caller)?;
        let (call, mode) = match body[inst] {
            Inst::Call(call) => (call, CallMode::Call),
            Inst::Go(call) => (call, CallMode::Go),
            Inst::Defer { call, .. } => (call, CallMode::Defer),
            _ => return None,
        };
        scan::target(self.program, body, CallSite { inst, call, mode })
    }

    /// The functions that calls with a target may reach, in order, with the parameter that the
    /// first argument becomes.
    fn reached(&self, target: Target) -> Reached {
        if let Some(known) = self.reached.borrow().get(&target) {
            return known.clone();
        }
        let mut found = Vec::new();
        match target {
            Target::Value(ty) => {
                let taken = self.taken.get(&ty).filter(|taken| taken.len() <= LIMIT);
                for &func in taken.into_iter().flatten() {
                    found.extend(self.behind(func, 0));
                }
            }
            Target::Interface(interface, method) => {
                for func in self.methods(interface, method) {
                    found.extend(self.behind(func, 1));
                }
            }
            Target::Static(_) => {}
        }
        found.sort_unstable();
        found.dedup();
        let found: Reached = found.into();
        self.reached.borrow_mut().insert(target, found.clone());
        found
    }

    /// The calls of function values and through interfaces that may reach a function, in order.
    /// None where too many may.
    #[must_use]
    pub fn callers(&self, callee: FuncIndex) -> Vec<DynamicCall> {
        let mut calls = Vec::new();
        for &(ty, first) in self.taken_as.get(&callee).into_iter().flatten() {
            let sites = self.value_sites.get(&ty).filter(|sites| sites.len() <= LIMIT);
            calls.extend(sites.into_iter().flatten().map(|&(caller, site)| DynamicCall {
                caller,
                site,
                callee,
                first,
            }));
        }
        for (ty, method) in self.dispatched_to(callee) {
            let sites = self.interface_sites.get(&method).filter(|sites| sites.len() <= LIMIT);
            for &(caller, site, interface) in sites.into_iter().flatten() {
                let mut universe = self.universe.borrow_mut();
                let number = universe.interface(self.program, interface);
                if universe.implements(ty, number) {
                    calls.push(DynamicCall { caller, site, callee, first: 1 });
                }
            }
        }
        sorted(calls)
    }

    /// The dynamic types whose method a method is, and its name.
    fn dispatched_to(&self, callee: FuncIndex) -> Vec<(u32, MethodName)> {
        let program = self.program;
        let id = program.function(callee).id;
        let FuncKey::Decl { decl, .. } = *id.key() else { return Vec::new() };
        if decl.parent().is_none() {
            return Vec::new();
        }
        let Some(signature) = program.signature(id) else { return Vec::new() };
        let exported = gossa_types::lookup::is_exported(decl.name());
        let package = (!exported).then(|| decl.package());
        let method = MethodName { name: decl.name(), package };
        if self.interface_sites.get(&method).is_none_or(|sites| sites.len() > LIMIT) {
            return Vec::new();
        }
        let types = self.universe.borrow().having(method, program.normal(signature));
        let mut found = Vec::new();
        for number in types {
            let ty = self.universe.borrow().type_of(number);
            let Some(func) = program.dispatch(ty, method) else { continue };
            if self.behind(func, 1).iter().any(|&(behind, _)| behind == callee) {
                found.push((number, method));
            }
        }
        found
    }

    fn methods(&self, interface: TypeId, method: MethodName) -> Vec<FuncIndex> {
        let types: Vec<TypeId> = {
            let mut universe = self.universe.borrow_mut();
            let number = universe.interface(self.program, interface);
            let types = universe.implementing(number);
            if types.len() > LIMIT {
                return Vec::new();
            }
            types.into_iter().map(|ty| universe.type_of(ty)).collect()
        };
        types.into_iter().filter_map(|ty| self.program.dispatch(ty, method)).collect()
    }

    /// The functions that wrappers lead to from a function, itself included if it is none, with
    /// the parameter that the first argument becomes.
    fn behind(&self, func: FuncIndex, first: u32) -> Vec<(FuncIndex, u32)> {
        let bound = matches!(
            self.program.function(func).kind,
            crate::FunctionKind::Wrapper(crate::WrapperKind::Bound)
        );
        let first = first + u32::from(bound);
        let mut found = Vec::new();
        // Nearest first: what many wrappers lead to is looked at once.
        let mut seen: FxHashSet<FuncIndex> = FxHashSet::default();
        let mut work = VecDeque::from([(func, WRAPPER_DEPTH)]);
        while let Some((func, depth)) = work.pop_front() {
            if !seen.insert(func) {
                continue;
            }
            if !self.program.function(func).is_wrapper() {
                found.push((func, first));
                continue;
            }
            let Some(body) = self.program.body(func).filter(|_| depth > 0) else { continue };
            for (_, target) in scan::targets(self.program, body) {
                match target {
                    Target::Static(callee) => work.push_back((callee, depth - 1)),
                    Target::Interface(interface, method) => {
                        let methods = self.methods(interface, method);
                        work.extend(methods.into_iter().map(|callee| (callee, depth - 1)));
                    }
                    Target::Value(_) => {}
                }
            }
        }
        found
    }
}

fn sorted(mut calls: Vec<DynamicCall>) -> Vec<DynamicCall> {
    calls.sort_unstable();
    calls.dedup();
    calls
}
