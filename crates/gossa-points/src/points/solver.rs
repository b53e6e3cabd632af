//! The solver: the least solution of a system of constraints.
//!
//! Rounds of two steps, as in wave propagation (Pereira & Berlin, "Wave Propagation and Deep
//! Propagation for Pointer Analysis", CGO 2009): differences flow along the edges in topological
//! order, cycles taken together as one node; then rules see the elements that are new, and add
//! edges. Sets are hash-consed, so the flow along most edges is a look into a table, and what a
//! rule makes of a set is remembered too. Where several rules ask for the same part of the same
//! set of objects they share a node for it: a field that a hundred places read of a thousand
//! objects is eleven hundred edges, not a hundred thousand.

use super::facts::{Filter, Rule};
use super::link::{Action, Element, Linker, Node};
use super::sets::{SetId, Sets};
use gossa_base::FxHashMap;
use gossa_types::TypeId;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// From how many elements on a part of a set of objects has a node of its own.
const SHARE_FROM: usize = 4;

/// The end of a list in [`Lists`].
const END: u32 = u32::MAX;

/// Linked lists of items, one per node.
struct Lists<T> {
    heads: Vec<u32>,
    items: Vec<(T, u32)>,
}

impl<T: Copy> Lists<T> {
    const fn new() -> Self {
        Self { heads: Vec::new(), items: Vec::new() }
    }

    fn grow(&mut self, nodes: usize) {
        self.heads.resize(nodes, END);
    }

    fn push(&mut self, node: Node, item: T) {
        let head = &mut self.heads[node as usize];
        self.items.push((item, *head));
        *head = (self.items.len() - 1) as u32;
    }

    /// The position of a node's first item, for [`Lists::next`].
    fn first(&self, node: Node) -> u32 {
        self.heads[node as usize]
    }

    fn next(&self, at: u32) -> Option<(T, u32)> {
        (at != END).then(|| self.items[at as usize])
    }

    /// Puts the list of `from` in front of that of `to`.
    fn append(&mut self, from: Node, to: Node) {
        let head = std::mem::replace(&mut self.heads[from as usize], END);
        let mut last = head;
        while let Some((_, next)) = self.next(last) {
            if next == END {
                self.items[last as usize].1 = self.heads[to as usize];
                self.heads[to as usize] = head;
                return;
            }
            last = next;
        }
    }
}

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
    /// Elements of all distinct sets.
    pub elements: usize,
    /// Nodes that were found to be on a cycle with another.
    pub collapsed: usize,
}

