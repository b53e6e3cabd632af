//! The solver: the least solution of a system of constraints.
//!
//! Rounds of two steps, as in wave propagation (Pereira & Berlin, "Wave Propagation and Deep
//! Propagation for Pointer Analysis", CGO 2009): differences flow along the edges in topological
//! order, cycles taken together as one node; then rules see the elements that are new, and add
//! edges. Sets are hash-consed, so the flow along most edges is a look into a table, and what a
//! rule makes of a set is remembered too. Where several rules ask for the same part of the same
//! set of objects they share a node for it: a field that a hundred places read of a thousand
//! objects is eleven hundred edges, not a hundred thousand.

mod cycles;
mod dying;
mod edits;
pub(super) mod lists;
mod noting;
mod parts;
mod removal;

use super::bounds::{Detail, FEW_UNTYPED, MANY_UNTYPED, SeenBy};
use super::facts::{Filter, Reflect, Rule};
use super::link::{Action, Element, InstanceId, Linker, Node};
use super::reasons::{ShowId, WHOLE, Why};
use super::sets::{SetId, Sets};
use crate::program::{FuncIndex, MethodName};
pub(super) use dying::Dying;
use gossa_base::{FxHashMap, FxHashSet};
use gossa_types::TypeId;
use lists::{END, Lists};
use parts::{Memory, Part};
use removal::Removal;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::rc::Rc;

/// From how many elements on a part of a set of objects has a node of its own.
const SHARE_FROM: usize = 4;

/// Where a rule leads that makes elements of elements, and nothing else.
fn flows_to(rule: Rule<Node>) -> Option<Node> {
    match rule {
        Rule::Apply { dst, .. } | Rule::Offset { dst, .. } => Some(dst),
        _ => None,
    }
}

/// Whether a rule of reflection does the same for an element whoever has it.
fn has_operands(rule: Rule<Node>) -> bool {
    matches!(rule, Rule::Reflect { op, .. } if op != Reflect::DataWord)
}

/// Rules of reflection that do the same have the same key.
fn operand_key(rule: Rule<Node>) -> Rule<Node> {
    let Rule::Reflect { op, to, with } = rule else { return rule };
    let (to, with) = match op {
        Reflect::AbsorbVariable(_)
        | Reflect::AbsorbValue(_)
        | Reflect::Exists(_)
        | Reflect::PointerExists(_)
        | Reflect::CallCode { .. } => (0, 0),
        _ => (to, with),
    };
    Rule::Reflect { op, to, with }
}

/// Whether it is remembered what a rule has made of a set, whichever node asks.
fn is_remembered(rule: Rule<Node>) -> bool {
    matches!(
        rule,
        Rule::Load { .. }
            | Rule::Store { .. }
            | Rule::Unbox { .. }
            | Rule::Reflect { op: Reflect::DataWord, .. }
    ) || flows_to(rule).is_some()
}

/// Elements by the methods that they have; without a method, those that the linker must look at.
type Groups = Rc<[(Option<FuncIndex>, SetId)]>;

/// What solving has done, for reports.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Effort {
    /// Rounds.
    pub rounds: u32,
    /// Nodes, those that solving made included.
    pub nodes: usize,
    /// Edges when it was done, repetitions removed.
    pub edges: usize,
    /// Distinct sets.
    pub sets: usize,
    /// Elements of all distinct pages of sets.
    pub elements: usize,
    /// Pages of all distinct sets.
    pub pages: usize,
    /// Bytes of all sets, with what is remembered of them.
    pub set_bytes: usize,
    /// Nodes that were found to be on a cycle with another.
    pub collapsed: usize,
}

