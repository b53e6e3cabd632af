//! The sparse value-flow graph: where values come from, through names, calls and memory.
//!
//! A [`Node`] is a value of a function or a version of an object in one ([`versions`](super::versions)).
//! Edges go from what a node's contents come from: other names of a value, arguments and results,
//! what was written to memory. The graph is never built as a whole unless asked for
//! ([`ValueFlow::graph`]); [`ValueFlow::sources`] follows it backward from one value, along ways on
//! which returns match calls, as far as the question reaches (for the idea see Sui & Xue, "SVF", CC
//! 2016; for matching calls and returns with summaries, Reps, Horwitz, Sagiv, POPL 1995).
//!
//! Contents of structs and arrays are followed as a whole, except where a field is taken from a
//! struct that the function has put together itself.

use super::calls::{CallTime, Func, call_time};
use super::memory::{Effect, Effects, Memory, Object, Written};
use super::outcome::Outcomes;
use super::versions::{Builder, CallSite, Ending, Shape, Version, VersionId, Versions};
use crate::body::{Body, ValueDef};
use crate::ids::{InstId, ValueId};
use crate::inst::{Callee, ConvertKind, Inst};
use gossa_base::{FxHashMap, FxHashSet};
use gossa_types::underlying::underlying_basic;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// A place in the value-flow graph.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Node {
    /// A value of a function.
    Value(Func, ValueId),
    /// A version of an object in a function.
    Memory(Func, Object, VersionId),
    /// An object that goroutines share, at any time.
    Shared(Object),
}

/// Where contents begin.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Source {
    /// A value that is made there, or whose origin is not followed: the result of an instruction
    /// other than a copy, a parameter of a function that nothing in the program calls.
    Value(Func, ValueId),
    /// The zero value that an object is made with, by an instruction or when the program starts.
    Zero(Object, Option<(Func, InstId)>),
    /// Something without a name that an instruction writes, or functions that it calls and that are
    /// not seen.
    Unnamed(Func, InstId),
    /// What code that is not seen writes at any time.
    Unseen(Object),
}

/// One step back from a node.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Step {
    /// From another node of the function.
    Inside(Node),
    /// From a node of a callee, at its end.
    Returned(CallSite, Node),
    /// From any activation of another function.
    Elsewhere(Node),
    /// From nowhere.
    Source(Source),
}

/// The value-flow graph of a program, made as far as it is asked for.
pub struct ValueFlow<'f> {
    outcomes: &'f Outcomes<'f>,
    memory: &'f dyn Memory,
    effects: Effects,
    /// By instruction, the objects that it may read.
    reads: FxHashMap<(Func, InstId), Vec<Object>>,
    callers: Vec<Vec<CallSite>>,
    /// By function: whether code calls it that is no call of the program.
    called_outside: Vec<bool>,
    /// By closure: where it is made.
    makers: FxHashMap<Func, Vec<(Func, InstId)>>,
    shapes: RefCell<FxHashMap<Func, Rc<Shape>>>,
    versions: RefCell<FxHashMap<(Func, Object), Rc<Versions>>>,
}

/// An edge of a [`Graph`]: where from, where to, and through which call into its callee or out of
/// it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Edge {
    /// Where contents come from.
    pub from: u32,
    /// Where they get to.
    pub to: u32,
    /// The call.
    pub through: Option<CallSite>,
}

/// A value-flow graph as a whole.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Graph {
    /// Nodes by their numbers, sorted.
    pub nodes: Vec<Node>,
    /// Edges, sorted by where they come from.
    pub edges: Vec<Edge>,
    /// Where contents begin: nodes and their sources, sorted.
    pub sources: Vec<(u32, Source)>,
}

impl Graph {
    /// The number of a node.
    #[must_use]
    pub fn number(&self, node: Node) -> Option<u32> {
        self.nodes.binary_search(&node).ok().map(|at| at as u32)
    }

    /// The edges out of a node: where its contents get to.
    #[must_use]
    pub fn out_of(&self, node: u32) -> &[Edge] {
        let start = self.edges.partition_point(|edge| edge.from < node);
        let end = self.edges.partition_point(|edge| edge.from <= node);
        &self.edges[start..end]
    }
}

