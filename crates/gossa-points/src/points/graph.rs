//! The call graph that a points-to analysis has found on the way.

use super::facts::CallTarget;
use super::link::{Instance, InstanceId, Linker, Node};
use super::solver::Solver;
use crate::callgraph::{CallGraph, CallMode, CallSite, Dispatch, Edge, call_reflect, call_sites};
use crate::program::FuncIndex;
use gossa_ssa::Callee;

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
                    dispatch: if instance.modelled { Dispatch::Runtime } else { dispatch },
                    mode: call.mode,
                };
                match call.target {
                    CallTarget::Static(callee) => {
                        edges.push(edge(callee, dispatch_of(linker, id, call.inst)));
                    }
                    CallTarget::Value(node) => {
                        for element in self.elements(id, node) {
                            let code = element / 2;
                            let callees = match linker.func_of(code) {
                                Some(callee) => vec![callee],
                                None => linker.stub_targets(code),
                            };
                            for callee in callees {
                                edges.push(edge(callee, Dispatch::Value));
                                if instance.modelled {
                                    // The model's call stands for calls of the body.
                                    edges.extend(body_calls(linker, instance.func, callee));
                                }
                            }
                        }
                    }
                    CallTarget::Invoke(node, method) => {
                        for element in self.elements(id, node) {
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
        for (instance, call, callee) in linker.invoked_on_reflected() {
            let Instance { func: caller, facts, .. } = &linker.instances[instance.0 as usize];
            let call = facts.calls[call as usize];
            edges.push(Edge {
                caller: *caller,
                site: call.inst,
                callee,
                dispatch: Dispatch::Interface,
                mode: call.mode,
            });
        }
        edges.extend(linker.hidden_calls().into_iter().map(|(caller, callee)| Edge {
            caller,
            site: gossa_ssa::InstId::new(0),
            callee,
            dispatch: Dispatch::Runtime,
            mode: CallMode::Call,
        }));
        CallGraph::new(linker.program, &reachable, edges)
    }

    /// What a node of an instance points to.
    fn elements(&self, id: InstanceId, node: super::facts::NodeRef) -> Vec<u32> {
        match self.linker().node_of(id, node) {
            Some(node) => self.points_to(node),
            None => Vec::new(),
        }
    }
}

/// The calls of function values in the body of a function, as calls of one. The function that
/// `reflect.MakeFunc` gets is called elsewhere.
fn body_calls<'l>(
    linker: &'l Linker<'_, '_, '_>,
    func: FuncIndex,
    callee: FuncIndex,
) -> impl Iterator<Item = Edge> + 'l {
    let program = linker.program;
    let caller = match program.function(func).to_string().as_str() {
        "reflect.MakeFunc" => call_reflect(program),
        _ => func,
    };
    let sites = program.body(caller).into_iter().flat_map(|body| {
        call_sites(body).filter(|site| matches!(body[site.call].callee, Callee::Value(_)))
    });
    sites.map(move |CallSite { inst: site, mode, .. }| Edge {
        caller,
        site,
        callee,
        dispatch: Dispatch::Value,
        mode,
    })
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
        Callee::Value(_) => Dispatch::Value,
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
            NodePlace::Variable(at) => Some(instance.variable(at)),
            NodePlace::Cell(at) => Some(instance.cell(at)),
            NodePlace::Extern(at) => self.known_external(id, instance.facts.externs[at as usize]),
            NodePlace::Nil => None,
        }
    }
}