/// Solves a system; [`Solver::points_to`] is its solution.
pub struct Solver<'x, 'p, 'e> {
    linker: Linker<'x, 'p, 'e>,
    sets: Sets,
    /// By node: the node that stands for it, itself mostly.
    standing_for: Vec<Node>,
    /// By node: its set.
    current: Vec<SetId>,
    /// By node: what has flowed on from it.
    done: Vec<SetId>,
    edges: Lists<Node>,
    rules: Lists<Rule<Node>>,
    /// By node: its place in topological order.
    order: Vec<u32>,
    queue: BinaryHeap<Reverse<(u32, Node)>>,
    queued: Vec<bool>,
    /// Nodes with rules, and what they have not seen.
    unseen: Vec<(Node, SetId)>,
    filtered: FxHashMap<(SetId, Filter), SetId>,
    moved: FxHashMap<(SetId, u32, TypeId), SetId>,
    loads: FxHashMap<(SetId, u32, TypeId), Node>,
    stores: FxHashMap<(SetId, u32, TypeId), Node>,
    fresh_edges: usize,
    live_edges: usize,
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
            done: Vec::new(),
            edges: Lists::new(),
            rules: Lists::new(),
            order: Vec::new(),
            queue: BinaryHeap::new(),
            queued: Vec::new(),
            unseen: Vec::new(),
            filtered: FxHashMap::default(),
            moved: FxHashMap::default(),
            loads: FxHashMap::default(),
            stores: FxHashMap::default(),
            fresh_edges: 0,
            live_edges: 0,
            effort: Effort::default(),
        };
        solver.act();
        loop {
            solver.effort.rounds += 1;
            if solver.fresh_edges * 8 > solver.live_edges || solver.effort.rounds < 4 {
                solver.collapse();
            }
            solver.propagate();
            if solver.unseen.is_empty() {
                break;
            }
            solver.see();
        }
        solver.effort.nodes = solver.current.len();
        solver.effort.edges = solver.live_edges + solver.fresh_edges;
        solver.effort.sets = solver.sets.len();
        solver.effort.elements = solver.sets.elements();
        solver
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
    pub fn points_to(&self, node: Node) -> &[Element] {
        match self.standing_for.get(node as usize) {
            Some(_) => self.sets.get(self.current[self.find(node) as usize]),
            None => &[],
        }
    }

    fn grow(&mut self) {
        let nodes = self.linker.node_count();
        let known = self.standing_for.len();
        if nodes > known {
            self.standing_for.extend(known as u32..nodes as u32);
            self.current.resize(nodes, SetId::EMPTY);
            self.done.resize(nodes, SetId::EMPTY);
            self.edges.grow(nodes);
            self.rules.grow(nodes);
            // Nodes that come later are behind all others until the order is made anew.
            self.order.resize(nodes, u32::MAX);
            self.queued.resize(nodes, false);
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
        let before = self.current[node as usize];
        let after = self.sets.union(before, set);
        if after != before {
            self.current[node as usize] = after;
            self.enqueue(node);
        }
    }

    /// Does what the linker asks for.
    fn act(&mut self) {
        self.linker.activate_called();
        while !self.linker.actions.is_empty() {
            self.grow();
            let actions = std::mem::take(&mut self.linker.actions);
            for &action in &actions {
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
                        let done = self.done[node as usize];
                        if !done.is_empty() {
                            self.see_rule(rule, done);
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
            let set = self.current[from as usize];
            if !set.is_empty() {
                self.add(to, set);
            }
        }
    }

    /// Lets what is new flow along the edges.
    fn propagate(&mut self) {
        while let Some(Reverse((_, node))) = self.queue.pop() {
            self.queued[node as usize] = false;
            if self.standing_for[node as usize] != node {
                continue;
            }
            let (current, done) = (self.current[node as usize], self.done[node as usize]);
            if current == done {
                continue;
            }
            let fresh = self.sets.difference(current, done);
            self.done[node as usize] = current;
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
            if self.rules.first(node) != END {
                self.unseen.push((node, fresh));
            }
        }
    }

    /// Shows the rules what is new.
    fn see(&mut self) {
        let unseen = std::mem::take(&mut self.unseen);
        for (node, fresh) in unseen {
            let node = self.find_mut(node);
            let mut at = self.rules.first(node);
            while let Some((rule, next)) = self.rules.next(at) {
                self.see_rule(rule, fresh);
                at = next;
            }
            self.act();
        }
    }

    fn see_rule(&mut self, rule: Rule<Node>, fresh: SetId) {
        match rule {
            Rule::Apply { dst, filter } => {
                let set = self.filter(filter, fresh);
                self.add_to(dst, set);
            }
            Rule::Offset { dst, delta, base } => {
                let set = self.offset(fresh, delta, base);
                self.add_to(dst, set);
            }
            Rule::Load { dst, delta, base } if self.sets.get(fresh).len() >= SHARE_FROM => {
                let part = self.shared_part(fresh, delta, base, true);
                self.linker.actions.push(Action::Edge(part, dst));
            }
            Rule::Store { src, delta, base } if self.sets.get(fresh).len() >= SHARE_FROM => {
                let part = self.shared_part(fresh, delta, base, false);
                self.linker.actions.push(Action::Edge(src, part));
            }
            _ => {
                for at in 0..self.sets.get(fresh).len() {
                    let element = self.sets.get(fresh)[at];
                    self.linker.apply(rule, element);
                }
            }
        }
    }

    fn add_to(&mut self, node: Node, set: SetId) {
        if !set.is_empty() {
            self.grow();
            let node = self.find_mut(node);
            self.add(node, set);
        }
    }

    fn filter(&mut self, filter: Filter, set: SetId) -> SetId {
        if let Some(&known) = self.filtered.get(&(set, filter)) {
            return known;
        }
        let mut made = Vec::new();
        for at in 0..self.sets.get(set).len() {
            let element = self.sets.get(set)[at];
            self.linker.filter(filter, element, &mut made);
        }
        let result = self.sets.from_unsorted(&mut made);
        self.filtered.insert((set, filter), result);
        result
    }

    fn offset(&mut self, set: SetId, delta: u32, base: TypeId) -> SetId {
        if let Some(&known) = self.moved.get(&(set, delta, base)) {
            return known;
        }
        let elements = self.sets.get(set);
        let mut made: Vec<Element> = elements
            .iter()
            .filter_map(|&element| self.linker.offset(element, delta, base))
            .collect();
        let result = self.sets.from_unsorted(&mut made);
        self.moved.insert((set, delta, base), result);
        result
    }

    /// The node of a part of all objects of a set: what they hold, or what they are made to hold.
    fn shared_part(&mut self, set: SetId, delta: u32, base: TypeId, loads: bool) -> Node {
        let table = if loads { &self.loads } else { &self.stores };
        if let Some(&known) = table.get(&(set, delta, base)) {
            return known;
        }
        let node = self.linker.variables(1);
        let rule = match loads {
            true => Rule::Load { dst: node, delta, base },
            false => Rule::Store { src: node, delta, base },
        };
        for at in 0..self.sets.get(set).len() {
            let element = self.sets.get(set)[at];
            self.linker.apply(rule, element);
        }
        let table = if loads { &mut self.loads } else { &mut self.stores };
        table.insert((set, delta, base), node);
        node
    }

    /// Takes the nodes of each cycle together, removes repeated edges, and orders the nodes:
    /// Tarjan's algorithm on a stack of its own.
    fn collapse(&mut self) {
        self.grow();
        let count = self.current.len();
        let mut index = vec![0u32; count];
        let mut low = vec![0u32; count];
        let mut on_stack = vec![false; count];
        let mut stack: Vec<Node> = Vec::new();
        let mut work: Vec<(Node, u32)> = Vec::new();
        let mut next_index = 1;
        let mut finished = 0u32;
        let mut cycles: Vec<Vec<Node>> = Vec::new();
        for root in 0..count as u32 {
            if index[root as usize] != 0 || self.standing_for[root as usize] != root {
                continue;
            }
            work.push((root, self.edges.first(root)));
            index[root as usize] = next_index;
            low[root as usize] = next_index;
            next_index += 1;
            stack.push(root);
            on_stack[root as usize] = true;
            while let Some(&mut (node, ref mut at)) = work.last_mut() {
                if let Some((to, next)) = self.edges.next(*at) {
                    *at = next;
                    let to = self.find_mut(to);
                    if index[to as usize] == 0 {
                        index[to as usize] = next_index;
                        low[to as usize] = next_index;
                        next_index += 1;
                        stack.push(to);
                        on_stack[to as usize] = true;
                        work.push((to, self.edges.first(to)));
                    } else if on_stack[to as usize] {
                        low[node as usize] = low[node as usize].min(index[to as usize]);
                    }
                    continue;
                }
                work.pop();
                if let Some(&(parent, _)) = work.last() {
                    low[parent as usize] = low[parent as usize].min(low[node as usize]);
                }
                if low[node as usize] == index[node as usize] {
                    let start = stack.iter().rposition(|&on| on == node).unwrap_or(0);
                    // Cycles are finished after all that can be reached from them.
                    finished += 1;
                    for &member in &stack[start..] {
                        on_stack[member as usize] = false;
                        self.order[member as usize] = u32::MAX - finished;
                    }
                    if stack.len() - start > 1 {
                        cycles.push(stack[start..].to_vec());
                    }
                    stack.truncate(start);
                }
            }
        }
        for cycle in cycles {
            self.merge(&cycle);
        }
        self.tidy_edges();
        // Places in the queue follow the new order.
        let waiting = std::mem::take(&mut self.queue);
        for Reverse((_, node)) in waiting {
            self.queued[node as usize] = false;
            let root = self.find_mut(node);
            self.enqueue(root);
        }
    }

    fn merge(&mut self, cycle: &[Node]) {
        let root = cycle.iter().copied().min().unwrap_or(cycle[0]);
        let mut all = self.current[root as usize];
        let same = cycle.iter().all(|&node| self.done[node as usize] == self.done[root as usize]);
        for &node in cycle {
            if node == root {
                continue;
            }
            self.effort.collapsed += 1;
            all = self.sets.union(all, self.current[node as usize]);
            self.standing_for[node as usize] = root;
            self.edges.append(node, root);
            self.rules.append(node, root);
        }
        self.current[root as usize] = all;
        if !same {
            // Rules and edges of one have not seen what those of another have.
            self.done[root as usize] = SetId::EMPTY;
        }
        if self.done[root as usize] != all {
            self.enqueue(root);
        }
    }

    /// Removes edges that are there twice or lead back.
    fn tidy_edges(&mut self) {
        let count = self.current.len();
        let mut seen = vec![u32::MAX; count];
        let mut tidy: Lists<Node> = Lists::new();
        tidy.grow(count);
        tidy.items.reserve(self.live_edges);
        for node in 0..count as u32 {
            let mut at = self.edges.first(node);
            while let Some((to, next)) = self.edges.next(at) {
                let to = self.find_mut(to);
                if to != node && seen[to as usize] != node {
                    seen[to as usize] = node;
                    tidy.push(node, to);
                }
                at = next;
            }
        }
        self.live_edges = tidy.items.len();
        self.fresh_edges = 0;
        self.edges = tidy;
    }
}