/// Solves a system; [`Solver::points_to`] is its solution.
pub struct Solver<'x, 'p, 'e> {
    linker: Linker<'x, 'p, 'e>,
    sets: Sets,
    /// By node: the node that stands for it, itself mostly.
    standing_for: Vec<Node>,
    /// By node: its set, as far as it has flowed on.
    current: Vec<SetId>,
    /// By node: what has come to it since then. Its nodes are in the queue.
    inbox: Lists<SetId>,
    /// Room for what is in an inbox.
    came: Vec<SetId>,
    edges: Lists<Node>,
    rules: Lists<Rule<Node>>,
    /// By node: its place in topological order.
    order: Vec<u64>,
    /// Nodes in the order that edges gave when it was found, those first that the others lead to; and
    /// the first node that was made since then.
    ordered: Vec<Node>,
    ordered_until: Node,
    queue: BinaryHeap<Reverse<(u64, Node)>>,
    queued: Vec<bool>,
    /// By node: whether it has rules or leads to nodes that have. What comes to others waits in
    /// their inboxes until the end.
    live: Vec<bool>,
    /// Nodes with rules that have not seen all of their sets, and nodes that were.
    unseen: Vec<Node>,
    /// By node: what its rules have seen, those apart that only make elements of elements.
    seen: Vec<SetId>,
    /// What single rules have not seen.
    late: Vec<(Rule<Node>, SetId)>,
    filtered: FxHashMap<(SetId, Filter), SetId>,
    moved: FxHashMap<(SetId, u32, TypeId), SetId>,
    dispatched: FxHashMap<(SetId, MethodName), Groups>,
    /// Method calls and their callees whose arguments flow.
    connected: FxHashSet<(u32, InstanceId)>,
    /// What methods have as receivers: sets, and of these what they have copies of.
    received: FxHashSet<(InstanceId, SetId)>,
    copied: FxHashSet<(InstanceId, Element)>,
    /// Nodes that stand for all that are on a cycle.
    on_cycle: FxHashSet<Node>,
    /// The nodes that stand for parts of all elements of a set.
    parts: FxHashMap<(SetId, Part), Node>,
    /// By set: its values in interfaces by their types; without one, those that the linker must
    /// look at.
    by_type: FxHashMap<SetId, FxHashMap<Option<TypeId>, Vec<Element>>>,
    /// By set: its pointers by the memory that they point to.
    by_memory: FxHashMap<SetId, FxHashMap<Memory, Vec<Element>>>,
    /// What operations of reflection have been done with, whatever has it.
    reflected: FxHashMap<Rule<Node>, SetId>,
    /// What was seen as something else than it is declared to be, and how much that is.
    untyped: FxHashMap<SeenBy, (SetId, usize)>,
    fresh_edges: usize,
    live_edges: usize,
    /// Whether this is a solution: what is added from now on is added to it.
    is_solved: bool,
    /// Whether a rule was not shown something because it has seen enough, since it is a solution.
    is_cut: bool,
    /// What is being taken out of a solution.
    removal: Option<Box<Removal>>,
    effort: Effort,
}

impl<'x, 'p, 'e> Solver<'x, 'p, 'e> {
    /// Solves what the linker has, and what it adds while functions are found to be called.
    #[must_use]
    pub fn solve(linker: Linker<'x, 'p, 'e>) -> Self {
        let mut solver = Self {
            linker,
            sets: Sets::default(),
            standing_for: Vec::new(),
            current: Vec::new(),
            inbox: Lists::new(),
            came: Vec::new(),
            edges: Lists::new(),
            rules: Lists::new(),
            order: Vec::new(),
            ordered: Vec::new(),
            ordered_until: 0,
            queue: BinaryHeap::new(),
            queued: Vec::new(),
            live: Vec::new(),
            unseen: Vec::new(),
            seen: Vec::new(),
            late: Vec::new(),
            filtered: FxHashMap::default(),
            moved: FxHashMap::default(),
            dispatched: FxHashMap::default(),
            connected: FxHashSet::default(),
            received: FxHashSet::default(),
            copied: FxHashSet::default(),
            on_cycle: FxHashSet::default(),
            parts: FxHashMap::default(),
            by_type: FxHashMap::default(),
            by_memory: FxHashMap::default(),
            reflected: FxHashMap::default(),
            untyped: FxHashMap::default(),
            fresh_edges: 0,
            live_edges: 0,
            is_solved: false,
            is_cut: false,
            removal: None,
            effort: Effort::default(),
        };
        solver.act();
        loop {
            solver.effort.rounds += 1;
            if solver.fresh_edges * 8 > solver.live_edges || solver.effort.rounds < 4 {
                solver.collapse();
            }
            solver.propagate();
            solver.see();
            if solver.is_too_much() {
                return Self::solve(solver.linker.bounded());
            }
            solver.forget_kinds();
            if solver.is_done() {
                solver.find_live();
            }
            if solver.is_done() {
                break;
            }
        }
        for node in 0..solver.current.len() as u32 {
            if solver.standing_for[node as usize] == node {
                solver.enliven(node);
            }
        }
        solver.propagate();
        solver.is_solved = true;
        solver.measure();
        solver
    }

