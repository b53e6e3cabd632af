//! Between rounds: nodes that must hold the same are taken together, and nodes get their order.

use super::lists::{END, Lists};
use super::{Solver, flows_to, is_remembered};
use crate::points::facts::{Filter, Rule};
use crate::points::link::Node;
use crate::points::sets::SetId;
use gossa_base::{FxHashMap, FxHashSet};
use std::cmp::Reverse;

impl Solver<'_, '_, '_> {
    /// Takes the nodes of each cycle together, removes repeated edges, and orders the nodes.
    pub(super) fn collapse(&mut self) {
        self.grow();
        // What is taken together cannot be taken apart when constraints go.
        let is_kept = self.linker.reasons.is_some();
        let mut cycles: Vec<Vec<Node>> = Vec::new();
        self.components(false, |_, members| {
            if members.len() > 1 && !is_kept {
                cycles.push(members.to_vec());
            }
        });
        for cycle in cycles {
            self.merge(&cycle);
            let root = self.find(cycle[0]);
            self.on_cycle.insert(root);
        }
        if !is_kept {
            self.merge_parts();
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
        let mut ordered = std::mem::take(&mut self.ordered);
        ordered.clear();
        self.components(false, |finished, members| {
            for &node in members {
                order[node as usize] |= u64::from(u32::MAX - finished);
            }
            ordered.extend_from_slice(members);
        });
        self.ordered = ordered;
        self.ordered_until = self.current.len() as Node;
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

    /// Finds out which nodes lead to rules. Edges that are newer than the order may lead anywhere, so
    /// it looks again until nothing changes.
    pub(super) fn find_live(&mut self) {
        self.grow();
        let mut live = std::mem::take(&mut self.live);
        let ordered = std::mem::take(&mut self.ordered);
        let newer = self.ordered_until..self.current.len() as Node;
        let all = || newer.clone().chain(ordered.iter().copied());
        let mut is_new = true;
        while std::mem::take(&mut is_new) {
            for node in all() {
                if live[node as usize] || self.standing_for[node as usize] != node {
                    continue;
                }
                let mut is_live = self.rules.first(node) != END;
                let mut at = self.edges.first(node);
                while !is_live && let Some((to, next)) = self.edges.next(at) {
                    is_live = live[self.find_mut(to) as usize];
                    at = next;
                }
                live[node as usize] = is_live;
                is_new |= is_live && self.fresh_edges > 0;
            }
        }
        self.live = live;
        for node in all() {
            if self.live[node as usize]
                && self.standing_for[node as usize] == node
                && self.inbox.first(node) != END
            {
                self.enqueue(node);
            }
        }
        self.ordered = ordered;
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
            let unseen = self.sets.difference(all, self.seen[node as usize]);
            if unseen.is_empty() {
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
            let count = self.sets.count(all);
            let [fresh, unseen] = [fresh, unseen].map(|part| {
                let is_most = 2 * self.sets.count(part) > count;
                (part, if is_most { all } else { part })
            });
            let mut at = self.rules.first(node);
            while let Some((rule, next)) = self.rules.next(at) {
                let (part, shared) = if flows_to(rule).is_some() { fresh } else { unseen };
                let part = if is_remembered(rule) { shared } else { part };
                if !part.is_empty() {
                    self.late.push((rule, part));
                }
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
        self.seen[root as usize] = all;
        let is_live = cycle.iter().any(|&node| self.live[node as usize]);
        self.live[root as usize] = is_live;
        if has_inbox && is_live {
            self.enqueue(root);
        }
    }

    /// Nodes that hold what one filter makes of one node are one. Rules that are there twice go.
    fn merge_parts(&mut self) {
        let mut parts: FxHashMap<Filter, Node> = FxHashMap::default();
        let mut distinct: FxHashSet<Rule<Node>> = FxHashSet::default();
        let mut kept: Vec<Rule<Node>> = Vec::new();
        for node in 0..self.current.len() as u32 {
            let first = self.rules.first(node);
            if self.rules.next(first).is_none_or(|(_, next)| next == END) {
                continue;
            }
            parts.clear();
            distinct.clear();
            kept.clear();
            let mut count = 0;
            let mut at = first;
            while let Some((rule, next)) = self.rules.next(at) {
                at = next;
                count += 1;
                let rule = match rule {
                    Rule::Apply { dst, filter } => {
                        let dst = self.find_mut(dst);
                        if self.linker.is_part(dst) && !self.on_cycle.contains(&dst) {
                            let other = *parts.entry(filter).or_insert(dst);
                            let other = self.find_mut(other);
                            if other != dst {
                                self.merge(&[other, dst]);
                            }
                            Rule::Apply { dst: self.find_mut(dst), filter }
                        } else {
                            Rule::Apply { dst, filter }
                        }
                    }
                    Rule::Offset { dst, delta, base } => {
                        Rule::Offset { dst: self.find_mut(dst), delta, base }
                    }
                    _ => rule,
                };
                if distinct.insert(rule) {
                    kept.push(rule);
                }
            }
            if kept.len() < count {
                let mut at = first;
                while let Some((_, next)) = self.rules.next(at) {
                    self.rules.free(at);
                    at = next;
                }
                self.rules.heads[node as usize] = END;
                for &rule in kept.iter().rev() {
                    self.rules.push(node, rule);
                }
            }
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
