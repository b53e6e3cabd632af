//! The interprocedural solvers on Go programs: integers that are constant
//! (`testdata/flow/constants.go`) and strings that come from outside (`testdata/flow/taint.go`).
//! Both are also examples of how to write such an analysis. And how functions end
//! (`testdata/flow/outcomes.go`).

mod flow_support;

use flow_support::{Fixture, with_fixture};
use gossa_ssa::flow::calls::{Func, Functions};
use gossa_ssa::flow::ide::{self, Flow};
use gossa_ssa::flow::ifds;
use gossa_ssa::flow::lattice::Flat;
use gossa_ssa::flow::outcome::Outcomes;
use gossa_ssa::flow::program::{NoCuts, Place, ProgramGraph};
use gossa_ssa::flow::supergraph::{Node, Procedure, Supergraph};
use gossa_ssa::{BinaryOp, Body, Callee, Inst, InstId, ValueDef, ValueId};
use std::collections::BTreeMap;

/// What is known of: that control gets here, a value of a function, a result on its way out, a
/// panic on its way.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Fact {
    Reached,
    Value(Func, ValueId),
    Result(u32),
    Panic,
}

/// What both analyses have in common: how values get from one name to another.
struct Names<'f> {
    graph: &'f ProgramGraph<'f>,
    functions: &'f dyn Functions,
}

impl Names<'_> {
    fn body(&self, func: Func) -> &Body {
        self.functions.body(func).expect("nodes are in functions with bodies")
    }

    /// The instruction of a node.
    fn inst(&self, node: Node) -> Option<(Func, &Body, InstId)> {
        let at = self.graph.at(node);
        match at.place {
            Place::Inst(inst) => Some((at.func, self.body(at.func), inst)),
            _ => None,
        }
    }

    /// Whether an edge makes a value anew, so that what was known of it ends.
    fn renews(&self, from: Node, to: Node, value: ValueId) -> bool {
        let Some((func, body, inst)) = self.inst(from) else { return false };
        match body[inst] {
            Inst::Jump(target) => {
                self.graph.inst(func, body.insts_of(target.block).next().expect("an instruction"))
                    == Some(to)
                    && body.params(target.block).any(|param| param == value)
            }
            _ => body.results_of(inst).any(|result| result == value),
        }
    }

    /// Other names that a value has behind an edge inside its function.
    fn copies(&self, from: Node, value: ValueId, visit: &mut dyn FnMut(Fact)) {
        let Some((func, body, inst)) = self.inst(from) else { return };
        match body[inst] {
            Inst::Jump(target) => {
                for (param, &arg) in body.params(target.block).zip(&body[target.args]) {
                    if arg == value {
                        visit(Fact::Value(func, param));
                    }
                }
            }
            Inst::Return(values) => {
                for (at, &result) in (0..).zip(&body[values]) {
                    if result == value {
                        visit(Fact::Result(at));
                    }
                }
            }
            Inst::Narrow { x, .. } if x == value => {
                body.results_of(inst).for_each(|result| visit(Fact::Value(func, result)));
            }
            _ => {}
        }
    }

    /// The names in a callee of a value at a call. Whether it is the function that is called, or
    /// the receiver, is told to `visit`, too.
    fn arguments(
        &self,
        call: Node,
        callee: Procedure,
        value: ValueId,
        visit: &mut dyn FnMut(ValueId, bool),
    ) {
        let site = self.graph.call_at(call).expect("a call");
        let body = self.body(site.func);
        let (Inst::Call(id) | Inst::Go(id) | Inst::Defer { call: id, .. }) = body[site.inst] else {
            return;
        };
        let target = self.body(callee);
        let params: Vec<ValueId> = target.params(Body::ENTRY).collect();
        let (captures, params) = params.split_at(target.capture_count as usize);
        let params = match body[id].callee {
            Callee::Value(called) if called == value => {
                captures.iter().for_each(|&capture| visit(capture, true));
                params
            }
            Callee::Interface { receiver, .. } => {
                if receiver == value {
                    params.iter().take(1).for_each(|&param| visit(param, true));
                }
                params.get(1..).unwrap_or_default()
            }
            _ => params,
        };
        for (&param, &arg) in params.iter().zip(&body[body[id].args]) {
            if arg == value {
                visit(param, false);
            }
        }
    }

    /// The name behind a call of a result.
    fn result(&self, call: Node, at: u32) -> Option<Fact> {
        let site = self.graph.call_at(call)?;
        // The results of deferred calls are nowhere.
        let Place::Inst(inst) = self.graph.at(call).place else { return None };
        let result = self.body(site.func).results_of(inst).nth(at as usize)?;
        Some(Fact::Value(site.func, result))
    }

    /// Whether a call has a callee that is looked into.
    fn enters(&self, call: Node) -> bool {
        let mut enters = false;
        self.graph.callees(call, &mut |_| enters = true);
        enters
    }

    /// Whether a call is in the same goroutine.
    fn waits(&self, call: Node) -> bool {
        !self.inst(call).is_some_and(|(_, body, inst)| matches!(body[inst], Inst::Go(_)))
    }
}