    /// Large, and of use to those that ask of one set in a row.
    fn forget_kinds(&mut self) {
        self.by_type = FxHashMap::default();
        self.by_memory = FxHashMap::default();
    }

    fn measure(&mut self) {
        self.effort.nodes = self.current.len();
        self.effort.edges = self.live_edges + self.fresh_edges;
        self.effort.sets = self.sets.len();
        (self.effort.elements, self.effort.pages) = self.sets.elements();
        self.effort.set_bytes = self.sets.bytes();
    }

    /// Whether more is followed than is of use.
    fn is_too_much(&self) -> bool {
        self.linker.is_too_much && self.linker.detail == Detail::Automatic
    }

    /// Whether nothing waits to flow or to be seen.
    fn is_done(&self) -> bool {
        self.queue.is_empty() && self.unseen.is_empty() && self.late.is_empty()
    }

    /// How much of reflection and `unsafe` was followed in the end.
    #[must_use]
    pub fn detail(&self) -> Detail {
        match self.linker.detail {
            Detail::Automatic => Detail::Full,
            detail => detail,
        }
    }

    /// What it took.
    #[must_use]
    pub fn effort(&self) -> Effort {
        self.effort
    }

    /// The system.
    #[must_use]
    pub fn linker(&self) -> &Linker<'x, 'p, 'e> {
        &self.linker
    }

    /// The elements of a node's set, sorted.
    #[must_use]
    pub fn points_to(&self, node: Node) -> Vec<Element> {
        match self.standing_for.get(node as usize) {
            Some(_) => self.sets.to_vec(self.current[self.find(node) as usize]),
            None => Vec::new(),
        }
    }

    /// Whether a node's set has an element.
    #[must_use]
    pub fn contains(&self, node: Node, element: Element) -> bool {
        self.sets.contains(self.set_of(node), element)
    }

    /// The elements of a node's set between two numbers, sorted.
    #[must_use]
    pub fn elements_within(&self, node: Node, range: Range<Element>) -> Vec<Element> {
        self.sets.within(self.set_of(node), range).collect()
    }

    /// The system, to ask it again what its rules make of elements.
    pub(super) fn linker_mut(&mut self) -> &mut Linker<'x, 'p, 'e> {
        &mut self.linker
    }

    /// A node's set: nodes with the same elements have the same.
    #[must_use]
    pub fn set_of(&self, node: Node) -> SetId {
        match self.standing_for.get(node as usize) {
            Some(_) => self.current[self.find(node) as usize],
            None => SetId::EMPTY,
        }
    }

    fn grow(&mut self) {
        let nodes = self.linker.node_count();
        let known = self.standing_for.len();
        if nodes > known {
            self.standing_for.extend(known as u32..nodes as u32);
            self.current.resize(nodes, SetId::EMPTY);
            self.seen.resize(nodes, SetId::EMPTY);
            self.inbox.grow(nodes);
            self.edges.grow(nodes);
            self.rules.grow(nodes);
            // Nodes that come later are behind all others until the order is made anew.
            self.order.resize(nodes, u64::MAX);
            self.queued.resize(nodes, false);
            // All that is in a solution matters.
            self.live.resize(nodes, self.is_solved);
            if let Some(reasons) = &mut self.linker.reasons {
                reasons.grow(nodes);
            }
        }
    }

    fn find(&self, mut node: Node) -> Node {
        loop {
            let up = self.standing_for[node as usize];
            if up == node {
                return node;
            }
            node = up;
        }
    }

    fn find_mut(&mut self, node: Node) -> Node {
        let root = self.find(node);
        let mut at = node;
        while at != root {
            at = std::mem::replace(&mut self.standing_for[at as usize], root);
        }
        root
    }

    fn enqueue(&mut self, node: Node) {
        if !std::mem::replace(&mut self.queued[node as usize], true) {
            self.queue.push(Reverse((self.order[node as usize], node)));
        }
    }

    /// `node ⊇ set`.
    fn add(&mut self, node: Node, set: SetId) {
        if set.is_empty() || set == self.current[node as usize] {
            return;
        }
        if let Some(removal) = &mut self.removal {
            removal.touched.insert(node);
            return;
        }
        if let Some((last, _)) = self.inbox.next(self.inbox.first(node))
            && last == set
        {
            return;
        }
        self.inbox.push(node, set);
        if self.live[node as usize] {
            self.enqueue(node);
        }
    }

    /// What a node gets matters from now on.
    fn enliven(&mut self, node: Node) {
        if !std::mem::replace(&mut self.live[node as usize], true) && self.inbox.first(node) != END
        {
            self.enqueue(node);
        }
    }

    /// Empties the inbox of a node: what in it is new. Its set has it then.
    fn receive(&mut self, node: Node) -> SetId {
        let current = self.current[node as usize];
        let mut at = std::mem::replace(&mut self.inbox.heads[node as usize], END);
        let mut came = std::mem::take(&mut self.came);
        came.clear();
        while let Some((set, next)) = self.inbox.next(at) {
            came.push(set);
            self.inbox.free(at);
            at = next;
        }
        let fresh = self.sets.gather(&mut came, current);
        self.came = came;
        if !fresh.is_empty() {
            let all = self.sets.union(current, fresh);
            self.current[node as usize] = all;
            if let Some(reasons) = &mut self.linker.reasons {
                reasons.comes(node, all);
            }
        }
        fresh
    }

    /// Does what the linker asks for.
    fn act(&mut self) {
        self.linker.activate_called();
        while !self.linker.actions.is_empty() {
            self.grow();
            let actions = std::mem::take(&mut self.linker.actions);
            let runs = self.linker.reasons.as_mut().map(|reasons| reasons.take_runs());
            let runs = runs.unwrap_or_default();
            let mut run = 0;
            for (at, &action) in actions.iter().enumerate() {
                let mut action = action;
                if !runs.is_empty() {
                    while runs.get(run + 1).is_some_and(|&(start, _)| start <= at) {
                        run += 1;
                    }
                    action = self.note(action, runs[run].1);
                }
                match action {
                    Action::Edge(from, to) => self.add_edge(from, to),
                    Action::Member(node, element) => {
                        let node = self.find_mut(node);
                        let set = self.sets.single(element);
                        self.add(node, set);
                    }
                    Action::Rule(node, rule) => {
                        let node = self.find_mut(node);
                        self.rules.push(node, rule);
                        self.enliven(node);
                        // The rest comes to it with the other rules' turn.
                        let known = match flows_to(rule) {
                            Some(_) => self.current[node as usize],
                            None => self.seen[node as usize],
                        };
                        if !known.is_empty() {
                            self.see_rule(node, rule, known);
                        }
                        if flows_to(rule).is_none() && known != self.current[node as usize] {
                            self.unseen.push(node);
                        }
                    }
                }
            }
        }
        self.grow();
    }

    fn add_edge(&mut self, from: Node, to: Node) {
        let (from, to) = (self.find_mut(from), self.find_mut(to));
        if from != to {
            self.edges.push(from, to);
            self.fresh_edges += 1;
            if self.live[to as usize] {
                self.enliven(from);
            }
            let set = self.current[from as usize];
            self.add(to, set);
        }
    }

    /// Lets what is new flow along the edges, and through the rules that only make elements of
    /// elements.
    fn propagate(&mut self) {
        while let Some(Reverse((_, node))) = self.queue.pop() {
            if self.is_too_much() {
                return;
            }
            self.queued[node as usize] = false;
            if self.standing_for[node as usize] != node {
                continue;
            }
            let fresh = self.receive(node);
            if fresh.is_empty() {
                continue;
            }
            let mut at = self.edges.first(node);
            while let Some((to, next)) = self.edges.next(at) {
                let to = self.find_mut(to);
                if to != node {
                    self.add(to, fresh);
                }
                at = next;
            }
            let mut is_unseen = false;
            let mut at = self.rules.first(node);
            while let Some((rule, next)) = self.rules.next(at) {
                match flows_to(rule) {
                    Some(_) => self.see_rule(node, rule, fresh),
                    None => is_unseen = true,
                }
                at = next;
            }
            if is_unseen {
                self.unseen.push(node);
            }
            if !self.linker.actions.is_empty() {
                self.act();
            }
        }
    }

    /// Shows the other rules what is new.
    fn see(&mut self) {
        for node in std::mem::take(&mut self.unseen) {
            if self.is_too_much() {
                return;
            }
            let node = self.find_mut(node);
            let current = self.current[node as usize];
            let seen = std::mem::replace(&mut self.seen[node as usize], current);
            let fresh = self.sets.difference(current, seen);
            if fresh.is_empty() {
                continue;
            }
            let mut at = self.rules.first(node);
            while let Some((rule, next)) = self.rules.next(at) {
                if flows_to(rule).is_none() {
                    self.see_rule(node, rule, fresh);
                }
                at = next;
            }
            self.act();
        }
        for (rule, fresh) in std::mem::take(&mut self.late) {
            self.see_rule(Node::MAX, rule, fresh);
            self.act();
        }
    }

    /// What a rule sees of a set: of memory that is not declared to be what the rule takes it for no
    /// more than the function that has the rule may see.
    fn within_bounds(&mut self, rule: Rule<Node>, set: SetId) -> SetId {
        if self.linker.detail == Detail::Full {
            return set;
        }
        let Some(view) = self.linker.view(rule) else { return set };
        let by = self.linker.seen_by(rule);
        let (mut seen, mut count) = self.untyped.get(&by).copied().unwrap_or_default();
        let most = match self.linker.detail {
            Detail::Bounded => FEW_UNTYPED,
            _ => usize::MAX,
        };
        let mut kept = self.sets.to_vec(set);
        let (all, mut fresh) = (kept.len(), Vec::new());
        kept.retain(|&element| {
            let is_declared = self.linker.is_declared(&view, element);
            if is_declared || self.sets.contains(seen, element) {
                return true;
            }
            let has_room = count < most;
            if has_room {
                fresh.push(element);
                count += 1;
            }
            has_room
        });
        if !fresh.is_empty() {
            let fresh = self.sets.intern(&fresh);
            seen = self.sets.union(seen, fresh);
            self.untyped.insert(by, (seen, count));
            self.linker.is_too_much |= count > MANY_UNTYPED;
        }
        self.is_cut |= self.is_solved && kept.len() < all;
        if kept.len() < all { self.sets.intern(&kept) } else { set }
    }

    /// Shows a rule of a node what is new to it.
    fn see_rule(&mut self, node: Node, rule: Rule<Node>, fresh: SetId) {
        let fresh = self.within_bounds(rule, fresh);
        // With reasons nodes are not taken together, so it is known whose rule it is.
        let show = match &mut self.linker.reasons {
            Some(reasons) if flows_to(rule).is_none() => reasons.show(node, rule, fresh),
            _ => 0,
        };
        let whole = Why::Shown(show, WHOLE);
        match rule {
            Rule::Apply { dst, filter } => {
                let set = self.filter(filter, fresh);
                self.add_to(dst, set);
            }
            Rule::Offset { dst, delta, base } => {
                let set = self.offset(fresh, delta, base);
                self.add_to(dst, set);
            }
            Rule::Load { dst, delta, base } if self.sets.count(fresh) >= SHARE_FROM => {
                let part = self.shared(fresh, Part::Loaded(delta, base));
                self.ask(whole, Action::Edge(part, dst));
            }
            Rule::Store { src, delta, base } if self.sets.count(fresh) >= SHARE_FROM => {
                let part = self.shared(fresh, Part::Stored(delta, base));
                self.ask(whole, Action::Edge(src, part));
            }
            Rule::Unbox { dst, delta, ty } if self.sets.count(fresh) >= SHARE_FROM => {
                let part = self.shared(fresh, Part::Unboxed(delta, ty));
                self.ask(whole, Action::Edge(part, dst));
                // What reflection does it notes for the rule that asks.
                for element in self.boxed_of(fresh, None) {
                    let why = Why::Shown(show, element);
                    self.linker.because(why, |linker| linker.apply(rule, element));
                }
            }
            Rule::Reflect { op: Reflect::DataWord, to, .. }
                if self.sets.count(fresh) >= SHARE_FROM =>
            {
                let words = self.shared(fresh, Part::DataWord);
                self.ask(whole, Action::Edge(words, to));
            }
            Rule::Reflect { .. } if self.linker.reasons.is_some() && has_operands(rule) => {
                for element in self.sets.to_vec(fresh) {
                    let why = Why::Reflected(show, element);
                    self.linker.because(why, |linker| linker.apply(rule, element));
                }
            }
            Rule::Reflect { .. } if self.linker.reasons.is_none() => {
                // What it does does not depend on where the elements are found.
                let known = self.reflected.entry(operand_key(rule)).or_default();
                let fresh = self.sets.difference(fresh, *known);
                *known = self.sets.union(*known, fresh);
                for element in self.sets.to_vec(fresh) {
                    self.linker.apply(rule, element);
                }
            }
            Rule::Invoke(site) => self.invoke(node, site, fresh, show),
            _ => {
                for element in self.sets.to_vec(fresh) {
                    let why = Why::Shown(show, element);
                    self.linker.because(why, |linker| linker.apply(rule, element));
                }
            }
        }
    }

    /// A method is called on all elements of a set: the arguments flow to each method once, and
    /// each method gets its receivers once.
    fn invoke(&mut self, node: Node, site: u32, fresh: SetId, show: ShowId) {
        let Some(method) = self.linker.invoked_method(site) else { return };
        let groups = self.groups(fresh, method);
        for &(callee, elements) in groups.iter() {
            let Some(callee) = callee else {
                // These the linker takes one by one.
                for element in self.sets.to_vec(elements) {
                    let why = Why::Shown(show, element);
                    self.linker.because(why, |linker| linker.apply(Rule::Invoke(site), element));
                }
                continue;
            };
            let callee = self.linker.instance_for_invoke(site, callee);
            if self.linker.reasons.is_some() {
                self.invoke_because(node, site, callee, elements, show);
                continue;
            }
            let skip = self.linker.receiver_leaf_count(callee);
            if self.connected.insert((site, callee)) {
                self.linker.connect(site, callee, skip);
            }
            if !self.received.insert((callee, elements)) {
                continue;
            }
            self.linker.call(callee);
            self.linker.activate_called();
            let mut pointers = self.sets.to_vec(elements);
            for &element in pointers.iter().filter(|&&element| element % 2 == 1) {
                if self.copied.insert((callee, element)) {
                    self.linker.pass_receiver(callee, element);
                }
            }
            pointers.retain(|element| element % 2 == 0);
            if skip > 0 && !pointers.is_empty() {
                let first = self.linker.instances[callee.0 as usize].first;
                let set = self.sets.from_unsorted(&mut pointers);
                self.add_to(first, set);
            }
        }
    }

    /// Elements by the methods of a name that they have.
    fn groups(&mut self, set: SetId, method: MethodName) -> Groups {
        if let Some(known) = self.dispatched.get(&(set, method)) {
            return known.clone();
        }
        let groups = self.dispatch(set, method);
        self.dispatched.insert((set, method), groups.clone());
        groups
    }

    fn add_to(&mut self, node: Node, set: SetId) {
        if !set.is_empty() {
            self.grow();
            let node = self.find_mut(node);
            self.add(node, set);
        }
    }
}
