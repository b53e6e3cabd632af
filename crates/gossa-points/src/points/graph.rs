//! The call graph that a points-to analysis has found on the way.

use super::facts::CallTarget;
use super::link::{InstanceId, Linker, Node};
use super::solver::Solver;
use crate::callgraph::{CallGraph, Dispatch, Edge};
use crate::program::FuncIndex;

impl Solver<'_, '_, '_> {
    /// Who calls whom.
    #[must_use]
    pub fn call_graph(&self) -> CallGraph {
        let linker = self.linker();
        let mut edges = Vec::new();
        let mut reachable: Vec<FuncIndex> = Vec::new();
        for (at, instance) in linker.instances.iter().enumerate() {
            if !instance.active {
                continue;
            }
            reachable.push(instance.func);
            let id = InstanceId(at as u32);
            for call in &instance.facts.calls {
                let edge = |callee, dispatch| Edge {
                    caller: instance.func,
                    site: call.inst,
                    callee,
                    dispatch,
                    mode: call.mode,
                };
                match call.target {
                    CallTarget::Static(callee) => {
                        edges.push(edge(callee, dispatch_of(linker, id, call.inst)));
                    }
                    CallTarget::Value(node) => {
                        for &element in self.elements(id, node) {
                            if let Some(callee) = linker.func_of(element / 2) {
                                edges.push(edge(callee, Dispatch::Value));
                            }
                        }
                    }
                    CallTarget::Invoke(node, method) => {
                        for &element in self.elements(id, node) {
                            if linker.func_of(element / 2).is_some() {
                                continue;
                            }
                            let ty = linker.dynamic_type(element);
                            if let Some(callee) = linker.program.dispatch(ty, method) {
                                edges.push(edge(callee, Dispatch::Interface));
                            }
                        }
                    }
                }
            }
        }
        CallGraph::new(linker.program, &reachable, edges)
    }

    /// What a node of an instance points to.
    fn elements(&self, id: InstanceId, node: super::facts::NodeRef) -> &[u32] {
        match self.linker().node_of(id, node) {
            Some(node) => self.points_to(node),
            None => &[],
        }
    }
}

/// How a call reaches the one function that it always reaches.
fn dispatch_of(linker: &Linker<'_, '_, '_>, id: InstanceId, inst: gossa_ssa::InstId) -> Dispatch {
    let func = linker.instances[id.0 as usize].func;
    let Some(body) = linker.program.body(func) else { return Dispatch::Runtime };
    let call = match body[inst] {
        gossa_ssa::Inst::Call(call) | gossa_ssa::Inst::Go(call) => call,
        gossa_ssa::Inst::Defer { call, .. } => call,
        _ => return Dispatch::Runtime,
    };
    match body[call].callee {
        gossa_ssa::Callee::Value(_) => Dispatch::Value,
        _ => Dispatch::Static,
    }
}

impl Linker<'_, '_, '_> {
    /// The global number of a node of an instance; `None` for nil, and for what is outside and was
    /// never named.
    #[must_use]
    pub fn node_of(&self, id: InstanceId, node: super::facts::NodeRef) -> Option<Node> {
        use super::facts::NodePlace;
        let instance = &self.instances[id.0 as usize];
        match node.place() {
            NodePlace::Variable(at) => Some(instance.first + at),
            NodePlace::Cell(at) => Some(instance.first + instance.facts.variables + at),
            NodePlace::Extern(at) => self.known_external(instance.facts.externs[at as usize]),
            NodePlace::Nil => None,
        }
    }
}