/// `a * x + b`, or anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Linear {
    Known(i64, i64),
    Unknown,
}

struct Constants<'f> {
    names: Names<'f>,
    start: Vec<Node>,
}

impl Constants<'_> {
    /// What an operation makes of one of its operands when it knows the other.
    fn operation(&self, body: &Body, inst: InstId, value: ValueId) -> Option<Linear> {
        let Inst::Binary { op, x, y } = body[inst] else { return None };
        if x != value && y != value {
            return None;
        }
        let constant = |value| match body.def(value) {
            ValueDef::Result(def) => match body[def] {
                Inst::Const(id) => body[id].as_i64(),
                _ => None,
            },
            ValueDef::Param(_) => None,
        };
        let known = constant(if x == value { y } else { x });
        if known.is_none() && constant(value).is_some() {
            // The other one tells.
            return None;
        }
        Some(match (op, known) {
            (BinaryOp::Add, Some(b)) => Linear::Known(1, b),
            (BinaryOp::Sub, Some(b)) if x == value => Linear::Known(1, -b),
            (BinaryOp::Mul, Some(a)) => Linear::Known(a, 0),
            _ => Linear::Unknown,
        })
    }
}

impl ide::Problem for Constants<'_> {
    type Fact = Fact;
    type Value = Flat<i64>;
    type Function = Linear;

    fn seeds(&self, visit: &mut dyn FnMut(Node, Fact, Linear)) {
        self.start.iter().for_each(|&node| visit(node, Fact::Reached, Linear::Unknown));
    }

    fn initial(&self) -> Flat<i64> {
        Flat::Top
    }

    fn bottom(&self) -> Flat<i64> {
        Flat::Bottom
    }

    fn identity(&self) -> Linear {
        Linear::Known(1, 0)
    }

    fn compose(&self, first: &Linear, then: &Linear) -> Linear {
        match (*first, *then) {
            (_, Linear::Known(0, b)) => Linear::Known(0, b),
            (Linear::Known(a, b), Linear::Known(c, d)) => {
                Linear::Known(c.wrapping_mul(a), c.wrapping_mul(b).wrapping_add(d))
            }
            _ => Linear::Unknown,
        }
    }

    fn join(&self, a: &Linear, b: &Linear) -> Linear {
        if a == b { *a } else { Linear::Unknown }
    }

    fn apply(&self, function: &Linear, value: &Flat<i64>) -> Flat<i64> {
        match (*function, *value) {
            (Linear::Known(0, b), _) => Flat::Known(b),
            (_, Flat::Bottom) => Flat::Bottom,
            (Linear::Known(a, b), Flat::Known(x)) => Flat::Known(a.wrapping_mul(x).wrapping_add(b)),
            _ => Flat::Top,
        }
    }

    fn normal(&self, from: Node, to: Node, fact: Fact, flow: Flow<'_, Self>) {
        let same = Linear::Known(1, 0);
        match fact {
            Fact::Reached => {
                flow(fact, same);
                // Where values begin.
                let Some((func, body, inst)) = self.names.inst(from) else { return };
                let begins = match body[inst] {
                    Inst::Const(id) => body[id].as_i64().map(|b| Linear::Known(0, b)),
                    Inst::Zero => Some(Linear::Known(0, 0)),
                    Inst::Narrow { .. } => None,
                    // Two operands that are unknown here have each their own say.
                    Inst::Binary { .. } => None,
                    _ => Some(Linear::Unknown),
                };
                if let Some(begins) = begins {
                    body.results_of(inst).for_each(|value| flow(Fact::Value(func, value), begins));
                }
            }
            Fact::Value(func, value) => {
                if !self.names.renews(from, to, value) {
                    flow(fact, same);
                }
                self.names.copies(from, value, &mut |fact| flow(fact, same));
                let Some((_, body, inst)) = self.names.inst(from) else { return };
                if let Some(function) = self.operation(body, inst, value) {
                    let results = body.results_of(inst);
                    results.for_each(|result| flow(Fact::Value(func, result), function));
                }
            }
            Fact::Result(_) => flow(fact, same),
            Fact::Panic => {}
        }
    }

    fn call(&self, call: Node, callee: Procedure, fact: Fact, flow: Flow<'_, Self>) {
        match fact {
            Fact::Reached => {
                flow(fact, Linear::Known(1, 0));
            }
            Fact::Value(_, value) => {
                self.names.arguments(call, callee, value, &mut |param, inside| {
                    let function = if inside { Linear::Unknown } else { Linear::Known(1, 0) };
                    flow(Fact::Value(callee, param), function);
                });
            }
            Fact::Result(_) | Fact::Panic => {}
        }
    }

    fn leave(&self, call: Node, _: Node, _: Node, fact: Fact, flow: Flow<'_, Self>) {
        match fact {
            Fact::Reached => flow(fact, Linear::Known(1, 0)),
            Fact::Result(at) => {
                if let Some(fact) = self.names.result(call, at) {
                    flow(fact, Linear::Known(1, 0));
                }
            }
            Fact::Value(..) | Fact::Panic => {}
        }
    }

    fn past(&self, call: Node, to: Node, fact: Fact, flow: Flow<'_, Self>) {
        let goes = match fact {
            Fact::Reached => !self.names.enters(call) || !self.names.waits(call),
            Fact::Value(_, value) => !self.names.renews(call, to, value),
            Fact::Result(_) | Fact::Panic => true,
        };
        if goes {
            flow(fact, Linear::Known(1, 0));
        }
    }
}