impl<'f> ValueFlow<'f> {
    /// The graph of a program, with the memory that a client asks about. Linear in the program;
    /// what depends on objects is made when it is asked for.
    #[must_use]
    pub fn new(outcomes: &'f Outcomes<'f>, memory: &'f dyn Memory) -> Self {
        let functions = outcomes.functions();
        let count = functions.count();
        let mut reads: FxHashMap<(Func, InstId), Vec<Object>> = FxHashMap::default();
        memory.for_each_effect(&mut |func, inst, object, effect| {
            if effect == Effect::Read {
                reads.entry((func, inst)).or_default().push(object);
            }
        });
        let mut callers: Vec<Vec<CallSite>> = vec![Vec::new(); count];
        let mut makers: FxHashMap<Func, Vec<(Func, InstId)>> = FxHashMap::default();
        let mut called_outside = vec![false; count];
        functions.called_by_runtime(&mut |func| called_outside[func as usize] = true);
        for func in 0..count as Func {
            let Some(body) = functions.body(func) else {
                functions.hidden_callees(func, &mut |callee| {
                    called_outside[callee as usize] = true;
                });
                continue;
            };
            for inst in body.inst_ids() {
                if let Inst::Closure { func: made, .. } = body[inst]
                    && let Some(made) = functions.find(made)
                {
                    makers.entry(made).or_default().push((func, inst));
                }
                if let Some(CallTime::Now | CallTime::Concurrently) = call_time(body, inst) {
                    let site = CallSite { func, inst, deferred: None };
                    functions.callees(func, inst, &mut |callee| {
                        callers[callee as usize].push(site);
                    });
                }
            }
            for (inst, plan) in outcomes.plans(func).iter() {
                for deferred in plan.sites() {
                    let site = CallSite { func, inst, deferred: Some(deferred) };
                    functions.callees(deferred.func, deferred.inst, &mut |callee| {
                        callers[callee as usize].push(site);
                    });
                }
            }
        }
        Self {
            outcomes,
            memory,
            effects: Effects::new(outcomes, memory),
            reads,
            callers,
            called_outside,
            makers,
            shapes: RefCell::default(),
            versions: RefCell::default(),
        }
    }

    /// What functions do to objects.
    #[must_use]
    pub fn effects(&self) -> &Effects {
        &self.effects
    }

