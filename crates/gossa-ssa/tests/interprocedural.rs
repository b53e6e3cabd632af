//! The interprocedural solver against two naive ones on arbitrary small programs: one that walks
//! all valid paths with an explicit stack of calls, for programs without recursion, and one that
//! takes the relation "there is a way on one level" to its fixpoint, for all.

use gossa_ssa::flow::ide::{self, Flow};
use gossa_ssa::flow::ifds;
use gossa_ssa::flow::lattice::Lattice;
use gossa_ssa::flow::supergraph::{Node, Procedure, Supergraph};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const NODES: u32 = 6;
const FACTS: u32 = 3;

/// A program made up from numbers. Each procedure has [`NODES`] nodes; the first is its entry, the
/// last two are its exits.
#[derive(Clone, Debug)]
struct Program {
    procedures: u32,
    /// Calls go to procedures with higher numbers only.
    acyclic: bool,
    /// By node, decides its edges.
    edges: Vec<u32>,
    /// Decides what edges do.
    seed: u32,
    unbalanced: bool,
}

fn mix(parts: &[u32]) -> u32 {
    let mut hash = 0x9e37_79b9u32;
    for &part in parts {
        hash = (hash ^ part).wrapping_mul(0x85eb_ca6b);
        hash ^= hash >> 13;
        hash = hash.wrapping_mul(0xc2b2_ae35);
        hash ^= hash >> 16;
    }
    hash
}

impl Program {
    fn target(&self, node: Node, which: u32) -> Node {
        let inside = mix(&[self.edges[node as usize], which]) % NODES;
        self.procedure_of(node) * NODES + inside
    }
}

impl Supergraph for Program {
    fn node_count(&self) -> usize {
        (self.procedures * NODES) as usize
    }

    fn procedure_of(&self, node: Node) -> Procedure {
        node / NODES
    }

    fn entry(&self, procedure: Procedure) -> Node {
        procedure * NODES
    }

    fn is_exit(&self, node: Node) -> bool {
        node % NODES >= NODES - 2
    }

    fn is_call(&self, node: Node) -> bool {
        !self.is_exit(node) && self.edges[node as usize].is_multiple_of(3)
    }

    fn successors(&self, node: Node, visit: &mut dyn FnMut(Node)) {
        if !self.is_exit(node) {
            (0..1 + self.edges[node as usize] / 3 % 2).for_each(|at| visit(self.target(node, at)));
        }
    }

    fn callees(&self, call: Node, visit: &mut dyn FnMut(Procedure)) {
        let mut callees: Vec<u32> = (0..1 + self.edges[call as usize] / 6 % 2)
            .map(|at| mix(&[self.edges[call as usize], at, 7]) % self.procedures)
            .filter(|&callee| !self.acyclic || callee > self.procedure_of(call))
            .collect();
        callees.sort_unstable();
        callees.dedup();
        callees.into_iter().for_each(visit);
    }

    fn returns(&self, call: Node, exit: Node, visit: &mut dyn FnMut(Node)) {
        visit(self.target(call, 10 + exit % 2));
    }

    fn callers(&self, procedure: Procedure, visit: &mut dyn FnMut(Node)) {
        for node in 0..self.node_count() as u32 {
            if self.is_call(node) {
                self.callees(node, &mut |callee| {
                    if callee == procedure {
                        visit(node);
                    }
                });
            }
        }
    }
}

/// Nothing, one of three numbers, or any of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Value(u8);

const NOTHING: Value = Value(0);
const ANY: Value = Value(4);

impl Lattice for Value {
    fn join(&mut self, other: &Self) -> bool {
        let joined = match (*self, *other) {
            (a, b) if a == b => a,
            (NOTHING, b) => b,
            (a, NOTHING) => a,
            _ => ANY,
        };
        std::mem::replace(self, joined) != joined
    }
}

/// By value, the result.
type Function = [Value; 5];

const IDENTITY: Function = [NOTHING, Value(1), Value(2), Value(3), ANY];

