//! The functions of a program and who calls whom, as far as the analyses here must know it.
//!
//! Any call graph will do; `gossa-points` implements [`Functions`] for its own.

use crate::body::Body;
use crate::ids::{FuncId, InstId};
use crate::inst::Inst;
use gossa_base::FxHashMap;
use gossa_types::Resolver;

/// A function of a program, by a dense number.
pub type Func = u32;

/// When the functions that a call instruction calls run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CallTime {
    /// At once.
    Now,
    /// In another goroutine.
    Concurrently,
    /// When the function that defers ends.
    Deferred,
}

/// The functions of a program, and whom their calls may call.
///
/// What is visited must be the same, and in the same order, each time.
pub trait Functions {
    /// How many functions there are.
    fn count(&self) -> usize;

    /// The body of a function; `None` where there is none, or none that is to be looked at.
    fn body(&self, func: Func) -> Option<&Body>;

    /// The name of a function that is declared.
    fn id(&self, func: Func) -> Option<FuncId>;

    /// The number of a function.
    fn find(&self, id: FuncId) -> Option<Func>;

    /// The functions that a `call`, `go` or `defer` instruction may call.
    fn callees(&self, func: Func, site: InstId, visit: &mut dyn FnMut(Func));

    /// Whether an instruction may call other functions than those, which are not known.
    fn is_open(&self, func: Func, site: InstId) -> bool {
        let _ = (func, site);
        false
    }

    /// Functions that a function without a body calls before it returns.
    fn hidden_callees(&self, func: Func, visit: &mut dyn FnMut(Func)) {
        let _ = (func, visit);
    }

    /// Functions that the runtime calls at a time of its own: finalizers and the like.
    fn called_by_runtime(&self, visit: &mut dyn FnMut(Func)) {
        let _ = visit;
    }

    /// Whether a function does nothing but call another: a promoted method, a method value. Such
    /// functions are passed over when it is asked who has called `recover`.
    fn is_wrapper(&self, func: Func) -> bool {
        let _ = func;
        false
    }

    /// What the types of the program mean.
    fn resolver(&self) -> &dyn Resolver;
}

/// When the functions that an instruction calls by its [`Functions::callees`] run; `None` for
/// instructions that are no calls.
#[must_use]
pub fn call_time(body: &Body, inst: InstId) -> Option<CallTime> {
    Some(match body[inst] {
        Inst::Call(_) => CallTime::Now,
        Inst::Go(_) => CallTime::Concurrently,
        Inst::Defer { .. } => CallTime::Deferred,
        _ => return None,
    })
}

/// Functions that call each other, directly or not, taken together: components by their members,
/// callees before callers. Tarjan's algorithm without recursion.
#[must_use]
pub fn components(callees: &[Vec<Func>]) -> Vec<Vec<Func>> {
    let count = callees.len();
    let mut index = vec![u32::MAX; count];
    let mut low = vec![0u32; count];
    let mut on_stack = vec![false; count];
    let mut stack = Vec::new();
    let mut work: Vec<(Func, usize)> = Vec::new();
    let mut found = Vec::new();
    let mut next = 0;
    for root in 0..count as Func {
        if index[root as usize] != u32::MAX {
            continue;
        }
        work.push((root, 0));
        while let Some(&mut (func, ref mut edge)) = work.last_mut() {
            let at = func as usize;
            if *edge == 0 && index[at] == u32::MAX {
                (index[at], low[at]) = (next, next);
                next += 1;
                stack.push(func);
                on_stack[at] = true;
            }
            if let Some(&callee) = callees[at].get(*edge) {
                *edge += 1;
                if index[callee as usize] == u32::MAX {
                    work.push((callee, 0));
                } else if on_stack[callee as usize] {
                    low[at] = low[at].min(index[callee as usize]);
                }
                continue;
            }
            work.pop();
            if let Some(&(caller, _)) = work.last() {
                low[caller as usize] = low[caller as usize].min(low[at]);
            }
            if low[at] == index[at] {
                let mut component = Vec::new();
                while let Some(member) = stack.pop() {
                    on_stack[member as usize] = false;
                    component.push(member);
                    if member == func {
                        break;
                    }
                }
                found.push(component);
            }
        }
    }
    found
}

/// A program of these bodies with calls by name, and no others: for tests.
pub struct NamedCalls<'b> {
    bodies: &'b [Body],
    numbers: FxHashMap<FuncId, Func>,
    resolver: &'b dyn Resolver,
}

impl<'b> NamedCalls<'b> {
    /// The program. Functions are numbered in order; those that are called and have no body are
    /// not of the program, calls of values are open.
    #[must_use]
    pub fn new(bodies: &'b [Body], resolver: &'b dyn Resolver) -> Self {
        let numbers = bodies.iter().zip(0..).map(|(body, at)| (body.func, at)).collect();
        Self { bodies, numbers, resolver }
    }

    fn named(&self, func: Func, site: InstId) -> Option<Func> {
        let body = &self.bodies[func as usize];
        let (Inst::Call(call) | Inst::Go(call) | Inst::Defer { call, .. }) = body[site] else {
            return None;
        };
        match body[call].callee {
            crate::Callee::Static(id) => self.find(id),
            crate::Callee::Value(value) => match body.def(value) {
                crate::ValueDef::Result(inst) => match body[inst] {
                    Inst::Closure { func, .. } | Inst::Func(func) => self.find(func),
                    _ => None,
                },
                crate::ValueDef::Param(_) => None,
            },
            _ => None,
        }
    }
}

impl Functions for NamedCalls<'_> {
    fn count(&self) -> usize {
        self.bodies.len()
    }

    fn body(&self, func: Func) -> Option<&Body> {
        self.bodies.get(func as usize)
    }

    fn id(&self, func: Func) -> Option<FuncId> {
        self.bodies.get(func as usize).map(|body| body.func)
    }

    fn find(&self, id: FuncId) -> Option<Func> {
        self.numbers.get(&id).copied()
    }

    fn callees(&self, func: Func, site: InstId, visit: &mut dyn FnMut(Func)) {
        self.named(func, site).into_iter().for_each(visit);
    }

    fn is_open(&self, func: Func, site: InstId) -> bool {
        self.named(func, site).is_none()
    }

    fn resolver(&self) -> &dyn Resolver {
        self.resolver
    }
}