    fn body(&self, func: Func) -> Option<&'f Body> {
        self.outcomes.functions().body(func).filter(|body| !body.blocks.is_empty())
    }

    fn shape(&self, func: Func, body: &Body) -> Rc<Shape> {
        if let Some(known) = self.shapes.borrow().get(&func) {
            return known.clone();
        }
        let shape = Rc::new(Shape::new(self.outcomes, func, body));
        self.shapes.borrow_mut().insert(func, shape.clone());
        shape
    }

    /// The versions of an object in a function; without a body there is only what is there at its
    /// start.
    #[must_use]
    pub fn versions(&self, func: Func, object: Object) -> Rc<Versions> {
        if let Some(known) = self.versions.borrow().get(&(func, object)) {
            return known.clone();
        }
        let versions = match self.body(func) {
            None => Versions::untouched(),
            Some(body) => {
                let shape = self.shape(func, body);
                let (outcomes, memory) = (self.outcomes, self.memory);
                let (effects, shape) = (&self.effects, &*shape);
                Builder { outcomes, memory, effects, shape, body, func, object }.build()
            }
        };
        let versions = Rc::new(versions);
        self.versions.borrow_mut().insert((func, object), versions.clone());
        versions
    }

    /// What is in an object before an instruction that may read it.
    #[must_use]
    pub fn memory_before(&self, func: Func, inst: InstId, object: Object) -> Option<Node> {
        if self.effects.is_shared(object) {
            return Some(Node::Shared(object));
        }
        let version = self.versions(func, object).before(inst)?;
        Some(Node::Memory(func, object, version))
    }

    /// The calls that may reach a function.
    #[must_use]
    pub fn callers(&self, func: Func) -> &[CallSite] {
        &self.callers[func as usize]
    }

    /// The function whose parameter, or whose memory at its start, a node is.
    #[must_use]
    pub fn is_entry(&self, node: Node) -> Option<Func> {
        match node {
            Node::Value(func, value) => {
                let body = self.body(func)?;
                let params = body.params(Body::ENTRY).skip(body.capture_count as usize);
                params.into_iter().any(|param| param == value).then_some(func)
            }
            Node::Memory(func, _, version) => (version == 0).then_some(func),
            Node::Shared(_) => None,
        }
    }

    /// What a call gives for a parameter or the memory at a callee's start.
    pub fn actuals(&self, site: CallSite, entry: Node, visit: &mut dyn FnMut(Node)) {
        match entry {
            Node::Value(callee, param) => {
                let at = site.call();
                let (Some(body), Some(target)) = (self.body(at.func), self.body(callee)) else {
                    return;
                };
                let (Inst::Call(call) | Inst::Go(call) | Inst::Defer { call, .. }) = body[at.inst]
                else {
                    return;
                };
                let mut params = target.params(Body::ENTRY).skip(target.capture_count as usize);
                let Some(place) = params.position(|known| known == param) else { return };
                let args = &body[body[call].args];
                let arg = match body[call].callee {
                    Callee::Interface { receiver, .. } => match place.checked_sub(1) {
                        None => Some(receiver),
                        Some(place) => args.get(place).copied(),
                    },
                    _ => args.get(place).copied(),
                };
                arg.into_iter().for_each(|arg| visit(Node::Value(at.func, arg)));
            }
            Node::Memory(_, object, _) => {
                let versions = self.versions(site.func, object);
                versions
                    .before_call(site)
                    .for_each(|version| visit(Node::Memory(site.func, object, version)));
            }
            Node::Shared(_) => {}
        }
    }

    /// Where the contents of a node come from, one step back. Parameters, and memory at the start
    /// of functions, come from callers, which are not visited: [`ValueFlow::actuals`].
    pub fn steps(&self, node: Node, visit: &mut dyn FnMut(Step)) {
        match node {
            Node::Value(func, value) => self.value_steps(func, value, visit),
            Node::Memory(func, object, version) => {
                self.memory_steps(func, object, version, visit);
            }
            Node::Shared(object) => {
                let mut made = false;
                for &(func, inst, effect) in self.effects.everywhere(object) {
                    match effect {
                        Effect::Write { value, .. } => {
                            self.written(func, inst, value, &mut |step| match step {
                                Step::Inside(node) => visit(Step::Elsewhere(node)),
                                step => visit(step),
                            });
                        }
                        Effect::Make => {
                            made = true;
                            visit(Step::Source(Source::Zero(object, Some((func, inst)))));
                        }
                        Effect::Read => {}
                    }
                }
                if !made {
                    visit(Step::Source(Source::Zero(object, None)));
                }
                if self.memory.unseen_may_access(object) {
                    visit(Step::Source(Source::Unseen(object)));
                }
            }
        }
    }

    /// What an instruction writes.
    fn written(&self, func: Func, inst: InstId, value: Written, visit: &mut dyn FnMut(Step)) {
        match value {
            Written::Value(value) => visit(Step::Inside(Node::Value(func, value))),
            Written::Unnamed => visit(Step::Source(Source::Unnamed(func, inst))),
            Written::Moved => {
                for &object in self.reads.get(&(func, inst)).map_or(&[][..], |reads| reads) {
                    if let Some(memory) = self.memory_before(func, inst, object) {
                        visit(Step::Inside(memory));
                    }
                }
                if self.memory.reads_others(func, inst) {
                    visit(Step::Source(Source::Unnamed(func, inst)));
                }
            }
        }
    }

    fn memory_steps(
        &self,
        func: Func,
        object: Object,
        version: VersionId,
        visit: &mut dyn FnMut(Step),
    ) {
        let versions = self.versions(func, object);
        let node = |version| Step::Inside(Node::Memory(func, object, version));
        match &versions.versions[version as usize] {
            Version::Entry => {}
            Version::Merge(operands) => operands.iter().for_each(|&version| visit(node(version))),
            Version::Write { inst, value, before } => {
                self.written(func, *inst, *value, visit);
                before.iter().for_each(|&before| visit(node(before)));
            }
            Version::Make { inst } => {
                visit(Step::Source(Source::Zero(object, Some((func, *inst)))));
            }
            &Version::Call { site, before, ending } => {
                let functions = self.outcomes.functions();
                let at = site.call();
                let unseen = self.memory.unseen_may_access(object);
                let mut passes = false;
                if functions.is_open(at.func, at.inst) {
                    passes = true;
                    if unseen {
                        visit(Step::Source(Source::Unnamed(at.func, at.inst)));
                    }
                }
                functions.callees(at.func, at.inst, &mut |callee| {
                    let writes = self.effects.may_write(callee, object);
                    if !writes {
                        passes = true;
                    } else if self.body(callee).is_none() {
                        passes = true;
                        visit(Step::Source(Source::Unnamed(at.func, at.inst)));
                    } else {
                        let inner = self.versions(callee, object);
                        let exit = |version: &VersionId| {
                            Step::Returned(site, Node::Memory(callee, object, *version))
                        };
                        if ending != Ending::Panicked {
                            inner.returned.iter().for_each(|version| visit(exit(version)));
                        }
                        if ending != Ending::Returned {
                            inner.panicked.iter().for_each(|version| visit(exit(version)));
                        }
                    }
                });
                if passes {
                    visit(node(before));
                }
            }
        }
    }

    fn value_steps(&self, func: Func, value: ValueId, visit: &mut dyn FnMut(Step)) {
        let node = |value| Step::Inside(Node::Value(func, value));
        let source = Step::Source(Source::Value(func, value));
        let Some(body) = self.body(func) else { return visit(source) };
        let shape = self.shape(func, body);
        let inst = match shape.defs[value.index()] {
            ValueDef::Result(inst) => inst,
            ValueDef::Param(Body::ENTRY) => {
                let place = value.index() - body[Body::ENTRY].first_param as usize;
                if place < body.capture_count as usize {
                    let makers = self.makers.get(&func).map_or(&[][..], |makers| makers);
                    for &(maker, inst) in makers {
                        if let Some(body) = self.body(maker)
                            && let Inst::Closure { captures, .. } = body[inst]
                            && let Some(&captured) = body[captures].get(place)
                        {
                            visit(Step::Elsewhere(Node::Value(maker, captured)));
                        }
                    }
                    if makers.is_empty() {
                        visit(source);
                    }
                }
                return;
            }
            ValueDef::Param(block) => {
                let place = value.index() - body[block].first_param as usize;
                let mut jumps = false;
                for from in shape.jumps_to(block) {
                    if let Inst::Jump(target) = body[body.terminator(from)] {
                        jumps = true;
                        body[target.args].get(place).into_iter().for_each(|&arg| visit(node(arg)));
                    }
                }
                if !jumps {
                    visit(source);
                }
                return;
            }
        };
        match body[inst] {
            Inst::Narrow { x, .. }
            | Inst::ChangeInterface(x)
            | Inst::MakeInterface(x)
            | Inst::Convert {
                kind:
                    ConvertKind::ChangeType
                    | ConvertKind::PointerToUnsafe
                    | ConvertKind::UnsafeToPointer
                    | ConvertKind::UnsafeToUintptr
                    | ConvertKind::UintptrToUnsafe,
                x,
            } => visit(node(x)),
            Inst::TypeAssert { x, .. } if body.results_of(inst).next() == Some(value) => {
                visit(node(x));
            }
            Inst::Field { base, field } => visit(node(field_of(body, &shape, base, field))),
            Inst::Index { base, .. } => {
                let resolver = self.outcomes.functions().resolver();
                match underlying_basic(resolver, body[base].ty) {
                    // A byte of a string.
                    Some(_) => visit(source),
                    None => visit(node(base)),
                }
            }
            Inst::Struct(parts) | Inst::Array(parts) if !body[parts].is_empty() => {
                body[parts].iter().for_each(|&part| visit(node(part)));
            }
            Inst::WithField { base, value: part, .. }
            | Inst::WithIndex { base, value: part, .. } => {
                visit(node(base));
                visit(node(part));
            }
            Inst::Call(_) => {
                let functions = self.outcomes.functions();
                let place = body.results_of(inst).position(|result| result == value);
                let mut unknown = functions.is_open(func, inst);
                functions.callees(func, inst, &mut |callee| {
                    let (Some(target), Some(place)) = (self.body(callee), place) else {
                        unknown = true;
                        return;
                    };
                    let site = CallSite { func, inst, deferred: None };
                    for &block in &self.shape(callee, target).returns {
                        // A call graph may name functions of other types.
                        if let Inst::Return(results) = target[target.terminator(block)]
                            && let Some(&result) = target[results].get(place)
                        {
                            visit(Step::Returned(site, Node::Value(callee, result)));
                        }
                    }
                });
                if unknown {
                    visit(source);
                }
            }
            // What these read is in what they write.
            Inst::Builtin { .. } => visit(source),
            _ => {
                let reads = self.reads.get(&(func, inst)).map_or(&[][..], |reads| reads);
                for &object in reads {
                    if let Some(memory) = self.memory_before(func, inst, object) {
                        visit(Step::Inside(memory));
                    }
                }
                if reads.is_empty() || self.memory.reads_others(func, inst) {
                    visit(source);
                }
            }
        }
    }

    /// All that may be in a node: where it comes from, sorted.
    ///
    /// In the worst case quadratic in the part of the graph that is followed, which may be most of
    /// the program; what is followed into a callee is followed once for all its callers.
    #[must_use]
    pub fn sources(&self, of: Node) -> Vec<Source> {
        self.search(of, usize::MAX).found.into_iter().collect()
    }

    /// The same, if that takes no more than so many steps.
    #[must_use]
    pub fn sources_within(&self, of: Node, steps: usize) -> Option<Vec<Source>> {
        let search = self.search(of, steps);
        search.pending.is_empty().then(|| search.found.into_iter().collect())
    }

    /// The nodes from which a node's contents may come, itself included, sorted.
    #[must_use]
    pub fn reached(&self, of: Node) -> Vec<Node> {
        let seen = self.search(of, usize::MAX).seen;
        let mut nodes: Vec<Node> = seen.into_iter().map(|(_, node)| node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }

    fn search(&self, of: Node, steps: usize) -> Search<'_, 'f> {
        let mut search = Search {
            flow: self,
            seen: FxHashSet::default(),
            pending: Vec::new(),
            waiting: FxHashMap::default(),
            summaries: FxHashMap::default(),
            found: BTreeSet::new(),
        };
        search.push(None, of);
        let mut taken = 0;
        while taken < steps
            && let Some((root, node)) = search.pending.pop()
        {
            taken += 1;
            search.step(root, node);
        }
        search
    }

    /// The graph of these functions, with the memory of all objects that they access, and edges to
    /// and from each other.
    #[must_use]
    pub fn graph(&self, funcs: impl IntoIterator<Item = Func>) -> Graph {
        let mut edges: Vec<(Node, Node, Option<CallSite>)> = Vec::new();
        let mut sources: Vec<(Node, Source)> = Vec::new();
        let mut nodes: Vec<Node> = Vec::new();
        let objects = self.memory.object_count() as Object;
        for func in funcs {
            let Some(body) = self.body(func) else { continue };
            nodes.extend(
                (0..body.values.len()).map(|at| Node::Value(func, ValueId::from_usize(at))),
            );
            for object in 0..objects {
                if self.effects.is_shared(object)
                    || !(self.effects.may_write(func, object)
                        || self.effects.may_read(func, object))
                {
                    continue;
                }
                let count = self.versions(func, object).versions.len() as VersionId;
                nodes.extend((0..count).map(|version| Node::Memory(func, object, version)));
            }
        }
        nodes.extend((0..objects).filter(|&o| self.effects.is_shared(o)).map(Node::Shared));
        for &node in &nodes {
            self.steps(node, &mut |step| match step {
                Step::Inside(from) | Step::Elsewhere(from) => edges.push((from, node, None)),
                Step::Returned(site, from) => edges.push((from, node, Some(site))),
                Step::Source(source) => sources.push((node, source)),
            });
            if let Some(func) = self.is_entry(node) {
                for &site in self.callers(func) {
                    self.actuals(site, node, &mut |from| edges.push((from, node, Some(site))));
                }
            }
        }
        nodes.sort_unstable();
        nodes.dedup();
        let graph = Graph { nodes, ..Graph::default() };
        let numbered = |(from, to, through)| {
            Some(Edge { from: graph.number(from)?, to: graph.number(to)?, through })
        };
        let mut numbered: Vec<Edge> = edges.into_iter().filter_map(numbered).collect();
        numbered.sort_unstable();
        numbered.dedup();
        let mut begins: Vec<(u32, Source)> = sources
            .into_iter()
            .filter_map(|(node, source)| Some((graph.number(node)?, source)))
            .collect();
        begins.sort_unstable();
        begins.dedup();
        Graph { nodes: graph.nodes, edges: numbered, sources: begins }
    }
}