fn function(number: u32) -> Function {
    match number % 6 {
        0 => [Value(1 + (number / 6 % 3) as u8); 5],
        1 => [NOTHING, Value(2), Value(3), Value(1), ANY],
        2 => [NOTHING, ANY, ANY, ANY, ANY],
        _ => IDENTITY,
    }
}

fn compose(first: &Function, then: &Function) -> Function {
    first.map(|value| then[value.0 as usize])
}

fn join(a: &Function, b: &Function) -> Function {
    let mut joined = *a;
    for (value, other) in joined.iter_mut().zip(b) {
        value.join(other);
    }
    joined
}

impl Program {
    /// What becomes of a fact on an edge of some kind.
    fn flow(&self, kind: u32, from: Node, to: Node, fact: u32) -> Vec<(u32, Function)> {
        let count = mix(&[self.seed, kind, from, to, fact]) % 8;
        // Mostly one, often none.
        let count = [0, 0, 1, 1, 1, 1, 2, 3][count as usize];
        (0..count)
            .map(|at| {
                let number = mix(&[self.seed, kind, from, to, fact, at, 1]);
                (number % FACTS, function(number / FACTS))
            })
            .collect()
    }
}

impl ide::Problem for Program {
    type Fact = u32;
    type Value = Value;
    type Function = Function;

    fn seeds(&self, visit: &mut dyn FnMut(Node, u32, Function)) {
        visit(0, 0, IDENTITY);
        // In the middle of something.
        visit(self.node_count() as u32 - NODES + 1, 1, function(self.seed));
    }

    fn initial(&self) -> Value {
        Value(1)
    }

    fn bottom(&self) -> Value {
        NOTHING
    }

    fn identity(&self) -> Function {
        IDENTITY
    }

    fn compose(&self, first: &Function, then: &Function) -> Function {
        compose(first, then)
    }

    fn join(&self, a: &Function, b: &Function) -> Function {
        join(a, b)
    }

    fn apply(&self, function: &Function, value: &Value) -> Value {
        function[value.0 as usize]
    }

    fn normal(&self, from: Node, to: Node, fact: u32, flow: Flow<'_, Self>) {
        self.flow(0, from, to, fact).into_iter().for_each(|(fact, function)| flow(fact, function));
    }

    fn call(&self, call: Node, callee: Procedure, fact: u32, flow: Flow<'_, Self>) {
        let flows = self.flow(1, call, callee, fact);
        flows.into_iter().for_each(|(fact, function)| flow(fact, function));
    }

    fn leave(&self, call: Node, exit: Node, to: Node, fact: u32, flow: Flow<'_, Self>) {
        let flows = self.flow(mix(&[2, to]), call, exit, fact);
        flows.into_iter().for_each(|(fact, function)| flow(fact, function));
    }

    fn past(&self, call: Node, to: Node, fact: u32, flow: Flow<'_, Self>) {
        self.flow(3, call, to, fact).into_iter().for_each(|(fact, function)| flow(fact, function));
    }

    fn unbalanced(&self) -> bool {
        self.unbalanced
    }
}

impl ifds::Problem for Program {
    type Fact = u32;

    fn seeds(&self, visit: &mut dyn FnMut(Node, u32)) {
        ide::Problem::seeds(self, &mut |node, fact, _| visit(node, fact));
    }

    fn normal(&self, from: Node, to: Node, fact: u32, flow: &mut dyn FnMut(u32)) {
        ide::Problem::normal(self, from, to, fact, &mut |fact, _| flow(fact));
    }

    fn call(&self, call: Node, callee: Procedure, fact: u32, flow: &mut dyn FnMut(u32)) {
        ide::Problem::call(self, call, callee, fact, &mut |fact, _| flow(fact));
    }

    fn leave(&self, call: Node, exit: Node, to: Node, fact: u32, flow: &mut dyn FnMut(u32)) {
        ide::Problem::leave(self, call, exit, to, fact, &mut |fact, _| flow(fact));
    }

    fn past(&self, call: Node, to: Node, fact: u32, flow: &mut dyn FnMut(u32)) {
        ide::Problem::past(self, call, to, fact, &mut |fact, _| flow(fact));
    }

    fn unbalanced(&self) -> bool {
        self.unbalanced
    }
}

/// A node and a fact.
type Point = (Node, u32);