fn entries(fixture: &Fixture<'_, '_>, graph: &ProgramGraph<'_>) -> Vec<Node> {
    fixture.roots.iter().map(|func| graph.entry(func.index() as u32)).collect()
}

#[test]
fn constants_are_found_across_calls() {
    with_fixture("constants.go", &[], |fixture| {
        let graph = ProgramGraph::new(&fixture.functions, &NoCuts);
        let names = Names { graph: &graph, functions: &fixture.functions };
        let problem = Constants { names, start: entries(fixture, &graph) };
        let solution = ide::solve(&graph, &problem);
        let mut found = BTreeMap::new();
        for node in 0..graph.node_count() as Node {
            let Some(site) = graph.call_at(node) else { continue };
            if !fixture.calls(site.func, site.inst, "reveal") {
                continue;
            }
            let call = fixture.call(site.func, site.inst).expect("a call");
            let argument = fixture.body(site.func)[call.args][0];
            let text = match solution.value(node, Fact::Value(site.func, argument)) {
                Some(Flat::Known(constant)) => constant.to_string(),
                Some(_) => "unknown".to_owned(),
                None => continue,
            };
            found.insert(fixture.line(site.func, site.inst), text);
        }
        assert_eq!(found, fixture.expected("constant"));
    });
}

struct Taint<'f, 'e> {
    names: Names<'f>,
    fixture: &'f Fixture<'f, 'e>,
    start: Vec<Node>,
}

impl ifds::Problem for Taint<'_, '_> {
    type Fact = Fact;

    fn seeds(&self, visit: &mut dyn FnMut(Node, Fact)) {
        self.start.iter().for_each(|&node| visit(node, Fact::Reached));
    }