/// The value of a field of a struct; the struct where it is not known what it is put together of.
fn field_of(body: &Body, shape: &Shape, mut base: ValueId, field: u32) -> ValueId {
    loop {
        let ValueDef::Result(inst) = shape.defs[base.index()] else { return base };
        match body[inst] {
            Inst::Struct(parts) => {
                return body[parts].get(field as usize).copied().unwrap_or(base);
            }
            Inst::WithField { field: known, value, .. } if known == field => return value,
            Inst::WithField { base: rest, .. } => base = rest,
            _ => return base,
        }
    }
}

/// Where a search has come into a function: at the end of one that was called, or, `None`, by none
/// of its calls.
type Root = Option<Node>;

/// A search backward along ways on which returns match calls.
struct Search<'s, 'f> {
    flow: &'s ValueFlow<'f>,
    seen: FxHashSet<(Root, Node)>,
    pending: Vec<(Root, Node)>,
    /// By the end of a callee: who has come into it there, through which call.
    waiting: FxHashMap<Node, Vec<(Root, CallSite)>>,
    /// By the end of a callee: the parameters and memory at its start that get there.
    summaries: FxHashMap<Node, Vec<Node>>,
    found: BTreeSet<Source>,
}

impl Search<'_, '_> {
    fn push(&mut self, root: Root, node: Node) {
        if self.seen.insert((root, node)) {
            self.pending.push((root, node));
        }
    }

