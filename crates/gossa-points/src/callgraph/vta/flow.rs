//! The graph along which functions and dynamic types flow.
//!
//! A node stands for a variable, or for several that share what they hold. What is in a node flows
//! along its edges. Nodes whose variables lead to other variables (pointers, slices, maps,
//! channels) are not connected by edges but united, and so is what they lead to: who writes through
//! one pointer is read through the other.
//!
//! [`Flow::wave`] unites nodes on cycles, then goes once through what has changed, sources first,
//! and hands on what is new. New edges come in between waves only.

use super::sets::Set;
use super::shapes::{ShapeId, Shapes};
use crate::callgraph::universe::Universe;

/// A node; 0 is none: what flows there is lost, because nobody follows it.
pub(super) type Node = u32;
/// Something that wants to know what comes to a node.
pub(super) type Watch = u32;

/// An edge, to be read together with the node that it leaves.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Out {
    to: Node,
    /// The interface that what passes has to implement, plus one; 0: everything passes.
    filter: u32,
}

#[derive(Default)]
pub(super) struct Flow {
    parent: Vec<Node>,
    shape: Vec<ShapeId>,
    content: Vec<Node>,
    keys: Vec<Node>,
    sets: Vec<Set>,
    /// What has been handed on to all edges and watches.
    done: Vec<Set>,
    out: Vec<Vec<Out>>,
    watches: Vec<Vec<Watch>>,
    is_changed: Vec<bool>,
    changed: Vec<Node>,
    events: Vec<(Watch, Set)>,
    /// Scratch of the search for cycles.
    number: Vec<u32>,
    low: Vec<u32>,
}

impl Flow {
    pub(super) fn new() -> Self {
        let mut flow = Self::default();
        flow.node(0);
        flow
    }

    /// A new node for a variable of this shape.
    pub(super) fn node(&mut self, shape: ShapeId) -> Node {
        let node = self.parent.len() as Node;
        self.parent.push(node);
        self.shape.push(shape);
        self.content.push(0);
        self.keys.push(0);
        self.sets.push(Set::default());
        self.done.push(Set::default());
        self.out.push(Vec::new());
        self.watches.push(Vec::new());
        self.is_changed.push(false);
        node
    }

    /// The node that stands for this one and those that it was united with.
    #[inline]
    pub(super) fn find(&mut self, mut node: Node) -> Node {
        loop {
            let parent = self.parent[node as usize];
            if parent == node {
                return node;
            }
            let above = self.parent[parent as usize];
            self.parent[node as usize] = above;
            node = above;
        }
    }

    /// The node of what a pointer points to, or of elements; 0 where nobody follows them.
    pub(super) fn content(&mut self, shapes: &Shapes, node: Node) -> Node {
        let node = self.find(node);
        if self.content[node as usize] == 0 {
            let elem = shapes.elem(self.shape[node as usize]);
            if !shapes.is_followed(elem) {
                return 0;
            }
            let content = self.node(elem);
            self.content[node as usize] = content;
        }
        self.find(self.content[node as usize])
    }

    /// Makes a node lead to another.
    pub(super) fn set_content(&mut self, node: Node, content: Node) {
        let node = self.find(node);
        match self.content[node as usize] {
            0 => self.content[node as usize] = content,
            before => self.unite(before, content),
        }
    }

    /// The node of a map's keys; 0 where nobody follows them.
    pub(super) fn keys(&mut self, shapes: &Shapes, node: Node) -> Node {
        let node = self.find(node);
        if self.keys[node as usize] == 0 {
            let key = shapes.key(self.shape[node as usize]);
            if !shapes.is_followed(key) {
                return 0;
            }
            let keys = self.node(key);
            self.keys[node as usize] = keys;
        }
        self.find(self.keys[node as usize])
    }

    /// The shape that a node was made with.
    pub(super) fn shape(&self, node: Node) -> ShapeId {
        self.shape[node as usize]
    }

    /// What may be in a node.
    pub(super) fn set(&mut self, node: Node) -> &Set {
        let node = self.find(node);
        &self.sets[node as usize]
    }

    fn mark(&mut self, node: Node) {
        if !std::mem::replace(&mut self.is_changed[node as usize], true) {
            self.changed.push(node);
        }
    }

    /// Puts something into a node.
    pub(super) fn insert(&mut self, node: Node, member: u32) {
        let node = self.find(node);
        if node != 0 && self.sets[node as usize].insert(member) {
            self.mark(node);
        }
    }

    /// Lets flow what is in one node to another, if it implements an interface where a filter
    /// (the interface's number plus one) is given.
    pub(super) fn edge(&mut self, universe: &mut Universe, from: Node, to: Node, filter: u32) {
        if from == 0 || to == 0 {
            return;
        }
        let (from, to) = (self.find(from), self.find(to));
        if from == to {
            return;
        }
        let edge = Out { to, filter };
        if self.out[from as usize].last() == Some(&edge) {
            return;
        }
        self.out[from as usize].push(edge);
        if !self.done[from as usize].is_empty() {
            let done = std::mem::take(&mut self.done[from as usize]);
            self.send(universe, &done, edge);
            self.done[from as usize] = done;
        }
    }

    fn send(&mut self, universe: &mut Universe, what: &Set, edge: Out) {
        let mask = (edge.filter != 0).then(|| universe.mask(edge.filter - 1));
        let to = self.find(edge.to);
        if self.sets[to as usize].add_all(what, mask) {
            self.mark(to);
        }
    }