    fn normal(&self, from: Node, to: Node, fact: Fact, flow: &mut dyn FnMut(Fact)) {
        let Fact::Value(func, value) = fact else {
            flow(fact);
            if let (Fact::Panic, Some((func, body, inst))) = (fact, self.names.inst(from))
                && body[inst] == Inst::Recover
            {
                body.results_of(inst).for_each(|result| flow(Fact::Value(func, result)));
            }
            return;
        };
        if !self.names.renews(from, to, value) {
            flow(fact);
        }
        self.names.copies(from, value, flow);
        let Some((_, body, inst)) = self.names.inst(from) else { return };
        match body[inst] {
            Inst::Jump(_) | Inst::Narrow { .. } | Inst::Return(_) => {}
            Inst::Panic(x) if x == value => flow(Fact::Panic),
            // Anything made of it.
            _ => {
                let mut uses = false;
                body.for_each_operand(inst, |operand| uses |= operand == value);
                if uses {
                    body.results_of(inst).for_each(|result| flow(Fact::Value(func, result)));
                }
            }
        }
    }

    fn call(&self, call: Node, callee: Procedure, fact: Fact, flow: &mut dyn FnMut(Fact)) {
        match fact {
            Fact::Reached => flow(fact),
            // Deferred functions see the panic.
            Fact::Panic if matches!(self.names.graph.at(call).place, Place::Chain { .. }) => {
                flow(fact);
            }
            Fact::Value(_, value) => {
                self.names.arguments(call, callee, value, &mut |param, _| {
                    flow(Fact::Value(callee, param));
                });
            }
            Fact::Result(_) | Fact::Panic => {}
        }
    }

    fn leave(&self, call: Node, exit: Node, _: Node, fact: Fact, flow: &mut dyn FnMut(Fact)) {
        match fact {
            Fact::Reached => {
                flow(fact);
                let callee = self.names.graph.at(exit).func;
                if self.fixture.name(callee) == "example.com/m.source" {
                    self.names.result(call, 0).into_iter().for_each(flow);
                }
            }
            Fact::Result(at) => self.names.result(call, at).into_iter().for_each(flow),
            Fact::Panic if self.names.graph.at(exit).place == Place::Panic => flow(fact),
            Fact::Value(..) | Fact::Panic => {}
        }
    }

    fn past(&self, call: Node, to: Node, fact: Fact, flow: &mut dyn FnMut(Fact)) {
        let goes = match fact {
            Fact::Reached => !self.names.enters(call) || !self.names.waits(call),
            Fact::Value(_, value) => !self.names.renews(call, to, value),
            Fact::Result(_) | Fact::Panic => true,
        };
        if goes {
            flow(fact);
        }
    }
}

#[test]
fn what_comes_from_outside_is_followed_to_where_it_is_used() {
    with_fixture("taint.go", &[], |fixture| {
        let graph = ProgramGraph::new(&fixture.functions, &NoCuts);
        let names = Names { graph: &graph, functions: &fixture.functions };
        let problem = Taint { names, fixture, start: entries(fixture, &graph) };
        let solution = ifds::solve(&graph, &problem);
        let mut found = BTreeMap::new();
        for node in 0..graph.node_count() as Node {
            let Some(site) = graph.call_at(node) else { continue };
            if !fixture.calls(site.func, site.inst, "sink") {
                continue;
            }
            let call = fixture.call(site.func, site.inst).expect("a call");
            let argument = fixture.body(site.func)[call.args][0];
            // A value is known behind calls that never return, too; that they are not reached is
            // another fact.
            if solution.holds(node, Fact::Reached)
                && solution.holds(node, Fact::Value(site.func, argument))
            {
                found.insert(fixture.line(site.func, site.inst), String::new());
            }
        }
        assert_eq!(found, fixture.expected("tainted"));
    });
}

const LOG: &str = "package log

import \"os\"

func Fatal(...any) { os.Exit(1) }
";

#[test]
fn how_functions_end() {
    let std = [("os", "package os\n\nfunc Exit(int)\n"), ("log", LOG)];
    with_fixture("outcomes.go", &std, |fixture| {
        let outcomes = Outcomes::new(&fixture.functions);
        let mut found = BTreeMap::new();
        for func in 0..fixture.functions.count() as Func {
            let name = fixture.name(func);
            if name.starts_with("example.com/m.") && !name.contains('$') {
                let declared = fixture.declared(func);
                found.insert(declared, outcomes.of(func).to_string());
            }
        }
        found.remove(&0);
        let expected = fixture.expected("ends");
        let wrong: Vec<String> = expected
            .iter()
            .filter(|(line, text)| found.get(line) != Some(text))
            .map(|(line, text)| format!("{line}: {text}, found {:?}", found.get(line)))
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(found.len(), expected.len());
    });
}
