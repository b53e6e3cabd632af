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
use super::link::{Action, Element, InstanceId, Linker, Node};
use super::sets::{SetId, Sets};
use crate::program::{FuncIndex, MethodName};
use gossa_base::{FxHashMap, FxHashSet};
use gossa_types::TypeId;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;
use std::rc::Rc;

/// From how many elements on a part of a set of objects has a node of its own.
const SHARE_FROM: usize = 4;

/// The end of a list in [`Lists`].
const END: u32 = u32::MAX;

/// Where a rule leads that makes elements of elements, and nothing else.
fn flows_to(rule: Rule<Node>) -> Option<Node> {
    match rule {
        Rule::Apply { dst, .. } | Rule::Offset { dst, .. } => Some(dst),
        _ => None,
    }
}

/// Whether it is remembered what a rule has made of a set, whichever node asks.
fn is_remembered(rule: Rule<Node>) -> bool {
    matches!(rule, Rule::Load { .. } | Rule::Store { .. }) || flows_to(rule).is_some()
}

/// Linked lists of items, one per node.
struct Lists<T> {
    heads: Vec<u32>,
    items: Vec<(T, u32)>,
    /// Items that are not used any more, as a list.
    unused: u32,
}

impl<T: Copy> Lists<T> {
    const fn new() -> Self {
        Self { heads: Vec::new(), items: Vec::new(), unused: END }
    }

    fn grow(&mut self, nodes: usize) {
        self.heads.resize(nodes, END);
    }

    fn push(&mut self, node: Node, item: T) {
        let head = &mut self.heads[node as usize];
        let at = self.unused;
        if at == END {
            self.items.push((item, *head));
            *head = (self.items.len() - 1) as u32;
        } else {
            let slot = &mut self.items[at as usize];
            self.unused = std::mem::replace(slot, (item, *head)).1;
            *head = at;
        }
    }