/// By point, the value; what does not hold is not in it.
type Result = BTreeMap<Point, Value>;

fn add(result: &mut Result, at: (Node, u32), value: Value) {
    result.entry(at).or_insert(value).join(&value);
}

/// All valid paths, each with its value.
fn by_paths(program: &Program) -> Result {
    type State = (Vec<Node>, Node, u32, Value);
    let mut seen: BTreeSet<State> = BTreeSet::new();
    let mut pending: Vec<State> = Vec::new();
    ide::Problem::seeds(program, &mut |node, fact, function| {
        pending.push((Vec::new(), node, fact, function[1]));
    });
    let mut result = Result::new();
    while let Some(state) = pending.pop() {
        if !seen.insert(state.clone()) {
            continue;
        }
        let (stack, node, fact, value) = state;
        add(&mut result, (node, fact), value);
        let mut go = |stack: &[Node], to: Node, flows: Vec<(u32, Function)>| {
            for (fact, function) in flows {
                pending.push((stack.to_vec(), to, fact, function[value.0 as usize]));
            }
        };
        let is_call = program.is_call(node);
        program.successors(node, &mut |to| {
            go(&stack, to, program.flow(if is_call { 3 } else { 0 }, node, to, fact));
        });
        if is_call {
            let mut inner = stack.clone();
            inner.push(node);
            program.callees(node, &mut |callee| {
                go(&inner, program.entry(callee), program.flow(1, node, callee, fact));
            });
        }
        if program.is_exit(node) {
            let mut back = |outer: &[Node], call: Node| {
                program.returns(call, node, &mut |to| {
                    go(outer, to, program.flow(mix(&[2, to]), call, node, fact));
                });
            };
            match stack.split_last() {
                Some((&call, outer)) => back(outer, call),
                None if program.unbalanced => {
                    program.callers(program.procedure_of(node), &mut |call| back(&[], call));
                }
                None => {}
            }
        }
    }
    result
}

/// The relation of ways that begin and end on one level, and what it says from the seeds on.
fn by_relation(program: &Program) -> Result {
    let points: Vec<Point> = (0..program.node_count() as u32)
        .flat_map(|node| (0..FACTS).map(move |fact| (node, fact)))
        .collect();
    let mut ways: BTreeMap<(Point, Point), Function> =
        points.iter().map(|&point| ((point, point), IDENTITY)).collect();
    loop {
        let mut more = Vec::new();
        for (&(start, (node, fact)), function) in &ways {
            let kind = if program.is_call(node) { 3 } else { 0 };
            program.successors(node, &mut |to| {
                for (fact, then) in program.flow(kind, node, to, fact) {
                    more.push(((start, (to, fact)), compose(function, &then)));
                }
            });
            if program.is_call(node) {
                program.callees(node, &mut |callee| {
                    for (inner, into) in program.flow(1, node, callee, fact) {
                        let entry = (program.entry(callee), inner);
                        let inside = ways.range((entry, (0, 0))..=(entry, (u32::MAX, 0)));
                        for (&(_, (exit, fact)), through) in inside {
                            if !program.is_exit(exit) {
                                continue;
                            }
                            program.returns(node, exit, &mut |to| {
                                for (fact, out) in program.flow(mix(&[2, to]), node, exit, fact) {
                                    let call = compose(&compose(&into, through), &out);
                                    more.push(((start, (to, fact)), compose(function, &call)));
                                }
                            });
                        }
                    }
                });
            }
        }
        let mut changed = false;
        for (way, function) in more {
            let known = ways.get(&way).copied();
            let joined = known.map_or(function, |known| join(&known, &function));
            changed |= known != Some(joined);
            ways.insert(way, joined);
        }
        if !changed {
            break;
        }
    }
    // What is known where a level begins: at the seeds, and at entries that are called.
    let mut starts = Result::new();
    ide::Problem::seeds(program, &mut |node, fact, function| {
        add(&mut starts, (node, fact), function[1]);
    });
    loop {
        let mut result = Result::new();
        for (&(start, end), function) in &ways {
            if let Some(value) = starts.get(&start) {
                add(&mut result, end, function[value.0 as usize]);
            }
        }
        let before = starts.clone();
        for (&(node, fact), value) in &result {
            if program.is_call(node) {
                program.callees(node, &mut |callee| {
                    for (fact, function) in program.flow(1, node, callee, fact) {
                        let entry = (program.entry(callee), fact);
                        add(&mut starts, entry, function[value.0 as usize]);
                    }
                });
            }
        }
        if starts == before {
            return result;
        }
    }
}