    /// Asks to be told what comes to a node.
    pub(super) fn watch(&mut self, node: Node, watch: Watch) {
        let node = self.find(node);
        if node == 0 {
            return;
        }
        self.watches[node as usize].push(watch);
        if !self.done[node as usize].is_empty() {
            self.events.push((watch, self.done[node as usize].clone()));
        }
    }

    /// Makes two nodes one, and what they lead to.
    pub(super) fn unite(&mut self, a: Node, b: Node) {
        let mut pairs = vec![(a, b)];
        while let Some((a, b)) = pairs.pop() {
            let (mut a, mut b) = (self.find(a), self.find(b));
            if a == b || a == 0 || b == 0 {
                continue;
            }
            if self.out[a as usize].len() < self.out[b as usize].len() {
                std::mem::swap(&mut a, &mut b);
            }
            let (into, from) = (a as usize, b as usize);
            self.parent[from] = a;
            let out = std::mem::take(&mut self.out[from]);
            self.out[into].extend(out);
            let watches = std::mem::take(&mut self.watches[from]);
            self.watches[into].extend(watches);
            let set = std::mem::take(&mut self.sets[from]);
            let done = std::mem::take(&mut self.done[from]);
            self.done[into].keep_common(&done);
            self.sets[into].add_all(&set, None);
            if self.sets[into] != self.done[into] {
                self.mark(a);
            }
            for of in [Self::contents_of, Self::keys_of] {
                let of = of(self);
                match (of[into], of[from]) {
                    (_, 0) => {}
                    (0, other) => of[into] = other,
                    (one, other) => pairs.push((one, other)),
                }
            }
        }
    }

    fn contents_of(&mut self) -> &mut Vec<Node> {
        &mut self.content
    }

    fn keys_of(&mut self) -> &mut Vec<Node> {
        &mut self.keys
    }

    /// Hands on what is new in nodes, along chains of edges without filters as far as it goes.
    /// Whether anything was new.
    pub(super) fn wave(&mut self, universe: &mut Universe) -> bool {
        if self.changed.is_empty() {
            return false;
        }
        let order = self.order();
        for &node in order.iter().rev() {
            let node = self.find(node) as usize;
            if !std::mem::replace(&mut self.is_changed[node], false) {
                continue;
            }
            let new = self.sets[node].without(&self.done[node]);
            if new.is_empty() {
                continue;
            }
            let out = std::mem::take(&mut self.out[node]);
            for edge in &out {
                self.send(universe, &new, *edge);
            }
            debug_assert!(self.out[node].is_empty());
            self.out[node] = out;
            for &watch in &self.watches[node] {
                self.events.push((watch, new.clone()));
            }
            self.done[node] = self.sets[node].clone();
        }
        // What came back to nodes over filtered edges waits for the next wave.
        let mut changed = std::mem::take(&mut self.changed);
        changed
            .retain(|&node| self.parent[node as usize] == node && self.is_changed[node as usize]);
        self.changed = changed;
        true
    }

    /// What has come to watched nodes since the last call.
    pub(super) fn take_events(&mut self) -> Vec<(Watch, Set)> {
        std::mem::take(&mut self.events)
    }

    /// Unites the nodes on each cycle of edges without filters that can be reached from changed
    /// nodes; gives those that can be reached, targets before sources.
    fn order(&mut self) -> Vec<Node> {
        const OPEN: u32 = u32::MAX;
        let count = self.parent.len();
        self.number.clear();
        self.number.resize(count, 0);
        self.low.resize(count, 0);
        let mut next = 0;
        let mut order = Vec::new();
        let mut open: Vec<Node> = Vec::new();
        let mut stack: Vec<(Node, u32)> = Vec::new();
        let mut cycles: Vec<(Node, Node)> = Vec::new();
        let starts = self.changed.clone();
        for start in starts {
            let start = self.find(start);
            if self.number[start as usize] != 0 {
                continue;
            }
            stack.push((start, 0));
            while let Some(&mut (node, ref mut at)) = stack.last_mut() {
                let index = node as usize;
                if *at == 0 {
                    next += 1;
                    self.number[index] = next;
                    self.low[index] = next;
                    open.push(node);
                    self.tidy(node);
                }
                let edge = self.out[index].get(*at as usize).copied();
                *at += 1;
                if let Some(edge) = edge {
                    let to = edge.to;
                    if edge.filter != 0 {
                        continue;
                    }
                    if self.number[to as usize] == 0 {
                        stack.push((to, 0));
                    } else if self.low[to as usize] != OPEN {
                        self.low[index] = self.low[index].min(self.number[to as usize]);
                    }
                    continue;
                }
                stack.pop();
                let low = self.low[index];
                if let Some(&(below, _)) = stack.last() {
                    self.low[below as usize] = self.low[below as usize].min(low);
                }
                if low == self.number[index] {
                    while let Some(member) = open.pop() {
                        self.low[member as usize] = OPEN;
                        if member == node {
                            break;
                        }
                        cycles.push((node, member));
                    }
                    order.push(node);
                }
            }
        }
        for (a, b) in cycles {
            self.unite(a, b);
        }
        order
    }

    /// Brings the edges of a node up to date, each once.
    fn tidy(&mut self, node: Node) {
        let mut out = std::mem::take(&mut self.out[node as usize]);
        for edge in &mut out {
            edge.to = self.find(edge.to);
        }
        if out.len() > 1 {
            out.sort_unstable();
            out.dedup();
        }
        out.retain(|edge| edge.to != node);
        self.out[node as usize] = out;
    }
}