    /// An item that is on no list any more can be used again.
    fn free(&mut self, at: u32) {
        self.items[at as usize].1 = std::mem::replace(&mut self.unused, at);
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
    queue: BinaryHeap<Reverse<(u64, Node)>>,
    queued: Vec<bool>,
    /// By node: whether it has rules or leads to nodes that have. What comes to others waits in
    /// their inboxes until the end.
    live: Vec<bool>,
    /// Nodes with rules, and what they have not seen.
    unseen: Vec<(Node, SetId)>,
    /// The same of single rules.
    late: Vec<(Rule<Node>, SetId)>,
    filtered: FxHashMap<(SetId, Filter), SetId>,
    moved: FxHashMap<(SetId, u32, TypeId), SetId>,
    dispatched: FxHashMap<(SetId, MethodName), Groups>,
    /// Method calls and their callees whose arguments flow.
    connected: FxHashSet<(u32, InstanceId)>,
    /// What methods have as receivers: sets, and of these what they have copies of.
    received: FxHashSet<(InstanceId, SetId)>,
    copied: FxHashSet<(InstanceId, Element)>,
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
            inbox: Lists::new(),
            came: Vec::new(),
            edges: Lists::new(),
            rules: Lists::new(),
            order: Vec::new(),
            queue: BinaryHeap::new(),
            queued: Vec::new(),
            live: Vec::new(),
            unseen: Vec::new(),
            late: Vec::new(),
            filtered: FxHashMap::default(),
            moved: FxHashMap::default(),
            dispatched: FxHashMap::default(),
            connected: FxHashSet::default(),
            received: FxHashSet::default(),
            copied: FxHashSet::default(),
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
            solver.see();
            if solver.queue.is_empty() {
                solver.collapse();
            }
            if solver.queue.is_empty() {
                break;
            }
        }
        for node in 0..solver.current.len() as u32 {
            if solver.standing_for[node as usize] == node {
                solver.enliven(node);
            }
        }
        solver.propagate();
        solver.effort.nodes = solver.current.len();
        solver.effort.edges = solver.live_edges + solver.fresh_edges;
        solver.effort.sets = solver.sets.len();
        (solver.effort.elements, solver.effort.pages) = solver.sets.elements();
        solver.effort.set_bytes = solver.sets.bytes();
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
            self.inbox.grow(nodes);
            self.edges.grow(nodes);
            self.rules.grow(nodes);
            // Nodes that come later are behind all others until the order is made anew.
            self.order.resize(nodes, u64::MAX);
            self.queued.resize(nodes, false);
            self.live.resize(nodes, false);
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
            self.current[node as usize] = self.sets.union(current, fresh);
        }
        fresh
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
                        self.enliven(node);
                        let current = self.current[node as usize];
                        if !current.is_empty() {
                            self.see_rule(rule, current);
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
                    Some(_) => self.see_rule(rule, fresh),
                    None => is_unseen = true,
                }
                at = next;
            }
            if is_unseen {
                self.unseen.push((node, fresh));
            }
            if !self.linker.actions.is_empty() {
                self.act();
            }
        }
    }

    /// Shows the other rules what is new.
    fn see(&mut self) {
        for (node, fresh) in std::mem::take(&mut self.unseen) {
            let node = self.find_mut(node);
            let mut at = self.rules.first(node);
            while let Some((rule, next)) = self.rules.next(at) {
                if flows_to(rule).is_none() {
                    self.see_rule(rule, fresh);
                }
                at = next;
            }
            self.act();
        }
        for (rule, fresh) in std::mem::take(&mut self.late) {
            self.see_rule(rule, fresh);
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
            Rule::Load { dst, delta, base } if self.sets.count(fresh) >= SHARE_FROM => {
                let part = self.shared_part(fresh, delta, base, true);
                self.linker.actions.push(Action::Edge(part, dst));
            }
            Rule::Store { src, delta, base } if self.sets.count(fresh) >= SHARE_FROM => {
                let part = self.shared_part(fresh, delta, base, false);
                self.linker.actions.push(Action::Edge(src, part));
            }
            Rule::Invoke(site) => self.invoke(site, fresh),
            _ => {
                for element in self.sets.to_vec(fresh) {
                    self.linker.apply(rule, element);
                }
            }
        }
    }

    /// A method is called on all elements of a set: the arguments flow to each method once, and
    /// each method gets its receivers once.
    fn invoke(&mut self, site: u32, fresh: SetId) {
        let Some(method) = self.linker.invoked_method(site) else { return };
        let groups = match self.dispatched.get(&(fresh, method)) {
            Some(known) => known.clone(),
            None => {
                let groups = self.dispatch(fresh, method);
                self.dispatched.insert((fresh, method), groups.clone());
                groups
            }
        };
        for &(callee, elements) in groups.iter() {
            let Some(callee) = callee else {
                // These the linker takes one by one.
                for element in self.sets.to_vec(elements) {
                    self.linker.apply(Rule::Invoke(site), element);
                }
                continue;
            };
            let callee = self.linker.instance_for_invoke(site, callee);
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

    /// The methods of a name that the elements of a set have, with those that have each; in the
    /// order of their first elements.
    fn dispatch(&mut self, set: SetId, method: MethodName) -> Groups {
        let mut groups: Vec<(Option<FuncIndex>, Vec<Element>)> = Vec::new();
        let mut places: FxHashMap<Option<FuncIndex>, usize> = FxHashMap::default();
        let mut by_type: FxHashMap<TypeId, Option<FuncIndex>> = FxHashMap::default();
        for element in self.sets.to_vec(set) {
            let callee = if self.linker.is_special(element) {
                None
            } else {
                let ty = self.linker.dynamic_type(element);
                let dispatch = || self.linker.program.dispatch(ty, method);
                match by_type.entry(ty).or_insert_with(dispatch) {
                    None => continue,
                    callee => *callee,
                }
            };
            let place = *places.entry(callee).or_insert(groups.len());
            if place == groups.len() {
                groups.push((callee, Vec::new()));
            }
            groups[place].1.push(element);
        }
        groups
            .into_iter()
            .map(|(callee, mut elements)| (callee, self.sets.from_unsorted(&mut elements)))
            .collect()
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
        for element in self.sets.to_vec(set) {
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
        let mut made: Vec<Element> =
            elements.filter_map(|element| self.linker.offset(element, delta, base)).collect();
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
        for element in self.sets.to_vec(set) {
            self.linker.apply(rule, element);
        }
        let table = if loads { &mut self.loads } else { &mut self.stores };
        table.insert((set, delta, base), node);
        node
    }

    /// Takes the nodes of each cycle together, removes repeated edges, and orders the nodes.
    fn collapse(&mut self) {
        self.grow();
        let mut cycles: Vec<Vec<Node>> = Vec::new();
        self.components(false, |_, members| {
            if members.len() > 1 {
                cycles.push(members.to_vec());
            }
        });
        for cycle in cycles {
            self.merge(&cycle);
        }
        self.tidy_edges();
        // What rules make of elements flows like them; around cycles with such, in the order that
        // edges alone give.
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        order.resize(self.current.len(), u64::MAX);
        self.components(true, |finished, members| {
            for &node in members {
                order[node as usize] = u64::from(u32::MAX - finished) << 32;
            }
        });
        self.components(false, |finished, members| {
            for &node in members {
                order[node as usize] |= u64::from(u32::MAX - finished);
            }
        });
        self.order = order;
        self.find_live();
        // Places in the queue follow the new order.
        let waiting = std::mem::take(&mut self.queue);
        for Reverse((_, node)) in waiting {
            self.queued[node as usize] = false;
            let root = self.find_mut(node);
            self.enqueue(root);
        }
    }

    /// Finds out which nodes lead to rules.
    fn find_live(&mut self) {
        let mut live = std::mem::take(&mut self.live);
        let mut sorted: Vec<(u64, Node)> = (0..self.current.len() as u32)
            .filter(|&node| self.standing_for[node as usize] == node)
            .map(|node| (self.order[node as usize] & u64::from(u32::MAX), node))
            .collect();
        sorted.sort_unstable();
        for &(_, node) in sorted.iter().rev() {
            let mut is_live = live[node as usize] || self.rules.first(node) != END;
            let mut at = self.edges.first(node);
            while let Some((to, next)) = self.edges.next(at) {
                is_live |= live[self.find_mut(to) as usize];
                at = next;
            }
            live[node as usize] = is_live;
        }
        self.live = live;
        for (_, node) in sorted {
            if self.live[node as usize] && self.inbox.first(node) != END {
                self.enqueue(node);
            }
        }
    }

    /// The strongly connected components along edges, and along rules that lead to another node if
    /// `with_rules`: those that come later in topological order first. Tarjan's algorithm on a
    /// stack of its own.
    fn components(&mut self, with_rules: bool, mut visit: impl FnMut(u32, &[Node])) {
        let count = self.current.len();
        let mut index = vec![0u32; count];
        let mut low = vec![0u32; count];
        let mut on_stack = vec![false; count];
        let mut stack: Vec<Node> = Vec::new();
        let mut work: Vec<(Node, u32, u32)> = Vec::new();
        let mut next_index = 1;
        let mut finished = 0u32;
        for root in 0..count as u32 {
            if index[root as usize] != 0 || self.standing_for[root as usize] != root {
                continue;
            }
            let mut entered = Some(root);
            loop {
                if let Some(node) = entered.take() {
                    let rules = if with_rules { self.rules.first(node) } else { END };
                    work.push((node, self.edges.first(node), rules));
                    index[node as usize] = next_index;
                    low[node as usize] = next_index;
                    next_index += 1;
                    stack.push(node);
                    on_stack[node as usize] = true;
                }
                let Some((node, edge, rule)) = work.last_mut() else { break };
                let node = *node;
                let mut to = None;
                if let Some((next_to, next)) = self.edges.next(*edge) {
                    *edge = next;
                    to = Some(next_to);
                } else if let Some((next_rule, next)) = self.rules.next(*rule) {
                    *rule = next;
                    match flows_to(next_rule) {
                        Some(next_to) => to = Some(next_to),
                        None => continue,
                    }
                }
                if let Some(to) = to {
                    let to = self.find_mut(to);
                    if index[to as usize] == 0 {
                        entered = Some(to);
                    } else if on_stack[to as usize] {
                        low[node as usize] = low[node as usize].min(index[to as usize]);
                    }
                    continue;
                }
                work.pop();
                if let Some(&(parent, ..)) = work.last() {
                    low[parent as usize] = low[parent as usize].min(low[node as usize]);
                }
                if low[node as usize] == index[node as usize] {
                    let start = stack.iter().rposition(|&on| on == node).unwrap_or(0);
                    finished += 1;
                    for &member in &stack[start..] {
                        on_stack[member as usize] = false;
                    }
                    visit(finished, &stack[start..]);
                    stack.truncate(start);
                }
            }
        }
    }

    fn merge(&mut self, cycle: &[Node]) {
        let root = cycle.iter().copied().min().unwrap_or(cycle[0]);
        let mut all = SetId::EMPTY;
        for &node in cycle {
            all = self.sets.union(all, self.current[node as usize]);
            self.standing_for[node as usize] = root;
        }
        for &node in cycle {
            // What the others have is new to its edges and rules.
            let fresh = self.sets.difference(all, self.current[node as usize]);
            if fresh.is_empty() {
                continue;
            }
            let mut at = self.edges.first(node);
            while let Some((to, next)) = self.edges.next(at) {
                let to = self.find_mut(to);
                if to != root {
                    self.add(to, fresh);
                }
                at = next;
            }
            // Many nodes of a cycle lack different parts of the same set; what is made of the whole
            // is made once for all of them.
            let shared =
                if 2 * self.sets.count(fresh) > self.sets.count(all) { all } else { fresh };
            let mut at = self.rules.first(node);
            while let Some((rule, next)) = self.rules.next(at) {
                let unseen = if is_remembered(rule) { shared } else { fresh };
                self.late.push((rule, unseen));
                at = next;
            }
        }
        let mut has_inbox = false;
        for &node in cycle {
            has_inbox |= self.inbox.first(node) != END;
            if node != root {
                self.effort.collapsed += 1;
                self.edges.append(node, root);
                self.rules.append(node, root);
                self.inbox.append(node, root);
            }
        }
        self.current[root as usize] = all;
        let is_live = cycle.iter().any(|&node| self.live[node as usize]);
        self.live[root as usize] = is_live;
        if has_inbox && is_live {
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
