//! A program with a call graph as the interprocedural analyses of `gossa-ssa` see it.

use crate::callgraph::{CallGraph, Dispatch};
use crate::program::{FuncIndex, Program};
use gossa_ssa::flow::calls::{Func, Functions};
use gossa_ssa::{Body, Callee, FuncId, Inst, InstId};
use gossa_types::Resolver;

/// The functions of a program, and who calls whom by a call graph.
///
/// Calls of function values and methods of interfaces are open in functions that the graph does
/// not reach, and where it has no callee for them.
pub struct GraphFunctions<'g, 'e> {
    program: &'g Program<'e>,
    graph: &'g CallGraph,
}

impl<'g, 'e> GraphFunctions<'g, 'e> {
    /// The functions that `program` knows by now. Wrappers that the graph does not know have no
    /// calls.
    #[must_use]
    pub const fn new(program: &'g Program<'e>, graph: &'g CallGraph) -> Self {
        Self { program, graph }
    }

    /// The program.
    #[must_use]
    pub const fn program(&self) -> &'g Program<'e> {
        self.program
    }

    /// The call graph.
    #[must_use]
    pub const fn graph(&self) -> &'g CallGraph {
        self.graph
    }
}

impl Functions for GraphFunctions<'_, '_> {
    fn count(&self) -> usize {
        self.program.len()
    }

    fn body(&self, func: Func) -> Option<&Body> {
        self.program.body(FuncIndex::new(func))
    }

    fn id(&self, func: Func) -> Option<FuncId> {
        let function = self.program.function(FuncIndex::new(func));
        (!function.is_wrapper()).then_some(function.id)
    }

    fn find(&self, id: FuncId) -> Option<Func> {
        self.program.known(id).map(|index| index.index() as Func)
    }

    fn callees(&self, func: Func, site: InstId, visit: &mut dyn FnMut(Func)) {
        let calls = self.graph.calls(FuncIndex::new(func));
        let start = calls.partition_point(|edge| edge.site < site);
        calls[start..]
            .iter()
            .take_while(|edge| edge.site == site)
            .filter(|edge| edge.dispatch != Dispatch::Runtime)
            .for_each(|edge| visit(edge.callee.index() as Func));
    }

    fn is_open(&self, func: Func, site: InstId) -> bool {
        let Some(body) = self.body(func) else { return false };
        let (Inst::Call(call) | Inst::Go(call) | Inst::Defer { call, .. }) = body[site] else {
            return false;
        };
        match body[call].callee {
            Callee::Builtin(_) => false,
            _ => {
                let mut any = false;
                self.callees(func, site, &mut |_| any = true);
                !any
            }
        }
    }

    fn hidden_callees(&self, func: Func, visit: &mut dyn FnMut(Func)) {
        if self.body(func).is_none() {
            let calls = self.graph.calls(FuncIndex::new(func));
            calls.iter().for_each(|edge| visit(edge.callee.index() as Func));
        }
    }

    fn called_by_runtime(&self, visit: &mut dyn FnMut(Func)) {
        let edges = self.graph.edges().iter();
        edges
            .filter(|edge| {
                edge.dispatch == Dispatch::Runtime && self.program.body(edge.caller).is_some()
            })
            .for_each(|edge| visit(edge.callee.index() as Func));
    }

    fn is_wrapper(&self, func: Func) -> bool {
        self.program.function(FuncIndex::new(func)).is_wrapper()
    }

    fn resolver(&self) -> &dyn Resolver {
        self.program.resolver()
    }
}