    fn step(&mut self, root: Root, node: Node) {
        let flow = self.flow;
        let mut steps = Vec::new();
        flow.steps(node, &mut |step| steps.push(step));
        for step in steps {
            match step {
                Step::Inside(from) => match from {
                    Node::Shared(_) => self.push(None, from),
                    _ => self.push(root, from),
                },
                Step::Elsewhere(from) => self.push(None, from),
                Step::Source(source) => {
                    self.found.insert(source);
                }
                Step::Returned(site, exit) => {
                    let waiting = self.waiting.entry(exit).or_default();
                    if waiting.contains(&(root, site)) {
                        continue;
                    }
                    waiting.push((root, site));
                    self.push(Some(exit), exit);
                    for entry in self.summaries.get(&exit).cloned().unwrap_or_default() {
                        self.come_out(root, site, entry);
                    }
                }
            }
        }
        let Some(func) = flow.is_entry(node) else { return };
        match root {
            Some(exit) => {
                self.summaries.entry(exit).or_default().push(node);
                for (root, site) in self.waiting.get(&exit).cloned().unwrap_or_default() {
                    self.come_out(root, site, node);
                }
            }
            None => {
                let callers = flow.callers(func);
                for &site in callers {
                    self.come_out(None, site, node);
                }
                if callers.is_empty() || flow.called_outside[func as usize] {
                    self.found.insert(match node {
                        Node::Memory(_, object, _) | Node::Shared(object) => {
                            Source::Zero(object, None)
                        }
                        Node::Value(func, value) => Source::Value(func, value),
                    });
                }
            }
        }
    }

    /// From the start of a callee to the call.
    fn come_out(&mut self, root: Root, site: CallSite, entry: Node) {
        let mut actuals = Vec::new();
        self.flow.actuals(site, entry, &mut |node| actuals.push(node));
        for node in actuals {
            self.push(root, node);
        }
    }
}