fn solved(program: &Program) -> Result {
    let solution = ide::solve(program, program);
    let facts = ifds::solve(program, program);
    let mut result = Result::new();
    for node in 0..program.node_count() as u32 {
        for fact in 0..FACTS {
            let value = solution.value(node, fact);
            assert_eq!(facts.holds(node, fact), value.is_some(), "node {node} fact {fact}");
            if let Some(&value) = value {
                result.insert((node, fact), value);
            }
        }
        assert_eq!(facts.facts_at(node).count(), solution.facts_at(node).count());
    }
    result
}

fn programs(acyclic: bool) -> impl Strategy<Value = Program> {
    (1u32..5, any::<u32>(), any::<bool>()).prop_flat_map(move |(procedures, seed, unbalanced)| {
        let unbalanced = unbalanced && acyclic;
        prop::collection::vec(any::<u32>(), (procedures * NODES) as usize)
            .prop_map(move |edges| Program { procedures, acyclic, edges, seed, unbalanced })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn without_recursion_the_join_over_valid_paths_is_found(program in programs(true)) {
        prop_assert_eq!(solved(&program), by_paths(&program));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn with_recursion_the_fixpoint_of_same_level_ways_is_found(program in programs(false)) {
        prop_assert_eq!(solved(&program), by_relation(&program));
    }
}

/// A chain of calls, `depth` deep, of a procedure that is called twice by the one before: `2^depth`
/// valid paths.
#[test]
fn a_procedure_is_analysed_once_for_all_calls() {
    struct Chain(u32);
    impl Supergraph for Chain {
        fn node_count(&self) -> usize {
            3 * self.0 as usize
        }
        fn procedure_of(&self, node: Node) -> Procedure {
            node / 3
        }
        fn entry(&self, procedure: Procedure) -> Node {
            3 * procedure
        }
        fn is_exit(&self, node: Node) -> bool {
            node % 3 == 2
        }
        fn is_call(&self, node: Node) -> bool {
            node % 3 < 2 && node / 3 + 1 < self.0
        }
        fn successors(&self, node: Node, visit: &mut dyn FnMut(Node)) {
            if node % 3 < 2 {
                visit(node + 1);
            }
        }
        fn callees(&self, call: Node, visit: &mut dyn FnMut(Procedure)) {
            visit(call / 3 + 1);
        }
        fn returns(&self, call: Node, _: Node, visit: &mut dyn FnMut(Node)) {
            visit(call + 1);
        }
        fn callers(&self, procedure: Procedure, visit: &mut dyn FnMut(Node)) {
            if procedure > 0 {
                visit(3 * procedure - 3);
                visit(3 * procedure - 2);
            }
        }
    }
    impl ifds::Problem for Chain {
        type Fact = ();
        fn seeds(&self, visit: &mut dyn FnMut(Node, ())) {
            visit(0, ());
        }
        fn normal(&self, _: Node, _: Node, (): (), flow: &mut dyn FnMut(())) {
            flow(());
        }
        fn call(&self, _: Node, _: Procedure, (): (), flow: &mut dyn FnMut(())) {
            flow(());
        }
        fn leave(&self, _: Node, _: Node, _: Node, (): (), flow: &mut dyn FnMut(())) {
            flow(());
        }
        fn past(&self, _: Node, _: Node, (): (), _: &mut dyn FnMut(())) {}
    }
    let chain = Chain(1000);
    let solution = ifds::solve(&chain, &chain);
    assert!(solution.holds(2, ()));
    let effort = solution.effort();
    assert_eq!((effort.points, effort.contexts, effort.edges), (3000, 1000, 3000));
    assert!(effort.steps <= 6000, "{effort:?}");
}
